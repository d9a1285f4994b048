"""The page of a captioner's run."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from evaluation import captioning, report
from evaluation.attention_overlap import Overlap
from evaluation.caption_baselines import CaptionBaseline
from evaluation.caption_plots import attention_strip
from evaluation.caption_words import TOKENISER, words
from evaluation.captioning import NAMES
from evaluation.diagnosis import Diagnosis
from evaluation.evenly import evenly
from evaluation.figures import letters
from evaluation.report_blocks import curves, diagnosis_blocks
from evaluation.tiles import thumbnail

MEANINGS = (
    "BLEU-n: share of the runs of 1 to n words that stand in one of the references too (geometric mean), times 100, "
    "lowered where captions are shorter than the nearest reference.",
    "ROUGE-L: the longest common subsequence with a reference, precision and recall together, 0 to 1.",
    "CIDEr-D: likeness of weighted runs of words to all references, where runs that many images share weigh little; 0 "
    "to 10, people reach about 1. It depends on the set: figures of different data do not compare.",
    "Exact match: share of the captions that are one of the references, word by word.",
    f"Words are cut as COCO's scoring code does: {TOKENISER}.",
)
SAMPLES = 12
SHOWN_REFERENCES = 3


def sections(
    *,
    history: Mapping[str, Sequence[float]],
    images: Sequence[np.ndarray],
    references: Sequence[Sequence[str]],
    captions: Sequence[str],
    scores: Mapping[str, float],
    baselines: Sequence[CaptionBaseline],
    search: str,
    attention: Sequence[tuple[np.ndarray, Sequence[str], np.ndarray]] = (),
    overlap: Overlap | None = None,
    others: Mapping[str, Mapping[str, float]] | None = None,
    diagnosis: Diagnosis | None = None,
    best_epoch: int | None = None,
) -> list[report.Section]:
    """What this kind of run has to show.

    Args:
        history: One number an epoch, e.g. "loss", "val_loss", "val_cider".
        images: N test images, uint8 (height, width, 3).
        references: Of each its captions by people.
        captions: Of each the one that the network wrote.
        scores: `captioning.scores` of these.
        baselines: Of caption_baselines.score; may be empty.
        search: A sentence on how the captions were found.
        attention: Of a few images the pixels, the words W written, and where each looked (W, rows, columns).
        overlap: Whether nouns looked at their things, where that is known.
        others: Scores of further test sets by name.
        best_epoch: Counted from 1; the weights of which epoch were kept; None where it is of no epoch.
    """
    captions = [str(caption) for caption in captions]
    found = [
        report.Section("Result on the test images", headline(scores, baselines, others or {}, len(captions))),
        *([report.Section("Diagnosis", diagnosis_blocks(diagnosis))] if diagnosis else []),
        report.Section("Captions", gallery(images, references, captions)),
    ]
    if attention:
        found.append(report.Section("Where each word looked", attention_blocks(attention, overlap)))
    found.append(report.Section("Learning curves", [report.Pictures(curves(history, best_epoch, NAMES))]))
    found.append(report.Section("Variety", variety_blocks(references, captions)))
    found.append(report.Section("Search and scoring", [report.Text([search]), report.Text(MEANINGS)]))
    return found


def headline(scores, baselines: Sequence[CaptionBaseline], others: Mapping[str, Mapping[str, float]], count) -> list:
    """The large figures, then the network beside its baselines, the best of each column stressed."""
    cards = [
        report.Number("CIDEr-D", f"{scores['cider']:.3f}", "0 to 10"),
        report.Number("BLEU-4", f"{scores['bleu4']:.1f}", "0 to 100"),
        report.Number("exact match", f"{scores['exact_match']:.1%}", f"of {count:,} images"),
    ]
    systems = [("this network", scores), *((one.name, one.scores) for one in baselines)]
    rows = [[name, *(_figure(key, found[key]) for key in NAMES)] for name, found in systems]
    strong = set()
    for column, key in enumerate(NAMES, start=1):
        values = [found[key] for _, found in systems]
        strong |= {(row, column) for row, value in enumerate(values) if value == max(values)}
    rows += [
        [f"this network on {name}", *(_figure(key, found[key]) for key in NAMES)] for name, found in others.items()
    ]
    return [report.Numbers(cards), report.Table(["", *NAMES.values()], rows, frozenset(strong))]


def gallery(images, references, captions) -> list:
    """The best, the worst and some as they come, each image above its caption and its references."""
    likeness = captioning.rouge_l(captions, references)
    cider = captioning.cider(captions, references)
    order = np.lexsort((np.arange(len(captions)), cider, likeness))
    spread = evenly(len(captions), SAMPLES)
    blocks = [
        report.Text(["As they come:"]),
        _tiles(spread, images, references, captions, cider),
        report.Text(["The worst, by ROUGE-L. Look here first for slips in the data and for what is never learned."]),
        _tiles(order[:SAMPLES], images, references, captions, cider),
    ]
    best = _tiles(order[::-1][:SAMPLES], images, references, captions, cider)
    return [*blocks, report.Folded("The best", [best])]


def attention_blocks(attention, overlap: Overlap | None) -> list:
    """A picture for each image, and how often nouns look at their things."""
    lines = ["Bright is where a word looked when it was chosen; the first picture is the image itself."]
    if not letters().issuperset(ord(letter) for _, words, _ in attention for word in words for letter in word):
        lines.append("A number such as #3 stands for the third word where the font of the pictures lacks a letter.")
    blocks: list = [report.Text(lines)]
    if overlap:
        facts = [
            ("nouns whose thing is known", overlap.nouns),
            ("strongest look on the thing", f"{overlap.hits:.1%}"),
            ("attention on the thing", f"{overlap.attention:.1%}"),
            ("by chance (share of the image that the thing reaches)", f"{overlap.chance:.1%}"),
        ]
        blocks.append(report.Facts(facts))
    return [*blocks, report.Pictures([attention_strip(*one) for one in attention])]


def variety_blocks(references, captions) -> list:
    """How many different captions and words there are, and which captions come most often."""
    first = [some[0] for some in references]
    rows = [
        [what, len(set(texts)), len({word for text in texts for word in words(text)}), _mean_words(texts)]
        for what, texts in (("this network", captions), ("people, one reference each", first))
    ]
    header = ["captions by", "different captions", "different words", "words a caption"]
    blocks: list = [report.Table(header, rows)]
    common = [(text, count) for text, count in Counter(captions).most_common(8) if count > 1]
    if common:
        blocks.append(report.Folded("The most frequent captions", [report.Table(["caption", "images"], common)]))
    return blocks


def _tiles(rows, images, references, captions, cider) -> report.Tiles:
    tiles = []
    for row in rows:
        shown = [str(text) for text in references[row][:SHOWN_REFERENCES]]
        if len(references[row]) > SHOWN_REFERENCES:
            shown.append(f"and {len(references[row]) - SHOWN_REFERENCES} more")
        lines = [f"CIDEr-D {cider[row]:.2f}", *shown]
        tiles.append(report.Tile(thumbnail(images[row]), captions[row] or "(empty)", lines))
    return report.Tiles(tiles)


def _mean_words(texts) -> str:
    return f"{np.mean([len(words(text)) for text in texts]):.1f}"


def _figure(key: str, value: float) -> str:
    return f"{value:.1f}" if key.startswith("bleu") else f"{value:.3f}"
