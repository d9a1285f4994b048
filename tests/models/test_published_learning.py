"""Each classic network at a quarter of its width: the loss begins at that of guessing, and 20 pictures are learned."""

import math

import keras
import numpy as np
import pytest

from models.alexnet import AlexNet
from models.auxiliary_heads import cut
from models.enet import ENet
from models.googlenet import GoogLeNet
from models.overfeat import OverFeat
from models.shufflenet import ShuffleNet
from models.vgg import VGG
from training.losses import CrossEntropy
from training.preflight import take_statistics

NETWORKS = {
    "alexnet": (AlexNet(width=0.25), 67),
    "alexnet, one stream": (AlexNet(1, width=0.25), 67),
    "overfeat": (OverFeat(width=0.25), 91),
    "vgg 16": (VGG(16, width=0.25), 64),
    "vgg 19": (VGG(19, width=0.25), 32),
    "vgg 11, batch norm": (VGG(11, True, width=0.25), 32),
    "googlenet": (GoogLeNet(width=0.25), 79),
    "shufflenet 1": (ShuffleNet(1, width=0.25), 64),
    "shufflenet 2": (ShuffleNet(width=0.25), 64),
    "enet": (ENet(width=0.25), 64),
}
CLASSES, ROWS = 5, 20


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_twenty_pictures_are_learned_by_heart(name):
    recipe, side = NETWORKS[name]
    keras.utils.set_random_seed(0)
    model = recipe.build((side, side, 3), CLASSES)
    random = np.random.default_rng(0)
    x, y = random.uniform(0, 1, (ROWS, side, side, 3)).astype("float32"), np.arange(ROWS) % CLASSES
    model.compile(keras.optimizers.Adam(1e-3), CrossEntropy(), metrics=["accuracy"])
    take_statistics(model, (x, y))
    assert model.evaluate(x, y, verbose=0)[0] == pytest.approx(math.log(CLASSES), rel=0.05)
    alone = cut(model)
    for _ in range(60):
        model.fit(x, y, batch_size=ROWS, epochs=10, verbose=0)
        if (np.argmax(alone.predict(x, verbose=0), -1) == y).all():
            return
    pytest.fail("600 updates were not enough")
