"""Texts as whole words: against plain Python, and when they are read instead of subwords."""

import json
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from cli.errors import UserError
from data.errors import DataError
from data.languages import make
from data.tables.column_kinds import ColumnKind
from data.text.sequence_prepare import SequencePrepare
from data.text.subwords import SPECIALS, Subwords
from data.text.words import FIRST, Words
from tests.data.text.python_shapes import python_shape

TRAINING = [
    "What does IBM build ?",
    "Operating a pulley , what for ?",
    "The pulley of Popeye Doyle operating it",
    "Popeye sat on the mat in 1999",
    "what does it build ?",
    *["So it is ."] * 16,
]
FURTHER = ["Does popeye build X in 2001 ?", "what is zebra Zebra ZEBRA z9 !", "", "POPEYE Operating", "\u4e2d ½"]


def python_words(texts, cased):
    """Words of two texts at least; of capitals also those that two texts have once they are lowered."""
    rows = Counter(word for text in texts for word in set((text if cased else text.lower()).split()))
    kept = {word for word, count in rows.items() if count >= 2}
    if not cased:
        return kept
    lowered = Counter(word.lower() for word in rows if word not in kept)
    return kept | {word for word, count in lowered.items() if count >= 2}


@pytest.mark.parametrize("cased", [True, False])
def test_ids_are_those_of_plain_python(cased):
    texts = TRAINING if cased else [text.lower() for text in TRAINING]
    words = Words.learn(texts)
    assert words.cased == cased and set(words.words) == python_words(texts, cased)
    assert "Popeye" in words.words or not cased
    assert "operating" in words.words and "Operating" not in words.words  # each in one text alone
    for text, ids in zip(FURTHER, words.tokenize(tf.constant(FURTHER)).to_list(), strict=True):
        expected = []
        for word in text.split():
            known = [one for one in (word if cased else "", word.lower()) if one in words.words]
            expected.append("▁" + (known[0] if known else f"‹{python_shape(word)}›"))
        assert [words.pieces[one] for one in ids] == expected


def test_the_most_frequent_words_are_kept_up_to_a_size():
    words = Words.learn(TRAINING, FIRST + 3)
    assert len(words) == len(words.pieces) == FIRST + 3 and words.words == ("it", ".", "So")
    assert words.pieces[: len(SPECIALS)] == SPECIALS
    with pytest.raises(UserError, match=f"`vocab_size` must be above {FIRST} for words. Received: vocab_size={FIRST}"):
        Words.learn(TRAINING, FIRST)


@pytest.mark.parametrize("tokens", ["words", "subwords", None])
def test_texts_without_a_word_are_refused(tokens):
    with pytest.raises(DataError, match="words cannot be learned from empty"):
        fit([" ", "\x01", ""] * 4, tokens=tokens)


def test_what_is_unseen_is_estimated_by_what_was_seen_once():
    """In plain Python, and close to what further texts of the same kind show (Zipf's words)."""
    texts = ["a b", "a c a", "a"]
    assert Words.learn(texts).unseen == pytest.approx(2 / 6)
    random = np.random.default_rng(0)
    drawn = [" ".join(f"w{number}" for number in random.zipf(1.5, 20)) for _ in range(600)]
    words = Words.learn(drawn[:300])
    seen = {word for text in drawn[:300] for word in text.split()}
    further = [word not in seen for text in drawn[300:] for word in text.split()]
    assert words.unseen == pytest.approx(np.mean(further), rel=0.15)


def fit(texts, form="", **settings):
    return SequencePrepare.fit({"t": np.array(texts, dtype=object)}, {"t": ColumnKind("text", form)}, **settings)


def test_words_are_read_where_few_of_further_texts_will_be_new():
    assert fit(TRAINING).tokens == "words"
    assert fit(TRAINING, tokens="subwords", vocab_size=60).tokens == "subwords"
    names = make(0).train.inputs["name"]  # hardly a word of which stands twice
    assert Words.learn(list(names)).unseen > 0.4
    assert fit(names, vocab_size=2000).tokens == "subwords"
    assert fit(["我爱北京", "北京很大"] * 8, "characters", vocab_size=20).tokens == "subwords"


def test_words_of_a_script_without_blanks_are_refused():
    with pytest.raises(UserError, match="`--tokens words` needs blanks between words, and the script of column 't'"):
        fit(["我爱北京"], "characters", tokens="words")


@pytest.mark.parametrize("tokens", ["words", "subwords"])
def test_what_was_learned_is_kept(tokens):
    prepare = fit(TRAINING, tokens=tokens, vocab_size=60)
    config = json.loads(json.dumps(prepare.config()))
    further = {"t": np.array(FURTHER, dtype=object)}
    again = SequencePrepare.from_config(config)
    assert again.config() == prepare.config() and prepare.refitted({"t": np.array(TRAINING, object)}).tokens == tokens
    np.testing.assert_array_equal(again.fixed(further).ids, prepare.fixed(further).ids)
    if tokens == "subwords":
        del config["tokens"]  # as runs before words have it
        assert isinstance(SequencePrepare.from_config(config).pieces, Subwords)
