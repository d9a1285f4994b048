"""Where the first NaN arose is named, whatever the shape of the inputs."""

import keras
import numpy as np
import pytest

from training.finite import first_non_finite


@pytest.mark.parametrize(
    ("a", "weight", "where"),
    [(np.nan, 1.0, "the inputs"), (1.0, np.nan, "the weights of layer `scores`"), (1e30, 1e30, "layer `scores`")],
)
def test_inputs_by_name(a, weight, where):
    inputs = {name: keras.Input((2,), name=name) for name in ("a", "b")}
    both = keras.layers.Add(name="sum")(list(inputs.values()))
    model = keras.Model(inputs, keras.layers.Dense(1, name="scores")(both))
    model.get_layer("scores").kernel.assign(np.full((2, 1), weight, "float32"))
    x = {"a": np.full((3, 2), a, "float32"), "b": np.zeros((3, 2), "float32")}
    assert where in first_non_finite(model, x)
