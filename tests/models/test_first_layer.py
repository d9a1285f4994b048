"""The first layer: found in nested networks as well, its maps against the convolution written out."""

import keras
import numpy as np
import pytest

from layers import Conv2D
from models.convnet import ConvNet
from models.first_layer import first_layer
from models.mlp import MLP
from models.pretrained import Pretrained

PICTURE = np.random.default_rng(0).uniform(0, 255, (32, 32, 3)).astype("float32")


def test_maps_are_the_convolution_written_out():
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.Activation("relu")(
        Conv2D(5, (3, 2), 2, name="seen", bias_initializer=keras.initializers.Ones())(x)
    )
    found = first_layer(keras.Model(inputs, keras.layers.Flatten()(x)), PICTURE)
    assert (found.name, found.filters.shape, found.stride) == ("seen", (3, 2, 3, 5), 2)
    windows = np.lib.stride_tricks.sliding_window_view(PICTURE / 255, (3, 2), (0, 1))[::2, ::2]  # row, column, c, h, w
    np.testing.assert_allclose(found.maps, np.einsum("ijchw,hwcf->ijf", windows, found.filters) + 1, 1e-4, 1e-6)


def test_that_of_a_backbone_is_found_inside_it():
    found = first_layer(Pretrained("efficientnet-lite0", "none").build((32, 32, 3), 2), PICTURE)
    assert (found.name, found.filters.shape, found.maps.shape) == ("backbone/conv_stem", (3, 3, 3, 32), (16, 16, 32))


@pytest.mark.parametrize(("recipe", "there"), [(ConvNet((4,)), True), (MLP((4,)), False)])
def test_there_is_one_where_the_first_weights_are_of_a_convolution(recipe, there):
    assert (first_layer(recipe.build((32, 32, 3), 2), PICTURE) is not None) == there
