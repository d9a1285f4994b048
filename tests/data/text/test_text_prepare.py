"""Text columns as n-grams and as subwords: against scikit-learn, SentencePiece, and itself inside a graph."""

import json
import re
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.feature_extraction.text import TfidfVectorizer

from cli.errors import UserError
from data import pipeline
from data.splits import Split
from data.tables.column_kinds import ColumnKind
from data.text.bag_prepare import BagPrepare
from data.text.markup import readable
from data.text.ragged_rows import RaggedRows
from data.text.sequence_prepare import SequencePrepare
from data.text.subwords import END
from data.text.text_batches import TextBatches
from tests.data.text.python_shapes import python_shape

TEXTS = [
    "The cat sat on the mat.",
    "A cat, a hat and a bat!",
    "Wie spät ist es? Es ist drei.",
    "मैं घर जा रहा हूँ",
    "the THE the",
    "",
    "emoji 😀😀 here",
    "the hat on the mat",
    "Ελλάδα και ΕΛΛΆΔΑ",
    "cat " * 30,
    "ist es drei?",
    "a bat on a mat",
] * 2
TEXT = ColumnKind("text")


def column(texts):
    return np.array(texts, dtype=object)


def bag(texts=TEXTS, **settings):
    return BagPrepare.fit({"t": column(texts)}, {"t": TEXT}, **settings)


def dense(rows, size):
    found = np.zeros((len(rows), size))
    for row in range(len(rows)):
        part = slice(rows.starts[row], rows.starts[row + 1])
        found[row, rows.ids[part]] += rows.weights[part]
    return found


def test_words_are_those_of_scikit_learn():
    prepare = bag(characters=(), words=2, opening=0, shapes=0)
    word = r"(?u)[^\W_]\w*|[^\w\s]+"
    reference = TfidfVectorizer(token_pattern=word, ngram_range=(1, 2), min_df=2, sublinear_tf=True, smooth_idf=True)
    latin = [text for text in TEXTS if "म" not in text]  # \w of Python parts Devanagari at its vowel signs
    ours = bag(latin, characters=(), words=2, opening=0, shapes=0)
    expected = reference.fit_transform(latin).toarray()
    names = reference.get_feature_names_out()
    assert set(ours.names()[1:]) == set(names)
    order = [ours.names().index(name) for name in names]
    ours_rows = dense(ours.fixed({"t": column(latin)}), ours.vocab_size)[:, order]
    np.testing.assert_allclose(ours_rows, expected, atol=1e-6)
    assert prepare.vocab_size > ours.vocab_size  # the words of Devanagari stay whole
    assert "घर" in prepare.names()


def test_characters_are_counted_across_blanks_and_have_a_norm_of_their_own():
    prepare = bag(["ab a"] * 12, characters=(2, 3), words=1, shapes=0)
    assert set(prepare.names()[1:]) == {"ab", "a", "… a…", "…ab…", "…b …", "…a …", "… ab…", "…ab …", "…b a…", "… a …"}
    rows = prepare.fixed({"t": column(["ab a"])})
    words = np.array([not name.startswith("…") for name in prepare.names()])
    weights = dense(rows, prepare.vocab_size)[0]
    assert np.sum(weights[words] ** 2) == pytest.approx(1, abs=1e-6)
    assert np.sum(weights[~words] ** 2) == pytest.approx(1, abs=1e-6)


QUESTIONS = ["What is the capital of Peru ?", "Who was he ?", "Who wrote it ?", "What is it ?", "Why ?", "What is"] * 4


