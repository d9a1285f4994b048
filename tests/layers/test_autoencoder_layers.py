"""The losses that a code adds, and the noise: against formulas and moments."""

import keras
import numpy as np
import pytest

import layers

RANDOM = np.random.default_rng(0)


def added(layer, x, training=True):
    """The loss that one call adds."""
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    model(x, training=training)
    return float(sum(model.losses)) if model.losses else 0.0


def test_the_code_pays_for_its_distance_from_a_standard_normal():
    """Equation 10 of Kingma and Welling, and zero for the standard normal itself."""
    x = RANDOM.normal(size=(50, 6)).astype("float32")
    m, v = x[:, :3].astype("float64"), x[:, 3:].astype("float64")
    expected = -0.5 * (1 + v - m**2 - np.exp(v)).sum(axis=1).mean()
    assert added(layers.GaussianCode(0.25), x) == pytest.approx(0.25 * expected, rel=1e-5)
    assert added(layers.GaussianCode(1.0), np.zeros((4, 6), "float32")) == 0
    assert added(layers.GaussianCode(0.25), x, training=False) == pytest.approx(0.25 * expected, rel=1e-5)


def test_codes_are_drawn_with_their_mean_and_variance_and_are_the_mean_in_inference():
    x = np.tile(np.array([[1.0, -2.0, 0.0, 2.0]], "float32"), (40_000, 1))
    layer = layers.GaussianCode(seed=1)
    drawn = np.asarray(layer(x, training=True))
    np.testing.assert_allclose(drawn.mean(axis=0), [1, -2], atol=0.05)
    np.testing.assert_allclose(drawn.std(axis=0), [1, np.e], rtol=0.02)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.02
    np.testing.assert_array_equal(np.asarray(layer(x)), x[:, :2])


def test_a_code_needs_a_variance_for_each_mean():
    with pytest.raises(ValueError, match="as many means as log-variances"):
        layers.GaussianCode()(np.ones((2, 5), "float32"))


def test_noise_has_its_deviation_and_other_numbers_each_call():
    layer = layers.GaussianNoise(0.5, seed=1)
    first, second = (np.asarray(layer(np.full((300, 200), 3.0, "float32"), training=True)) for _ in range(2))
    assert first.mean() == pytest.approx(3, abs=0.01)
    assert first.std() == pytest.approx(0.5, rel=0.01)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.02
    np.testing.assert_array_equal(np.asarray(layer(first, training=False)), first)


def test_l1_is_that_of_keras():
    x = RANDOM.normal(size=(7, 5)).astype("float32")
    twin = added(keras.layers.ActivityRegularization(l1=0.02), x)  # Keras divides by the batch as well
    assert added(layers.ActivityRegularization("l1", 0.02), x) == pytest.approx(twin, rel=1e-6)
    assert added(layers.ActivityRegularization("l1", 0.02), x, training=False) == pytest.approx(twin, rel=1e-6)


def test_kl_is_between_the_target_and_the_mean_activity_of_each_unit():
    x = RANDOM.uniform(0.01, 0.6, size=(40, 5)).astype("float32")
    q = x.astype("float64").mean(axis=0)
    expected = (0.1 * np.log(0.1 / q) + 0.9 * np.log(0.9 / (1 - q))).sum()
    assert added(layers.ActivityRegularization("kl", 2.0, 0.1), x) == pytest.approx(2 * expected, rel=1e-5)
    assert added(layers.ActivityRegularization("kl", 2.0, 0.5), np.full((4, 5), 0.5, "float32")) == pytest.approx(
        0, abs=1e-6
    )
    assert np.isfinite(added(layers.ActivityRegularization("kl", 1.0), np.zeros((4, 5), "float32")))


@pytest.mark.parametrize(("size", "stride"), [(3, 1), (4, 2), (2, 2), (5, 3)])
def test_the_transposed_convolution_is_the_adjoint_of_the_convolution(size, stride):
    """<conv(x), y> = <x, conv_transpose(y)> for the same kernel."""
    random = np.random.default_rng(1)
    forth = layers.Conv2D(4, size, strides=stride, padding="same", use_bias=False)
    back = layers.Conv2DTranspose(3, size, strides=stride, padding="same", use_bias=False)
    x = random.normal(size=(2, 6 * stride, 5 * stride, 3)).astype("float32")
    y = random.normal(size=(2, 6, 5, 4)).astype("float32")
    forth.build(x.shape), back.build(y.shape)
    back.kernel.assign(forth.kernel)
    left, right = np.sum(np.asarray(forth(x)) * y), np.sum(x * np.asarray(back(y)))
    assert left == pytest.approx(right, rel=1e-4)


def test_uniform_weights_stay_in_their_range():
    values = np.asarray(layers.Uniform(-0.1, 0.1, seed=1)((300, 200)))
    assert -0.1 <= values.min() < -0.099 and 0.099 < values.max() <= 0.1
