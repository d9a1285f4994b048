"""The last feature map: which layer it is, and that the rest of the network gives the network's own outputs."""

import keras
import numpy as np
import pytest

from evaluation.grad_cam import grad_cam
from models.convnet import ConvNet
from models.googlenet import GoogLeNet
from models.last_feature_map import last_feature_map
from models.mlp import MLP
from models.pretrained import Pretrained
from models.resnet import ResNet
from training.gradients import score_gradients

PICTURES = np.random.default_rng(0).uniform(-1, 1, (2, 80, 80, 3)).astype("float32")


@pytest.mark.whole
@pytest.mark.parametrize(
    ("recipe", "name", "shape"),
    [
        (ConvNet((4, 8)), "relu_2_1", (16, 16, 8)),
        (ConvNet((4, 8), dense=0), "relu_2_1", (16, 16, 8)),
        (ConvNet((4, 4, 4, 4, 4)), "relu_4_1", (4, 4, 4)),  # what follows has 2 places a side
        (ResNet(), None, None),
        (Pretrained("efficientnet-lite0", "none"), None, None),
        (GoogLeNet(), None, None),
    ],
    ids=["convnet", "averaged", "deep", "resnet", "pretrained", "googlenet"],
)
def test_the_rest_of_the_network_gives_its_outputs(recipe, name, shape):
    keras.utils.set_random_seed(0)
    side = 80 if isinstance(recipe, GoogLeNet) else 32
    model, pictures = recipe.build((side, side, 3), 5), PICTURES[:, :side, :side]
    found = last_feature_map(model, pictures)
    assert name in (None, found.name) and shape in (None, found.values.shape[1:])
    assert min(found.values.shape[1:3]) >= 4
    np.testing.assert_allclose(found.rest(found.values), model.predict_on_batch(pictures), rtol=1e-4, atol=1e-5)


def test_there_is_none_without_a_convolution():
    assert last_feature_map(MLP((4,)).build((80, 80, 3), 2), PICTURES) is None


def test_behind_an_average_grad_cam_is_the_class_map():
    """Zhou et al. 2016 (arXiv:1512.04150): the channels weighed by the class's own weights, over the places."""
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(6, 3, activation="relu", name="seen")(inputs)
    logits = keras.layers.Dense(4, name="logits")(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, logits)
    found = last_feature_map(model, PICTURES[:, :8, :8])
    assert found.name == "seen"
    classes = np.array([2, 0])
    gradients = score_gradients(found.rest, found.values, np.eye(4, dtype="float32")[classes])
    kernel = model.get_layer("logits").kernel.numpy()[:, classes]
    by_hand = np.maximum(np.einsum("nijk,kn->nij", found.values, kernel) / 36, 0)
    np.testing.assert_allclose(grad_cam(found.values, gradients), by_hand, rtol=1e-4, atol=1e-6)
