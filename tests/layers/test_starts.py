"""Initial weights: no two of a layer, and no two groups, heads, gates or units of one, begin equal."""

import inspect

import keras
import numpy as np
import pytest

import layers
from tests.layers.cases import CASES
from tests.layers.starts import alike

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def built(case, **settings):
    layer = case.layer(**{**case.settings, **settings})
    layer(*(keras.Input(shape[1:]) for shape in case.shapes), **case.arguments)
    return layer


@every_case
def test_no_two_weights_begin_alike(case):
    keras.utils.set_random_seed(0)
    assert alike(built(case).weights) == []


@pytest.mark.whole
@every_case
def test_nor_where_the_initializers_have_seeds(case):
    """A clone of a seeded initializer draws the same again: parts must be given seeds of their own."""
    arguments = [name for name in inspect.signature(case.layer).parameters if name.endswith("initializer")]
    # A recurrent kernel and a bias are the user's to seed apart from the kernel.
    seeded = {name: layers.Normal(stddev=0.1, seed=seed) for seed, name in enumerate(arguments)}
    if case.layer is layers.Bidirectional:
        half = case.settings["layer"].get_config()
        seeds = {name: layers.Normal(stddev=0.1, seed=seed) for seed, name in enumerate(half) if "initializer" in name}
        seeded = {"layer": type(case.settings["layer"]).from_config({**half, **seeds})}
    begun = []
    for _ in range(2):
        keras.utils.set_random_seed(0)  # for what has no such argument: recurrent kernels of a decoder
        begun.append(built(case, **seeded))
    assert alike(begun[0].weights) == []
    for first, again in zip(*(layer.weights for layer in begun), strict=True):
        if seeded and "int" not in str(first.dtype):
            np.testing.assert_array_equal(np.asarray(first), np.asarray(again), first.path)


def test_the_check_sees_equal_groups_equal_weights_and_one_seed_at_two_fans():
    def variable(name, value):
        return keras.Variable(np.asarray(value, "float32"), name=name)

    a, b = layers.HeNormal(seed=1)((3, 4)), layers.HeNormal(seed=2)((3, 4))
    assert alike([variable("w", [a, b, a])]) == ["w along axis 0"]
    assert alike([variable("w", a), variable("u", a), variable("v", b)]) == ["w and u"]
    assert alike([variable("w", a), variable("u", layers.HeNormal(seed=1)((5, 4)))]) == ["w and u"]
    assert alike([variable("w", np.zeros((3, 4))), variable("u", np.zeros((3, 4)))]) == []


@pytest.mark.parametrize(
    "initializer",
    [
        lambda: "he_normal",
        lambda: layers.HeNormal(),
        lambda: layers.HeNormal(seed=3),
        lambda: keras.initializers.HeNormal(),
        lambda: keras.initializers.HeNormal(seed=3),
        lambda: keras.initializers.HeNormal(seed=keras.random.SeedGenerator(3)),
    ],
    ids=["a name", "drawn seed", "given seed", "drawn seed, Keras", "given seed, Keras", "generator, Keras"],
)
def test_groups_draw_apart_again_and_at_the_fan_of_one_group(initializer):
    kernels = []
    for _ in range(2):
        keras.utils.set_random_seed(4)
        layer = layers.GroupedDense(50, 16, kernel_initializer=initializer())
        layer.build((None, 16, 400))
        kernels.append(np.asarray(layer.kernel))
    np.testing.assert_array_equal(*kernels)
    groups = kernels[0].reshape(16, -1)
    np.testing.assert_allclose(groups.std(1), (2 / 400) ** 0.5, rtol=0.03)
    # Of 20,000 pairs the standard error of a correlation is 0.007.
    assert np.abs(np.corrcoef(groups) - np.eye(16)).max() < 0.035
