"""What a regression run has to show: intervals, scores beside baselines, a diagnosis, exports, the report."""

from dataclasses import asdict, dataclass

import numpy as np

from training.run_directory import RunDirectory

WORST = 12  # rows with the largest errors in the report
LARGEST_TRAINING_SAMPLE = 10_000  # rows on which the training error is measured


@dataclass(frozen=True)
class Found:
    """Scores of the three splits, the baselines, the diagnosis, importances, and the answers for the test split."""

    test: dict[str, float]
    validation: dict[str, float]
    train: dict[str, float]
    baselines: list
    diagnosis: object
    importance: list
    answers: dict[str, np.ndarray]


def outputs(core, split, prepare) -> np.ndarray:
    """Standardised outputs (N, members, 1 or 2) of a split, in its order, of a model without the target's units."""
    from data.pipeline import batches

    return np.asarray(core.predict(batches(split, prepare, 1024), verbose=0), np.float64)


def calibrated(model, rows, config):
    """The model that answers, the same without the target's units, and its decoding.

    The intervals are set by rows that the answering members had not seen.
    """
    from evaluation.intervals import calibrate
    from export.regression_decoding import RegressionDecoding
    from models.regression import monte_carlo, standardized

    if config.mc_dropout:
        model = monte_carlo(model, config.mc_dropout, config.trainer.seed)
    core = standardized(model)
    held_out = rows.unseen(outputs(core, rows.validation, rows.prepare))
    targets = (rows.validation.labels[:, 0].astype(np.float64) - rows.mean) / rows.scale
    noise, width = calibrate(targets, held_out, members=model.output_shape[1], level=config.level)
    return model, core, RegressionDecoding(rows.mean, rows.scale, noise, width, config.level)


def score(core, decode, splits, rows, history: list[dict], config) -> Found:
    """Score the best weights on all splits, and the baselines on the same; the test split is read here first."""
    from apps.advice import flags
    from data.pipeline import fixed_part
    from evaluation import regression_baselines
    from evaluation.diagnosis import diagnose
    from evaluation.permutation_importance import permutation_importance
    from evaluation.regression import metrics
    from training.compilation import highest_rate

    sample = splits.train.spread(LARGEST_TRAINING_SAMPLE)
    answers = {
        "train": decode.reference(outputs(core, sample, splits.prepare)),
        "validation": decode.reference(rows.unseen(outputs(core, rows.validation, rows.prepare))),
        "test": decode.reference(outputs(core, splits.test, splits.prepare)),
    }
    truths = {"train": sample.labels, "validation": rows.validation.labels[:, 0], "test": splits.test.labels}
    figures = {name: metrics(truths[name], found, config.level) for name, found in answers.items()}
    print("scoring baselines on the same splits", flush=True)
    simple = regression_baselines.score(
        *(
            (fixed_part(split, splits.prepare), split.labels)
            for split in (splits.train, splits.validation, splits.test)
        ),
        pooled=rows.folds is not None,
        seed=config.trainer.seed,
    )
    found = diagnose(
        {name: [row[name] for row in history] for name in ("loss", "val_loss")},
        train_accuracy=_share(figures["train"]["r2"]),
        validation_accuracy=_share(figures["validation"]["r2"]),
        guess=1.0 if config.loss == "squared" and not core.losses else None,
        baseline=_share(max(baseline.validation_r2 for baseline in simple)),
        learning_rate=highest_rate(config.trainer, core),
        flags=flags(config.model),
        measure="R2",
    )

    def predict(columns):
        prepared = splits.prepare.finish(splits.prepare.fixed(columns))
        means = core.predict(np.asarray(prepared), batch_size=1024, verbose=0)[..., 0].mean(axis=1)
        return decode.mean + decode.scale * means

    importance = permutation_importance(predict, splits.test.inputs, splits.test.labels, seed=config.trainer.seed)
    return Found(figures["test"], figures["validation"], figures["train"], simple, found, importance, answers["test"])


def _share(r2: float) -> float:
    """R2 as the diagnosis takes it: not below 0, which is answering the mean."""
    return min(max(r2, 0.0), 1.0)


FILES = {
    "config.json": "all settings of this run",
    "environment.json": "versions and machine",
    "preparing.json": "how raw rows become inputs, and outputs become numbers with intervals",
    "metrics.csv": "loss and RMSE per epoch",
    "timing.csv": "seconds and rows per second per epoch",
    "results.json": "all scores, baselines, importances, diagnosis",
    "model.keras": "the trained network, for Keras: the members' answers in the units of the target",
    "examples.json": "raw rows that exports are checked on",
    "saved_model/": "raw rows in, prediction, std, lower and upper out, for TensorFlow Serving and others",
}


def write_report(directory: RunDirectory, config, model, splits, rows, history: list[dict], found: Found) -> None:
    """Write report.html of the run."""
    from apps.command import typed
    from evaluation import regression_report
    from evaluation.model_summary import summary

    best = min(history, key=lambda row: row["val_loss"])
    regression_report.write(
        directory / "report.html",
        title=f"{splits.name}, {model.name}",
        command=typed("python -m apps.regress"),
        notes=(*splits.notes, *rows.notes),
        target=splits.target,
        history={name: [row[name] for row in history] for name in history[0] if name != "epoch"},
        targets=splits.test.labels,
        found=found.answers,
        level=config.level,
        baselines=found.baselines,
        diagnosis=found.diagnosis,
        importance=found.importance,
        worst=_worst(splits, found.answers),
        input_curve=_only_input(splits),
        environment=directory.read_json("environment.json"),
        model_summary=summary(model),
        best_epoch=int(best["epoch"]),
        files=FILES,
        settings={**asdict(config.data), "loss": config.loss, "level": config.level, **asdict(config.trainer)},
    )


def _worst(splits, answers: dict[str, np.ndarray]) -> list[dict]:
    """The test rows with the largest errors."""
    test = splits.test
    order = np.argsort(-np.abs(test.labels - answers["prediction"]), kind="stable")[:WORST]
    return [
        {
            "truth": test.labels[i],
            "predicted": answers["prediction"][i],
            "lower": answers["lower"][i],
            "upper": answers["upper"][i],
            "origin": test.origins[i],
            "row": {name: values[i] for name, values in test.inputs.items()},
        }
        for i in order
    ]


def _only_input(splits) -> tuple[str, np.ndarray] | None:
    """Name and test values of the input, where it is a single number."""
    inputs = splits.test.inputs
    if len(inputs) != 1 or next(iter(inputs.values())).dtype.kind != "f":
        return None
    return next(iter(inputs.items()))
