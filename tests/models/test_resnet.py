"""Published parameter counts, and the outputs of keras.applications from its own weights."""

import keras
import numpy as np
import pytest

from layers import PaddedShortcut
from models.resnet import ResNet, copy_from_keras

# He et al., 2015: table 6 (0.27, 0.46, 0.66, 0.85, 1.7 million; option A) and, for the ImageNet plans, the counts of
# the reference weights that torchvision distributes. Moving statistics of batch norm are no parameters.
CIFAR = {20: 269_722, 32: 464_154, 44: 658_586, 56: 853_018, 110: 1_727_962}
IMAGENET = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.parametrize(
    "depth", [pytest.param(depth, marks=[] if depth == 20 else pytest.mark.whole) for depth in CIFAR]
)
def test_cifar_parameter_counts(depth):
    model = ResNet(depth).build((32, 32, 3), 10)
    assert count(model.trainable_weights) == CIFAR[depth]
    assert model.get_layer("average").input.shape == (None, 8, 8, 64)


@pytest.mark.slow
@pytest.mark.parametrize("depth", IMAGENET)
def test_imagenet_parameter_counts(depth):
    model = ResNet(depth).build((224, 224, 3), 1000)
    assert count(model.trainable_weights) == IMAGENET[depth]
    assert model.get_layer("average").input.shape[1:3] == (7, 7)


@pytest.mark.slow
def test_weights_of_keras_applications_give_its_outputs():
    rng = np.random.default_rng(0)
    source = keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), classifier_activation=None, classes=7)
    for layer in source.layers:  # distinct statistics and biases, so that a mix-up shows
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights(
                [
                    rng.uniform(0.5, 1.5, gamma.shape),
                    rng.normal(0, 0.1, beta.shape),
                    rng.normal(0, 0.1, mean.shape),
                    rng.uniform(0.5, 2, variance.shape),
                ]
            )
        elif isinstance(layer, keras.layers.Conv2D):
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel, rng.normal(0, 0.1, bias.shape)])
    model = ResNet(50).build((64, 64, 3), 7)
    copy_from_keras(model, source)
    images = rng.normal(0, 1, (2, 64, 64, 3)).astype("float32")
    expected = keras.ops.convert_to_numpy(source(images, training=False))
    ours = keras.ops.convert_to_numpy(model(images, training=False))
    assert np.max(np.abs(ours - expected)) / np.max(np.abs(expected)) < 1e-5


@pytest.mark.slow
def test_weights_of_another_depth_are_refused():
    source = keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), include_top=False)
    with pytest.raises(ValueError, match="same depth as resnet101.*Received: resnet50"):
        copy_from_keras(ResNet(101).build((64, 64, 3), 2), source)


def test_padded_shortcut_by_hand():
    x = np.arange(2 * 5 * 4 * 3, dtype="float32").reshape(2, 5, 4, 3)
    y = keras.ops.convert_to_numpy(PaddedShortcut(filters=5, strides=2)(x))
    assert y.shape == (2, 3, 2, 5)
    np.testing.assert_array_equal(y[..., :3], x[:, ::2, ::2])
    assert not y[..., 3:].any()


def test_a_table_is_refused():
    with pytest.raises(ValueError, match="`resnet` needs images.*Received: records of shape \\(4,\\)"):
        ResNet(20).build((4,), 2)


def test_unknown_depth_is_refused():
    with pytest.raises(ValueError, match="`depth` must be one of .* Received: depth=19"):
        ResNet(19)
