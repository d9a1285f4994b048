"""Residual networks: CIFAR plans of depth 20 to 110 and ImageNet plans of depth 18 to 152.

He, Zhang, Ren, Sun, 2015: Deep residual learning for image recognition (arXiv:1512.03385), the plans of tables 1 and 6.
Strides sit in the first convolution of a block, as in the paper.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from cli.errors import UserError
from models.settings import check

# depth -> blocks per stage; the bottleneck blocks begin at 50.
IMAGENET_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
CIFAR_DEPTHS = (20, 32, 44, 56, 110)
EPSILON = 1.001e-5  # as keras.applications, so that its weights give its outputs


@dataclass(frozen=True)
class ResNet:
    """Residual network: 20 to 110 for small images (CIFAR plan), 18 to 152 for photographs (ImageNet plan)."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--depth", "regularize": "--l2", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""

    depth: Literal[18, 20, 32, 34, 44, 50, 56, 101, 110, 152] = 20
    """Layers with weights; 20, 32, 44, 56, 110 are the CIFAR plans, 18, 34, 50, 101, 152 the ImageNet plans."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on biases or batch norm); the paper's is 1e-4."""

    def __post_init__(self):
        if self.depth not in CIFAR_DEPTHS and self.depth not in IMAGENET_BLOCKS:
            raise UserError(
                f"`depth` must be one of {CIFAR_DEPTHS} (small images) or {tuple(IMAGENET_BLOCKS)} (photographs). "
                f"Received: depth={self.depth}"
            )
        check(self)

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        Raises UserError on other than image shapes.
        """
        import keras

        from layers import Dense, GlorotUniform

        if len(input_shape) != 3:
            raise UserError(
                "`resnet` needs images (height, width, channels); for a table use `mlp` or `logistic`. "
                f"Received: records of shape {input_shape}"
            )
        inputs = keras.Input(input_shape, name="inputs")
        trunk = self._cifar if self.depth in CIFAR_DEPTHS else self._imagenet
        x = keras.layers.GlobalAveragePooling2D(name="average")(trunk(inputs))  # (batch, channels)
        logits = Dense(
            num_outputs,
            kernel_initializer=GlorotUniform(),
            kernel_regularizer=self._penalty(),
            dtype="float32",
            name="logits",
        )(x)
        return keras.Model(inputs, logits, name=f"resnet{self.depth}")

    def _cifar(self, x):
        """Three stages of 2n convolutions with 16, 32, 64 channels; shortcuts without parameters (option A)."""
        x = self._conv_norm_relu(x, 16, 3, 1, "stem")
        blocks = (self.depth - 2) // 6
        for stage, filters in enumerate((16, 32, 64), start=1):
            for block in range(1, blocks + 1):
                strides = 2 if stage > 1 and block == 1 else 1
                x = self._basic_block(x, filters, strides, f"stage{stage}_block{block}", project=False)
        return x

    def _imagenet(self, x):
        """7x7 stem and four stages; a projection wherever the shape changes (option B)."""
        import keras

        x = keras.layers.ZeroPadding2D(3, name="stem_pad")(x)
        x = self._conv_norm_relu(x, 64, 7, 2, "stem", padding="valid")
        x = keras.layers.ZeroPadding2D(1, name="pool_pad")(x)
        x = keras.layers.MaxPooling2D(3, strides=2, name="pool")(x)  # (batch, height/4, width/4, 64)
        block_of = self._bottleneck_block if self.depth >= 50 else self._basic_block
        for stage, (filters, blocks) in enumerate(
            zip((64, 128, 256, 512), IMAGENET_BLOCKS[self.depth], strict=True), 1
        ):
            for block in range(1, blocks + 1):
                strides = 2 if stage > 1 and block == 1 else 1
                x = block_of(x, filters, strides, f"stage{stage}_block{block}", project=block == 1)
        return x

    def _basic_block(self, x, filters, strides, name, project):
        """`relu(x + F(x))` with F two 3x3 convolutions."""
        project = project and (strides > 1 or x.shape[-1] != filters)
        shortcut = self._shortcut(x, filters, strides, name, project)
        x = self._conv_norm_relu(x, filters, 3, strides, f"{name}_1")
        return self._add_relu(shortcut, self._conv_norm(x, filters, 3, 1, f"{name}_2"), name)

    def _bottleneck_block(self, x, filters, strides, name, project):
        """`relu(x + F(x))` with F 1x1 down, 3x3, 1x1 up to four times the filters."""
        shortcut = self._shortcut(x, 4 * filters, strides, name, project)
        x = self._conv_norm_relu(x, filters, 1, strides, f"{name}_1")
        x = self._conv_norm_relu(x, filters, 3, 1, f"{name}_2")
        return self._add_relu(shortcut, self._conv_norm(x, 4 * filters, 1, 1, f"{name}_3"), name)

    def _shortcut(self, x, filters, strides, name, project):
        from layers import PaddedShortcut

        if project:
            return self._conv_norm(x, filters, 1, strides, f"{name}_shortcut")
        if strides > 1 or x.shape[-1] != filters:
            return PaddedShortcut(filters, strides, name=f"{name}_shortcut")(x)
        return x

    def _add_relu(self, shortcut, residual, name):
        import keras

        from layers import Activation

        return Activation("relu", name=f"{name}_out")(keras.layers.Add(name=f"{name}_add")([shortcut, residual]))

    def _conv_norm_relu(self, x, filters, kernel_size, strides, name, padding="same"):
        from layers import Activation

        x = self._conv_norm(x, filters, kernel_size, strides, name, padding)
        return Activation("relu", name=f"{name}_relu")(x)

    def _conv_norm(self, x, filters, kernel_size, strides, name, padding="same"):
        import keras

        from layers import BatchNorm, Conv2D, HeNormal

        if strides > 1 and kernel_size == 3:
            # Symmetric padding: "same" would pad only at the far edge of even sizes.
            x, padding = keras.layers.ZeroPadding2D(1, name=f"{name}_pad")(x), "valid"
        x = Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            use_bias=False,
            kernel_initializer=HeNormal(),
            kernel_regularizer=self._penalty(),
            name=f"{name}_conv",
        )(x)
        return BatchNorm(epsilon=EPSILON, name=f"{name}_norm")(x)

    def _penalty(self):
        from layers import L2

        return L2(self.l2) if self.l2 else None


def copy_from_keras(model, source) -> None:
    """Copy the weights of a `keras.applications` ResNet50, 101 or 152 into our ResNet of the same depth.

    The source's convolutions carry biases, ours do not: batch norm subtracts its moving mean right after, so
    `BN(conv + b)` with mean m equals `BN(conv)` with mean m - b. Afterwards both give the same features and, for
    heads of the same size, the same class scores (logits here, the source's `classifier_activation=None`).
    Raises UserError where the depths differ.
    """
    names = [layer.name.removesuffix("_conv") for layer in model.layers if layer.name.endswith("_conv")]
    theirs = {layer.name for layer in source.layers if layer.name.endswith("_conv")}
    if {_keras_name(name) + "_conv" for name in names} != theirs:
        raise UserError(
            f"`source` must be the keras.applications ResNet of the same depth as {model.name}. "
            f"Received: {source.name} with {len(theirs)} convolutions, ours has {len(names)}"
        )
    for name in names:
        kernel, bias = source.get_layer(_keras_name(name) + "_conv").get_weights()
        model.get_layer(name + "_conv").set_weights([kernel])
        gamma, beta, mean, variance = source.get_layer(_keras_name(name) + "_bn").get_weights()
        model.get_layer(name + "_norm").set_weights([gamma, beta, mean - bias, variance])
    head, logits = source.layers[-1], model.get_layer("logits")
    if [w.shape for w in head.get_weights()] == [w.shape for w in logits.get_weights()]:
        logits.set_weights(head.get_weights())


def _keras_name(name: str) -> str:
    """`stage1_block2_3` is `conv2_block2_3` in keras.applications, its shortcut number 0, the stem `conv1`."""
    if name == "stem":
        return "conv1"
    stage, rest = name.removeprefix("stage").split("_", 1)
    return f"conv{int(stage) + 1}_{rest.replace('shortcut', '0')}"
