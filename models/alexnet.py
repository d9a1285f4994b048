"""AlexNet, the winner of ILSVRC 2012, as two streams or as one.

Krizhevsky, Sutskever, Hinton, 2012: ImageNet classification with deep convolutional neural networks. Channels, strides
and paddings are those of the paper, with pictures of 227 pixels (the paper's 224 do not give its 55 x 55 outputs).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.published import PaperTraining, Published

# name, kernel, filters, whether each stream sees its own half only, whether the paper's first biases are 1
LATER = (("conv2", 5, 256, True, True), ("conv3", 3, 384, False, False), ("conv4", 3, 384, True, True),
         ("conv5", 3, 256, True, True))  # fmt: skip


@dataclass(frozen=True)
class AlexNet(Published):
    """AlexNet (2012): five convolutions with ReLU and local response normalization, three dense layers."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--width", "regularize": "--l2", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    PAPER: ClassVar[PaperTraining] = PaperTraining(
        {
            "optimizer": "momentum",
            "learning_rate": 0.01,
            "momentum": 0.9,
            "batch_size": 128,
            "epochs": 90,
            "schedule": "exponential",
            "decay": 0.926,
        },
        l2=2.5e-4,
        source="Krizhevsky et al. 2012, section 5",
        instead="the paper divides the rate by 10 three times, when the validation error stands still; here it falls "
        "as far evenly",
    )
    SMALLEST: ClassVar[int] = 67

    streams: Literal[1, 2] = 2
    """2: two halves of the channels, which meet in the third convolution and the dense layers, as in the paper; 1: one
    network of the same widths."""

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        Raises UserError on other than images, and on images of less than 67 pixels.
        """
        import keras

        from layers import Activation, LocalResponseNorm, MaxPool2D

        def relu(x, name):
            return Activation("relu", name=f"{name}_relu")(x)

        def normalized_pool(x, name):
            x = LocalResponseNorm(5, 1e-4, 0.75, 2.0, groups=self.streams, name=f"norm{name}")(x)
            return MaxPool2D(3, 2, name=f"pool{name}")(x)

        inputs = self.images(input_shape)
        x = self.conv(inputs, self.scaled(96, self.streams), 11, "conv1", strides=4)  # (batch, 55, 55, 96) of 227
        x = normalized_pool(relu(x, "conv1"), 1)
        for name, kernel, filters, apart, ones in LATER:
            x = self.conv(
                x,
                self.scaled(filters, self.streams),
                kernel,
                name,
                padding="same",
                groups=self.streams if apart else 1,
                bias_initializer=self._bias(ones),
            )
            x = relu(x, name)
            if name == "conv2":
                x = normalized_pool(x, 2)  # (batch, 13, 13, 256)
        x = MaxPool2D(3, 2, name="pool5")(x)  # (batch, 6, 6, 256)
        x = keras.layers.Flatten(name="flatten")(x)
        for name in ("fc6", "fc7"):
            x = self.hidden(x, 4096, name, self._bias(True))
        return keras.Model(inputs, self.logits(x, num_outputs), name="alexnet")

    def _bias(self, ones: bool):
        import keras

        return keras.initializers.Ones() if ones and self.recipe == "paper" else "zeros"
