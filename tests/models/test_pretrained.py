"""Each backbone, with weights from a file, gives what the network of keras.applications gives."""

import keras
import numpy as np
import pytest

from models.efficientnet_lite import efficientnet_lite0
from models.pretrained import BACKBONES, LITE, pretrained_backbone

pytestmark = pytest.mark.whole

SHAPE = (75, 75, 3)  # the smallest that all take


@pytest.mark.parametrize("pooling", ["avg", None])
@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_is_the_published_network(name, pooling, tmp_path):
    keras.utils.set_random_seed(0)
    make = efficientnet_lite0 if name == LITE else getattr(keras.applications, BACKBONES[name][0])
    published = make(include_top=False, weights=None, input_shape=SHAPE, pooling=pooling)
    random = np.random.default_rng(0)
    for layer in published.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, one.shape) for one in layer.get_weights()])
    published.save_weights(tmp_path / "own.weights.h5")
    backbone = pretrained_backbone(name, str(tmp_path / "own.weights.h5"), SHAPE, pooling)
    assert backbone.name == "backbone" and not backbone.trainable_weights
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in backbone.layers)
    pixels = random.uniform(-1, 1, (2, *SHAPE)).astype("float32")
    expected = np.asarray(published(pixels))
    np.testing.assert_allclose(np.asarray(backbone(pixels)), expected, atol=2e-5 * np.abs(expected).max())
    again = keras.saving.load_model(_saved(backbone, tmp_path))
    np.testing.assert_array_equal(np.asarray(again(pixels)), np.asarray(backbone(pixels)))


def _saved(model, folder):
    model.save(folder / "backbone.keras")
    return folder / "backbone.keras"
