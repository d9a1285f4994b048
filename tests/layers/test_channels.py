"""Layers across channels: shuffling and back, depthwise as grouped convolution, response normalization."""

import keras
import numpy as np
import pytest

import layers


def random(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


@pytest.mark.parametrize("groups", [1, 2, 3, 6, 12])
def test_a_shuffle_with_groups_and_members_exchanged_undoes_it(groups):
    x = random(2, 3, 12)
    shuffled = np.asarray(layers.ChannelShuffle(groups)(x))
    np.testing.assert_array_equal(np.asarray(layers.ChannelShuffle(12 // groups)(shuffled)), x)
    # The first channels of all groups come first.
    np.testing.assert_array_equal(shuffled[..., :groups], x[..., :: 12 // groups])


def test_groups_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match=r"Received: groups=5, shape=\(None, 4, 4, 12\)"):
        layers.ChannelShuffle(5).build((None, 4, 4, 12))


@pytest.mark.parametrize(("strides", "padding"), [(1, "same"), (2, "valid")])
def test_depthwise_is_a_convolution_with_a_group_for_each_channel(strides, padding):
    x = random(2, 7, 8, 6)
    depthwise = layers.DepthwiseConv2D(3, strides, padding)
    depthwise.build(x.shape)
    depthwise.bias.assign(random(6))
    outputs = np.asarray(depthwise(x))
    grouped = layers.Conv2D(6, 3, strides=strides, padding=padding, groups=6)
    grouped.build(x.shape)
    grouped.set_weights(depthwise.get_weights())
    np.testing.assert_allclose(outputs, np.asarray(grouped(x)), atol=1e-5)


def test_a_depthwise_kernel_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r"here 5 pixels. Received: shape=\(None, 9, 4, 3\)"):
        layers.DepthwiseConv2D(5).build((None, 9, 4, 3))


def test_response_norm_is_the_sum_written_out():
    """Entry by entry, and the same function in both forms: Caffe's and PyTorch's alpha is divided by the size."""
    x = random(2, 2, 2, 9)
    ours = np.asarray(layers.LocalResponseNorm(alpha=0.2)(x))
    for at in np.ndindex(*x.shape):
        *pixel, c = at
        total = sum(float(x[(*pixel, n)]) ** 2 for n in range(max(c - 2, 0), min(c + 3, 9)))
        assert ours[at] == pytest.approx(x[at] / (2 + 0.2 * total) ** 0.75, rel=1e-5)
    caffe = layers.LocalResponseNorm(alpha=5 * 0.2, squares="mean")
    np.testing.assert_allclose(np.asarray(caffe(x)), ours, rtol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's own operation")
def test_response_norm_with_a_sum_is_that_of_tensorflow():
    import tensorflow as tf

    x = random(2, 3, 3, 12)
    expected = tf.nn.local_response_normalization(x, depth_radius=2, bias=2, alpha=0.1, beta=0.75)
    np.testing.assert_allclose(np.asarray(layers.LocalResponseNorm(alpha=0.1)(x)), expected, rtol=1e-5)
