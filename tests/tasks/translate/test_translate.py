"""apps.translate: a whole run, its export, predict and evaluate, refusals."""

import csv
import gzip
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from apps import evaluate, predict, translate
from cli.arguments import parse
from cli.errors import Incomplete
from data.errors import DataError
from data.settings import TranslationData
from models.decoding_settings import DecodingSettings
from tasks.request import Evaluation, Prediction
from tasks.trained import read
from tasks.translate import TASK
from tasks.translate.config import Config
from tasks.translate.translator import LONGEST, SentenceTranslator
from tests.tasks.runs import command, whole_run
from tests.tasks.sentences import sentence_pairs, write_pairs
from training.run_directory import RunDirectory
from training.run_lock import RunError

pytestmark = pytest.mark.whole

FLAGS = ["--vocab-size", "120", "--tokens", "512", "--buckets", "1", "--epochs", "40", "--learning-rate", "0.01"]
FLAGS += ["--average", "3", "--beams", "3", "--jit", "off", "--warmup", "0.1", "--label-smoothing", "0"]
SMALL = ["transformer", "--units", "32", "--num-layers", "1", "--feed-forward-units", "64", "--dropout", "0"]


@pytest.fixture(scope="module")
def pairs_tsv(tmp_path_factory):
    return write_pairs(tmp_path_factory.mktemp("pairs") / "pairs.tsv", 500, 0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory, pairs_tsv):
    """A whole run: its folder, what it printed, the command."""
    folder = tmp_path_factory.mktemp("tiny") / "run"
    arguments = ["--data", str(pairs_tsv), "--run-dir", str(folder), *FLAGS, *SMALL]
    return folder, whole_run(translate.main, arguments), arguments


@pytest.fixture(scope="module")
def translator(tiny):
    return read(str(tiny[0]))


@pytest.fixture(scope="module")
def translate_all(translator):
    """The run's own search: to trace its graph takes seconds, so there is one for all tests."""
    return translator.translator()


