"""GoogLeNet, the winner of ILSVRC 2014: inception modules, and two heads in the middle that help to train.

Szegedy et al., 2015: Going deeper with convolutions (arXiv:1409.4842), table 1; what the paper leaves open (local
response normalization, first weights) as in the replica of Caffe, models/bvlc_googlenet. It has no batch norm;
torchvision has another network under this name.
"""

from dataclasses import dataclass
from typing import ClassVar

from models.published import PaperTraining, Published

# name -> filters of 1x1; 3x3 reduce, 3x3; 5x5 reduce, 5x5; 1x1 after the pooling
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
POOLED = ("3b", "4e")  # a max pooling follows
HEADS = {"4a": "head1", "4d": "head2"}


@dataclass(frozen=True)
class GoogLeNet(Published):
    """GoogLeNet (2015): nine inception modules; two auxiliary heads in training, which are cut off afterwards."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--width", "regularize": "--l2", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    PAPER: ClassVar[PaperTraining] = PaperTraining(
        {
            "optimizer": "momentum",
            "learning_rate": 0.01,
            "momentum": 0.9,
            "batch_size": 32,
            "schedule": "exponential",
            "decay": 0.9949,
        },
        l2=1e-4,
        source="Szegedy et al. 2015, section 6; first rate, batch, decay of the weights and first values of Caffe's",
        instead="the paper lowers the rate by 4% every 8 epochs on several machines at once; here by as much, evenly",
    )
    SMALLEST: ClassVar[int] = 32
    SMALLEST_WITH_HEADS: ClassVar[int] = 65

    heads: bool = True
    """The two auxiliary heads in training, whose losses count 0.3; the exported network has none."""

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        With `heads` it is a `WithAuxiliaryHeads`, which `models.auxiliary_heads.cut` makes the network alone. Raises
        UserError on other than images, and on images of less than 65 pixels (32 without the heads).
        """
        import keras

        from layers import Dropout, LocalResponseNorm, MaxPool2D
        from models.auxiliary_heads import AuxiliaryLogits, WithAuxiliaryHeads

        def norm(x, name):
            return LocalResponseNorm(5, 1e-4, 0.75, 1.0, squares="mean", name=name)(x)

        def pool(x, name):
            return MaxPool2D(3, 2, round_up=True, name=name)(x)

        inputs = self.images(input_shape, self.SMALLEST_WITH_HEADS if self.heads else None)
        x = keras.layers.ZeroPadding2D(3, name="conv1_pad")(inputs)
        x = self._conv_relu(x, 64, 7, "conv1", strides=2)  # (batch, 112, 112, 64) of 224
        x = norm(pool(x, "pool1"), "norm1")
        x = self._conv_relu(x, 64, 1, "conv2_reduce")
        x = pool(norm(self._conv_relu(x, 192, 3, "conv2"), "norm2"), "pool2")  # (batch, 28, 28, 192)
        logits = []
        for name, filters in MODULES.items():
            x = self._module(x, filters, f"inception_{name}")
            if name in HEADS and self.heads:
                logits.append(self._head(x, num_outputs, HEADS[name]))
            if name in POOLED:
                x = pool(x, f"pool{name[0]}")
        x = keras.layers.GlobalAveragePooling2D(name="average")(x)  # (batch, 1024)
        x = self.logits(Dropout(0.4, name="dropout")(x), num_outputs)
        if not self.heads:
            return keras.Model(inputs, x, name="googlenet")
        return WithAuxiliaryHeads(
            inputs, AuxiliaryLogits(dtype="float32", name="heads")([x, *logits]), name="googlenet"
        )

    def start(self):
        from layers import GlorotUniform

        return GlorotUniform() if self.recipe == "paper" else super().start()

    def _module(self, x, filters, name):
        """What a 1x1, a 3x3, a 5x5 convolution and a pooling make of the same input, one after another."""
        import keras

        from layers import MaxPool2D

        alone, before_3, three, before_5, five, after_pool = filters
        parts = [
            self._conv_relu(x, alone, 1, f"{name}_1x1"),
            self._conv_relu(self._conv_relu(x, before_3, 1, f"{name}_3x3_reduce"), three, 3, f"{name}_3x3"),
            self._conv_relu(self._conv_relu(x, before_5, 1, f"{name}_5x5_reduce"), five, 5, f"{name}_5x5"),
            self._conv_relu(MaxPool2D(3, 1, padding=1, name=f"{name}_pool")(x), after_pool, 1, f"{name}_pool_1x1"),
        ]
        return keras.layers.Concatenate(name=name)(parts)

    def _head(self, x, num_outputs, name):
        import keras

        from layers import Activation, AveragePool2D, Dense, Dropout

        x = AveragePool2D(5, 3, name=f"{name}_average")(x)  # (batch, 4, 4, channels)
        x = keras.layers.Flatten(name=f"{name}_flatten")(self._conv_relu(x, 128, 1, f"{name}_conv"))
        x = Dense(
            self.scaled(1024), kernel_initializer=self.start(), kernel_regularizer=self.penalty(), name=f"{name}_fc"
        )(x)
        x = Dropout(0.7, name=f"{name}_dropout")(Activation("relu", name=f"{name}_relu")(x))
        return self.logits(x, num_outputs, name=f"{name}_logits")

    def _conv_relu(self, x, filters, kernel_size, name, strides=1):
        import keras

        from layers import Activation

        # The first biases of Caffe's replica are 0.2.
        bias = keras.initializers.Constant(0.2) if self.recipe == "paper" else "zeros"
        padding = "same" if strides == 1 else "valid"
        x = self.conv(
            x, self.scaled(filters), kernel_size, name, strides=strides, padding=padding, bias_initializer=bias
        )
        return Activation("relu", name=f"{name}_relu")(x)
