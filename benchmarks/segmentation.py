"""How fast ENet trains and answers, beside PyTorch with the same layers on the same cores.

    python -m benchmarks.segmentation                480x360, batches of four, all cores
    python -m benchmarks.segmentation --height 96 --width 96 --repetitions 3 --cores 1

PyTorch is measured where it is installed (`pip install torch`). Each system has a process of its own; they take turns,
so that what slows the machine down meets both. Pictures are random: only time is measured, and that the loss falls.
"""

import importlib.util
import json
import os
import sys
import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.turns import take_turns
from cli.run import run

CLASSES = 11
UPDATES, ANSWERS = 6, 8  # of a repetition


@dataclass(frozen=True)
class Config:
    """Measure ENet."""

    height: int = 360
    """Of the pictures, in pixels; a multiple of 8."""
    width: int = 480
    """Of the pictures."""
    batch_size: int = 4
    """Pictures of an update."""
    repetitions: int = 5
    """Turns of each system."""
    cores: int | None = None
    """Cores that each may use. Default: all."""


class LaminaENet:
    """Trains and answers on given pictures.

    Args:
        pictures: float32 (N, height, width, 3), 0-255.
        truth: uint8 (N, height, width).
        classes: How many.
        threads: Cores.
    """

    def __init__(self, pictures, truth, classes, threads):
        from training.devices import limit_threads

        limit_threads(threads)
        import keras
        import tensorflow as tf

        from models.enet_segmenter import ENetSegmenter
        from training import optimizers
        from training.pixel_cross_entropy import PixelCrossEntropy

        keras.utils.set_random_seed(0)
        self.model = ENetSegmenter().build((*pictures.shape[1:3], 3), classes)
        optimizer = optimizers.make("adamw", 2e-3, weight_decay=1e-4)
        self.model.compile(optimizer, PixelCrossEntropy(), jit_compile=False)
        self.x, self.y = tf.constant(pictures), tf.constant(truth)
        self.answered = tf.function(lambda x: tf.argmax(self.model(x, training=False), -1))
        self.parameters = sum(int(np.prod(one.shape)) for one in self.model.trainable_weights)

    def train(self) -> float:
        """One update; the loss before it."""
        return float(self.model.train_on_batch(self.x, self.y))

    def answer(self, row: int):
        """The classes of one picture."""
        return self.answered(self.x[row : row + 1]).numpy()


def main(config: Config) -> dict[str, dict[str, float]]:
    """Print and return pictures a second by system: trained, and answered."""
    systems = ["lamina"] + ["torch"] * (importlib.util.find_spec("torch") is not None)
    given = tuple(map(str, (config.height, config.width, config.batch_size, config.cores or os.cpu_count())))
    _, found = take_turns("benchmarks.segmentation", {one: (one, *given) for one in systems}, config.repetitions)
    speeds = {
        system: {name: median(one[name] for one in turns) for name in ("trained", "answered")}
        for system, turns in found.items()
    }
    print(f"ENet at {config.width}x{config.height}, batches of {config.batch_size}, pictures a second")
    print(f"{'':<10}{'trained':>10}{'answered':>10}")
    for system, one in speeds.items():
        print(f"{system:<10}{one['trained']:>10.2f}{one['answered']:>10.2f}")
    if len(systems) == 1:
        print("PyTorch is not installed here, so there is nothing beside it: pip install torch")
    return speeds


def work(system: str, *sizes: str) -> None:
    """A worker, see `benchmarks.turns`."""
    height, width, batch_size, threads = map(int, sizes)
    random = np.random.default_rng(0)
    truth = np.kron(random.integers(0, CLASSES, (batch_size, height // 8, width // 8)), np.ones((8, 8), int))
    truth = truth.astype(np.uint8)
    pictures = (20.0 * truth[..., None] + random.uniform(0, 20, (*truth.shape, 3))).astype(np.float32)
    if system == "torch":
        from benchmarks.enet_torch import TorchENet

        one = TorchENet(pictures, truth, CLASSES, threads)
    else:
        one = LaminaENet(pictures, truth, CLASSES, threads)
    first = one.train()
    one.train(), one.answer(0), one.answer(0)
    print(json.dumps({"parameters": one.parameters, "loss": first}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        losses = [one.train() for _ in range(UPDATES)]
        middle = time.perf_counter()
        for number in range(ANSWERS):
            one.answer(number % batch_size)
        end = time.perf_counter()
        told = {
            "loss": losses[-1],
            "trained": UPDATES * batch_size / (middle - start),
            "answered": ANSWERS / (end - middle),
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(*sys.argv[2:])
    else:
        run(main, "python -m benchmarks.segmentation")
