"""The order of texts by those of similar records, against n-grams counted by hand."""

import json
from collections import Counter

import keras
import numpy as np
import pytest
from keras import ops

from layers.hidden import HIDDEN
from layers.neighbours import LONGEST, WEIGHT, Neighbours, mean_f1

END = 9


def grams(text, n):
    said = [token for token in text if token]
    return Counter(tuple(said[place : place + n]) for place in range(len(said) - n + 1))


def f1_by_hand(candidate, texts):
    """The mean over n-gram sizes and texts of 2 * shared / all."""
    found = []
    for text in texts:
        for n in range(1, LONGEST + 1):
            left, right = grams(candidate, n), grams(text, n)
            found.append(2 * (left & right).total() / max(left.total() + right.total(), 1))
    return np.mean(found)


def draw(random, count, length):
    """Texts of few words, so that n-grams repeat, of all lengths, 0 included."""
    texts = random.integers(1, 4, (count, length)).astype("int32")
    return np.where(np.arange(length) < random.integers(0, length + 1, (count, 1)), texts, 0)


@pytest.mark.whole
def test_likeness_is_that_of_ngrams_counted_by_hand():
    random = np.random.default_rng(0)
    candidates, texts = draw(random, 40, 9), draw(random, 30, 7)
    written = [text for text in texts if text.any()]
    assert len(written) < len(texts)  # a text of zeros is none
    found = np.asarray(mean_f1(ops.array(candidates), ops.array(texts)))
    np.testing.assert_allclose(found, [f1_by_hand(one, written) for one in candidates], atol=1e-6)
    assert np.ptp(found) > 0.3


def known(random, count=3):
    """Records in four directions far from the origin, the captions of each of its own words."""
    turns = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]]).repeat(5, axis=0)
    vectors = 100 + turns * random.uniform(1, 9, (20, 1))
    texts = np.repeat(np.array([[[1, 2, 3], [1, 2, 0]], [[4, 5, 6], [4, 5, 0]]]), 5, axis=0)
    texts = np.concatenate([texts, texts + 6]).astype("int32")
    return Neighbours(vectors.astype("float32"), texts, count)


def test_what_the_captions_of_the_nearest_say_comes_first(tmp_path):
    neighbours = known(np.random.default_rng(1))
    neighbours.save(tmp_path / "neighbours.npz")
    tokens = np.array([[[7, 8, END, 0], [4, 5, 6, END], [1, 2, END, 0], [0, 0, 0, 0]]] * 2, "int32")
    scores = np.array([[-1.0, -1.5, -2.0, HIDDEN]] * 2, "float32")
    complete = np.array([[True, False, True, False]] * 2)
    vectors = np.array([[103, 100.5], [100.5, 103]], "float32")  # right, up
    for one in (neighbours, Neighbours.load(tmp_path / "neighbours.npz", 3)):
        found = one.order(ops.array(vectors), ops.array(tokens), ops.array(scores), ops.array(complete), END)
        ordered, new, ended = (np.asarray(part) for part in found)
        assert [row[0].tolist() for row in ordered] == [[1, 2, END, 0], [4, 5, 6, END]]
        best = f1_by_hand([1, 2], [[1, 2, 3], [1, 2]]) - 2.0 * WEIGHT, f1_by_hand([4, 5, 6], [[4, 5, 6], [4, 5]]) - 0.15
        np.testing.assert_allclose(new[:, 0], best, atol=1e-6)
        np.testing.assert_allclose(new[:, 1], -1.0 * WEIGHT, atol=1e-6)  # of nothing alike the more probable
        assert ended.tolist() == [[True, True, False, False], [False, True, True, False]]
        assert (new[:, 3] == np.float32(HIDDEN)).all() and not ordered[:, 3].any()


def test_config_and_file_of_a_model_give_the_same_layer(tmp_path):
    random = np.random.default_rng(3)
    neighbours = known(random)
    config = neighbours.get_config()
    assert json.dumps(Neighbours.from_config(json.loads(json.dumps(config))).get_config()) == json.dumps(config)
    inputs = [keras.Input((2,)), keras.Input((4, 6), dtype="int32"), keras.Input((4,))]
    model = keras.Model(inputs, neighbours(*inputs))
    assert model.output_shape == (None, 4)
    model.save(tmp_path / "model.keras")
    given = [
        ops.array(random.uniform(90, 110, (3, 2)), "float32"),
        ops.array(random.integers(1, 10, (3, 4, 6)), "int32"),
        ops.zeros((3, 4)),
    ]
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(np.asarray(again(given)), np.asarray(neighbours(*given)))


def test_as_one_graph_of_any_batch():
    from training.devices import compiled

    random = np.random.default_rng(2)
    neighbours = known(random, count=8)
    inputs = ("float32", (None, 2)), ("int32", (None, 4, 6)), ("float32", (None, 4))
    graph = compiled(lambda *given: neighbours(*given), *inputs, variables=neighbours.variables)
    for batch in (1, 3):
        tokens = random.integers(1, 10, (batch, 4, 6)).astype("int32")
        vectors = random.uniform(90, 110, (batch, 2)).astype("float32")
        found = np.asarray(graph(ops.array(vectors), ops.array(tokens), ops.zeros((batch, 4))))
        near = known_texts(neighbours, vectors)
        expected = [[f1_by_hand(one, texts) for one in some] for some, texts in zip(tokens, near, strict=True)]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def known_texts(neighbours, vectors):
    """Of each vector the texts of its nearest, by an exhaustive search."""
    mean, texts = np.asarray(neighbours.mean), np.asarray(neighbours.texts)
    for vector in vectors:
        cosines = np.asarray(neighbours.known) @ (vector - mean)
        nearest = sorted(range(len(cosines)), key=lambda place: -cosines[place])[: neighbours.count]
        yield texts[nearest].reshape(-1, texts.shape[-1])


def test_no_more_neighbours_than_there_are():
    with pytest.raises(ValueError, match="`count` must be between 1 and the 20 known records. Received: count=21"):
        known(np.random.default_rng(0), count=21)
