"""Dense against the formula of the lecture, written with loops."""

import numpy as np
import pytest

import layers


def test_dense_is_the_hand_formula():
    """`h_j = tanh(sum_i W_ij x_i + b_j)`."""
    random = np.random.default_rng(0)
    x, w, b = random.standard_normal((3, 4)), random.standard_normal((4, 2)), random.standard_normal(2)
    dense = layers.Dense(2, activation="tanh")
    dense.build((None, 4))
    dense.set_weights([w, b])
    expected = [[np.tanh(sum(w[i, j] * row[i] for i in range(4)) + b[j]) for j in range(2)] for row in x]
    np.testing.assert_allclose(np.asarray(dense(x.astype("float32"))), expected, rtol=1e-5, atol=1e-6)


def test_a_2_4_1_network_has_17_parameters():
    first, second = layers.Dense(4, activation="sigmoid"), layers.Dense(1)
    first.build((None, 2))
    second.build((None, 4))
    assert first.count_params() + second.count_params() == 17


def test_another_width_than_built_for_is_refused():
    dense = layers.Dense(2)
    dense.build((None, 4))
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 4"):
        dense(np.ones((3, 5), "float32"))


def test_an_unknown_width_is_refused():
    with pytest.raises(ValueError, match="last axis"):
        layers.Dense(2).build((None, None))
