"""The report of a captioner."""

from data.evenly import evenly
from tasks import members
from tasks.caption.prepared import Prepared
from tasks.caption.results import Outcome
from tasks.caption.training import Captioning
from tasks.task import Page

STRIPS = 6  # images whose attention is drawn
FILES = {
    "neighbours.npz": "with `--neighbours`: vectors and captions of training images",
    "saved_model/": "image files in, captions, scores and attention out, for TensorFlow Serving and others",
}


def page(prepared: Prepared, learned: Captioning, outcome: Outcome) -> Page:
    """Scores, curves, images with their captions, attention."""
    from evaluation import caption_report
    from evaluation.model_summary import summary

    splits = prepared.splits
    pixels = prepared.inputs.pixels(splits.test)
    unfinished = sum(not one.complete[0] for one in outcome.captions)
    notes = [*splits.notes, *prepared.batches.notes(), *prepared.further]
    notes.append(f"Of {len(outcome.captions)} test captions {unfinished} came to the limit of their length.")
    if prepared.members.count > 1:
        notes.append(members.note(prepared.members.count))
    sections = caption_report.sections(
        history=learned.history,
        best_epoch=learned.best_epoch(prepared.best_by),
        images=pixels,
        references=splits.test.captions,
        captions=[one.texts[0] for one in outcome.captions],
        scores=outcome.scores["test"],
        baselines=outcome.baselines,
        diagnosis=outcome.diagnosis,
        search=_described(prepared),
        attention=_strips(pixels, splits.test, learned.inputs, outcome),
        overlap=outcome.overlap,
        others=outcome.others,
    )
    subtitle = f"Captioning, scored on {len(outcome.captions):,} test images"
    return Page(subtitle, sections, tuple(notes), summary(learned.model))


def _described(prepared: Prepared) -> str:
    """The search in words."""
    search, count = prepared.search, prepared.neighbours
    how = "greedy" if search.beams == 1 else f"beam search with {search.beams} hypotheses"
    rank = f", then by their likeness to the captions of the {count} most similar training images" if count else ""
    return f"Captions by {how}, compared by log probability / tokens ** {search.length_penalty:g}{rank}."


def _strips(pixels, part, inputs, outcome: Outcome) -> list:
    """Of some test images, spread evenly, the pixels, the words written, and where each looked."""
    from evaluation.attention_overlap import word_maps

    if outcome.captioner.parts.grid == (1, 1):
        return []
    rows = evenly(len(part), STRIPS)
    maps = outcome.captioner.attention(inputs.finished(part, rows), [outcome.captions[row] for row in rows])
    strips = []
    for row, (pieces, weights) in zip(rows, maps, strict=True):
        words, seen = word_maps(pieces, weights)
        if words:
            strips.append((pixels[row], words, seen))
    return strips
