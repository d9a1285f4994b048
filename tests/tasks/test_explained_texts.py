"""Explanations of texts: of a bag whose weights are written by hand, and of a Transformer."""

import numpy as np
import pytest

from data.tables.column_kinds import ColumnKind
from data.text.bag_prepare import BagPrepare
from data.text.sequence_prepare import SequencePrepare
from models.bag import Bag
from models.text_inputs import TextShape
from models.text_transformer import TextTransformer, attention
from tasks.classify.results import softmax
from tasks.explaining import explain
from tasks.subject import Subject

TEXTS = ["a good film", "a bad film", "good music", "bad music", "a long film", "the music of a film"] * 4
KINDS = {"review": ColumnKind("text", ""), "stars": ColumnKind("number")}


def table(texts):
    return {"review": np.array(texts, object), "stars": np.linspace(1, 5, len(texts)).astype(np.float32)}


def subject(model, prepare, rows):
    def scores(logits):
        return softmax(logits.astype(np.float64))

    return Subject(model, prepare, scores, ("bad", "good"), "", lambda: (rows, "training rows"))


@pytest.fixture(scope="module")
def bag():
    """A bag for which "good" speaks for the class good, and "bad" for the other one; stars count a little."""
    rows = table(TEXTS)
    prepare = BagPrepare.fit(rows, KINDS, words=1, characters=(), shapes=0)
    vectors = np.zeros((prepare.vocab_size, 2), np.float32)
    for word, side in (("good", 1), ("bad", 0)):
        vectors[prepare.names().index(word), side] = 2
    stars = np.zeros((prepare.num_features, 2), np.float32)
    stars[:, 1] = 0.5
    model = Bag(dropout=0.0).build(
        TextShape(prepare.vocab_size, prepare.num_features), 2, (vectors, np.zeros(2, np.float32), stars)
    )
    for layer in model.layers:
        if not layer.name.startswith("linear"):  # the random part would outweigh the words now and then
            layer.set_weights([np.zeros_like(one) for one in layer.get_weights()])
    return subject(model, prepare, rows)


def test_the_word_that_counts_is_the_word_that_is_marked(bag):
    rows = {"review": np.array(["a good film", "the bad music"], object), "stars": np.array([3, 3], np.float32)}
    for one, word in zip(explain(bag, rows, np.array(["a:1", "a:2"])), ("good", "bad"), strict=True):
        assert one.answer.name == word
        strongest = max(one.words[0].pieces, key=lambda pair: pair[1])
        assert strongest[0].strip() == word and f"“{word}” (without it" in one.sentence
        assert one.words[0].looks is None
        added = sum(one.columns.amounts.values())
        assert added == pytest.approx(one.answer.value - one.columns.base, abs=1e-6)
        assert next(iter(one.columns.amounts)) == "review"


def test_a_text_that_is_empty_has_no_words(bag):
    rows = {"review": np.array([""], object), "stars": np.array([3], np.float32)}
    (one,) = explain(bag, rows, np.array(["a:1"]))
    assert one.words == () and one.columns.values["review"] == "(missing)"


@pytest.mark.whole
def test_where_a_transformer_looks():
    texts = {"review": np.array(TEXTS, object)}
    prepare = SequencePrepare.fit(texts, {"review": KINDS["review"]}, vocab_size=60, longest=20)
    model = TextTransformer(units=8, num_heads=2, feed_forward_units=8).build(TextShape(prepare.vocab_size), 2)
    ids = prepare.model_input({"review": np.array(["a good film", "bad"], object)})["ids"]
    for weights in attention(model, ids):
        assert weights.shape == (2, 2, *[ids.shape[1]] * 2)
        np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
        assert not weights[1][:, :, np.asarray(ids[1]) == 0].any()
    (one,) = explain(subject(model, prepare, texts), {"review": np.array(["a good film"], object)}, np.array(["a:1"]))
    looks = one.words[0].looks
    assert sum(share for _, share in looks) == pytest.approx(1, abs=1e-5)
    assert "".join(piece for piece, _ in looks).replace("</s>", "").split() == ["a", "good", "film"]
    assert one.columns is None
