"""Pooling with indices and back, rounding up, unknown sizes; dropout of channels."""

import keras
import numpy as np
import pytest

import layers


@pytest.fixture
def images():
    return np.random.default_rng(0).standard_normal((3, 6, 8, 5)).astype("float32")


def test_unpooling_puts_each_maximum_back_in_its_place(images):
    pool = layers.MaxPool2D((2, 4), return_indices=True)
    pooled, indices = pool(images)
    back = np.asarray(layers.MaxUnpool2D((2, 4))(pooled, indices))
    np.testing.assert_array_equal(np.asarray(pooled), np.asarray(layers.MaxPool2D((2, 4))(images)))
    windows = images.reshape(3, 3, 2, 2, 4, 5)
    largest = windows == windows.max((2, 4), keepdims=True)
    np.testing.assert_array_equal(back, (windows * largest).reshape(images.shape))


def test_pooling_again_gives_what_was_unpooled(images):
    pooled, indices = layers.MaxPool2D(2, return_indices=True)(abs(images))
    again, same = layers.MaxPool2D(2, return_indices=True)(layers.MaxUnpool2D(2)(pooled, indices))
    np.testing.assert_array_equal(np.asarray(again), np.asarray(pooled))
    np.testing.assert_array_equal(np.asarray(same), np.asarray(indices))


def test_of_equal_values_the_first_counts():
    _, indices = layers.MaxPool2D(3, return_indices=True)(np.zeros((1, 3, 3, 1), "float32"))
    assert np.asarray(indices).item() == 0


def test_a_model_with_indices_knows_its_shapes_and_is_saved(images, tmp_path):
    inputs = keras.Input((None, 8, 5))
    pooled, indices = layers.MaxPool2D(2, return_indices=True)(inputs)
    assert (pooled.shape, indices.shape) == ((None, None, 4, 5),) * 2
    assert (pooled.dtype, indices.dtype) == ("float32", "int32")
    model = keras.Model(inputs, layers.MaxUnpool2D(2)(pooled, indices))
    model.save(tmp_path / "model.keras")
    copy = keras.models.load_model(tmp_path / "model.keras")
    assert copy.output_shape == (None, None, 8, 5)
    np.testing.assert_array_equal(np.asarray(copy(images)), np.asarray(model(images)))


# The sizes of AlexNet, GoogLeNet and ResNet; and a window that would begin behind the image.
@pytest.mark.parametrize(
    ("side", "settings", "expected"),
    [
        (55, {"pool_size": 3, "strides": 2}, 27),
        (112, {"pool_size": 3, "strides": 2, "round_up": True}, 56),
        (112, {"pool_size": 3, "strides": 2, "padding": 1}, 56),
        (14, {"pool_size": 3, "strides": 2, "round_up": True}, 7),
        (5, {"pool_size": 2, "strides": 2, "round_up": True}, 3),
        (3, {"pool_size": 1, "strides": 3, "round_up": True}, 1),
        (2, {"pool_size": 2, "strides": 3, "padding": 1, "round_up": True}, 1),
    ],
    ids=str,
)
def test_sizes_with_padding_and_rounding_up(side, settings, expected):
    pool = layers.MaxPool2D(**settings)
    assert pool.compute_output_shape((None, side, None, 3)) == (None, expected, None, 3)
    assert pool(np.ones((1, side, side, 3), "float32")).shape == (1, expected, expected, 3)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX knows every size when it traces")
@pytest.mark.parametrize("round_up", [False, True])
def test_sizes_unknown_when_traced(images, round_up):
    import tensorflow as tf

    pool = layers.MaxPool2D(3, 2, padding=1, round_up=round_up)
    traced = tf.function(pool, input_signature=[tf.TensorSpec((None, None, None, 5))])
    np.testing.assert_array_equal(traced(images).numpy(), pool(images).numpy())


def test_a_window_larger_than_the_padded_image_is_refused():
    with pytest.raises(ValueError, match=r"here 5 pixels. Received: shape=\(None, 2, 9, 3\), padding=\(1, 1\)"):
        layers.MaxPool2D(5, padding=1).build((None, 2, 9, 3))


def test_spatial_dropout_drops_whole_channels():
    ones = np.ones((100, 3, 4, 50), "float32")
    outputs = np.asarray(layers.SpatialDropout(0.2, seed=1)(ones, training=True))
    assert (outputs == outputs[:, :1, :1]).all()
    assert set(np.unique(outputs).round(5)) == {0, 1.25}
    assert (outputs == 0).mean() == pytest.approx(0.2, abs=0.02)
    np.testing.assert_array_equal(np.asarray(layers.SpatialDropout(0.2)(ones)), ones)
