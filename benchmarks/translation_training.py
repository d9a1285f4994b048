"""Times training of the tiny Transformer for translation beside stock Keras and PyTorch: target tokens per second.

    python -m benchmarks.translation_training                          # about ten minutes
    python -m benchmarks.translation_training --systems lamina torch   # two of them

All train the same network (4 + 4 blocks, 128 features, 4 heads, 256 hidden units, norms first, one table of 6,400
subwords, dropout 0.3 of what each part adds, label smoothing 0.1, Adam) on the same batches: 28 of about 4,096 tokens
in 6 static shapes, filled with made sentences as long as those of Multi30k. Lamina trains through `trainer.fit`, logs,
guards and checkpoints included, with XLA as `apps.translate` chooses it; Keras with and without XLA; PyTorch with
`scaled_dot_product_attention` and the fused Adam, eager and by `torch.compile`. Each in a process of its own; the
processes take turns, a pass over the batches each, and sleep in between. A cell is the median over the repetitions;
tokens of padding do not count. The networks must have equally many parameters and lower the loss.
"""

import argparse
import json
import os
import statistics
import sys
import time
from importlib import metadata, util

from benchmarks.turns import take_turns

SYSTEMS = {
    "lamina": "keras",
    "keras": "keras",
    "keras_xla": "keras",
    "torch": "torch",
    "torch_compiled": "torch",
}
VOCABULARY, RATE, SMOOTHING = 6400, 0.3, 0.1
PAIRS = 5700


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--worker", metavar="SYSTEM", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments.worker)
    systems = [name for name in arguments.systems if util.find_spec(SYSTEMS[name])]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("tensorflow", "keras", "torch"))
    print(f"{len(os.sched_getaffinity(0))} cores, {versions}, medians of {arguments.repetitions} repetitions\n")
    speeds, parameters = measure(systems, arguments.repetitions)
    print("| system | target tokens/s | ours / it |\n|---|---|---|")
    first = speeds[systems[0]]
    for system in systems:
        ratio = statistics.median(mine / theirs for mine, theirs in zip(first, speeds[system], strict=True))
        print(f"| {system} | {statistics.median(speeds[system]):,.0f} | {ratio:.2f} |")
    print(f"\n{parameters:,} parameters each")


def measure(systems: list[str], repetitions: int) -> tuple[dict[str, list[float]], int]:
    """Target tokens per second of each repetition of each system; the number of parameters."""
    workers = {system: (system,) for system in systems}
    ready, found = take_turns("benchmarks.translation_training", workers, repetitions)
    speeds = {system: [one["tokens"] / one["seconds"] for one in several] for system, several in found.items()}
    return speeds, ready[systems[0]]["parameters"]


def work(system: str) -> None:
    """A worker: trains once, which compiles, reports, then trains once for each line of its standard input."""
    training = make(system)
    first = training.train()
    print(json.dumps({"parameters": training.num_parameters, "loss": first}), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        loss = training.train()
        seconds = time.perf_counter() - began
        print(json.dumps({"seconds": seconds, "tokens": training.num_tokens, "loss": loss}), flush=True)


def make(system: str):
    """The training of a system, in a fresh process: nothing of the others is imported."""
    if system.startswith("torch"):
        from benchmarks.translation_torch import TorchTraining

        return TorchTraining(made_batches(), VOCABULARY, RATE, SMOOTHING, compiled=system == "torch_compiled")
    if system == "lamina":
        from training.devices import configure

        configure()  # as every app does, before anything of TensorFlow is imported
        from benchmarks.translation_lamina import LaminaTraining

        return LaminaTraining(made_batches(), VOCABULARY, RATE, SMOOTHING)
    from benchmarks.translation_keras import KerasTraining

    return KerasTraining(made_batches(), VOCABULARY, RATE, SMOOTHING, xla=system == "keras_xla")


def made_batches():
    """Pairs of token ids as long as those of Multi30k, and as unevenly frequent, in batches of six shapes."""
    import numpy as np

    from data.text.pair_batches import make

    random = np.random.default_rng(0)
    shares = 1 / np.arange(1, VOCABULARY - 3)
    lengths = np.clip(random.gamma(9, 1.7, PAIRS), 4, 48).astype(int)
    targets = np.clip(lengths * random.normal(1.05, 0.15, PAIRS), 3, 55).astype(int)
    ids = [
        [random.choice(VOCABULARY - 4, length, p=shares / shares.sum()).astype(np.int32) + 4 for length in several]
        for several in (lengths, targets)
    ]
    return make(*ids, tokens=4096, buckets=6)


if __name__ == "__main__":
    main()
