"""The page of a translation: complete, self-contained, escaped; the worst is shown as it is.

Faults planted and caught: autoescape off; the best shown as the worst; references counted as translations; val_bleu
not drawn; the worst TER stressed; short ones first among the best; lengths of the translations.
"""

import re

import numpy as np
import pytest

from evaluation import diagnosis, translation, translation_report
from evaluation.translation_baselines import TranslationBaseline
from tests.evaluation import pages

EVIL = "<script>alert('x')</script>"


def arguments(rows=60, **changes):
    random = np.random.default_rng(0)
    sources = [f"{number} " + " ".join(["word"] * random.integers(1, 20)) for number in range(rows)]
    references = [source.replace("word", "Wort") for source in sources]
    hypotheses = [one if number % 2 else one.replace("Wort", "Wart", 1) for number, one in enumerate(references)]
    history = {"loss": [5.0, 3.0, 2.0], "val_loss": [5.0, 3.5, 3.0], "val_bleu": [1.0, float("nan"), 30.0]}
    copied = TranslationBaseline("the source", tuple(sources), translation.scores(sources, references), 0.1, "a cut")
    return {
        "title": "pairs, transformer",
        "command": "python -m apps.translate --data pairs.tsv",
        "notes": ["A note."],
        "history": history,
        "sources": sources,
        "references": references,
        "hypotheses": hypotheses,
        "scores": translation.scores(hypotheses, references),
        "signatures": translation.signatures(),
        "interval": translation.bleu_interval(hypotheses, references),
        "baselines": [copied],
        "attention": [(["a", "b"], ["x", "y", "z"], np.full((3, 2), 0.5))],
        "search": "Beam search of width 4.",
        "diagnosis": diagnosis.diagnose(history, train_accuracy=0.9, validation_accuracy=0.85),
        **changes,
    }


def written(folder, **options):
    return pages.written(translation_report, folder, **options)


def plain(text):
    return re.sub(r"data:image/[^\"]+", "", text)


def test_every_part_is_there_with_its_figures(tmp_path):
    options = arguments(files={"a.csv": "rows"}, model_summary="Dense", settings={"epochs": 3}, best_epoch=3)
    text = written(tmp_path, **options)
    scores, (low, high) = options["scores"], options["interval"]
    for part in ("Result on the test data", "Diagnosis", "Learning curves", "Translations", "Short and long sentences",
                 "Empty, repeating and copied", "Attention", "Search and scoring", "What was run", "Files of the run",
                 "Beam search of width 4.", "a cut", f"95 percent: {low:.1f} to {high:.1f}", "50.0%",
                 *options["signatures"].values()):  # fmt: skip
        assert part in text, part
    for name in ("bleu", "bleu_lowercase", "chrf", "ter"):
        assert f'strong">{scores[name]:.1f}</td>' in text, name
        assert f'right">{options["baselines"][0].scores[name]:.1f}</td>' in text, name
    alts = re.findall(r'alt="([^"]+)"', text)
    assert [alt.split()[0] for alt in alts] == ["Loss", "BLEU", "BLEU", "Attention"]
    for one in translation.bleu_by_length(options["sources"], options["hypotheses"], options["references"]):
        assert f">{one.words}</td>" in text and f">{one.bleu_low:.1f} to {one.bleu_high:.1f}</td>" in text


def test_the_worst_and_the_best_are_shown_as_they_are(tmp_path):
    options = arguments()
    options["hypotheses"][7], options["hypotheses"][21] = "", "completely zzzzz " * 3
    text = plain(written(tmp_path, **options))
    worst, rest = text.split("Translations as they come")
    assert worst.index("(empty)") < worst.index("completely zzzzz")
    assert (
        worst.index("chrF 0.0") < worst.index(f'<dd dir="auto">{options["sources"][7]}</dd>') < worst.index("(empty)")
    )
    best = rest.split("The best, the longest first")[1].split("</details>")[0]
    assert best.count("chrF 100.0") == 8 and "Wart" not in best
    longest = max((options["sources"][row] for row in range(1, 60, 2) if row not in (7, 21)), key=len)
    assert best.index(longest) < best.index("translation") < best.index("chrF 100.0", best.index(longest))


def test_degenerate_translations_are_counted_beside_the_references(tmp_path):
    options = arguments()
    options["hypotheses"][:5] = ["", "", "so so so so", options["sources"][3], options["sources"][4]]
    options["sources"][9] = options["references"][9]
    text = plain(written(tmp_path, **options))
    table = text.split("references that do so too")[1].split("</table>")[0]
    cells = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in table.split("</tr>")[1:-1]]
    looping = translation.degenerate(options["sources"], options["references"])["loops"]
    assert cells[0][1:] == ["2", "3.3%", "0"] and cells[2][1:] == ["3", "5.0%", "1"]
    assert cells[1][3] == str(looping)


def test_nothing_is_asked_for_and_every_text_is_escaped(tmp_path):
    options = arguments(
        title=EVIL, command=EVIL, notes=[EVIL], search=EVIL, sources=[EVIL] * 60, references=[EVIL] * 60,
        hypotheses=[EVIL] * 60, attention=[([EVIL, "猫"], ["$x_{$"], np.ones((1, 2)))], model_summary=EVIL,
        environment={EVIL: EVIL}, settings={EVIL: EVIL}, files={EVIL: EVIL}, signatures={"bleu": EVIL},
    )  # fmt: skip
    text = written(tmp_path, **options)
    assert "<script" not in text and text.count("&lt;script&gt;") > 10
    assert not re.search(r"url\(|@import|https?://", plain(text))
    assert "font of the pictures lacks a letter" in text


@pytest.mark.whole
@pytest.mark.parametrize("rows", [1, 5, 1200])
def test_few_and_many_sentences_are_shown(tmp_path, rows):
    options = arguments(rows, baselines=[], attention=[], diagnosis=None, interval=None, history={"loss": [1.0]})
    text = written(tmp_path, **options)
    assert "Result on the test data" in text and len(text) < 500_000
    assert "Attention" not in text and "nan" not in plain(text).lower()


@pytest.mark.whole
def test_text_cut_into_words_is_said_and_long_text_is_cut(tmp_path):
    options = arguments(references=["Ein Satz ."] * 60, sources=["word " * 1000] * 60)
    text = written(tmp_path, **options)
    assert "look cut into words" in text and "…</dd>" in text and len(plain(text)) < 100_000
    assert "look cut into words" not in written(tmp_path, **arguments())


def test_the_same_run_gives_the_same_page(tmp_path):
    assert written(tmp_path, **arguments()) == written(tmp_path, **arguments())
