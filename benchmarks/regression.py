"""Training throughput of regressions on this machine's CPU: rows per second of Lamina, scikit-learn and PyTorch.

    python -m benchmarks.regression            # about 4 minutes

`mlp` is 8-128-128-1, Adam, batch 128, no dropout: what scikit-learn's `MLPRegressor` can train too. `ensemble` is the
default of apps.regress: 16 networks 128-128 on piecewise-linear encodings of 8 columns, AdamW, dropout 0.1; in PyTorch
it is written with `torch.bmm`. Each system trains in a process of its own; the processes take turns, a repetition
each, and sleep in between. A cell is the median over the repetitions of one run; Lamina runs through its pipeline and
trainer, checkpoints, logs and guards included, the others through their bare loops. All must lower the loss, and have
equal numbers of parameters. Prints Markdown.
"""

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from importlib import metadata

import numpy as np

from benchmarks.turns import take_turns

ROWS, COLUMNS, BATCH_SIZE, EPOCHS = 20_000, 8, 128, {"mlp": 5, "ensemble": 1}
SYSTEMS = {"mlp": ["lamina", "sklearn", "torch", "torch_compiled"], "ensemble": ["lamina", "torch", "torch_compiled"]}
MEMBERS, BINS, EMBEDDING = 16, 32, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--worker", nargs=2, metavar=("SYSTEM", "MODEL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(*arguments.worker)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("tensorflow", "scikit-learn", "torch"))
    print(f"{len(os.sched_getaffinity(0))} cores, {versions}; medians of {arguments.repetitions} repetitions\n")
    print("| model | system | rows per second | ours / it |\n|---|---|---|---|")
    for model in arguments.models:
        speeds = measure(model, arguments.repetitions)
        for system, values in speeds.items():
            ratio = statistics.median(ours / its for ours, its in zip(speeds["lamina"], values, strict=True))
            print(f"| {model} | {system} | {statistics.median(values):,.0f} | {ratio:.2f} |", flush=True)


def measure(model: str, repetitions: int) -> dict[str, list[float]]:
    """Rows per second of each repetition of each system."""
    workers = {system: (system, model) for system in SYSTEMS[model]}
    _, found = take_turns("benchmarks.regression", workers, repetitions)
    return {system: [one["rows_per_second"] for one in several] for system, several in found.items()}


def work(system: str, model: str) -> None:
    """A worker: prepares, reports, then trains once for each line of its standard input."""
    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS, COLUMNS)).astype("float32")
    y = (np.sin(x[:, 0]) + x[:, 1] * x[:, 2] + 0.5 * random.normal(size=ROWS)).astype("float32")
    y = (y - y.mean()) / y.std()
    train, parameters = MAKERS[system.removesuffix("_compiled")](model, x, y, system.endswith("compiled"))
    train()  # also traces and compiles
    # Of standardised targets, the loss of knowing nothing is 1; scikit-learn halves the squares. A tenth less will do.
    print(json.dumps({"parameters": parameters, "loss": 0.45 if system == "sklearn" else 0.9}), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        loss = train()
        speed = EPOCHS[model] * ROWS / (time.perf_counter() - began)
        print(json.dumps({"rows_per_second": speed, "loss": loss}), flush=True)


def lamina(model, x, y, _):
    """`train()` and the number of parameters of our network."""
    import tempfile
    from functools import partial

    from training.devices import configure, seed_everything

    configure()
    from data.images.features import FeaturePrepare
    from data.pipeline import batches
    from data.splits import Split
    from models.ensemble import Ensemble
    from models.mlp import MLP
    from models.regression import with_units
    from training.compilation import compile_model
    from training.fit import fit
    from training.member_loss import MemberLoss, RootMeanSquaredError
    from training.plan import plan
    from training.run_directory import RunDirectory
    from training.trainer import Trainer

    seed_everything(0)
    if model == "mlp":
        network, members = MLP((128, 128), dropout=0.0).build((COLUMNS,), 1), 1
    else:
        network, members = Ensemble(MEMBERS, bins=BINS, embedding=EMBEDDING), MEMBERS
        network = network.build((COLUMNS,), 1, x, np.zeros((MEMBERS, COLUMNS + 1)))
    network = with_units(network, 0.0, 1.0)
    optimizer, decay = ("adam", 0.0) if model == "mlp" else ("adamw", 0.01)
    trainer = Trainer(
        preflight="off",
        epochs=EPOCHS[model],
        batch_size=BATCH_SIZE,
        optimizer=optimizer,
        learning_rate=1e-3,
        weight_decay=decay,
    )
    labels = np.concatenate([y[:, None], np.ones((ROWS, members), "float32")], axis=1)
    split = Split({"features": x}, labels, np.arange(ROWS).astype(str))
    schedule = plan(trainer, ROWS)
    compile_model(network, trainer, schedule, MemberLoss("squared", 1.0), [RootMeanSquaredError()])
    steps = schedule.steps_per_epoch
    rows = partial(
        batches, split, FeaturePrepare(COLUMNS), BATCH_SIZE, seed=0, epochs=EPOCHS[model], steps_per_epoch=steps
    )

    def train():
        with tempfile.TemporaryDirectory() as folder:
            history = fit(network, rows, None, trainer=trainer, plan=schedule, run=RunDirectory(folder)).rows
        return history[-1]["loss"]

    return train, sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def sklearn(model, x, y, _):
    """`train()` and the number of parameters of scikit-learn's network."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    warnings.simplefilter("ignore", ConvergenceWarning)
    network = MLPRegressor(
        hidden_layer_sizes=(128, 128),
        batch_size=BATCH_SIZE,
        max_iter=EPOCHS[model],
        alpha=0.0,
        random_state=0,
        n_iter_no_change=100,
    )

    def train():
        return float(network.fit(x, y).loss_)

    train()
    return train, sum(weights.size for weights in (*network.coefs_, *network.intercepts_))


def torch(model, x, y, compiled):
    """`train()` and the number of parameters of PyTorch's network."""
    from benchmarks import regression_torch

    return regression_torch.make(model, x, y, compiled, epochs=EPOCHS[model], batch_size=BATCH_SIZE)


MAKERS = {"lamina": lamina, "sklearn": sklearn, "torch": torch}

if __name__ == "__main__":
    main()
