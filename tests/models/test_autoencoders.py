"""Every autoencoder: shapes, parameter counts by hand, its halves found again in a file, what it refuses."""

import keras
import numpy as np
import pytest

from models.autoencoder import parts
from models.conv_autoencoder import ConvAutoencoder, sizes
from models.dense_autoencoder import DenseAutoencoder
from models.loading import load
from models.mlp import MLP
from models.sparse_autoencoder import SparseAutoencoder
from models.variational_autoencoder import VariationalAutoencoder


def dense_count(*widths):
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(widths, widths[1:], strict=False))


# recipe, shape of a record, size of the code, trainable parameters by hand
CASES = {
    "Mitchell's 8-3-8": (DenseAutoencoder((3,)), (8,), 3, 59),
    "banknote": (DenseAutoencoder((6, 4, 2)), (4,), 2, 138),
    "dense on images": (DenseAutoencoder((20, 5)), (4, 5, 1), 5, dense_count(20, 20, 5, 20, 20)),
    "denoising": (DenseAutoencoder((9,), noise=0.3), (8,), 9, dense_count(8, 9, 8)),
    "masking": (DenseAutoencoder((4, 3), noise=0.5, noise_kind="masking"), (8,), 3, dense_count(8, 4, 3, 4, 8)),
    "conv": (
        ConvAutoencoder(6, (4, 8), batch_norm=False),
        (8, 8, 1),
        6,
        10 * 4 + (9 * 4 + 1) * 8 + dense_count(32, 6) + dense_count(6, 32) + (16 * 8 + 1) * 4 + 16 * 4 + 1,
    ),
    "conv on odd sizes": (ConvAutoencoder(5, (4, 4, 4)), (13, 7, 3), 5, None),
    "conv on few pixels": (ConvAutoencoder(2, (4,)), (3, 3, 1), 2, None),
    "denoising conv": (ConvAutoencoder(3, (4,), noise=0.2), (8, 8, 1), 3, None),
    "variational on a table": (
        VariationalAutoencoder(2, hidden=(7,)),
        (5,),
        2,
        dense_count(5, 7, 4) + dense_count(2, 7, 5),
    ),
    "variational on images": (VariationalAutoencoder(4, filters=(4, 4)), (8, 8, 1), 4, None),
    "variational, dense on images": (VariationalAutoencoder(4, body="dense", hidden=(9,)), (8, 8, 1), 4, None),
    "sparse": (SparseAutoencoder((16,)), (5,), 16, dense_count(5, 16, 5)),
    "sparse by kl": (SparseAutoencoder((12, 16), penalty="kl"), (5,), 16, dense_count(5, 12, 16, 12, 5)),
}


@pytest.mark.parametrize("name", CASES)
def test_autoencoder(name, tmp_path):
    recipe, shape, size, count = CASES[name]
    keras.utils.set_random_seed(0)
    model = recipe.build(shape)
    x = np.random.default_rng(0).uniform(size=(3, *shape)).astype("float32")
    outputs = np.asarray(model(x, training=False))
    assert outputs.shape == x.shape and outputs.dtype == "float32"
    if len(shape) == 3:
        assert outputs.min() >= 0 and outputs.max() <= 1
    if count is not None:
        assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == count
    model.save(tmp_path / "model.keras")
    halves = parts(load(tmp_path / "model.keras"))
    codes, again = halves(x)
    assert halves.code_size == size and codes.shape == (3, size)
    np.testing.assert_allclose(again, outputs, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(halves.decode(codes), outputs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_noise_is_there_in_training_alone_and_penalties_always(name):
    recipe, shape, _, _ = CASES[name]
    keras.utils.set_random_seed(0)
    model = recipe.build(shape)
    x = np.random.default_rng(0).uniform(0.2, 1, size=(6, *shape)).astype("float32")
    first, second = (np.asarray(model(x, training=True)) for _ in range(2))
    random = getattr(recipe, "noise", 0) > 0 or isinstance(recipe, VariationalAutoencoder)
    assert np.array_equal(first, second) != random
    for training in (True, False):
        model(x, training=training)
        assert bool(model.losses) == isinstance(recipe, VariationalAutoencoder | SparseAutoencoder)
    np.testing.assert_array_equal(model(x, training=False), model(x, training=False))


def test_the_first_weights_can_be_those_of_a_textbook():
    keras.utils.set_random_seed(0)
    weights = np.concatenate([w.ravel() for w in DenseAutoencoder((3,), initial_range=0.1).build((8,)).get_weights()])
    assert len(weights) == 59 and np.abs(weights).max() <= 0.1 and (weights != 0).all()


def test_half_precision_keeps_float32_outputs():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        models = [recipe.build(shape) for recipe, shape, _, _ in CASES.values()]
    finally:
        keras.config.set_dtype_policy(before)
    assert {keras.backend.standardize_dtype(model.output.dtype) for model in models} == {"float32"}


def test_stages_halve_while_there_are_four_pixels():
    assert sizes((28, 28, 1), (1, 1, 1)) == [(28, 28), (14, 14), (7, 7), (4, 4)]
    assert sizes((8, 8, 1), (1, 1, 1)) == [(8, 8), (4, 4), (2, 2)]
    assert sizes((64, 4, 3), (1, 1)) == [(64, 4), (32, 2)]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DenseAutoencoder(()), "`hidden` must be one or more positive sizes. Received: hidden=\\(\\)"),
        (lambda: DenseAutoencoder((3, 0)), "Received: hidden=\\(3, 0\\)"),
        (lambda: DenseAutoencoder(noise=-1.0), "`noise` must be 0 or more. Received: noise=-1.0"),
        (lambda: ConvAutoencoder(noise=1.0, noise_kind="masking"), "`noise` must be in \\[0, 1\\) for masking"),
        (lambda: DenseAutoencoder(initial_range=0.0), "`initial_range` must be positive"),
        (lambda: DenseAutoencoder((8,)).build((8,)), "a code of 8 numbers for records of 8 learns to copy them"),
        (lambda: ConvAutoencoder(64).build((8, 8, 1)), "`code`: a code of 64 numbers .* Received: code size 64"),
        (lambda: ConvAutoencoder().build((4,)), "`conv` needs images .* `dense`. Received: records of shape \\(4,\\)"),
        (lambda: ConvAutoencoder(0), "`code` must be at least 1. Received: code=0"),
        (lambda: VariationalAutoencoder(body="conv").build((4,)), "`--body conv` needs images"),
        (lambda: VariationalAutoencoder(beta=-1.0), "`beta` must be 0 or more. Received: beta=-1.0"),
        (lambda: SparseAutoencoder(sparsity=0.0), "`sparsity` must be positive. Received: sparsity=0.0"),
        (lambda: SparseAutoencoder(activity=1.5), "`activity` must be in \\(0, 1\\). Received: activity=1.5"),
        (lambda: parts(MLP((4,)).build((3,), 2)), "must have the layers code and decoder. Received: "),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()
