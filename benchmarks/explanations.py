"""The ablation of visual explanations: all five variants side by side, with intervals over seeds.

    python -m benchmarks.explanations                    three seeds; a table, and explanations.html
    python -m benchmarks.explanations --seeds 5 --output runs/explanations

The networks that the variants share are trained once for a seed; explanation-dis starts from description, explanation
from explanation-label, as in the paper. Sentences are scored with the true class given, as the paper does, and with the
class that the picture classifier finds. Everything is in the folder `--output`: typed again after an interruption, it
goes on where it stopped.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from cli.errors import UserError
from cli.run import run, typed
from tasks.explain.config import Config as Explanation

STARTS = {
    "definition": None,
    "description": None,
    "explanation-label": None,
    "explanation-dis": "description",
    "explanation": "explanation-label",
}
"""Variant -> the one whose generator it starts from."""
WIDTH = {2: 12.71, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
"""Student's t, 97.5%, by number of seeds."""


@dataclass(frozen=True)
class Config:
    """Compare the variants of visual explanations."""

    seeds: int = 3
    """Seeds 0, 1, ...: of the birds, the networks and the order of training."""
    output: str = "runs/explanations"
    """Folder to work in."""
    explain: Explanation = field(default_factory=Explanation)

    def __post_init__(self):
        if not 1 <= self.seeds <= max(WIDTH):
            raise UserError(f"`--seeds` must be between 1 and {max(WIDTH)}. Received: {self.seeds}")
        for name, why in (
            ("variant", "all are trained"),
            ("run_dir", "use `--output`"),
            ("fresh", "name a new `--output`"),
        ):
            if getattr(self.explain, name) != getattr(Explanation(), name):
                flag = f"--{name.replace('_', '-')}"
                raise UserError(
                    f"`{flag}` is for one run: {why}. Leave it out. Received: {getattr(self.explain, name)}"
                )


def main(config: Config) -> dict[str, dict[str, float]]:
    """Train, score, write; return the mean figures of each variant, the true class given."""
    from training.devices import configure

    configure(config.explain.trainer.device)
    folder = Path(config.output)
    found = [of_seed(config.explain, seed, folder / f"seed-{seed}") for seed in range(config.seeds)]
    text = "\n\n".join(f"{title}\n\n{markdown(found, way)}" for way, title in WAYS.items())
    text += f"\n\npicture classifier right: {interval([one['accuracy'] for one in found])}\n"
    (folder / "explanations.md").write_text(text, encoding="utf-8")
    write_page(found, folder / "explanations.html")
    print(f"\n{text}\nreport: {folder / 'explanations.html'}")
    return {variant: {name: mean(found, "given", variant, name) for name in of} for variant, of in first(found).items()}


WAYS = {"given": "The true class given", "predicted": "The class found by the picture classifier"}


def of_seed(explain: Explanation, seed: int, folder: Path) -> dict:
    """The figures of all variants with one seed: "given" and "predicted", variant -> figures; and "accuracy"."""
    from tasks.explain import stages
    from tasks.explain.prepared import load, prepare
    from tasks.explain.training import examiner_in_training, relevance, reward
    from training.run_directory import RunDirectory

    done = folder / "figures.json"
    if done.is_file():
        return json.loads(done.read_text("utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    config = replace(explain, trainer=replace(explain.trainer, seed=seed, preflight="off"))
    splits = load(config)
    prepared = prepare(config, splits)
    place = RunDirectory(folder)
    shared = stages.shared(prepared, place)
    part = splits.test
    feature, logits = stages.features_of(prepared.prepare, shared.classifier, part)
    labels, found = prepared.labels(part), logits.argmax(1)
    result = {"accuracy": float((found == labels).mean()), "given": {}, "predicted": {}, "rewarded": {}}
    for variant, start in STARTS.items():
        own = replace(prepared, variant=variant)
        learner, _, _ = relevance(
            replace(own, variant=start or variant), shared, stages.folder_of(place, start or variant)
        )
        if start:
            rows, _ = reward(own, shared, learner, stages.folder_of(place, variant))
            result["rewarded"][variant] = [dict(row) for row in rows]
        examiner = examiner_in_training(own, shared, learner, prepared.search)
        for way, classes in (("given", labels), ("predicted", found)):
            result[way][variant] = examiner(part, feature, logits, classes).figures
    done.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return result


def first(found: list[dict]) -> dict:
    """Variant -> figures of the first seed."""
    return found[0]["given"]


def mean(found: list[dict], way: str, variant: str, name: str) -> float:
    """Of a figure over the seeds."""
    return float(np.mean([one[way][variant][name] for one in found]))


def interval(values: list[float]) -> str:
    """Mean and 95% interval of a figure over the seeds."""
    if len(values) < 2:
        return f"{values[0]:.3f}"
    half = WIDTH[len(values)] * np.std(values, ddof=1) / len(values) ** 0.5
    return f"{np.mean(values):.3f} ± {half:.3f}"


def rows_of(found: list[dict], way: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table: a row for each variant."""
    from evaluation.explaining import NAMES

    names = [name for name in NAMES if name in next(iter(found[0][way].values()))]
    rows = [[variant, *(interval([one[way][variant][name] for one in found]) for name in names)] for variant in STARTS]
    return ["", *(NAMES[name] for name in names)], rows


def markdown(found: list[dict], way: str) -> str:
    """A table as markdown."""
    header, rows = rows_of(found, way)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_page(found: list[dict], path: Path) -> None:
    """The tables, and the reward by epoch, as a page."""
    from evaluation import report
    from evaluation.explanation_report import MEANINGS, TRUTH, gaps, reward_curve

    sections = []
    for way, title in WAYS.items():
        header, rows = rows_of(found, way)
        sections.append(report.Section(title, [report.Table(header, rows)]))
    sections.append(report.Section("What the figures are", [report.Text([*MEANINGS, *TRUTH])]))
    for variant, rows in found[0]["rewarded"].items():
        blocks = [report.Text(gaps(variant, [one["given"][variant] for one in found]))]
        sections.append(report.Section(f"Rewards: {variant}", [*blocks, report.Pictures([reward_curve(rows)])]))
    sections.append(report.Section("The command", [report.Code(typed("python -m benchmarks.explanations"))]))
    subtitle = f"Five variants, mean and 95% interval of {len(found)} seed{'s' * (len(found) > 1)}"
    report.write(path, "Visual explanations", subtitle, sections)


if __name__ == "__main__":
    run(main, "python -m benchmarks.explanations")
