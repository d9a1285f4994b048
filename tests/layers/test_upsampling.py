"""Enlargement equals that of Keras' layer, also of images whose size is not known before."""

import keras
import numpy as np
import pytest

from layers import Upsampling2D


@pytest.mark.parametrize("factor", [1, 2, 3, 8])
def test_equal_to_keras_in_float32(factor):
    images = np.random.default_rng(factor).normal(size=(2, 5, 7, 3)).astype("float32")
    twin = keras.layers.UpSampling2D(factor, interpolation="bilinear")
    found, expected = (keras.ops.convert_to_numpy(layer(images)) for layer in (Upsampling2D(factor), twin))
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.whole
def test_any_size_in_one_network():
    inputs = keras.Input((None, None, 2))
    model = keras.Model(inputs, Upsampling2D(4)(inputs))
    assert model.output_shape == (None, None, None, 2)
    for size in ((3, 4), (5, 2), (6, 6), (1, 1)):
        images = np.random.default_rng(0).normal(size=(1, *size, 2)).astype("float32")
        found = model.predict_on_batch(images)
        assert found.shape == (1, 4 * size[0], 4 * size[1], 2)
        assert found == pytest.approx(keras.ops.convert_to_numpy(Upsampling2D(4)(images)), abs=1e-5)