def test_first_words_are_paired_with_each_later_word():
    """As counted by hand, and with a norm of their own; only of texts that begin alike unless it is asked for."""
    prepare = bag(QUESTIONS, characters=(), words=1, shapes=0)
    pairs = {f"{' '.join(w[:2])} … {later}" for w in map(str.split, map(str.lower, QUESTIONS)) for later in w[2:]}
    assert {name for name in prepare.names() if "…" in name} == pairs and "what is … peru" in pairs
    rows, names = prepare.fixed({"t": column(QUESTIONS[:6])}), prepare.names()
    weights = dense(rows, prepare.vocab_size)
    of_pairs = np.array(["…" in name for name in names])
    assert (weights[:, of_pairs] > 0).sum(axis=1).tolist() == [5, 2, 2, 2, 0, 0]
    np.testing.assert_allclose((weights[:4, of_pairs] ** 2).sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose((weights[:, ~of_pairs] ** 2).sum(axis=1), 1, atol=1e-6)
    assert prepare.texts[0].opening == prepare.refitted({"t": column(QUESTIONS)}).texts[0].opening == 2
    assert not any("…" in name for name in bag(QUESTIONS, characters=(), opening=0).names())
    different = [f"{number} {text}" for number, text in enumerate(QUESTIONS)]
    assert bag(different, characters=()).texts[0].opening == 0
    assert any("…" in name for name in bag([*different, *different], characters=(), opening=1).names())


NAMED = ["What does IBM build ?", "What did Ann Lee do in 1999 ?", "what does X mean ?", "What , Élan ! 我 A1 x ?"]


def python_shaped(text, frequent, longest):
    """The n-grams of the start, the frequent words and the shapes of others, equal shapes in a row once."""
    tokens = ["^"] if text else []
    for word in text.split():
        token = word.lower() if word.lower() in frequent else f"‹{python_shape(word)}›"
        if token != tokens[-1] or not token.startswith("‹"):
            tokens.append(token)
    return [" ".join(tokens[at : at + n]) for n in range(1, longest + 1) for at in range(len(tokens) - n + 1)]


def test_rare_words_are_counted_by_their_shape():
    """As counted in plain Python, and with a norm of their own; the words in five rows at least stay as they are."""
    texts = [*NAMED, "", "What does it do ?"] * 2
    texts += ["what ?"] * 2
    prepare = bag(texts, characters=(), opening=0, words=1, shapes=3)
    found = prepare.texts[0]
    assert found.frequent == ("?", "does", "what")
    grams = found.grams(tf.constant(texts)).to_list()
    for text, some in zip(texts, grams, strict=True):
        shaped = [one.decode()[1:] for one in some[len(text.split()) :]]  # the words alone come first
        assert shaped == [re.sub("‹(.+?)›", r"▢\1", one) for one in python_shaped(text, found.frequent, 3)]
    shown = set(prepare.names())
    assert {"^ what does", "does ‹XX›", "‹Xx›", "‹9› ?", "what ‹.› ‹Xx›"} <= shown
    weights = dense(prepare.fixed({"t": column(texts[:4])}), prepare.vocab_size)
    shaped = np.array([bool(term) and term.startswith("▢") for term in ["", *found.terms]])
    np.testing.assert_allclose((weights[:, shaped] ** 2).sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose((weights[:, ~shaped] ** 2).sum(axis=1), 1, atol=1e-6)
    again = prepare.refitted({"t": column(texts)}).texts[0]
    assert again.terms == found.terms and again.frequent == found.frequent


def test_characters_keep_their_case_beside_shapes_alone():
    texts = ["Ab cd"] * 12
    assert "…Ab…" in bag(texts, characters=(2, 2), shapes=1).names()
    without = bag(texts, characters=(2, 2), shapes=0).names()
    assert "…ab…" in without and "…Ab…" not in without


def test_long_texts_and_those_without_capitals_have_no_shapes_unless_they_are_asked_for():
    long = ["a word of many " * 40] * 12
    assert bag([text.lower() for text in TEXTS]).texts[0].shapes == 0
    assert bag().texts[0].shapes == 3 and bag(long).texts[0].shapes == 0 and bag(long, shapes=2).texts[0].shapes == 2


@pytest.mark.whole
@pytest.mark.parametrize(
    ("form", "characters"),
    [("bag", (2, 4)), ("bag", ()), ("words", ()), ("subwords", ())],
    ids=["characters", "n-grams", "words", "subwords"],
)
def test_training_and_graph_give_the_same_also_after_a_round_trip(form, characters):
    inputs = {"t": column(TEXTS), "u": column(TEXTS[::-1]), "n": np.arange(24, dtype=np.float32)}
    kinds = {"t": TEXT, "n": ColumnKind("number", "plain"), "u": TEXT}
    if form == "bag":
        prepare = BagPrepare.fit(inputs, kinds, characters=characters)
    else:
        prepare = SequencePrepare.fit(inputs, kinds, tokens=form, vocab_size=120, longest=30)
    again = type(prepare).from_config(json.loads(json.dumps(prepare.config())))
    assert list(again.kinds) == ["t", "n", "u"] == list(again.signature())
    trained = prepare.model_input(inputs)
    graph = tf.function(again, input_signature=[again.signature()])(
        {name: tf.constant(v.tolist()) if v.dtype == object else v for name, v in inputs.items()}
    )
    assert set(graph) == set(trained) == set(prepare.input_shape)
    for name, values in trained.items():
        length = graph[name].shape[1]
        np.testing.assert_allclose(graph[name].numpy(), values[:, :length], atol=1e-6)
        assert not values[:, length:].any()
    alone = {name: values[:1] for name, values in inputs.items()}
    one = again.model_input(alone)
    length = min(one["ids"].shape[1], trained["ids"].shape[1])
    np.testing.assert_array_equal(one["ids"][0, :length], trained["ids"][0, :length])
    assert not trained["ids"][0, length:].any() and not one["ids"][0, length:].any()


def test_a_batch_of_nothing_and_of_empty_texts():
    fit = partial(SequencePrepare.fit, {"t": column(TEXTS)}, {"t": TEXT}, vocab_size=120)
    for prepare in (bag(), fit(tokens="words"), fit(tokens="subwords")):
        assert prepare({"t": tf.constant([], tf.string)})["ids"].shape[0] == 0
        found = prepare({"t": tf.constant(["", "\u200b", "\x00\x01"])})["ids"].numpy()
        assert found.shape[1] >= 1 and set(found.ravel()) <= {0, END}


def test_chinese_is_cut_into_characters():
    prepare = BagPrepare.fit({"t": column(["我爱北京", "北京很大"] * 8)}, {"t": ColumnKind("text", "characters")})
    assert {"北", "北京", "我爱"} <= set(prepare.names())


@pytest.mark.parametrize(
    ("text", "html", "shown"),
    [
        ("<p>Hello <b>world</b></p>", True, "Hello world"),
        ("a <script>var x = '<b>';</script> b", True, "a b"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", True, "1 < 2 && 3 > 2"),
        ("x < y > z", True, "x < y > z"),
        ("see https://www.example.org/a/b?c=d now", False, "see example.org now"),
        ("www.example.org", False, "example.org"),
        ("a\x00b\x07c", False, "a b c"),
        ("<p>kept</p>", False, "<p>kept</p>"),
    ],
)
def test_what_people_do_not_read_is_taken_out(text, html, shown):
    assert " ".join(readable(tf.constant([text]), html)[0].numpy().decode().split()) == shown


def test_html_is_found_by_looking():
    assert bag([f"<p>page {number} of it</p>" for number in range(20)]).texts[0].html
    assert not bag().texts[0].html


def test_no_text_column_is_refused():
    with pytest.raises(UserError, match="This network reads text, and no column is one. Received: n"):
        BagPrepare.fit({"n": np.zeros(3)}, {"n": ColumnKind("number", "plain")})


def rows_of(lengths):
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.concatenate([np.full(length, number + 1) for number, length in enumerate(lengths)]).astype(np.int32)
    return RaggedRows(starts, ids, None, None)


def test_an_epoch_has_static_shapes_every_row_once_at_most_and_an_order_of_its_own():
    lengths = np.random.default_rng(0).integers(1, 60, 203)
    batches = TextBatches.of(rows_of(lengths), np.arange(203))
    first, second = (batches.epoch(16, 5, epoch) for epoch in (0, 1))
    assert len(first) == len(second) == 203 // 16
    for epoch in (first, second):
        rows = np.concatenate([some for _, some in epoch])
        assert len(set(rows.tolist())) == len(rows) == 192
        assert all(lengths[some].max() <= bound for bound, some in epoch)
        assert len({bound for bound, _ in epoch}) <= 4
    assert [some.tolist() for _, some in first] != [some.tolist() for _, some in second]
    again = batches.epoch(16, 5, 1)
    assert [some.tolist() for _, some in again] == [some.tolist() for _, some in second]


def test_training_goes_on_in_the_middle_of_an_epoch_and_evaluation_is_by_length():
    lengths = np.random.default_rng(0).permutation(np.arange(1, 41))
    batches = TextBatches.of(rows_of(lengths), lengths)
    whole = list(batches.dataset(8, seed=3, epochs=2).as_numpy_iterator())
    rest = list(batches.dataset(8, seed=3, first_epoch=1, first_step=2, epochs=2).as_numpy_iterator())
    assert len(whole) == 10 and len(rest) == 3
    for (ours, labels), (theirs, others) in zip(rest, whole[-3:], strict=True):
        np.testing.assert_array_equal(labels, others)
        np.testing.assert_array_equal(ours["ids"], theirs["ids"])
    evaluated = list(batches.dataset(16).as_numpy_iterator())
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in evaluated]), np.arange(1, 41))
    for x, labels in evaluated:
        np.testing.assert_array_equal((x["ids"] > 0).sum(axis=1), labels)
    assert evaluated[0][0]["ids"].shape[1] < evaluated[-1][0]["ids"].shape[1]


