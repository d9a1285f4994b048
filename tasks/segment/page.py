"""The report of a segmentation."""

from tasks import members
from tasks.segment.prepared import Prepared
from tasks.segment.results import Outcome
from tasks.task import Learned, Page

FILES = {"saved_model/": "bytes of pictures in, classes and confidence of their pixels out, for TensorFlow Serving"}


def page(prepared: Prepared, learned: Learned, outcome: Outcome) -> Page:
    """Scores, the worst pictures, classes, confusion, curves, reliability."""
    from evaluation import segmentation_report
    from evaluation.model_summary import summary

    splits = prepared.splits
    test, ious = splits.test, outcome.scores.picture_ious()
    shown = [
        segmentation_report.Shown(
            str(test.origins[row]), float(ious[row]), prepared.prepare.read(test.images[row]), test.truth(row), ids
        )
        for row, ids in outcome.shown
    ]
    sections = segmentation_report.sections(
        classes=splits.classes,
        palette=splits.palette,
        history=learned.history,
        best_epoch=learned.best_epoch("miou"),
        scores=outcome.scores,
        interval=outcome.interval,
        baselines=outcome.baselines,
        diagnosis=outcome.diagnosis,
        shown=shown,
    )
    subtitle = f"Segmentation into {len(splits.classes):,} classes, scored on {len(test):,} test pictures"
    notes = (*splits.notes, *prepared.further)
    if prepared.members.count > 1:
        notes = (*notes, members.note(prepared.members.count))
    return Page(subtitle, sections, notes, summary(learned.model))
