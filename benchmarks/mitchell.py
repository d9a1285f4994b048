"""Mitchell's 8-3-8 network (Machine Learning, 1997, section 4.6.4): how many seeds invent a binary code.

    python -m benchmarks.mitchell [--seeds 20] [--first 0]

His settings: sigmoid units, weights from U(-0.1, 0.1), eta 0.3, one row at a time, 5000 epochs. Printed for each seed:
the codes of the eight rows, rounded; how many differ; how many outputs are largest in the right place; and the sum of
squared errors. The last line counts the seeds with eight different codes and those with all outputs right.
"""

import argparse
import tempfile
import time
from dataclasses import replace

import numpy as np


def trained(seed: int):
    """The network trained as `apps.autoencode.MITCHELL` says, and its splits."""
    from apps.autoencode import MITCHELL, build, load, train
    from training.run_directory import RunDirectory

    config = replace(MITCHELL, trainer=replace(MITCHELL.trainer, seed=seed))
    splits = load(config)
    model = build(config, splits)
    with tempfile.TemporaryDirectory() as folder:
        train(model, config, splits, RunDirectory(folder))
    return model, splits


def judge(model, splits) -> tuple[np.ndarray, int, float]:
    """Codes (8, 3) in the order of the rows, outputs whose largest is in the right place, sum of squared errors."""
    from models.autoencoder import parts

    rows = np.asarray(splits.prepare.fixed(splits.test.inputs))
    codes, outputs = parts(model)(rows)
    return codes, int((outputs.argmax(axis=1) == rows.argmax(axis=1)).sum()), float(((outputs - rows) ** 2).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    arguments = parser.parse_args()
    from training.devices import configure

    configure()
    distinct, right = 0, 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        start = time.perf_counter()
        model, splits = trained(seed)
        codes, correct, error = judge(model, splits)
        names = ["".join(map(str, row)) for row in np.round(codes).astype(int)]
        distinct += len(set(names)) == 8
        right += correct == 8
        seconds = time.perf_counter() - start
        found = f"{len(set(names))} different, {correct} right, SSE {error:.3f}, {seconds:.1f} s"
        print(f"seed {seed:2}: {' '.join(names)}  {found}", flush=True)
    print(f"seeds={arguments.seeds} eight_codes={distinct} all_right={right}")


if __name__ == "__main__":
    main()
