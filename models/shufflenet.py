"""ShuffleNet, for phones: grouped or split convolutions whose channels are shuffled in between.

Zhang et al., 2018: ShuffleNet (arXiv:1707.01083), table 1; Ma et al., 2018: ShuffleNet V2 (arXiv:1807.11164), table 5.
First weights and training as in the authors' megvii-model/ShuffleNet-Series where the papers leave them open; version 2
as in the paper and torchvision, from which the authors' repository differs in the branches that halve the image.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from cli.errors import UserError
from models.published import PaperTraining, Published

UNITS = (4, 8, 4)  # in the stages 2, 3, 4
WIDTH_OF_GROUPS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}  # channels of stage 2 of version 1
# width -> channels of the stages 2, 3, 4 and of the last convolution of version 2
WIDTHS_2 = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}
EPSILON = 1e-5


@dataclass(frozen=True)
class ShuffleNet(Published):
    """ShuffleNet (2018), version 1 with grouped convolutions or version 2 with halves of the channels."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--width", "regularize": "--l2", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    PAPER: ClassVar[PaperTraining] = PaperTraining(
        {
            "optimizer": "momentum",
            "learning_rate": 0.5,
            "momentum": 0.9,
            "batch_size": 1024,
            "epochs": 240,
            "schedule": "cosine",
            "warmup": 0.0,
        },
        l2=2e-5,
        source="Zhang et al. 2018, section 4; He's first weights",
        instead="the paper lowers the rate to zero along a line; here along a cosine",
    )
    SMALLEST: ClassVar[int] = 32

    version: Literal[1, 2] = 2
    """1: grouped 1x1 convolutions; 2: half of the channels pass each unit by, without groups, faster at equal work."""
    groups: Literal[1, 2, 3, 4, 8] | None = None
    """Groups of version 1, whose channels grow with them. Default: 3."""

    def __post_init__(self):
        super().__post_init__()
        if self.version == 2 and self.groups is not None:
            raise UserError(f"`groups` belongs to `--version 1`; version 2 has none. Received: groups={self.groups}")

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        Raises UserError on other than images, and on images of less than 32 pixels.
        """
        import keras

        from layers import MaxPool2D

        inputs = self.images(input_shape)
        first, stages, last = self._channels()
        x = keras.layers.ZeroPadding2D(1, name="conv1_pad")(inputs)
        x = self._conv_norm(x, first, 3, "conv1", relu=True, strides=2)  # (batch, height / 2, width / 2, first)
        x = MaxPool2D(3, 2, padding=1, name="pool1")(x)
        unit = self._unit_1 if self.version == 1 else self._unit_2
        for stage, (filters, units) in enumerate(zip(stages, UNITS, strict=True), start=2):
            for number in range(1, units + 1):
                x = unit(x, filters, number == 1, f"stage{stage}_{number}")
        if last:
            x = self._conv_norm(x, last, 1, "conv5", relu=True)
        x = keras.layers.GlobalAveragePooling2D(name="average")(x)  # (batch, channels)
        logits = self.logits(x, num_outputs, use_bias=self.version == 2)
        return keras.Model(inputs, logits, name=f"shufflenet_v{self.version}")

    def start(self):
        from layers import HeNormal

        return HeNormal()

    def _channels(self):
        """Channels of the first convolution, of each stage, and of the last convolution or 0."""
        if self.version == 2:
            published = WIDTHS_2.get(self.width)
            if published is None:
                published = (*(2 * self.scaled(half) for half in (58, 116, 232)), self.scaled(1024))
            *stages, last = published
            return 24, stages, last
        groups = self.groups or 3
        width = self.scaled(WIDTH_OF_GROUPS[groups], 4 * groups)
        # As the authors' repository: narrower and twice as wide networks have another first convolution, 1.5 has not.
        narrow = self.width < 1 or self.width >= 2
        first = -(-round(24 * self.width) // groups) * groups if narrow else 24
        return first, [width, 2 * width, 4 * width], 0

    def _unit_1(self, x, filters, halve, name):
        """Grouped 1x1 to a quarter, shuffle, 3x3 of each channel, grouped 1x1; beside it the input, added or, where the
        image is halved, its mean pooling, concatenated.
        """
        import keras

        from layers import Activation, AveragePool2D, ChannelShuffle

        groups, channels = self.groups or 3, x.shape[-1]
        # The few channels of the first convolution are not grouped.
        first = 1 if name == "stage2_1" else groups
        y = self._conv_norm(x, filters // 4, 1, f"{name}_reduce", relu=True, groups=first)
        if groups > 1:
            y = ChannelShuffle(groups, name=f"{name}_shuffle")(y)
        y = self._depthwise_norm(y, halve, f"{name}_depthwise")
        y = self._conv_norm(y, filters - channels if halve else filters, 1, f"{name}_expand", groups=groups)
        if halve:
            shortcut = AveragePool2D(3, 2, padding=1, name=f"{name}_average")(x)
            joined = keras.layers.Concatenate(name=f"{name}_concat")([shortcut, y])
        else:
            joined = keras.layers.Add(name=f"{name}_add")([x, y])
        return Activation("relu", name=f"{name}_out")(joined)

    def _unit_2(self, x, filters, halve, name):
        """1x1, 3x3 of each channel, 1x1 on one half of the channels; beside it the other half, where the image is
        halved all of them on both sides; then a shuffle.
        """
        import keras

        from layers import ChannelShuffle

        if halve:
            beside = self._depthwise_norm(x, True, f"{name}_beside_depthwise")
            beside = self._conv_norm(beside, filters // 2, 1, f"{name}_beside_project", relu=True)
        else:
            beside, x = keras.ops.split(x, 2, axis=-1)
        x = self._conv_norm(x, filters // 2, 1, f"{name}_first", relu=True)
        x = self._depthwise_norm(x, halve, f"{name}_depthwise")
        x = self._conv_norm(x, filters // 2, 1, f"{name}_last", relu=True)
        x = keras.layers.Concatenate(name=f"{name}_concat")([beside, x])
        return ChannelShuffle(2, name=f"{name}_shuffle")(x)

    def _conv_norm(self, x, filters, kernel_size, name, relu=False, **settings):
        from layers import Activation, BatchNorm

        x = self.conv(x, filters, kernel_size, name, use_bias=False, **settings)
        x = BatchNorm(momentum=0.9, epsilon=EPSILON, name=f"{name}_norm")(x)
        return Activation("relu", name=f"{name}_relu")(x) if relu else x

    def _depthwise_norm(self, x, halve, name):
        """A 3x3 convolution of each channel, without ReLU."""
        import keras

        from layers import BatchNorm, DepthwiseConv2D

        if halve:
            x = keras.layers.ZeroPadding2D(1, name=f"{name}_pad")(x)  # on both sides, unlike "same"
        x = DepthwiseConv2D(
            3,
            2 if halve else 1,
            "valid" if halve else "same",
            use_bias=False,
            kernel_initializer=self.start(),
            kernel_regularizer=self.penalty(),
            name=name,
        )(x)
        return BatchNorm(momentum=0.9, epsilon=EPSILON, name=f"{name}_norm")(x)
