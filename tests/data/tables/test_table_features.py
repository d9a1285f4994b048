"""Columns become features: against formulas in NumPy and scikit-learn, and the same however they are run."""

import json
import re

import numpy as np
import pytest
import tensorflow as tf
from sklearn.feature_extraction.text import TfidfVectorizer

from data.tables import category_column, text_column
from data.tables.category_column import CategoryColumn
from data.tables.column_kinds import ColumnKind
from data.tables.number_column import NumberColumn
from data.tables.table_features import TablePrepare, tensor
from data.tables.text_column import TextColumn
from data.text.vocabulary import Vocabulary

NUMBER, CATEGORY, TEXT = ColumnKind("number", "plain"), ColumnKind("category"), ColumnKind("text")
TEXTS = ["The cat sat.", "the CAT, the dog", "", "Größe zählt: größe!", "кот и пёс", "unseenword", "dog cat dog"]


def strings(*values):
    return np.array(values, dtype=object)


def mixed(rows=200):
    """A table with every kind of column: heavy tails, missing values, rare categories, text of several scripts."""
    random = np.random.default_rng(0)
    inputs = {
        "plain number": random.normal(5, 2, rows).astype(np.float32),
        "heavy": np.exp(random.normal(0, 3, rows)).astype(np.float32),
        "colour": random.choice(strings("red", "green", "blue", ""), rows),
        "text": random.choice(strings(*TEXTS), rows),
    }
    inputs["plain number"][random.random(rows) < 0.1] = np.nan
    inputs["colour"][3] = "rare"
    kinds = dict(zip(inputs, (NUMBER, NUMBER, CATEGORY, TEXT), strict=True))
    return inputs, kinds


def test_numbers_are_standardised_by_the_training_rows():
    column = NumberColumn.fit("x", np.float32([1, 2, 3, 6]))
    out = column.encode(tf.constant([1.0, 6.0, 13.0])).numpy()
    np.testing.assert_allclose(out[:, 0], (np.array([1, 6, 13]) - 3) / np.sqrt(3.5), rtol=1e-6)


def test_a_missing_number_is_the_mean_and_is_told_apart():
    column = NumberColumn.fit("x", np.float32([1, np.nan, 3, 5]))
    np.testing.assert_allclose(column.encode(tf.constant([np.nan, 3.0])).numpy(), [[0, 1], [0, 0]], atol=1e-6)
    without = NumberColumn.fit("x", np.float32([1, 3, 5]))  # no training row to learn an indicator from
    np.testing.assert_allclose(without.encode(tf.constant([np.nan, np.inf])).numpy(), [[0], [0]])


def test_a_heavy_tail_is_squashed_and_a_normal_one_is_not():
    random = np.random.default_rng(0)
    heavy = np.exp(random.normal(0, 3, 1000)).astype(np.float32)
    column = NumberColumn.fit("x", heavy)
    low, median, high = np.percentile(heavy.astype(np.float64), [25, 50, 75])
    squashed = np.arcsinh((heavy - median) / (high - low))
    expected = (squashed - squashed.mean()) / squashed.std()
    np.testing.assert_allclose(column.encode(tf.constant(heavy)).numpy()[:, 0], expected, atol=2e-5)
    assert np.abs(expected).max() < 6 < np.abs((heavy - heavy.mean()) / heavy.std()).max()
    assert NumberColumn.fit("x", random.normal(size=1000).astype(np.float32)).quartiles == 0


def test_categories_have_places_for_what_training_showed():
    column = CategoryColumn.fit("c", strings("red", "red", "blue", "blue ", "", "once", "green", "green"))
    assert column.words == ("blue", "green", "red")
    out = column.encode(tf.constant(["red", " blue", "", "once", "never seen"])).numpy()
    np.testing.assert_array_equal(
        out, [[0, 0, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 0, 1, 0]]
    )


def test_an_unknown_or_missing_category_without_a_place_is_all_zeros():
    column = CategoryColumn.fit("c", strings("a", "a", "b", "b"))
    np.testing.assert_array_equal(column.encode(tf.constant(["b", "z", ""])).numpy(), [[0, 1], [0, 0], [0, 0]])


def test_only_the_most_frequent_categories_have_a_place_of_their_own(monkeypatch):
    monkeypatch.setattr(category_column, "MOST_CATEGORIES", 2)
    column = CategoryColumn.fit("c", strings(*"aaaabbbccdd"))
    assert (column.words, column.other) == (("a", "b"), True)


