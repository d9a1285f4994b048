"""The classic networks can be lowered for a TPU, and take a step of training on JAX."""

import keras
import numpy as np
import pytest
import tensorflow as tf

if keras.backend.backend() != "jax":
    pytest.skip("TPUs are reached through JAX", allow_module_level=True)

from models.alexnet import AlexNet
from models.auxiliary_heads import cut
from models.enet import ENet
from models.googlenet import GoogLeNet
from models.overfeat import OverFeat
from models.shufflenet import ShuffleNet
from models.vgg import VGG
from training.compilation import compile_model
from training.losses import CrossEntropy
from training.lowering import check
from training.plan import Plan
from training.trainer import Trainer

ROWS, CLASSES = 4, 3
slow = pytest.mark.slow
NETWORKS = [
    pytest.param(AlexNet(width=0.05), 67, id="alexnet"),
    pytest.param(OverFeat(width=0.02), 71, id="overfeat", marks=slow),
    pytest.param(VGG(11, True, width=0.05), 32, id="vgg", marks=slow),
    pytest.param(GoogLeNet(width=0.05), 79, id="googlenet", marks=slow),
    pytest.param(ShuffleNet(1, width=0.25), 32, id="shufflenet1", marks=slow),
    pytest.param(ShuffleNet(width=0.25), 32, id="shufflenet2", marks=slow),
    pytest.param(ENet(width=0.25), 32, id="enet", marks=slow),
]


@pytest.mark.parametrize(("recipe", "side"), NETWORKS)
def test_a_classic_network_is_lowered_and_trains(recipe, side):
    keras.utils.set_random_seed(0)
    model = recipe.build((side, side, 3), CLASSES)
    compile_model(model, Trainer(), Plan(ROWS, 1, 1, 1), CrossEntropy(), ["accuracy"])
    model.optimizer.build(model.trainable_variables)
    x = np.random.default_rng(0).uniform(0, 1, (ROWS, side, side, 3)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((x, np.arange(ROWS, dtype="int32") % CLASSES)).batch(ROWS, True)
    assert not check(model, data, None).troubles
    before = cut(model).get_weights()
    assert np.isfinite(model.fit(data, verbose=0).history["loss"]).all()
    assert any((one != other).any() for one, other in zip(before, cut(model).get_weights(), strict=True))
