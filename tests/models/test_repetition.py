"""N-gram blocking, alone and in beam search, against texts searched by hand."""

import numpy as np
import pytest
from keras import ops

from models.repetition import repeating


def by_hand(text, position, size, vocab_size):
    """Tokens that would complete a run of `size` that the text holds already."""
    said = list(text[:position])
    runs = {tuple(said[start : start + size]) for start in range(len(said) - size + 1)}
    return [tuple([*said, token][-size:]) in runs and len(said) >= size - 1 for token in range(vocab_size)]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_what_would_repeat(size):
    random = np.random.default_rng(size)
    vocab_size, length = 4, 12
    texts = random.integers(0, vocab_size, (5, 3, length)).astype("int32")
    barred = 0
    for position in range(length):
        found = np.asarray(repeating(ops.array(texts), position, size, vocab_size))
        expected = [[by_hand(text, position, size, vocab_size) for text in row] for row in texts.tolist()]
        np.testing.assert_array_equal(found, expected)
        barred += found.sum()
    assert 0 < barred < 5 * 3 * length * vocab_size


def test_as_one_graph_with_a_position_that_varies():
    from training.devices import compiled

    texts = np.array([[[3, 1, 2, 3, 1, 0, 0]]], "int32")
    inputs = ("int32", (None, None, 7)), ("int32", 1)
    graph = compiled(lambda texts, position: repeating(texts, position[0], 3, 5), *inputs)
    for position in range(7):
        found = np.asarray(graph(ops.array(texts), ops.array([position], "int32")))
        assert found[0, 0].tolist() == by_hand(texts[0, 0], position, 3, 5)