@pytest.mark.slow
def test_strangers_translate_alike(tiny, tmp_path):
    """Two fresh processes, one of them `saved_model_cli`, load the export without the suite."""
    done = command("export", str(tiny[0]), "--output", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for tool in ("Python", "saved_model_cli"):
        assert f"{tool} differs from the network by" in done.stdout


def test_the_language_is_learned_and_the_last_line_is_for_machines(tiny):
    folder, done, _ = tiny
    line = {name: float(value) for name, value in (pair.split("=") for pair in done.stdout.splitlines()[-1].split())}
    results = json.loads((folder / "results.json").read_text())
    for name, value in results["test"].items():
        assert line[f"test_{name}"] == pytest.approx(value, rel=1e-4)
    assert line["test_exact_match"] >= 0.8 and line["test_bleu"] > 80
    assert line["saved_model_difference"] <= 1e-5
    assert results["baselines"]["the source as it is"]["bleu"] < 5
    assert results["diagnosis"]["label"] == "healthy" and "diagnosis: healthy." in done.stdout


def test_metrics_have_the_bleu_of_every_epoch_and_timing_the_tokens(tiny):
    folder, _, _ = tiny
    rows = list(csv.DictReader((folder / "metrics.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 40 and max(float(row["val_bleu"]) for row in rows) > 70 > float(rows[0]["val_bleu"])
    assert "target_tokens_per_second" in (folder / "timing.csv").read_text().splitlines()[0]


def test_the_scores_are_those_of_the_sentences_that_the_run_translates(tiny, translate_all, pairs_tsv):
    import sacrebleu

    folder, _, _ = tiny
    data = TranslationData(data=(str(pairs_tsv),))
    test = TASK.load(Config(data=data)).test
    found = [one.texts[0] for one in translate_all(test.sources)]
    results = json.loads((folder / "results.json").read_text())["test"]
    expected = sacrebleu.corpus_bleu(found, [list(test.targets)])
    assert results["bleu"] == pytest.approx(expected.score)
    assert results["exact_match"] == np.mean([a == b for a, b in zip(found, test.targets, strict=True)])


def test_the_report_shows_scores_signatures_samples_and_attention(tiny):
    folder, _, _ = tiny
    page = (folder / "report.html").read_text(encoding="utf-8")
    for text in ("tok:13a", "chrF", "Exact match", "beam search with 3 hypotheses", "Attention", "the source as it is"):
        assert text in page, text
    assert page.count("<svg") + page.count("data:image") >= 5


def test_the_export_holds_the_whole_translator(tiny, translator, translate_all):
    """In this process too: sentences that were not among the guard's, empty ones, unknown letters, other beams."""
    import tensorflow as tf

    sentences = ["big red dog", "", "one house sees 北京 cat", "cat " * 30]
    found = translate_all(sentences)
    loaded = tf.saved_model.load(str(tiny[0] / "saved_model"))
    served = loaded.signatures["serving_default"](text=tf.constant(sentences))
    assert [text.decode() for text in served["translation"].numpy()] == [one.texts[0] for one in found]
    assert served["score"].numpy() == pytest.approx([one.scores[0] for one in found], abs=1e-5)
    assert served["complete"].numpy().tolist() == [one.complete[0] for one in found]
    assert served["unknown"].numpy().tolist() == [0, 0, 1, 0] == [one.unknown for one in found]
    assert found[1].texts[0] == ""
    for beams, penalty in ((1, 1.0), (5, 0.3)):
        many = loaded.signatures["n_best"](
            text=tf.constant(sentences[:1]), beams=tf.constant(beams), length_penalty=tf.constant(penalty)
        )
        expected = translator.translator(DecodingSettings(beams=beams, length_penalty=penalty))(sentences[:1])[0]
        assert [text.decode() for text in many["translation"].numpy()[0]] == list(expected.texts)
        assert many["score"].numpy()[0] == pytest.approx(expected.scores, abs=1e-5)
    refusals = {"beams": [0, -1, 1000], "length_penalty": [float("nan"), -1.0, float("inf")]}
    for name, value in ((name, value) for name, values in refusals.items() for value in values):
        given = {"text": tf.constant(sentences[:1]), "beams": tf.constant(2), "length_penalty": tf.constant(1.0)}
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"`{name}` must be"):
            loaded.signatures["n_best"](**given | {name: tf.constant(value)})
    for name, further in (("serving_default", {}), ("attention", {}), ("n_best", {"beams": 2, "length_penalty": 1.0})):
        none = loaded.signatures[name](
            text=tf.constant([], tf.string), **{k: tf.constant(v) for k, v in further.items()}
        )
        assert all(len(value) == 0 for value in none.values())
    with pytest.raises(tf.errors.InvalidArgumentError, match="split it into sentences"):
        loaded.signatures["serving_default"](text=tf.constant(["cat " * LONGEST]))


def test_the_guard_refuses_another_sentence_another_score_and_another_map(tiny, translator, translate_all, loader_here):
    """The faults that it is there for, planted in what it compares with."""
    from export.errors import ExportError
    from export.translation import TranslationExport
    from tasks.translate.trained import table

    texts = np.array([text for text, _ in sentence_pairs(3, 5)], dtype=object)
    found = translate_all(texts)
    maps = translate_all.attention(texts, found)
    made = TranslationExport(translator.model, translator.source, translator.target, 3, 1.0, LONGEST)
    right = table(found)
    assert set(made.check(tiny[0] / "saved_model", texts, right, maps)) == {"Python"}
    wrong = {name: values.copy() for name, values in right.items()}
    wrong["translation"][2, 0] += "!"
    with pytest.raises(ExportError, match="refused, output `translation` differs"):
        made.check(tiny[0] / "saved_model", texts, wrong, maps)
    shifted = {**right, "score": right["score"] * 1.001}
    with pytest.raises(ExportError, match="refused, output `score` differs"):
        made.check(tiny[0] / "saved_model", texts, shifted, maps)
    moved = [(source, target, weights + 0.001) for source, target, weights in maps]
    with pytest.raises(ExportError, match="attention of record 0 differs"):
        made.check(tiny[0] / "saved_model", texts, right, moved)


def test_attention_is_a_distribution_over_the_pieces_of_the_source(translate_all):
    sentences = ["two big cat", "red"]
    found = translate_all(sentences)
    for (source, target, weights), one in zip(translate_all.attention(sentences, found), found, strict=True):
        assert weights.shape == (len(target), len(source)) and len(target) == len(one.ids)
        assert source[-1] == target[-1] == "</s>"
        assert weights.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_predict_gives_the_best_of_each_line_and_says_what_was_not_read(tiny, tmp_path, capsys):
    text = tmp_path / "new.en"
    text.write_text("red dog\n\none 北京 house\n", "utf-8")
    run = str(tiny[0])
    rows = predict.main(Prediction(run, (str(text),), top=2))
    assert [row["origin"] for row in rows] == [f"{text}:{line}" for line in (1, 2, 3)]
    assert rows[1]["translation"] == "" and len(rows[0]["top"]) == 2
    assert rows[0]["top"][0]["score"] >= rows[0]["top"][1]["score"]
    said = capsys.readouterr()
    assert f"{text}:3: 1 pieces are in no dictionary" in said.err
    assert next(csv.DictReader(said.out.splitlines()))["translation_2"] == rows[0]["top"][1]["translation"]
    predict.main(Prediction(run, (str(text),), output=str(tmp_path / "new.de")))
    assert (tmp_path / "new.de").read_text("utf-8").splitlines() == [row["translation"] for row in rows]


def test_predict_draws_the_same_with_the_same_seed_only(tiny, translator):
    config = Prediction(str(tiny[0]), text=("red cat",), sample=True, temperature=3.0, top=3, seed=1)
    drawn = [one["translation"] for one in predict.main(config)[0]["top"]]
    again = translator.translator(DecodingSettings(beams=3, sample=True, temperature=3.0), seed=1)
    assert drawn == list(again(["red cat"])[0].texts) == list(again(["red cat"])[0].texts)
    again.seed = 2
    assert drawn != list(again(["red cat"])[0].texts)


def test_a_batch_is_translated_like_each_sentence_alone(translate_all):
    sentences = [source for source, _ in sentence_pairs(70, 9)]
    together = translate_all(sentences)
    alone = [translate_all([sentence])[0] for sentence in sentences[:5]]
    for one, other in zip(together, alone, strict=False):
        assert one.texts == other.texts and one.scores == pytest.approx(other.scores, abs=1e-5)


def test_evaluate_scores_files(tiny, tmp_path):
    run = str(tiny[0])
    pairs = sentence_pairs(40, 3)
    (tmp_path / "new.en").write_text("".join(f"{source}\n" for source, _ in pairs))
    (tmp_path / "new.de").write_text("".join(f"{target}\n" for _, target in pairs))
    scores = evaluate.main(Evaluation(run, (str(tmp_path / "new.en"), str(tmp_path / "new.de"))))
    assert scores["exact_match"] >= 0.75
    written = json.loads((tiny[0] / "evaluation-new.json").read_text())
    assert written["rows"] == 40 and len(written["translations"]) == 40 and "tok:13a" in written["signatures"]["bleu"]


def test_evaluate_says_what_it_leaves_out_and_keeps_lines_aligned(tiny, tmp_path, capsys):
    pairs = sentence_pairs(30, 4)
    lines = ["en\tde", *(f"{source}\t{target}" for source, target in pairs)]
    lines[5], lines[9] = "\tkatze", ""
    (tmp_path / "gaps.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    evaluate.main(Evaluation(str(tiny[0]), (str(tmp_path / "gaps.tsv"),)))
    said = capsys.readouterr().out
    assert "1 of 29 pairs are left out because a side is empty" in said and "gaps.tsv:6" in said
    assert "1 blank line(s) skipped" in said and "first line is taken as the names" in said and "tok:13a" in said
    written = json.loads((tiny[0] / "evaluation-gaps.json").read_text())
    assert written["rows"] == 28 and len(written["translations"]) == 31
    assert [number for number, text in enumerate(written["translations"], 1) if text is None] == [1, 6, 10]


def test_what_cannot_be_translated_or_scored_is_refused(tiny, digits_run, people_csv, tmp_path):
    run, digits = str(tiny[0]), str(digits_run[0])
    (tmp_path / "long.en").write_text("cat " * (LONGEST + 1) + "\n")
    (tmp_path / "latin.en").write_bytes("Köln\n".encode("latin-1"))
    (tmp_path / "empty.en").write_text("")
    (tmp_path / "two.en").write_text("a\nb\n")
    (tmp_path / "one.de").write_text("a\n")
    for settings, message in [
        ({"files": (str(tmp_path / "long.en"),)}, r"long.en:1: \d+ tokens, and at most 1999.*Split"),
        ({"files": (str(tmp_path / "latin.en"),)}, "latin.en:1: byte 0xf6 is not UTF-8"),
        ({"files": (str(tmp_path / "empty.en"),)}, "file is empty"),
        ({"files": (str(tmp_path),)}, "is a folder"),
        ({"files": (str(tmp_path / "absent.en"),)}, "absent.en"),
        ({"text": ("cat",), "top": 5, "beams": 2}, "--top` cannot be more than `--beams"),
        ({"text": ("cat",), "temperature": 2.0}, "add `--sample`"),
        ({"text": ("cat",), "beams": 0}, "`beams` must be between 1 and 64. Received: beams=0"),
        ({"text": ("cat",), "beams": -1}, "`beams` must be between 1 and 64. Received: beams=-1"),
        ({"text": ("cat",), "beams": 0, "sample": True}, "`beams` must be between 1 and 64. Received: beams=0"),
        ({"text": ("cat",), "sample": True, "top_p": 0.0}, "`top_p` must be in"),
    ]:
        with pytest.raises(ValueError, match=message):
            predict.main(Prediction(run, **settings))
    with pytest.raises(ValueError, match="--beams` is for runs that write texts"):
        predict.main(Prediction(digits, (str(people_csv),), beams=3))
    with pytest.raises(DataError, match="two.en has 2 lines and .*one.de has 1"):
        evaluate.main(Evaluation(run, (str(tmp_path / "two.en"), str(tmp_path / "one.de"))))
    with pytest.raises(DataError, match="Two files are for translators"):
        evaluate.main(Evaluation(digits, (str(tmp_path / "two.en"), str(tmp_path / "one.de"))))


def test_a_sentence_that_is_too_long_stops_no_other(tiny, tmp_path, capsys):
    (tmp_path / "new.en").write_text("red cat\n" + "cat " * (LONGEST + 1) + "\n\n" + "cat " * 400 + "\n")
    for output, lines in (("new.de", 4), ("new.csv.gz", 5)):
        with pytest.raises(Incomplete, match="1 of 4 sentences were too long, and are left empty"):
            predict.main(Prediction(str(tiny[0]), (str(tmp_path / "new.en"),), output=str(tmp_path / output)))
        content = (tmp_path / output).read_bytes()
        content = gzip.decompress(content) if output.endswith(".gz") else content
        assert content.count(b"\n") == lines
    told = capsys.readouterr().err
    assert re.search(r"new.en:2: skipped, \d+ tokens, and at most 1999", told)
    assert re.search(r"new.en:4: \d+ tokens, and no training sentence had more than 250", told)
    assert (tmp_path / "new.de").read_text().split("\n")[1:3] == ["", ""]


def test_lines_without_words_are_translated_as_nothing(tiny, tmp_path):
    (tmp_path / "blank.en").write_text("\n  \n\n")
    rows = predict.main(Prediction(str(tiny[0]), (str(tmp_path / "blank.en"),), output=str(tmp_path / "blank.de")))
    assert [row["translation"] for row in rows] == ["", "", ""]
    assert (tmp_path / "blank.de").read_text() == "\n\n\n"


def test_a_dictionary_of_another_run_is_refused(tiny, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(tiny[0], folder)
    preparing = json.loads((folder / "preparing.json").read_text())
    preparing["target"]["pieces"] = preparing["target"]["pieces"][:50]
    (folder / "preparing.json").write_text(json.dumps(preparing))
    RunDirectory(folder).finish(json.loads((folder / "results.json").read_text()))  # by hand, with its sums
    with pytest.raises(RunError, match="not of the same run"):
        read(str(folder)).translator()


def test_long_sentences_come_in_smaller_batches():
    from tasks.translate.translator import SENTENCES_AT_ONCE, TOKENS_AT_ONCE, batches

    ids = [np.zeros(length, int) for length in np.random.default_rng(0).integers(1, 1500, 400)]
    parts = list(batches(list(range(400)), ids))
    assert sorted(row for part in parts for row in part) == list(range(400))
    for part in parts:
        assert len(part) <= SENTENCES_AT_ONCE
        assert len(part) == 1 or len(part) * (max(len(ids[row]) for row in part) + 1) <= TOKENS_AT_ONCE


def test_no_sentences_give_no_translations(translate_all):
    assert isinstance(translate_all, SentenceTranslator)
    assert translate_all([]) == []


def test_a_training_begins_with_an_earlier_run_and_its_dictionary(tiny, translator, tmp_path, capsys):
    """Fine-tuning on other pairs: before its first epoch the network is the earlier one."""
    from tasks.warm_start import take_over

    config = Config(
        data=TranslationData((str(write_pairs(tmp_path / "other.tsv", 60, 7)),)),
        model=parse(Config, SMALL).model,
        warm_start=str(tiny[0]),
    )
    prepared = TASK.prepare(config, TASK.load(config))
    assert prepared.source.pieces == translator.source.pieces and prepared.source is prepared.target
    model = prepared.build()
    take_over(prepared.warm_start, model)
    assert "weights taken over, 0 start afresh" in capsys.readouterr().out
    for ours, earlier in zip(model.get_weights(), translator.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, earlier)
    with pytest.raises(ValueError, match="`--vocab-size` cannot be used with `--from`.*Received: 300"):
        TASK.prepare(replace(config, vocab_size=300), TASK.load(config))


def test_a_run_of_another_app_is_nothing_to_start_from(digits_run):
    config = Config(warm_start=str(digits_run[0]))
    with pytest.raises(ValueError, match="`--from` must name a run of apps.translate.*a run of apps.classify"):
        TASK.prepare(config, TASK.load(config))
