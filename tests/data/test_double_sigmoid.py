"""The double sigmoid: the formula, the network that equals it, the noise."""

import numpy as np
from scipy.special import expit

from data.double_sigmoid import NOISE, DoubleSigmoid, make

CURVE = DoubleSigmoid(a=2.0, b=0.5, c=-1.0, k1=3.0, m1=0.2, k2=2.0, m2=4.0)


def test_levels_and_middles():
    steep = DoubleSigmoid(a=2.0, b=0.5, c=-1.0, k1=50.0, m1=0.0, k2=50.0, m2=4.0)
    np.testing.assert_allclose(steep([-3.0, 2.0, 8.0]), [0.5, 2.0, 0.5 + 1.5 - 1.5], atol=1e-12)
    np.testing.assert_allclose(steep(0.0), (0.5 + 2.0) / 2, atol=1e-12)


def test_two_hidden_units_equal_the_curve():
    x = np.linspace(-6, 10, 1001)
    kernel, bias, out, shift = CURVE.weights()
    hidden = expit(x[:, None] @ kernel + bias)
    np.testing.assert_allclose((hidden @ out + shift)[:, 0], CURVE(x), atol=1e-12)


def test_samples_lie_on_the_curve_up_to_the_noise():
    splits = make(seed=3)
    for part in (splits.train, splits.validation, splits.test):
        error = part.labels - DoubleSigmoid()(part.inputs["x"])
        assert abs(error.std() / NOISE - 1) < 0.1 and abs(error.mean()) < 4 * NOISE / len(part) ** 0.5
    again = make(seed=3)
    np.testing.assert_array_equal(splits.test.labels, again.test.labels)
    assert not np.array_equal(splits.train.labels[:400], splits.validation.labels[:400])
