"""What a regression has to show: errors beside baselines, intervals, a diagnosis, importances."""

from dataclasses import asdict, dataclass

import numpy as np

from tasks.regress.diagnosis import diagnosed
from tasks.regress.prepared import Prepared
from tasks.regress.training import Regression, outputs

LARGEST_TRAINING_SAMPLE = 10_000  # rows on which the training error is measured


@dataclass(frozen=True, eq=False)
class Outcome:
    """Scores of the three splits, the baselines, the diagnosis, importances, and the answers for the test split."""

    test: dict[str, float]
    validation: dict[str, float]
    train: dict[str, float]
    baselines: list
    diagnosis: object
    importance: list
    answers: dict[str, np.ndarray]
    target: str

    def results(self) -> dict:
        scores = {"test": self.test, "validation": self.validation, "train": self.train}
        baselines = {baseline.name: baseline.metrics for baseline in self.baselines}
        importance = {one.column: one.growth for one in self.importance}
        found = {"baselines": baselines, "diagnosis": asdict(self.diagnosis)}
        return scores | found | {"target": self.target, "importance": importance}


def score(prepared: Prepared, learned: Regression) -> Outcome:
    """Score the best weights on all splits, and the baselines on the same; the test split is read here first."""
    from data.pipeline import fixed_part
    from evaluation import regression_baselines, text_regression_baselines
    from evaluation.permutation_importance import permutation_importance
    from evaluation.regression import metrics

    splits, rows, core, decode = prepared.splits, prepared.rows, learned.core, learned.decode
    sample, seed = splits.train.spread(LARGEST_TRAINING_SAMPLE), prepared.trainer.seed
    answers = {
        "train": decode.reference(outputs(core, sample, splits.prepare)),
        "validation": decode.reference(rows.unseen(outputs(core, rows.validation, rows.prepare))),
        "test": decode.reference(outputs(core, splits.test, splits.prepare)),
    }
    truths = {"train": sample.labels, "validation": rows.validation.labels[:, 0], "test": splits.test.labels}
    figures = {name: metrics(truths[name], found, prepared.level) for name, found in answers.items()}
    print("scoring baselines on the same splits", flush=True)
    parts = (splits.train, splits.validation, splits.test)
    if splits.kind == "text":
        simple = text_regression_baselines.score(*parts, splits.prepare)
    else:
        given = ((fixed_part(part, splits.prepare), part.labels) for part in parts)
        simple = regression_baselines.score(*given, pooled=rows.folds is not None, seed=seed)
    predictions = {name: found["prediction"] for name, found in answers.items()}
    diagnosis = diagnosed(prepared, learned, truths, predictions, figures, simple)

    def predict(columns):
        if splits.kind == "text":
            found = splits.prepare.answers(columns, core.predict_on_batch)
        else:
            found = core.predict(splits.prepare.model_input(columns), batch_size=1024, verbose=0)
        return decode.mean + decode.scale * found[..., 0].mean(axis=1)

    importance = permutation_importance(predict, splits.test.inputs, splits.test.labels, seed=seed)
    test, validation, train = (figures[name] for name in ("test", "validation", "train"))
    return Outcome(test, validation, train, simple, diagnosis, importance, answers["test"], splits.target)


def row_losses(prepared: Prepared, learned: Regression) -> np.ndarray:
    """Squared error of each validation row (N,), in the units of the target."""
    rows = prepared.rows
    held_out = rows.unseen(outputs(learned.core, rows.validation, rows.prepare))
    return (learned.decode.reference(held_out)["prediction"] - rows.validation.labels[:, 0].astype(np.float64)) ** 2


def told(results: dict) -> tuple[str, dict[str, float]]:
    """The errors beside the baselines as text, and the figures of the last line."""
    test, baselines, diagnosis = results["test"], results["baselines"], results["diagnosis"]
    lines = [f"{'on the test split':<28}{'RMSE':>12}{'MAE':>12}{'R2':>9}"]
    for name, figures in {"this network": test, **baselines}.items():
        lines.append(f"  {name:<26}{figures['rmse']:>12.5g}{figures['mae']:>12.5g}{figures['r2']:>9.4f}")
    lines.append(f"intervals of {test['promised_coverage']:.0%}: {test['coverage']:.1%} of the test rows lie inside")
    lines.append(f"diagnosis: {diagnosis['label']}. {diagnosis['advice']}")
    line = {f"test_{name}": value for name, value in test.items()}
    line |= {f"{name.split()[0]}_rmse": figures["rmse"] for name, figures in baselines.items()}
    return "\n".join(lines), line
