"""The page of a translation's run."""

from collections.abc import Mapping, Sequence

import numpy as np

from evaluation import report
from evaluation.bleu_tokens import is_spaceless
from evaluation.diagnosis import Diagnosis
from evaluation.evenly import evenly
from evaluation.figures import letters
from evaluation.report_blocks import curves, diagnosis_blocks
from evaluation.translation import FIGURES, WORDS, bleu_by_length, degenerate, sentence_scores
from evaluation.translation_baselines import TranslationBaseline
from evaluation.translation_plots import attention_map, length_bars

MEANINGS = (
    "BLEU: share of words, pairs, threes and fours of words that the reference has too (their geometric mean), times "
    "100, lowered where the translations are shorter than the references. Lower case: capitals do not count.",
    "chrF: the same idea with runs of one to six letters, recall counting twice; a wrong ending costs part of a word.",
    "TER: words to insert, delete, change or shift until the reference is reached, by 100 words of it; less is better.",
    "Exact match: share of the sentences that are the reference, letter by letter. Length: words of the translations "
    "by words of the references; below 1 something is left out.",
    "There is one reference for each sentence. Another good translation scores low, so that figures of different data "
    "do not compare.",
)
SAMPLES = 8
CUT = 600  # letters of a sample


def sections(
    *,
    history: Mapping[str, Sequence[float]],
    sources: Sequence[str],
    references: Sequence[str],
    hypotheses: Sequence[str],
    scores: Mapping[str, float],
    signatures: Mapping[str, str],
    interval: tuple[float, float] | None,
    baselines: Sequence[TranslationBaseline],
    attention: Sequence[tuple[Sequence[str], Sequence[str], np.ndarray]],
    search: str,
    tokenize: str = WORDS,
    diagnosis: Diagnosis | None = None,
    best_epoch: int | None = None,
) -> list[report.Section]:
    """What this kind of run has to show.

    Args:
        history: one number an epoch, e.g. "loss", "val_loss", "val_bleu"; NaN where it was not measured.
        sources, references, hypotheses: N sentences of the test split each.
        scores, signatures, interval: of `translation`: `scores`, `signatures`, `bleu_interval`.
        baselines: of translation_baselines.score; may be empty.
        attention: of a few sentences the pieces read (S), those written (T) and weights (T, S); may be empty.
        search: one or two sentences on how the sentences were found ("Beam search of width 4, ...").
        tokenize: sacreBLEU's tokenizer of BLEU.
        best_epoch: counted from 1; the weights of which epoch were kept; None where it is of no epoch.
    """
    sources, references, hypotheses = (list(map(str, one)) for one in (sources, references, hypotheses))
    found = [
        report.Section("Result on the test data", headline(scores, interval, baselines, references)),
        *([report.Section("Diagnosis", diagnosis_blocks(diagnosis))] if diagnosis else []),
        report.Section("Learning curves", [report.Pictures(curves(history, best_epoch, FIGURES))]),
        report.Section("Translations", sample_blocks(sources, references, hypotheses)),
        report.Section("Short and long sentences", length_blocks(sources, references, hypotheses, tokenize)),
        report.Section("Empty, repeating and copied translations", degenerate_blocks(sources, references, hypotheses)),
    ]
    if attention:
        found.append(report.Section("Attention", attention_blocks(attention)))
    facts = [(FIGURES.get(name, "interval of BLEU"), signature) for name, signature in signatures.items()]
    decoding = [report.Text([search]), report.Text(["sacreBLEU's signatures:"]), report.Facts(facts)]
    found.append(report.Section("Search and scoring", decoding))
    return found


