"""Rows of layers for images: pooling, unpooling, and what the classic networks are made of besides."""

import keras
import numpy as np

import layers
from tests.layers import formulas, image_formulas
from tests.layers.case import Case

INDICES = np.random.default_rng(4).integers(0, 4, (1, 3, 2, 3))


def max_pool(shape=(3, 7, 8, 3), **settings):
    return Case(layers.MaxPool2D, settings, shape, formula=image_formulas.max_pool, masks=False)


def average_pool(shape=(3, 7, 8, 3), **settings):
    return Case(layers.AveragePool2D, settings, shape, formula=image_formulas.average_pool, masks=False)


def depthwise_conv(shape=(3, 7, 8, 4), **settings):
    twin = {key.replace("kernel_reg", "depthwise_reg"): value for key, value in settings.items()}
    return Case(layers.DepthwiseConv2D, settings, shape, keras.layers.DepthwiseConv2D, twin, masks=False)


def response_norm(shape=(3, 2, 4, 7), **settings):
    return Case(layers.LocalResponseNorm, settings, shape, formula=image_formulas.local_response_norm)


def compact_bilinear(shape=(3, 4, 2, 5), **settings):
    formula = image_formulas.compact_bilinear
    return Case(layers.CompactBilinearPooling, settings, shape, formula=formula, masks=False)


IMAGES = [
    Case(
        layers.AveragePool2D, {"pool_size": 3, "strides": 2}, (3, 7, 8, 3), keras.layers.AveragePooling2D, masks=False
    ),
    average_pool(pool_size=3, strides=2, padding=1),
    average_pool(pool_size=3, strides=2, padding=1, count_padding=False, shape=(2, 8, 6, 3)),
    average_pool(pool_size=2, strides=2, padding=1, round_up=True),
    average_pool(pool_size=3, strides=2, round_up=True, count_padding=False),
    depthwise_conv(kernel_size=3),
    depthwise_conv(kernel_size=(5, 3), padding="same", activation="relu", kernel_regularizer="l2"),
    depthwise_conv(kernel_size=3, strides=2, padding="same", use_bias=False),
    Case(layers.ChannelShuffle, {"groups": 3}, (4, 3, 2, 6), formula=image_formulas.channel_shuffle),
    Case(layers.ChannelShuffle, {"groups": 1}, (4, 6), keras.layers.Identity, {}),
    compact_bilinear(dimension=16, seed=1),
    compact_bilinear(dimension=5, seed=2, normalize=False, shape=(4, 3, 6)),
    response_norm(alpha=0.1),
    response_norm(alpha=0.2, groups=2, shape=(3, 2, 4, 8)),
    response_norm(alpha=0.3, size=3, beta=0.5, k=1.0, squares="mean"),
    Case(layers.MaxPool2D, {"pool_size": 2}, (3, 7, 8, 3), keras.layers.MaxPooling2D, masks=False),
    Case(
        layers.MaxPool2D, {"pool_size": (3, 2), "strides": (2, 1)}, (3, 7, 8, 3), keras.layers.MaxPooling2D, masks=False
    ),
    max_pool(pool_size=3, strides=2, padding=1),
    max_pool(pool_size=3, strides=2, round_up=True),
    max_pool(pool_size=3, strides=3, padding=1, round_up=True),
    Case(
        layers.MaxUnpool2D,
        {"pool_size": 2},
        (4, 3, 2, 3),
        formula=image_formulas.max_unpool(INDICES),
        masks=False,
        arguments={"indices": INDICES},
    ),
    # Keras' own layer computes in float32 whatever it is given; tests/layers/test_upsampling.py is beside it.
    Case(layers.Upsampling2D, {"factor": 2}, (3, 4, 5, 3), formula=image_formulas.upsampling, masks=False),
    Case(layers.Upsampling2D, {"factor": 3}, (2, 3, 2, 4), formula=image_formulas.upsampling, masks=False),
    Case(layers.PReLU, {}, (5, 7), keras.layers.PReLU, {"alpha_initializer": keras.initializers.Constant(0.25)}),
    Case(layers.PReLU, {"initial_slope": 0.1}, (3, 4, 5, 6), keras.layers.PReLU, {"shared_axes": [1, 2]}),
    Case(layers.SpatialDropout, {"rate": 0.4, "seed": 1}, (4, 3, 5, 6), formula=formulas.dropout, noise=True),
    Case(layers.SpatialDropout, {"rate": 0.0}, (4, 3, 5, 6), keras.layers.SpatialDropout2D),
]
