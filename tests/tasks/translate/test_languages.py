"""Languages of thousands of characters without spaces: dictionary and score follow the text; what is named is kept."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from data.settings import TranslationData
from tasks.translate import TASK, validation
from tasks.translate.batches import learn_subwords
from tasks.translate.config import TINY, Config
from tests.tasks.sentences import sentence_pairs
from tuning import dry_run

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def chinese_tsv(tmp_path_factory):
    """500 sentences, each of letters of its own after some that are frequent."""
    random, path = np.random.default_rng(0), tmp_path_factory.mktemp("zh") / "zh.tsv"
    lines = []
    for number, (english, _) in enumerate(sentence_pairs(500, 0)):
        letters = [*random.integers(0, 60, 12), 100 + 3 * number, 101 + 3 * number, 102 + 3 * number]
        lines.append(f"{english} {number}\t{''.join(chr(0x4E00 + letter) for letter in letters)}\n")
    path.write_text("".join(lines), "utf-8")
    return path


def prepared_of(path, **settings):
    config = Config(data=TranslationData((str(path),)), **settings)
    return TASK.prepare(config, TASK.load(config))


def test_a_dictionary_holds_the_characters_and_bleu_counts_them(chinese_tsv, monkeypatch):
    prepared = prepared_of(chinese_tsv)
    assert prepared.tokenize == "zh" and prepared.record()["bleu_tokenize"] == "zh"
    notes = " ".join(prepared.notes())
    for words in ("different characters", "`--coverage`", "tokenizer 'zh'", "`--bleu-tokenize`"):
        assert words in notes
    texts = prepared.splits.validation.targets
    shorter = [text[:-1] for text in texts]
    monkeypatch.setattr(validation, "_translations", lambda *_: (lambda: shorter, texts))
    assert 80 < validation.bleu(prepared, None, None)()["bleu"] < 100
    assert validation.bleu_of_each(prepared, None, None)().min() > 50


@pytest.mark.parametrize("settings", [{"vocab_size": 2000}, {"vocab_size": 2000, "dictionary": "separate"}])
def test_what_is_named_is_kept(chinese_tsv, settings):
    prepared = prepared_of(chinese_tsv, bleu_tokenize="char", coverage=0.99, **settings)
    assert prepared.tokenize == "char" and len(prepared.target) <= 2000
    covered = sum(len(piece) == 1 for piece in prepared.target.pieces[4:])
    assert 1000 < covered < 1560  # 1,560 different letters


def test_an_alphabet_says_nothing_of_either(tmp_path):
    path = tmp_path / "de.tsv"
    path.write_text("".join(f"{english}\t{german}\n" for english, german in sentence_pairs(500, 0)), "utf-8")
    prepared = prepared_of(path)
    assert prepared.tokenize == "13a" and prepared.further == ()


def test_a_dry_run_keeps_the_size_that_was_named(tmp_path):
    asked = []

    class Task(SimpleNamespace):
        load = staticmethod(lambda config: TASK.load(TINY))

    def prepare(config, splits):
        asked.append(config.vocab_size)
        return None

    task = Task(prepare=prepare, train=lambda *_: None, measure=lambda *_: {})
    dry_run.one_epoch(task, replace(TINY, vocab_size=1600), tmp_path)
    assert asked == [1600]


def test_a_part_of_the_text_fills_a_dictionary_of_the_size_asked_for_as_far_as_it_can(chinese_tsv):
    splits = TASK.load(Config(data=TranslationData((str(chinese_tsv),))))
    few = replace(splits, train=splits.train.take(np.arange(60)))
    source, target, _ = learn_subwords(few, 4000, None, joint=True, lower=False)
    assert source is target and 100 < len(source) <= 4000


def test_only_the_training_split_is_learned_from():
    splits = SimpleNamespace(
        train=SimpleNamespace(sources=["ab ab"], targets=["cd cd"]),
        validation=SimpleNamespace(sources=["xx"], targets=["yy"]),
    )
    for joint, letters in ((True, ("abcd▁", "abcd▁")), (False, ("ab▁", "cd▁"))):
        source, target, _ = learn_subwords(splits, 30, None, joint=joint, lower=False)
        assert (source is target) is joint
        assert tuple(set("".join(one.pieces[4:])) for one in (source, target)) == tuple(map(set, letters))