def test_text_equals_scikit_learns_tf_idf():
    texts = strings(*[text for text in TEXTS for _ in range(3)], "rarest of words")
    column = TextColumn.fit("t", texts)
    reference = TfidfVectorizer(analyzer=lambda text: re.findall(r"[^\W_]+", text.lower()), min_df=2, sublinear_tf=True)
    expected = reference.fit_transform(texts).toarray()
    ours, theirs = list(column.words), reference.get_feature_names_out().tolist()
    assert sorted(ours) == sorted(theirs)
    out = column.encode(tensor(texts)).numpy()
    np.testing.assert_allclose(out, expected[:, [theirs.index(word) for word in ours]], atol=1e-6)


def test_text_without_a_known_word_is_all_zeros():
    column = TextColumn.fit("t", strings("a b", "a b", "c", "c"))
    np.testing.assert_array_equal(column.encode(tf.constant(["", "zzz", "?!"])).numpy(), np.zeros((3, 3)))


def test_text_keeps_the_most_frequent_words(monkeypatch):
    monkeypatch.setattr(text_column, "MOST_WORDS", 1)
    assert TextColumn.fit("t", strings("a b", "a b", "a")).words == ("a",)


def test_the_vocabulary_finds_every_word_and_no_other():
    words = [f"word {number}" for number in range(5000)]
    vocabulary = Vocabulary(words)
    np.testing.assert_array_equal(vocabulary.find(tf.constant(words)).numpy(), np.arange(5000))
    np.testing.assert_array_equal(
        vocabulary.find(tf.constant([["x", "word 7"], ["", "Word 7"]])), [[5000, 7], [5000] * 2]
    )
    assert Vocabulary([]).find(tf.constant(["a"])).numpy().tolist() == [0]


def test_eager_graph_whole_and_one_row_at_a_time_are_equal():
    inputs, kinds = mixed()
    prepare = TablePrepare.fit(inputs, kinds)
    raw = {name: tensor(values) for name, values in inputs.items()}
    fixed = prepare.fixed(inputs)
    assert fixed.shape == (200, *prepare.input_shape)
    assert fixed.dtype == np.float32
    assert np.isfinite(fixed).all()
    graph = tf.function(prepare.__call__, input_signature=[prepare.signature()])
    np.testing.assert_array_equal(fixed, graph(raw).numpy())
    np.testing.assert_array_equal(fixed, prepare(raw).numpy())
    alone = [graph({name: values[row : row + 1] for name, values in raw.items()}).numpy() for row in range(200)]
    np.testing.assert_array_equal(fixed, np.concatenate(alone))


def test_a_table_larger_than_one_piece_is_encoded_whole(monkeypatch):
    inputs, kinds = mixed()
    prepare = TablePrepare.fit(inputs, kinds)
    whole = prepare.fixed(inputs)
    monkeypatch.setattr("data.tables.table_features.ROWS_AT_ONCE", 7)
    np.testing.assert_array_equal(whole, prepare.fixed(inputs))


def test_it_is_rebuilt_exactly_from_json():
    inputs, kinds = mixed()
    prepare = TablePrepare.fit(inputs, kinds)
    config = prepare.config()
    again = TablePrepare.from_config(json.loads(json.dumps(config)))
    assert again.config() == config
    assert again.kinds == prepare.kinds == kinds
    np.testing.assert_array_equal(again.fixed(inputs), prepare.fixed(inputs))


def test_each_feature_has_a_name():
    inputs, kinds = mixed()
    prepare = TablePrepare.fit(inputs, kinds)
    names = prepare.feature_names()
    assert (len(names),) == prepare.input_shape
    assert names[:4] == ["plain number", "plain number missing", "heavy", "colour=blue"]
    assert {"colour other", "colour missing", "text:größe", "text:кот"} <= set(names)


def test_statistics_ignore_every_row_but_those_of_training():
    inputs, kinds = mixed()
    train = {name: values[:100] for name, values in inputs.items()}
    prepare = TablePrepare.fit(train, kinds)
    number = prepare.fixed(train)[:, 0]
    known = np.isfinite(train["plain number"])
    np.testing.assert_allclose([number[known].mean(), number[known].std()], [0, 1], atol=1e-5)


