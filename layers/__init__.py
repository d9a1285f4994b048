"""Layers, initializers and regularizers, written out and proved equal to the framework's (docs/proofs.md)."""

from layers.activation import Activation
from layers.activity_regularization import ActivityRegularization
from layers.additive_attention import AdditiveAttention
from layers.average_pool import AveragePool2D
from layers.batch_norm import BatchNorm
from layers.bidirectional import Bidirectional
from layers.channel_shuffle import ChannelShuffle
from layers.compact_bilinear_pooling import CompactBilinearPooling
from layers.conv import Conv2D
from layers.conv_transpose import Conv2DTranspose
from layers.dense import Dense
from layers.depthwise_conv import DepthwiseConv2D
from layers.dropout import Dropout
from layers.embedding import Embedding
from layers.embedding_bag import EmbeddingBag
from layers.feed_forward import FeedForward
from layers.gaussian_code import GaussianCode
from layers.gaussian_head import GaussianHead
from layers.gaussian_noise import GaussianNoise
from layers.grouped_dense import GroupedDense
from layers.gru import GRU
from layers.initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Normal,
    Orthogonal,
    Uniform,
    VarianceScaling,
    Zeros,
)
from layers.layer_norm import LayerNorm
from layers.learned_positions import LearnedPositions
from layers.local_response_norm import LocalResponseNorm
from layers.lstm import LSTM
from layers.masked_pooling import MaskedPooling
from layers.max_pool import MaxPool2D
from layers.max_unpool import MaxUnpool2D
from layers.monte_carlo_dropout import MonteCarloDropout
from layers.multi_head_attention import MultiHeadAttention
from layers.multiplicative_attention import MultiplicativeAttention
from layers.neighbours import Neighbours
from layers.padded_shortcut import PaddedShortcut
from layers.piecewise_linear import PiecewiseLinear
from layers.prelu import PReLU
from layers.probability_mean import ProbabilityMean
from layers.recurrent_decoder import RecurrentDecoder
from layers.regularizers import L1, L1L2, L2
from layers.scaled_dropout import ScaledDropout
from layers.seed import ReplicaSeed
from layers.sinusoidal_positions import SinusoidalPositions
from layers.spatial_dropout import SpatialDropout
from layers.transformer_decoder import TransformerDecoder
from layers.transformer_decoder_block import TransformerDecoderBlock
from layers.transformer_encoder_block import TransformerEncoderBlock
from layers.unstandardize import Unstandardize
from layers.upsampling import Upsampling2D

__all__ = [
    "EmbeddingBag",
    "FeedForward",
    "MaskedPooling",
    "LearnedPositions",
    "MultiHeadAttention",
    "SinusoidalPositions",
    "ProbabilityMean",
    "RecurrentDecoder",
    "TransformerDecoder",
    "TransformerDecoderBlock",
    "TransformerEncoderBlock",
    "MultiplicativeAttention",
    "LayerNorm",
    "LSTM",
    "GRU",
    "Embedding",
    "Bidirectional",
    "AdditiveAttention",
    "GaussianHead",
    "GroupedDense",
    "MonteCarloDropout",
    "PiecewiseLinear",
    "Unstandardize",
    "Upsampling2D",
    "L1",
    "L1L2",
    "L2",
    "Activation",
    "AveragePool2D",
    "BatchNorm",
    "ChannelShuffle",
    "CompactBilinearPooling",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "GaussianCode",
    "GaussianNoise",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "LocalResponseNorm",
    "MaxPool2D",
    "MaxUnpool2D",
    "Neighbours",
    "Normal",
    "Orthogonal",
    "PReLU",
    "PaddedShortcut",
    "ReplicaSeed",
    "ScaledDropout",
    "SpatialDropout",
    "ActivityRegularization",
    "Uniform",
    "VarianceScaling",
    "Zeros",
]
