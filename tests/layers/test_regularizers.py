"""What is penalised: kernels, never biases; and what each penalty does to weights."""

import keras
import numpy as np
import pytest

import layers


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(3, kernel_regularizer=layers.L2(0.5)), (None, 4)),
        (layers.Conv2D(3, 2, kernel_regularizer=layers.L2(0.5)), (None, 6, 6, 2)),
    ],
    ids=["dense", "conv"],
)
def test_the_penalty_is_of_the_kernel_and_no_bias_enters_it(layer, shape):
    layer.build(shape)
    layer.bias.assign(np.full(3, 1000.0))
    kernel = np.asarray(layer.kernel.value)
    assert float(sum(layer.losses)) == pytest.approx(0.5 * np.sum(kernel**2), rel=1e-5)
    assert layer.bias.regularizer is None
    layer.kernel.assign(np.zeros_like(kernel))
    assert float(sum(layer.losses)) == 0


@pytest.mark.parametrize("kind", [layers.Dense, layers.Conv2D])
def test_there_is_no_argument_that_would_penalise_a_bias(kind):
    settings = {"units": 2} if kind is layers.Dense else {"filters": 2, "kernel_size": 3}
    with pytest.raises(ValueError, match="bias_regularizer"):
        kind(**settings, bias_regularizer="l2")


def test_sparsity_l1_more_than_l2_more_than_none():
    """A regression on 200 inputs of which 3 matter, trained with each penalty: near zeros L1 > L2 > none."""
    random = np.random.default_rng(0)
    x = random.standard_normal((400, 200)).astype("float32")
    y = x[:, :3] @ np.array([[2.0], [-3.0], [1.5]], "float32") + random.standard_normal((400, 1)).astype("float32")
    zeros = {}
    for name, penalty in [("l1", layers.L1(0.3)), ("l2", layers.L2(1.0)), ("none", None)]:
        dense = layers.Dense(1, kernel_initializer=layers.Normal(stddev=0.1, seed=1), kernel_regularizer=penalty)
        model = keras.Sequential([keras.Input((200,)), dense])
        model.compile(keras.optimizers.SGD(0.05), "mse")
        for _ in range(100):
            model.train_on_batch(x, y)
        zeros[name] = int(np.sum(np.abs(np.asarray(dense.kernel.value)) < 0.02))
    assert zeros["l1"] > 2 * zeros["l2"] > 2.5 * zeros["none"]
    assert zeros["l1"] > 150