def test_a_session_loader_runs_it_with_nothing_but_core_operations(tmp_path):
    inputs, kinds = mixed(20)
    inputs = {name.replace(" ", "_"): values for name, values in inputs.items()}
    prepare = TablePrepare.fit(inputs, {name.replace(" ", "_"): kind for name, kind in kinds.items()})
    module = tf.Module()
    module.serve = tf.function(lambda **raw: {"features": prepare(raw)})
    tf.saved_model.save(module, str(tmp_path), signatures=module.serve.get_concrete_function(**prepare.signature()))
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(tmp_path))
        signature = loaded.signature_def["serving_default"]
        feed = {info.name: inputs[name].tolist() for name, info in signature.inputs.items()}
        out = session.run(signature.outputs["features"].name, feed)
    np.testing.assert_array_equal(out, prepare.fixed(inputs))


@pytest.mark.parametrize("column", ["plain number", "colour", "text"])
def test_the_signature_takes_strings_and_float32(column):
    inputs, kinds = mixed()
    spec = TablePrepare.fit(inputs, kinds).signature()[column]
    assert (spec.shape.as_list(), spec.dtype) == ([None], tf.float32 if column == "plain number" else tf.string)


CHINESE = strings("这本书很好", "这本书不好", "很好", "不好看")


def test_without_blanks_characters_and_their_pairs_are_counted():
    column = TextColumn.fit("t", CHINESE, ColumnKind("text", "characters"))
    assert {"好", "很好", "本书"} <= set(column.words) and "这本书" not in column.words

    def grams(text):
        return [*text, *map("".join, zip(text, text[1:], strict=False))]

    reference = TfidfVectorizer(analyzer=grams, min_df=2, sublinear_tf=True)
    expected = reference.fit_transform(CHINESE).toarray()
    theirs = reference.get_feature_names_out().tolist()
    out = column.encode(tensor(CHINESE)).numpy()
    np.testing.assert_allclose(out, expected[:, [theirs.index(word) for word in column.words]], atol=1e-6)


def test_emoji_are_characters():
    column = TextColumn.fit("t", strings("😀 😀😡", "😡!", "😀"), ColumnKind("text", "characters"))
    assert column.words == ("😀", "😡")
    assert column.encode(tensor(strings("😀?", "x"))).numpy().tolist() == [[1, 0], [0, 0]]


@pytest.mark.whole
def test_more_columns_are_no_more_operations():
    names = [f"n{place}" for place in range(60)] + [f"c{place}" for place in range(60)]
    inputs = {name: np.arange(9, dtype=np.float32) if name[0] == "n" else strings(*"aabbccabc") for name in names}
    for name in ("n3", "n20", "n21"):
        inputs[name][2] = np.nan
    names = names[::2] + names[1::2]
    prepare = TablePrepare.fit(inputs, {name: NUMBER if name[0] == "n" else CATEGORY for name in names})
    few = TablePrepare([column for column in prepare.columns if column.name[1:] in {"3", "4"}])
    counts = [len(one._compiled.get_concrete_function().graph.get_operations()) for one in (few, prepare)]
    assert counts[0] == counts[1]
    alone = [TablePrepare([column]).fixed(inputs) for column in prepare.columns]
    np.testing.assert_array_equal(prepare.fixed(inputs), np.concatenate(alone, axis=1))


def test_names_with_blanks_are_no_warnings(caplog):
    inputs = {"a b": np.arange(3, dtype=np.float32), "self": np.arange(3, dtype=np.float32)}
    tf.get_logger().addHandler(caplog.handler)
    try:
        named = {name: tf.TensorSpec([None], name=name) for name in inputs}
        tf.function(lambda raw: raw["a b"], input_signature=[named]).get_concrete_function()
        assert "not a valid node name" in caplog.text, "what TensorFlow says of such names"
        caplog.clear()
        TablePrepare.fit(inputs, dict.fromkeys(inputs, NUMBER)).fixed(inputs)
        assert not caplog.records
    finally:
        tf.get_logger().removeHandler(caplog.handler)


def test_numbers_of_another_type_are_converted():
    """As the points of a decision region, which are float32 for every column."""
    kinds = {"when": ColumnKind("date", "2024-05-31"), "ms": ColumnKind("number", "plain", double=True), "x": NUMBER}
    inputs = {name: np.array([1.0, 2.0, 4.5]) for name in kinds}
    prepare = TablePrepare.fit(inputs, kinds)
    single = {name: values.astype(np.float32) for name, values in inputs.items()}
    np.testing.assert_array_equal(prepare.fixed(single), prepare.fixed(inputs))
