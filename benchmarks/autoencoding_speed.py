"""Training rows per second of one system: `python -m benchmarks.autoencoding_speed lamina|torch` prints a number.

The dense autoencoder 784-256-128-32-128-256-784 with ELU units and sigmoid outputs, squared error, Adam, batch 128, on
shuffled batches of 25,600 random images gathered from memory. Lamina goes through its pipeline and `fit` with logs,
guards and a checkpoint per epoch; PyTorch is the plain loop, fused Adam. Timed: two epochs after one that warms up.
"""

import argparse
import tempfile
import time

import numpy as np

ROWS, BATCH, HIDDEN = 25_600, 128, (256, 128, 32)


def lamina() -> float:
    """The suite's own way."""
    from data.images.images import ImagePrepare
    from data.splits import Split, Splits
    from models.dense_autoencoder import DenseAutoencoder
    from tasks.autoencode import TASK
    from training.devices import configure
    from training.run_directory import RunDirectory
    from training.trainer import Trainer

    configure()
    pixels = np.random.default_rng(0).integers(0, 256, (ROWS, 28, 28, 1), np.uint8)
    whole = Split({"image": pixels}, np.zeros(ROWS, np.int32), np.arange(ROWS).astype(object))
    small = whole.take(np.arange(BATCH))
    prepare = ImagePrepare((28, 28), 1).in_unit_range()
    splits = Splits("random", "image", whole, small, small, prepare, ())
    trainer = Trainer(epochs=3, batch_size=BATCH, learning_rate=1e-3)
    prepared = TASK.prepare(TASK.config(DenseAutoencoder(HIDDEN), trainer=trainer), splits)
    with tempfile.TemporaryDirectory() as folder:
        run = RunDirectory(folder)
        TASK.train(prepared, run)
        times = run.read_rows("timing.csv")[1:]
    return len(times) * ROWS / sum(row["training_seconds"] for row in times)


def torch() -> float:
    """The plain loop."""
    import torch

    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (ROWS, 784), dtype=torch.uint8, generator=generator)
    sizes = [784, *HIDDEN, *reversed(HIDDEN[:-1]), 784]
    layers = []
    for place, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:], strict=False), start=1):
        layers.append(torch.nn.Linear(fan_in, fan_out))
        if fan_out == 784:
            layers.append(torch.nn.Sigmoid())
        elif place != len(HIDDEN):
            layers.append(torch.nn.ELU())
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    start = 0.0
    for epoch in range(3):
        start = time.perf_counter() if epoch == 1 else start
        order = torch.randperm(ROWS, generator=generator)
        for begin in range(0, ROWS, BATCH):
            x = pixels[order[begin : begin + BATCH]].float() / 255
            loss = torch.nn.functional.mse_loss(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return 2 * ROWS / (time.perf_counter() - start)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=["lamina", "torch"])
    print({"lamina": lamina, "torch": torch}[parser.parse_args().system]())
