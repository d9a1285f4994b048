"""Every recipe: float32 logits of the right shape, parameter counts by hand, a round trip through a file."""

import keras
import numpy as np
import pytest

from models.alexnet import AlexNet
from models.convnet import ConvNet
from models.enet import ENet
from models.googlenet import GoogLeNet
from models.logistic import Logistic
from models.mlp import MLP
from models.overfeat import OverFeat
from models.pretrained import Pretrained, unfreeze
from models.resnet import ResNet
from models.shufflenet import ShuffleNet
from models.vgg import VGG


def mlp_count(sizes):
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(sizes, sizes[1:], strict=False))


# recipe, shape of a record, outputs, trainable parameters by hand
CASES = {
    "logistic": (Logistic(), (4,), 3, mlp_count([4, 3])),
    "logistic on images": (Logistic(l2=0.1), (8, 8, 1), 10, mlp_count([64, 10])),
    "mlp": (MLP((128, 64)), (20,), 5, mlp_count([20, 128, 64, 5])),
    "mlp, the lectures' 2-4-1 network": (MLP((4,), activation="sigmoid", dropout=0), (2,), 1, 17),
    "mlp on images": (MLP((32,), dropout=0.5), (8, 8, 1), 10, mlp_count([64, 32, 10])),
    "mlp with batch norm": (MLP((32,), batch_norm=True), (6,), 2, 6 * 32 + 2 * 32 + 33 * 2),
    "convnet": (
        ConvNet((32, 64), convolutions=1, dense=128, batch_norm=False),
        (28, 28, 1),
        10,
        (9 + 1) * 32 + (9 * 32 + 1) * 64 + mlp_count([7 * 7 * 64, 128, 10]),
    ),
    "convnet with batch norm": (
        ConvNet((8,), convolutions=2, dense=0, batch_norm=True),
        (9, 7, 3),
        4,
        9 * 3 * 8 + 9 * 8 * 8 + 2 * 2 * 8 + mlp_count([8, 4]),
    ),
    "convnet on few pixels": (ConvNet((4, 4, 4, 4, 4), dense=0), (8, 8, 1), 2, None),
    "resnet": (ResNet(20), (16, 16, 3), 10, None),
    "alexnet": (AlexNet(width=0.05), (67, 67, 3), 5, None),
    "overfeat": (OverFeat(width=0.02), (71, 79, 3), 5, None),
    "vgg with batch norm": (VGG(11, True, width=0.05), (32, 32, 1), 5, None),
    "googlenet": (GoogLeNet(width=0.05), (79, 79, 3), 5, None),
    "shufflenet 1": (ShuffleNet(1, width=0.25), (32, 32, 3), 5, None),
    "shufflenet 2": (ShuffleNet(width=0.25), (32, 32, 3), 5, None),
    "enet": (ENet(width=0.25), (32, 32, 3), 5, None),
    "pretrained": (Pretrained(weights="none"), (32, 32, 3), 5, None),
    "pretrained lite0": (Pretrained("efficientnet-lite0", "none"), (32, 32, 3), 5, mlp_count([1280, 5])),
}


LONG = ("shufflenet 1", "enet")  # many layers to trace; the other recipes share their layers
NAMES = [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in CASES]


@pytest.mark.whole
@pytest.mark.parametrize("name", NAMES)
def test_recipe(name, tmp_path):
    recipe, input_shape, num_outputs, count = CASES[name]
    keras.utils.set_random_seed(0)
    model = recipe.build(input_shape, num_outputs)
    x = np.random.default_rng(0).normal(size=(3, *input_shape)).astype("float32")
    logits = model(x, training=False)
    assert logits.shape == (3, num_outputs)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    if count is not None:
        assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == count
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(np.asarray(again(x, training=False)), np.asarray(logits))


def test_half_precision_keeps_float32_logits():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = ConvNet((4,), dense=8).build((8, 8, 1), 3)
    finally:
        keras.config.set_dtype_policy(before)
    assert keras.backend.standardize_dtype(model.output.dtype) == "float32"
    assert model.get_layer("conv_1_1").compute_dtype == "bfloat16"


def test_penalties_leave_biases_and_batch_norm_alone():
    model = ConvNet((4,), convolutions=1, dense=8, batch_norm=False, l2=1.0).build((8, 8, 1), 3)
    for layer in model.layers:
        for weight in layer.weights:
            if weight.name != "kernel":
                weight.assign(np.full(weight.shape, 100.0))
            else:
                weight.assign(np.zeros(weight.shape))
    assert float(sum(model.losses)) == 0.0


def test_batch_norm_of_a_pretrained_backbone_stays_in_inference_mode():
    model = Pretrained(weights="none", dropout=0.0).build((32, 32, 3), 2)
    frozen = len(model.trainable_weights)
    unfreeze(model)
    assert frozen == 2 < len(model.trainable_weights)
    x = np.random.default_rng(0).uniform(0, 255, (4, 32, 32, 3)).astype("float32")
    # Frozen in training, batch norm is a formula; in inference it is an operation that rounds otherwise.
    np.testing.assert_allclose(np.asarray(model(x, training=True)), np.asarray(model(x, training=False)), rtol=1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MLP(()), "`hidden` must be one or more positive sizes. Received: hidden=\\(\\)"),
        (lambda: MLP(dropout=1.0), "`dropout` must be in \\[0, 1\\). Received: dropout=1.0"),
        (lambda: ConvNet((0,)), "`filters` must be one or more positive sizes. Received: filters=\\(0,\\)"),
        (lambda: ConvNet(convolutions=0), "`convolutions` must be at least 1. Received: convolutions=0"),
        (lambda: ConvNet().build((4,), 2), "`convnet` needs images .* Received: records of shape \\(4,\\)"),
        (lambda: Pretrained(size=8), "`size` must be at least 32 pixels. Received: size=8"),
        (lambda: Pretrained().build((32, 32, 1), 2), "`pretrained` needs colour images .* Received: .*\\(32, 32, 1\\)"),
        (
            lambda: Pretrained(weights="no.h5").build((32, 32, 3), 2),
            "imagenet, none or a file. Received: weights=no.h5",
        ),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()