def headline(scores, interval, baselines: Sequence[TranslationBaseline], references: Sequence[str]) -> list:
    """The large figures, then the model beside its baselines, the best of each column stressed."""
    hint = f"95 percent: {interval[0]:.1f} to {interval[1]:.1f}" if interval else "0 to 100"
    cards = [report.Number("BLEU", f"{scores['bleu']:.1f}", hint)]
    if baselines:
        best = max(baselines, key=lambda baseline: baseline.scores["bleu"])
        cards.append(report.Number("best baseline", f"{best.scores['bleu']:.1f}", best.name))
    cards.append(report.Number("chrF", f"{scores['chrf']:.1f}", "0 to 100"))
    cards.append(report.Number("exact match", f"{scores['exact_match']:.1%}", f"of {len(references):,} sentences"))
    systems = [("this model", scores, ""), *((one.name, one.scores, one.note) for one in baselines)]
    rows = [[name, *(_figure(key, found[key]) for key in FIGURES), note] for name, found, note in systems]
    strong = set()
    for column, key in enumerate(FIGURES, start=1):
        values = [found[key] for _, found, _ in systems]
        if key != "length_ratio":
            best = min(values) if key == "ter" else max(values)
            strong |= {(row, column) for row, value in enumerate(values) if value == best}
    has_notes = any(row[-1] for row in rows)
    header = ["", *FIGURES.values(), *(["note"] if has_notes else [])]
    blocks = [report.Numbers(cards)]
    if sum(reference.endswith(" .") for reference in references) > len(references) / 2:
        line = "Most references end in a space and a full stop: BLEU of such text does not compare with others' BLEU."
        blocks.append(report.Notice("The references look cut into words", [line]))
    blocks.append(report.Table(header, rows if has_notes else [row[:-1] for row in rows], frozenset(strong)))
    return [*blocks, report.Folded("What the columns mean", [report.Text(MEANINGS)])]


def sample_blocks(sources, references, hypotheses) -> list:
    """The worst, the best and some as they come, each source above its reference and its translation."""
    chrf = sentence_scores(hypotheses, references)
    lengths = np.array([len(source) for source in sources])
    worst = np.lexsort((np.arange(len(chrf)), chrf))[:SAMPLES]
    # Of many perfect ones the longest says most.
    best = np.lexsort((-lengths, -chrf))[:SAMPLES]
    spread = evenly(len(chrf), SAMPLES)
    blocks = [report.Text(["The worst by chrF. Look here first for slips in the data and for what is never learned."])]
    for row in worst:
        blocks += _sample(sources[row], references[row], hypotheses[row], chrf[row])
    for title, rows in (("Translations as they come", spread), ("The best, the longest first", best)):
        inner = [_sample(sources[row], references[row], hypotheses[row], chrf[row]) for row in rows]
        blocks.append(report.Folded(title, [block for sample in inner for block in sample]))
    return blocks


def length_blocks(sources, references, hypotheses, tokenize: str) -> list:
    """BLEU by the words of the source, by its letters where it has no spaces."""
    ranges = bleu_by_length(sources, hypotheses, references, tokenize)
    unit = "letters" if is_spaceless(sources) else "words"
    header = [f"{unit} in the source", "sentences", "BLEU", "95 percent", "exact match"]
    rows = [
        [one.words, one.sentences, f"{one.bleu:.1f}", f"{one.bleu_low:.1f} to {one.bleu_high:.1f}", one.exact_match]
        for one in ranges
    ]
    text = "Where the bars fall to the right, long sentences are what to work on."
    return [report.Text([text]), report.Pictures([length_bars(ranges, unit)]), report.Table(header, rows)]


def degenerate_blocks(sources, references, hypotheses) -> list:
    """How often a translation is empty, runs in circles or is the source again, beside the references."""
    found, wanted = degenerate(sources, hypotheses), degenerate(sources, references)
    names = {
        "empty": "are empty",
        "loops": "say a word, or up to four, 4 times in a row",
        "copies": "are the source as it is",
    }
    rows = [[text, found[name], f"{found[name] / len(sources):.1%}", wanted[name]] for name, text in names.items()]
    return [report.Table(["translations that", "sentences", "share", "references that do so too"], rows)]


def attention_blocks(attention) -> list:
    """A map for each sentence."""
    lines = [
        "Each row is a piece of the translation and sums to 1; dark cells are the pieces of the source it looked at. "
        "A dark diagonal means the same order of words, a dark column that many pieces hang on one.",
    ]
    written = "".join(piece for sources, targets, _ in attention for piece in (*sources, *targets))
    if not letters().issuperset(map(ord, written)):
        lines.append("A number such as #3 stands for the third piece where the font of the pictures lacks a letter.")
    return [report.Text(lines), report.Pictures([attention_map(*one) for one in attention])]


def _sample(source: str, reference: str, hypothesis: str, chrf: float) -> list:
    texts = {"source": source, "reference": reference, "translation": hypothesis}
    cut = {name: text if len(text) <= CUT else text[: CUT - 1] + "…" for name, text in texts.items()}
    cut = {name: text if text.strip() else "(empty)" for name, text in cut.items()}
    return [report.Text([f"chrF {chrf:.1f}"]), report.Facts(list(cut.items()))]


def _figure(key: str, value: float) -> str:
    return f"{value:.3f}" if key in ("exact_match", "length_ratio") else f"{value:.1f}"
