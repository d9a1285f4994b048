"""Mitchell's 8-3-8 network (Machine Learning, 1997, section 4.6.4): how many seeds invent a binary code.

    python -m benchmarks.mitchell                 # 20 seeds, about a minute
    python -m benchmarks.mitchell --seeds 200     # the share to expect
    python -m benchmarks.mitchell --online        # one row at a time, as `apps.autoencode --data one_hot_8` trains

His settings: sigmoid units, 59 weights from U(-0.1, 0.1), eta 0.3, 5000 epochs. The first weights of a seed are
`numpy.random.default_rng(seed).uniform(-0.1, 0.1, 59)`, so that ten lines of NumPy can follow, and an update is one of
all eight rows; with `--online` the first weights are the app's own and an update is one of a single row. Printed for
each seed: the codes of the eight rows, rounded; how many differ; how many outputs are largest in the right place; and
the sum of squared errors. The last line counts the seeds with eight different codes and those with all outputs right.
"""

import argparse
import tempfile
import time
from dataclasses import replace

import numpy as np

EPOCHS = 5000


def first_weights(seed: int) -> list[np.ndarray]:
    """Kernel (8, 3), bias (3,), kernel (3, 8), bias (8,) of a seed."""
    drawn = np.random.default_rng(seed).uniform(-0.1, 0.1, 59).astype("float32")
    parts = np.split(drawn, [24, 27, 51])
    return [part.reshape(shape) for part, shape in zip(parts, ((8, 3), (3,), (3, 8), (8,)), strict=True)]


def trained(seed: int, epochs: int = EPOCHS):
    """The network after `epochs` updates, each of all eight rows."""
    import keras
    import tensorflow as tf

    from tasks.autoencode.config import MITCHELL
    from training import optimizers, reconstruction

    keras.utils.set_random_seed(seed)
    model = MITCHELL.model.build((8,))
    model.set_weights(first_weights(seed))
    # The loss is the mean over the batch, his gradient the sum over the rows.
    optimizer = optimizers.make("sgd", 8 * MITCHELL.trainer.learning_rate)
    model.compile(optimizer, reconstruction.make(MITCHELL.loss), steps_per_execution=50, jit_compile=False)
    rows = tf.eye(8)
    repeated = tf.data.Dataset.from_tensors((rows, rows)).repeat(epochs)
    model.fit(repeated, steps_per_epoch=epochs, shuffle=False, verbose=0)
    return model


def trained_online(seed: int):
    """The network trained as `tasks.autoencode.config.MITCHELL` says: one row at a time."""
    from tasks.autoencode import TASK
    from tasks.autoencode.config import MITCHELL
    from training.run_directory import RunDirectory

    config = replace(MITCHELL, trainer=replace(MITCHELL.trainer, seed=seed))
    with tempfile.TemporaryDirectory() as folder:
        return TASK.train(TASK.prepare(config, TASK.load(config)), RunDirectory(folder)).model


def judge(model) -> tuple[np.ndarray, int, float]:
    """Codes (8, 3) in the order of the rows, outputs whose largest is in the right place, sum of squared errors."""
    from models.autoencoder import parts

    rows = np.eye(8, dtype="float32")
    codes, outputs = parts(model)(rows)
    return codes, int((outputs.argmax(axis=1) == np.arange(8)).sum()), float(((outputs - rows) ** 2).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--online", action="store_true", help="one row at a time")
    arguments = parser.parse_args()
    from training.devices import configure

    configure()
    distinct, right = 0, 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        start = time.perf_counter()
        codes, correct, error = judge(trained_online(seed) if arguments.online else trained(seed))
        names = ["".join(map(str, row)) for row in np.round(codes).astype(int)]
        distinct += len(set(names)) == 8
        right += correct == 8
        seconds = time.perf_counter() - start
        found = f"{len(set(names))} different, {correct} right, SSE {error:.3f}, {seconds:.1f} s"
        print(f"seed {seed:2}: {' '.join(names)}  {found}", flush=True)
    print(f"seeds={arguments.seeds} eight_codes={distinct} all_right={right}")


if __name__ == "__main__":
    main()
