"""Receptive fields by formula against what a position answers to: of a linear network, to a picture of one row."""

import keras
import numpy as np
import pytest

from layers import Conv2D, Conv2DTranspose, PaddedShortcut
from models.network_steps import steps
from models.receptive_field import sights

L = keras.layers


def conv(x, size, stride=1, padding="same", rate=1):
    """Every weight positive, so that nothing cancels."""
    return Conv2D(1, size, stride, padding, rate, use_bias=False, kernel_initializer=keras.initializers.Ones())(x)


def pool(x, size, stride, padding="valid"):
    """Of the mean: what it sees is what the largest value of the same window sees."""
    return L.AveragePooling2D(size, stride, padding)(x)


def alexnet(x):
    x = pool(conv(x, 11, 4, "valid"), 3, 2)
    x = pool(conv(x, 5), 3, 2)
    return pool(conv(conv(conv(x, 3), 3), 3), 3, 2)


def vgg16(x):
    for repeated in (2, 2, 3, 3, 3):
        for _ in range(repeated):
            x = conv(x, 3)
        x = pool(x, 2, 2)
    return x


def residual(x):
    """Of both ways the longer one counts; padding by hand, and a shortcut that keeps every other pixel."""
    y = conv(L.ZeroPadding2D(1)(x), 3, 2, "valid")
    x = L.Add()([conv(y, 3), PaddedShortcut(1, 2)(x)])
    return L.Add()([x, conv(conv(x, 3), 3)])


def inception(x):
    x = pool(conv(x, 7, 2), 3, 2, "same")
    return L.Concatenate()([conv(x, 1), conv(conv(x, 1), 3), conv(conv(x, 1), 5), pool(x, 3, 1, "same")])


def dilated(x):
    return conv(conv(conv(x, 3), 3, rate=2), (5, 1), rate=4)


def enlarged(x):
    return Conv2DTranspose(1, 4, 2, "same", kernel_initializer=keras.initializers.Ones())(conv(x, 3, 2))


# network, rows of the picture, receptive field and stride: of AlexNet and VGG-16 those published
CASES = {
    "alexnet": (alexnet, 419, 195, 32),
    "vgg16": (vgg16, 480, 212, 32),
    "residual": (residual, 48, None, 2),
    "inception": (inception, 80, 27, 4),
    "dilated": (dilated, 48, 1 + 2 + 4 + 16, 1),
}


def built(network, rows, columns):
    inputs = keras.Input((rows, columns, 1))
    return keras.Model(inputs, network(inputs))


def answered(model, at: int) -> tuple[int, int]:
    """The first and the last row of the picture that a row of the output answers to."""
    rows, columns = model.input_shape[1:3]
    found = []
    for start in range(0, rows, 32):
        pictures = np.zeros((min(32, rows - start), rows, columns, 1), "float32")
        for number in range(len(pictures)):
            pictures[number, start + number] = 1
        outputs = np.asarray(model.predict_on_batch(pictures))
        found += list(np.abs(outputs[:, at]).sum((1, 2)) > 0)
    return int(np.flatnonzero(found)[0]), int(np.flatnonzero(found)[-1])


@pytest.mark.whole
@pytest.mark.parametrize("name", CASES)
def test_formula_is_what_a_position_answers_to(name):
    network, rows, field, stride = CASES[name]
    model = built(network, rows, 227 if name == "alexnet" else 32)
    seen = sights(steps(model), [model.input_shape[1:]])[max(number for one in steps(model) for number in one.outputs)]
    sight = seen[0]
    at = model.output_shape[1] // 2
    first, last = answered(model, at)
    assert (first, last) == (sight.first + at * sight.stride, sight.last + at * sight.stride)
    assert answered(model, at - 1) == (first - sight.stride, last - sight.stride)
    assert sight.stride == stride
    assert field in (None, sight.size)


def test_a_transposed_convolution_sees_no_more_than_the_formula_says():
    model = built(enlarged, 32, 8)
    sight = sights(steps(model), [model.input_shape[1:]])[2][0]
    first, last = answered(model, 16)
    assert sight.stride == 1 and last - first + 1 <= sight.size <= last - first + 3


def test_after_a_mean_over_the_map_all_is_seen_also_through_a_gate():
    inputs = keras.Input((16, 16, 4))
    gate = L.Conv2D(4, 1)(L.GlobalAveragePooling2D(keepdims=True)(inputs))
    model = keras.Model(inputs, L.Flatten()(L.Multiply()([conv(inputs, 3), gate])))
    found, seen = steps(model), sights(steps(model), [(16, 16, 4)])
    size = {step.operation.name: seen[step.outputs[0]][0].size for step in found}
    kinds = {type(step.operation).__name__: size[step.operation.name] for step in found if "conv2d" not in step.name}
    assert kinds == dict.fromkeys(("GlobalAveragePooling2D", "Multiply", "Flatten"), np.inf)
    assert sorted(size[step.operation.name] for step in found if "conv2d" in step.name) == [3, np.inf]
