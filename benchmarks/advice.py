"""Ten trainings that were spoiled on purpose: does the diagnosis name what is wrong, and does its advice help?

    python -m benchmarks.advice              ten faults, about five minutes
    python -m benchmarks.advice --seed 1

Each is diagnosed as by `apps.classify` or `apps.regress`; the change that is advised is then trained, too, as by
`--what-if`: it helps where the 95% interval of the difference of the losses of the validation rows lies below 0.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.diagnosis import NAMED, Case, clusters, quiet, surface, trained
from cli.run import run

BIAS = frozenset(["high bias", "high bias and high variance"])
VARIANCE = frozenset(["high variance"])
HIGH, LOW = frozenset(["learning rate too high"]), frozenset(["learning rate too low"])


@dataclass(frozen=True)
class Config:
    """Ten spoiled trainings."""

    seed: int = 0
    """Of the data and of the trainings."""


def digits(rows: int | None = None):
    """Written digits, scikit-learn's, shuffled; the first so many of them."""
    from sklearn.datasets import load_digits

    def make(random):
        inputs, labels = load_digits(return_X_y=True)
        order = random.permutation(len(labels))[:rows]
        return inputs[order].astype(float), labels[order]

    return make


def noisy(rows: int):
    """Two classes that depend on 5 of 20 numbers; 3 in 10 labels are drawn anew."""
    from sklearn.datasets import make_classification

    return lambda random: make_classification(
        rows, 20, n_informative=5, flip_y=0.3, class_sep=2.0, random_state=int(random.integers(2**31))
    )


def flags(**given) -> tuple[str, ...]:
    """Settings of the training, as they are typed."""
    return tuple(word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value)))


CASES = {
    "digits, rate 1": Case("classify", digits(), (*flags(learning_rate=1, epochs=6), "mlp"), HIGH),
    "digits, rate 1e-5": Case("classify", digits(), (*flags(learning_rate=1e-5, epochs=6), "mlp"), LOW),
    "digits, two units": Case("classify", digits(), (*flags(epochs=15), "mlp", "--hidden", "2"), BIAS),
    "clusters, rate 3": Case("classify", clusters(900, 4, 1.0), (*flags(learning_rate=3, epochs=6), "mlp"), HIGH),
    "clusters, rate 1e-6": Case("classify", clusters(900, 4, 1.0), (*flags(learning_rate=1e-6, epochs=6), "mlp"), LOW),
    "few digits by heart": Case(
        "classify", digits(300), (*flags(epochs=30), "mlp", "--hidden", "256", "--dropout", "0"), VARIANCE
    ),
    "noise by heart": Case(
        "classify", noisy(600), (*flags(epochs=30), "mlp", "--hidden", "128", "--dropout", "0"), VARIANCE
    ),
    "surface, rate 1": Case("regress", surface(800, 0.3), (*flags(learning_rate=1, epochs=6), "mlp"), HIGH),
    "surface, rate 1e-6": Case("regress", surface(800, 0.3), (*flags(learning_rate=1e-6, epochs=6), "mlp"), LOW),
    "surface, one unit": Case("regress", surface(2000, 0.1), (*flags(epochs=20), "mlp", "--hidden", "1"), BIAS),
}


def main(config: Config) -> dict[str, int]:
    """Train every case, print a line for each, and return how often the fault was named and its change helped."""
    from training.devices import configure

    configure()
    named = helped = 0
    for name, case in CASES.items():
        diagnosis, told, verdict = advised(case, config.seed)
        named, helped = named + is_named(diagnosis, case.wanted), helped + (verdict == "helps")
        print(f"{name:<22}{diagnosis.label:<30}{told}", flush=True)
    print(f"named {named} of {len(CASES)}, the advised change helps in {helped}")
    return {"named": named, "helped": helped}


def is_named(diagnosis, wanted: frozenset[str]) -> bool:
    """Whether the label is wanted. Of a network that is too small it is said first what that comes to, that a baseline
    or a guess is as good; named is then what the advice acts on."""
    too_small = wanted == BIAS and diagnosis.label in NAMED and (diagnosis.flag or "").startswith("--hidden")
    return diagnosis.label in wanted or too_small


def advised(case: Case, seed: int) -> tuple:
    """The diagnosis, what became of its advice, and the verdict on that."""
    from tasks.what_if import tried

    with tempfile.TemporaryDirectory() as folder, quiet():
        task, given, prepared, learned, directory = trained(case, seed, Path(folder))
        diagnosis = task.score(prepared, learned).diagnosis
        found = tried(task, given, prepared, learned, diagnosis.flag, directory)["what_if"]
    return diagnosis, found["told"], found.get("verdict", "")


if __name__ == "__main__":
    run(main, "python -m benchmarks.advice")