def test_answers_are_in_the_order_of_the_rows(monkeypatch):
    """From the raw texts, and of a split: the number of ids of each text."""
    monkeypatch.setattr("data.text.text_prepare.AT_ONCE", 5)
    texts = [("word " * count).strip() for count in np.random.default_rng(0).permutation(24)]
    prepare, shapes = bag(texts, words=1, characters=(), opening=0, shapes=0), []
    expected = [len(set(text.split())) for text in texts]

    def answer(inputs):
        shapes.append(inputs["ids"].shape)
        return (inputs["ids"] > 0).sum(axis=1)

    assert prepare.answers({"t": column(texts)}, answer).tolist() == expected
    prepare = SequencePrepare.fit({"t": column(texts)}, {"t": TEXT}, tokens="words")
    lengths = [len(text.split()) + 1 for text in texts]
    assert prepare.answers({"t": column(texts)}, answer).tolist() == lengths
    assert {shape[1] for shape in shapes[5:]} == {8, 16, 32} and max(shape[0] for shape in shapes) == 5
    assert prepare.answers({"t": column([])}, answer).tolist() == []
    ids = keras.Input((None,), dtype="int32", name="ids")
    counted = keras.Model({"ids": ids}, keras.ops.sum(keras.ops.cast(ids > 0, "float32"), axis=1, keepdims=True))
    split = Split({"t": column(texts)}, np.zeros(24, np.int32), np.arange(24).astype(str))
    np.testing.assert_array_equal(pipeline.outputs(counted, split, prepare, 5)[:, 0], lengths)
