"""Networks that answer for each pixel: shapes, parameters, and any size of picture."""

import keras
import numpy as np
import pytest

from cli.errors import UserError
from evaluation.model_summary import summary
from layers import BatchNorm
from models.deeplab import DeepLab
from models.enet_segmenter import ENetSegmenter
from models.lraspp import LRASPP
from models.unet import UNet

# Of 11 classes. LR-ASPP: all parameters, counted with another program; ENet: those that learn, counted by hand from
# the authors' files.
TOTAL = {LRASPP: 767_766}
LEARNING = {ENetSegmenter: 363_791}


def recipes():
    return [UNet((4, 8)), LRASPP(weights="none"), DeepLab(weights="none"), ENetSegmenter()]


@pytest.mark.whole
@pytest.mark.parametrize("recipe", recipes(), ids=lambda one: type(one).__name__)
def test_any_size_of_picture_gives_logits_of_its_size(recipe):
    model = recipe.build((None, None, 3), 11)
    for height, width in ((64, 96), (32, 32), (96, 64)):
        found = model.predict_on_batch(np.zeros((2, height, width, 3), "float32"))
        assert found.shape == (2, height, width, 11) and found.dtype == np.float32
    assert f"{model.count_params():,}" in summary(model)  # with layers of several outputs
    if type(recipe) in TOTAL:
        assert model.count_params() == TOTAL[type(recipe)]
    if type(recipe) in LEARNING:
        assert sum(int(np.prod(one.shape)) for one in model.trainable_weights) == LEARNING[type(recipe)]


@pytest.mark.whole
def test_enets_encoder_begins_as_guessing():
    keras.utils.set_random_seed(0)
    pixels = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3)).astype("float32")
    logits = np.asarray(ENetSegmenter().build_encoder((64, 64, 3), 11)(pixels, training=True)).reshape(-1, 11)
    labels = np.random.default_rng(1).integers(0, 11, len(logits))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    assert float(loss) == pytest.approx(np.log(11), rel=0.05)


def test_enets_encoder_is_that_of_the_whole():
    from models.loading import copy_matching_weights

    encoder, whole = (make((None, None, 3), 12) for make in (ENetSegmenter().build_encoder, ENetSegmenter().build))
    assert encoder(np.zeros((1, 32, 64, 3), "float32")).shape == (1, 4, 8, 12)
    copied, fresh = copy_matching_weights(encoder, whole)
    assert len(copied) + 2 == len([one for one in encoder.weights if "seed" not in one.path])  # all but its own logits
    assert all("bottleneck4" in one or "bottleneck5" in one or "logits" in one for one in fresh)


@pytest.mark.whole
def test_the_gate_of_lraspp_is_one_number_of_a_channel():
    """Features at 1/16 scaled by a gate of their mean: the head written out in NumPy."""
    model = LRASPP(weights="none", channels=8).build((64, 64, 3), 3)
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype("float32")
    low, high = model.get_layer("backbone")(pixels / 127.5 - 1, training=False)
    low, high = np.asarray(low), np.asarray(high)

    def weights(name):
        return [np.asarray(one) for one in model.get_layer(name).get_weights()]

    x = high @ weights("head_conv")[0][0, 0]
    gamma, beta, mean, variance = weights("head_norm")
    x = np.maximum((x - mean) / np.sqrt(variance + 1e-3) * gamma + beta, 0)
    gate = high.mean((1, 2), keepdims=True) @ weights("gate_conv")[0][0, 0]
    x = x / (1 + np.exp(-gate))
    x = np.asarray(keras.ops.image.resize(x, (8, 8)))
    x = sum(values @ weights(name)[0][0, 0] + weights(name)[1] for name, values in (("low", low), ("high", x)))
    expected = np.asarray(keras.ops.image.resize(x, (64, 64)))
    assert np.asarray(model(pixels, training=False)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.whole
def test_a_backbone_that_is_not_of_keras():
    model = LRASPP(backbone="efficientnet-lite0", weights="none", channels=8).build((64, 64, 3), 3)
    low, high = model.get_layer("backbone").output
    assert low.shape[1:3] == (8, 8) and high.shape[1:3] == (4, 4)
    assert model.predict_on_batch(np.zeros((1, 64, 64, 3), "float32")).shape == (1, 64, 64, 3)


@pytest.mark.whole
def test_batch_norms_and_early_layers_of_a_pretrained_backbone_stay(tmp_path):
    path = str(tmp_path / "backbone.weights.h5")
    keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3)).save_weights(path)
    for recipe, frozen in ((LRASPP(weights=path), True), (LRASPP(weights="none"), False)):
        backbone = recipe.build((None, None, 3), 2).get_layer("backbone")
        norms = [one for one in backbone.layers if isinstance(one, BatchNorm)]
        assert norms and all(one.trainable != frozen for one in norms)
        assert backbone.get_layer("Conv1").trainable != frozen  # stride 2
        assert backbone.get_layer("block_3_expand").trainable != frozen  # stride 4
        assert backbone.get_layer("block_3_depthwise").trainable  # stride 8


@pytest.mark.parametrize(
    ("recipe", "settings", "message"),
    [
        (UNet, {"filters": (4,) * 6}, "`filters` must be at most 5 sizes"),
        (UNet, {"dropout": 1.0}, "`dropout` must be in"),
        (LRASPP, {"backbone_rate": 0.0}, "`backbone_rate` must be in"),
        (LRASPP, {"backbone": "vgg"}, "`backbone` must be one of"),
        (DeepLab, {"dropout": -1.0}, "`dropout` must be in"),
        (ENetSegmenter, {"encoder_share": 1.0}, "`encoder_share` must be in"),
    ],
)
def test_refusals(recipe, settings, message):
    with pytest.raises(UserError, match=message):
        recipe(**settings)


def test_no_weights():
    with pytest.raises(UserError, match="which is no file"):
        LRASPP(weights="nowhere.h5").build((None, None, 3), 2)
