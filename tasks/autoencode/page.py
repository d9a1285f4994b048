"""The report of an autoencoder."""

import numpy as np

from data.evenly import evenly
from tasks.autoencode.prepared import Prepared
from tasks.autoencode.results import Outcome
from tasks.task import Learned, Page

SHOWN = 12  # records in a row
SURPRISING = 16
STEPS = 9  # records on a walk between two codes
FILES = {
    "saved_model/": "signatures encode, decode, reconstruct and anomaly_score on raw records, for TensorFlow Serving"
}


def page(prepared: Prepared, learned: Learned, outcome: Outcome) -> Page:
    """Errors, curves, the map of the codes, originals beside reconstructions, the most surprising records."""
    from evaluation import autoencoding_report, columns_report
    from evaluation.model_summary import summary
    from models.autoencoder import DECODER

    splits, seed = prepared.splits, prepared.trainer.seed
    sections = autoencoding_report.sections(
        classes=splits.classes,
        anomaly=prepared.anomaly,
        history=learned.history,
        best_epoch=learned.best_epoch(),
        scores=outcome.test,
        code_size=outcome.code_size,
        codes=outcome.measured.codes,
        labels=splits.test.labels,
        errors=outcome.measured.errors,
        pairs=_pairs(outcome, splits),
        surprising=_surprising(outcome, splits),
        walks=_walks(outcome, splits) if prepared.is_variational else (),
        samples=_samples(outcome, splits, seed) if prepared.is_variational else None,
        diagnosis=outcome.diagnosis,
    )
    layers = f"{summary(learned.model)}\n\ndecoder\n{summary(learned.model.get_layer(DECODER))}"
    subtitle = f"Autoencoder with a code of {outcome.code_size:,} numbers, scored on {len(splits.test):,} test records"
    return Page(subtitle, [*sections, *columns_report.section(splits.columns)], splits.notes, layers)


def _restored(prepare, records: np.ndarray):
    """Prepared records in the units of the data: uint8 images (N, H, W, C), or a list of rows of a table."""
    raw = {name: values.numpy() for name, values in prepare.restore(np.asarray(records, np.float32)).items()}
    if "image" in raw:
        return np.round(raw["image"]).astype(np.uint8)
    raw = prepare.shown(raw)
    columns = {name: [v.decode() if isinstance(v, bytes) else v for v in values] for name, values in raw.items()}
    return [{name: values[row] for name, values in columns.items()} for row in range(len(records))]


def _test_records(splits, rows: np.ndarray) -> tuple[np.ndarray, object]:
    """Some test records: prepared, and as they are (restored from that, so that all versions look alike)."""
    one = splits.test.take(rows)
    fixed = (
        splits.prepare.fixed(one.inputs, one.origins) if splits.kind == "image" else splits.prepare.fixed(one.inputs)
    )
    prepared = np.asarray(splits.prepare.finish(fixed))
    return prepared, _restored(splits.prepare, prepared)


def _pairs(outcome: Outcome, splits):
    from evaluation.autoencoding_report import Records

    rows = evenly(len(splits.test), SHOWN if splits.kind == "image" else 6)
    prepared, originals = _test_records(splits, rows)
    ours, theirs = outcome.halves(prepared)[1], outcome.components.reconstruct(prepared)
    restored = {"network": _restored(splits.prepare, ours), "PCA": _restored(splits.prepare, theirs)}
    return Records({"original": originals, **restored})


def _surprising(outcome: Outcome, splits):
    from evaluation.autoencoding_report import Records

    errors = outcome.measured.errors
    worst = np.argsort(-errors, kind="stable")[: SURPRISING if splits.kind == "image" else SURPRISING // 2]
    prepared, originals = _test_records(splits, worst)
    versions = {"original": originals, "network": _restored(splits.prepare, outcome.halves(prepared)[1])}
    return Records(versions, tuple(map(str, splits.test.origins[worst])), tuple(errors[worst]))


def _walks(outcome: Outcome, splits) -> list:
    """Four walks between test records, of different classes where there are classes."""
    from evaluation.autoencoding_report import Records

    random, codes = np.random.default_rng(0), outcome.measured.codes
    walks = []
    for _ in range(4 if splits.kind == "image" else 1):
        start = int(random.integers(len(codes)))
        others = np.flatnonzero(splits.test.labels != splits.test.labels[start])
        end = int(random.choice(others if len(others) else np.arange(len(codes))))
        along = np.linspace(0, 1, STEPS)[:, None]
        between = outcome.halves.decode((1 - along) * codes[start] + along * codes[end])
        walks.append(Records({"between": _restored(splits.prepare, between)}))
    return walks


def _samples(outcome: Outcome, splits, seed: int):
    """Records from codes drawn from a standard normal distribution."""
    from evaluation.autoencoding_report import Records

    count = 4 * SHOWN if splits.kind == "image" else 8
    codes = np.random.default_rng(seed).standard_normal((count, outcome.code_size))
    made = _restored(splits.prepare, outcome.halves.decode(codes))
    if splits.kind != "image":
        return Records({"made": made})
    return Records({f"made {part + 1}": made[part * SHOWN : (part + 1) * SHOWN] for part in range(4)})
