"""First weights of every recipe: no two of a network begin with the same draws."""

import keras
import numpy as np
import pytest

from models.alexnet import AlexNet
from models.conv_autoencoder import ConvAutoencoder
from models.convnet import ConvNet
from models.dense_autoencoder import DenseAutoencoder
from models.enet import ENet
from models.ensemble import Ensemble
from models.googlenet import GoogLeNet
from models.linear import Linear
from models.logistic import Logistic
from models.mlp import MLP
from models.overfeat import OverFeat
from models.pretrained import Pretrained
from models.recurrent import Recurrent
from models.resnet import ResNet
from models.show_attend_tell import ShowAttendTell
from models.show_tell import ShowTell
from models.shufflenet import ShuffleNet
from models.sparse_autoencoder import SparseAutoencoder
from models.transformer import Transformer
from models.transformer_captioner import TransformerCaptioner
from models.variational_autoencoder import VariationalAutoencoder
from models.vgg import VGG
from tests.layers.starts import alike

IMAGE, REGIONS = (32, 32, 3), (3, 3, 8)
FEATURES = np.random.default_rng(0).normal(size=(50, 5))
SMALL = {"units": 8, "num_heads": 2, "feed_forward_units": 8}
# Layers of equal size, so that equal draws would be equal weights.
BUILDS = {
    "logistic": lambda: Logistic().build((8,), 8),
    "linear": lambda: Linear().build((8,), 8),
    "mlp": lambda: MLP((8, 8)).build((8,), 8),
    "convnet": lambda: ConvNet((8, 8), convolutions=2, dense=8).build(IMAGE, 8),
    "resnet": lambda: ResNet(20).build(IMAGE, 8),
    "alexnet": lambda: AlexNet(width=0.05).build((67, 67, 3), 8),
    "overfeat": lambda: OverFeat(width=0.02).build((71, 71, 3), 8),
    "vgg": lambda: VGG(16, width=0.05).build(IMAGE, 8),
    "googlenet": lambda: GoogLeNet(width=0.05).build((79, 79, 3), 8),
    "shufflenet 1": lambda: ShuffleNet(1, width=0.25).build(IMAGE, 8),
    "shufflenet 2": lambda: ShuffleNet(width=0.25).build(IMAGE, 8),
    "enet": lambda: ENet(width=0.25).build(IMAGE, 8),
    "pretrained": lambda: Pretrained(weights="none").build(IMAGE, 8),
    "ensemble": lambda: Ensemble(4, 2, (8, 8), 8, 8).build((5,), 2, FEATURES, np.zeros((4, 6))),
    "dense autoencoder": lambda: DenseAutoencoder((8, 8, 4)).build((8,)),
    "dense autoencoder, textbook range": lambda: DenseAutoencoder((8, 8, 4), initial_range=0.1).build((8,)),
    "conv autoencoder": lambda: ConvAutoencoder(8, (8, 8)).build(IMAGE),
    "variational autoencoder": lambda: VariationalAutoencoder(4, hidden=(8, 8)).build((8,)),
    "variational autoencoder on images": lambda: VariationalAutoencoder(4, filters=(8, 8)).build(IMAGE),
    "sparse autoencoder": lambda: SparseAutoencoder((8, 8)).build((8,)),
    "transformer": lambda: Transformer(**SMALL, num_layers=2).build(8, 8),
    "recurrent": lambda: Recurrent(8, 8, encoder_layers=2).build(8, 8),
    "show-tell": lambda: ShowTell(8, 8).build("features", REGIONS, 8),
    "show-attend-tell": lambda: ShowAttendTell(8, 8).build("image", IMAGE, 8),
    "transformer captioner": lambda: TransformerCaptioner(**SMALL, num_layers=2).build("features", REGIONS, 8),
}


@pytest.mark.whole
@pytest.mark.parametrize("name", BUILDS)
def test_no_two_weights_begin_alike(name):
    keras.utils.set_random_seed(0)
    assert alike(BUILDS[name]().weights) == []
