"""The report of a translator."""

from models.decoding_settings import DecodingSettings
from tasks import members
from tasks.task import Learned, Page
from tasks.translate.prepared import Prepared
from tasks.translate.results import Outcome

MAPS = 4  # sentences whose attention is drawn
LONGEST_MAP = 24  # pieces of a side that can be read with ease
FILES = {"saved_model/": "sentences in, translations, scores and attention out, for TensorFlow Serving and others"}


def page(prepared: Prepared, learned: Learned, outcome: Outcome) -> Page:
    """Scores, curves, BLEU by length, attention, the worst translations and the first ones."""
    from evaluation import translation_report
    from evaluation.model_summary import summary

    splits, translations = prepared.splits, outcome.translations
    unfinished = sum(not one.complete[0] for one in translations)
    unknown = sum(one.unknown > 0 for one in translations)
    notes = [*splits.notes, *prepared.batches.notes(), *prepared.further]
    notes.append(
        f"Of {len(translations)} test translations {unfinished} came to the limit of their length; {unknown} "
        "sources hold letters that the dictionary lacks."
    )
    if prepared.members.count > 1:
        notes.append(members.note(prepared.members.count))
    sections = translation_report.sections(
        history=learned.history,
        best_epoch=learned.best_epoch("bleu"),
        sources=splits.test.sources,
        references=splits.test.targets,
        hypotheses=[one.texts[0] for one in translations],
        scores=outcome.test,
        signatures=outcome.signatures,
        interval=outcome.interval,
        baselines=outcome.baselines,
        diagnosis=outcome.diagnosis,
        attention=_attention(splits, outcome),
        search=_described(prepared.search),
        tokenize=prepared.tokenize,
    )
    subtitle = f"Translation, scored on {len(translations):,} test pairs"
    return Page(subtitle, sections, tuple(notes), summary(learned.model))


def _described(search: DecodingSettings) -> str:
    """The search in words."""
    how = "greedy" if search.beams == 1 else f"beam search with {search.beams} hypotheses"
    return (
        f"{how}, compared by log probability / tokens ** {search.length_penalty:g}. Attention maps are of the last "
        "block of the decoder, the mean over its heads."
    )


def _attention(splits, outcome: Outcome) -> list:
    """Maps of the first test sentences of a length that can be read."""
    sources = splits.test.sources
    lengths = [len(ids) for ids in outcome.translator.source.encode(sources)]
    rows = [
        row
        for row, one in enumerate(outcome.translations)
        if 3 < len(one.ids) <= LONGEST_MAP and lengths[row] <= LONGEST_MAP
    ]
    rows = rows[:: max(len(rows) // MAPS, 1)][:MAPS]
    return outcome.translator.attention(sources[rows], [outcome.translations[row] for row in rows])
