"""How fast `textcnn` and `recurrent` train and answer, beside PyTorch with the same layers on the same cores.

    python -m benchmarks.text_speed                       both, texts of 32 tokens, batches of 128
    python -m benchmarks.text_speed --networks recurrent --length 200 --cores 1

PyTorch is measured where it is installed (`pip install torch`). Each system has a process of its own; they take turns,
so that what slows the machine down meets both. Texts are random ids whose class one of them tells: only time is
measured, from ids to an update or to classes, and that the loss falls. From raw text on, beside scikit-learn:
`python -m benchmarks.texts`.
"""

import importlib.util
import json
import os
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from benchmarks.turns import take_turns
from cli.run import run

VOCAB_SIZE, CLASSES = 8000, 6
ROWS = 4096  # of a repetition, at least one batch


@dataclass(frozen=True)
class Config:
    """Measure networks that read text."""

    networks: tuple[Literal["textcnn", "recurrent"], ...] = ("textcnn", "recurrent")
    """Which ones."""
    length: int = 32
    """Tokens of a text; a quarter of the texts has half as many."""
    batch_size: int = 128
    """Texts of an update, and of an answer."""
    repetitions: int = 5
    """Turns of each system."""
    cores: int | None = None
    """Cores that each may use. Default: all."""


class LaminaText:
    """Trains a network of the suite on given texts, and answers.

    Args:
        name: textcnn or recurrent.
        ids: int32 (batches, rows, length); 0 fills up.
        labels: int32 (batches, rows).
        sizes: Number of ids, and of classes.
        threads: Cores.
    """

    def __init__(self, name, ids, labels, sizes, threads):
        from training.devices import limit_threads

        limit_threads(threads)
        import keras
        import tensorflow as tf

        from models.text_inputs import TextShape
        from tasks.text_model import RECIPES
        from training import optimizers
        from training.losses import CrossEntropy
        from training.plan import plan
        from training.trainer import Trainer

        keras.utils.set_random_seed(0)
        self.model = RECIPES[name]().build(TextShape(sizes[0]), sizes[1])
        at_once = plan(Trainer(batch_size=labels.shape[1]), labels.size).steps_per_execution
        adam = optimizers.make("adam", 1e-3)
        self.model.compile(adam, CrossEntropy(), jit_compile=False, steps_per_execution=at_once)
        self.batches = tf.data.Dataset.from_tensor_slices(({"ids": ids}, labels))
        self.answered = tf.function(lambda inputs: tf.argmax(self.model(inputs, training=False), -1))
        self.parameters = sum(int(np.prod(one.shape)) for one in self.model.trainable_weights)

    def train(self) -> float:
        """An update on each batch; the mean of the losses before them."""
        return self.model.fit(self.batches, verbose=0).history["loss"][-1]

    def answer(self):
        """The classes of all texts, batch by batch."""
        return [self.answered(inputs).numpy() for inputs, _ in self.batches]


def main(config: Config) -> dict[str, dict[str, list[dict[str, float]]]]:
    """Print texts a second by network and system, trained and answered; return those of every repetition."""
    systems = ["lamina"] + ["torch"] * (importlib.util.find_spec("torch") is not None)
    given = tuple(map(str, (config.length, config.batch_size, config.cores or os.cpu_count())))
    print(f"texts of {config.length} tokens, batches of {config.batch_size}, thousands of texts a second; ", end="")
    print(f"medians of {config.repetitions} interleaved repetitions, ratio: median of Lamina / the other")
    print(f"{'':<12}{'':<10}{'trained':>10}{'ratio':>8}{'answered':>10}{'ratio':>8}")
    found = {}
    for name in config.networks:
        workers = {system: (system, name, *given) for system in systems}
        _, found[name] = take_turns("benchmarks.text_speed", workers, config.repetitions)
        for system, turns in found[name].items():
            line = f"{name:<12}{system:<10}"
            for what in ("trained", "answered"):
                ratios = [ours[what] / one[what] for ours, one in zip(found[name]["lamina"], turns, strict=True)]
                line += f"{median(one[what] for one in turns) / 1000:>10.2f}{median(ratios):>8.2f}"
            print(line, flush=True)
    if len(systems) == 1:
        print("PyTorch is not installed here, so there is nothing beside it: pip install torch")
    return found


def texts(length: int, batch_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids (batches, rows, length) and classes (batches, rows): one of the first ids somewhere in a text tells it."""
    random = np.random.default_rng(0)
    batches = max(ROWS // batch_size, 1)
    labels = random.integers(0, CLASSES, (batches, batch_size))
    ids = random.integers(1 + CLASSES, VOCAB_SIZE, (batches, batch_size, length))
    np.put_along_axis(ids, random.integers(0, length // 2, (*labels.shape, 1)), 1 + labels[..., None], axis=2)
    ids[:, : batch_size // 4, length // 2 :] = 0
    return ids.astype(np.int32), labels.astype(np.int32)


def work(system: str, name: str, *sizes: str) -> None:
    """A worker, see `benchmarks.turns`."""
    length, batch_size, threads = map(int, sizes)
    ids, labels = texts(length, batch_size)
    if system == "torch":
        from benchmarks.text_torch import TorchText as System
    else:
        System = LaminaText
    one = System(name, ids, labels, (VOCAB_SIZE, CLASSES), threads)
    first = one.train()
    one.answer()
    print(json.dumps({"parameters": one.parameters, "loss": first}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        loss = one.train()
        middle = time.perf_counter()
        one.answer()
        end = time.perf_counter()
        told = {"loss": loss, "trained": labels.size / (middle - start), "answered": labels.size / (end - middle)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(*sys.argv[2:])
    else:
        run(main, "python -m benchmarks.text_speed")
