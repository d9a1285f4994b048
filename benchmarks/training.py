"""Training throughput of Lamina, stock Keras and PyTorch on this machine's CPU: examples per second.

    python -m benchmarks.training                                   # all, about 25 minutes
    python -m benchmarks.training --models mlp --precisions float32 # one table of the four, about 2

Each system trains the same architecture in a process of its own, batch 128, Adam, dropout and accuracy included, on
shuffled batches gathered from memory. The processes take turns, a repetition each, and sleep in between: a cell is the
median over the repetitions of one run, from the call that trains to its return. Lamina runs through its pipeline and
the trainer's defaults (checkpoints, logs and guards included), but without the preflight, a second that a training
pays once. Best Keras is searched over `jit_compile` and `steps_per_execution` with tf.data's autotuner off; PyTorch has
channels last and the fused Adam, with `torch.compile` in the last column. bfloat16 is Keras' mixed_bfloat16 and
PyTorch's autocast. The models must have equal numbers of parameters and lower the loss. Prints Markdown.
"""

import argparse
import json
import os
import statistics
import sys
import time
from importlib import metadata, util

from benchmarks.turns import take_turns

SYSTEMS = ["lamina", "keras", "keras_best", "torch", "torch_compiled"]
BATCH_SIZE = 128
EPOCHS = 2
# Shape of an image, rows (an epoch takes about a second), multiply-adds of a forward pass per image.
MODELS = {
    "mlp": ((28, 28, 1), 25_600, 668_672),
    "convnet": ((28, 28, 1), 7_680, 28 * 28 * 9 * 32 + 14 * 14 * 9 * 32 * 64 + 3136 * 128 + 1280),
    "convnet_bn": ((28, 28, 1), 5_120, 28 * 28 * 9 * 32 + 14 * 14 * 9 * 32 * 64 + 3136 * 128 + 1280),
    "resnet20": ((32, 32, 3), 3_840, 40_550_016),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--precisions", nargs="+", choices=["float32", "bfloat16"], default=["float32", "bfloat16"])
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--worker", nargs=3, metavar=("SYSTEM", "MODEL", "PRECISION"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(*arguments.worker)
    systems = [s for s in arguments.systems if not s.startswith("torch") or util.find_spec("torch")]
    names = ["tensorflow", "keras", "torch", "numpy"]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names if util.find_spec(name))
    print(f"{len(os.sched_getaffinity(0))} cores, {versions}, batch {BATCH_SIZE}, Adam, seed 0, ", end="")
    print(f"medians of {arguments.repetitions} interleaved repetitions, examples per second\n")
    print("| model | precision |", " | ".join(systems), "| ours / best Keras | ours / best PyTorch | GFLOP/s |")
    print("|---" * (len(systems) + 5) + "|", flush=True)
    notes = []
    for model in arguments.models:
        for precision in arguments.precisions:
            speeds, settings = measure(model, precision, systems, arguments.repetitions)
            print(row(model, precision, speeds), flush=True)
            notes.append(f"{model} {precision}: " + "; ".join(f"{s}: {settings[s]}" for s in systems))
    print("\n" + "\n".join(notes))


def row(model: str, precision: str, speeds: dict[str, list[float]]) -> str:
    """A line of the table: medians, and the median of the ratios repetition by repetition to the better peer."""
    medians = {system: statistics.median(values) for system, values in speeds.items()}
    cells = [f"{median:,.0f}" for median in medians.values()]
    for kind in ("keras", "torch"):
        peers = [system for system in speeds if system.startswith(kind)]
        if "lamina" not in speeds or not peers:
            cells.append("-")
            continue
        best = max(peers, key=medians.get)
        pairs = zip(speeds["lamina"], speeds[best], strict=True)
        cells.append(f"{statistics.median(ours / theirs for ours, theirs in pairs):.2f}")
    # Backward takes twice the forward pass, and a multiply-add is two operations.
    cells.append(f"{medians.get('lamina', 0) * MODELS[model][2] * 6 / 1e9:,.0f}")
    return f"| {model} | {precision} | " + " | ".join(cells) + " |"


def measure(model: str, precision: str, systems: list[str], repetitions: int):
    """Examples per second of each repetition of each system, and the settings that each ran with."""
    workers = {system: (system, model, precision) for system in systems}
    ready, found = take_turns("benchmarks.training", workers, repetitions)
    speeds = {system: [one["examples_per_second"] for one in several] for system, several in found.items()}
    return speeds, {system: ready[system]["settings"] for system in systems}


def work(system: str, model: str, precision: str) -> None:
    """A worker: prepares, reports, then trains once for each line of its standard input."""
    import numpy as np

    shape, rows, _ = MODELS[model]
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 10, rows).astype("int32")
    # Pixels of noise around one picture per class, so that there is something to learn; but half the labels are random:
    # a loss that reaches zero gives denormal numbers, with which PyTorch, unlike TensorFlow, is several times slower.
    pictures = generator.integers(0, 256, (10, *shape))
    images = ((pictures[labels] + generator.integers(0, 256, (rows, *shape))) // 2).astype("uint8")
    labels = np.where(generator.random(rows) < 0.5, labels, generator.integers(0, 10, rows)).astype("int32")
    training = make(system, model, precision, images, labels)
    first, _ = training.train(EPOCHS, BATCH_SIZE)  # also traces and compiles
    report = {"parameters": training.num_parameters, "settings": training.settings, "loss": 1.0001 * first + 0.05}
    print(json.dumps(report), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        loss, accuracy = training.train(EPOCHS, BATCH_SIZE)
        speed = EPOCHS * rows / (time.perf_counter() - began)
        print(json.dumps({"examples_per_second": speed, "loss": loss, "accuracy": accuracy}), flush=True)


def make(system, model, precision, images, labels):
    """The training of `system`, in a fresh process: nothing of the others is imported."""
    if system == "lamina":
        from training.devices import configure

        configure()  # as every app does, before anything of TensorFlow is imported
        from benchmarks.lamina_training import LaminaTraining

        return LaminaTraining(model, precision, images, labels, EPOCHS, BATCH_SIZE)
    floats = (images.astype("float32") - 127.5) / 74.0  # prepared once, before the clock starts
    if system.startswith("torch"):
        from benchmarks.peers_torch import TorchTraining

        return TorchTraining(model, precision, floats, labels, compiled=system == "torch_compiled")
    from benchmarks.peers_keras import KerasTraining

    training = KerasTraining(model, precision, floats, labels, searched=system == "keras_best")
    if training.searched:
        training.search(BATCH_SIZE)
    return training


if __name__ == "__main__":
    main()
