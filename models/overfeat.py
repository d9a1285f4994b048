"""OverFeat, the winner of the ILSVRC 2013 localization: a network that slides over larger pictures.

Sermanet, Eigen, Zhang, Mathieu, Fergus, LeCun, 2014: OverFeat (arXiv:1312.6229), tables 1 and 3. What other networks
have as dense layers are convolutions here, so that a larger picture gives a map of class scores: each is that of the
window at its place, 32 (fast) or 36 (accurate) pixels from the next, at the price of one pass.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.published import PaperTraining, Published

# Per convolution: filters, kernel, stride, padding, size (and stride) of the pooling after it or 0.
CONVOLUTIONS = {
    "fast": ((96, 11, 4, "valid", 2), (256, 5, 1, "valid", 2), (512, 3, 1, "same", 0), (1024, 3, 1, "same", 0),
             (1024, 3, 1, "same", 2)),
    "accurate": ((96, 7, 2, "valid", 3), (256, 7, 1, "valid", 2), (512, 3, 1, "same", 0), (512, 3, 1, "same", 0),
                 (1024, 3, 1, "same", 0), (1024, 3, 1, "same", 3)),
}  # fmt: skip
CLASSIFIER = {"fast": (3072, 6), "accurate": (4096, 5)}  # filters and kernel of the first of its layers
SMALLEST = {"fast": 59, "accurate": 77}


@dataclass(frozen=True)
class OverFeat(Published):
    """OverFeat (2014): convolutions all through; on a larger picture it averages the scores of all its windows."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--width", "regularize": "--l2", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""
    PAPER: ClassVar[PaperTraining] = PaperTraining(
        {
            "optimizer": "momentum",
            "learning_rate": 0.05,
            "momentum": 0.6,
            "batch_size": 128,
            "epochs": 90,
            "schedule": "exponential",
            "decay": 0.962,
        },
        l2=5e-6,
        source="Sermanet et al. 2014, section 3.2",
        instead="the paper halves the rate after 30, 50, 60, 70 and 80 epochs; here it falls as far evenly",
    )

    model: Literal["fast", "accurate"] = "fast"
    """fast: for 231 pixels, windows 32 apart; accurate: for 221 pixels, windows 36 apart, twice the work."""

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        Its layer `scores` gives the logits of each window, `(batch, rows, columns, num_outputs)`. On pictures that are
        smaller than the published ones the first layer of the classifier covers what is left. Raises UserError on other
        than images, and on images of less than 59 (fast) or 77 (accurate) pixels.
        """
        import keras

        from layers import Activation, Conv2D, Dropout, MaxPool2D, Normal

        inputs = x = self.images(input_shape, SMALLEST[self.model])
        for number, (filters, kernel, stride, padding, pool) in enumerate(CONVOLUTIONS[self.model], start=1):
            name = f"conv{number}"
            x = self.conv(x, self.scaled(filters), kernel, name, strides=stride, padding=padding)
            x = Activation("relu", name=f"{name}_relu")(x)
            if pool:
                x = MaxPool2D(pool, name=f"pool{number}")(x)
        first, kernel = CLASSIFIER[self.model]
        window = tuple(min(kernel, side) for side in x.shape[1:3])
        for name, units, size in (("fc1", first, window), ("fc2", 4096, 1)):
            x = Activation("relu", name=f"{name}_relu")(self.conv(x, self.scaled(units), size, name))
            x = Dropout(0.5, name=f"{name}_dropout")(x)
        x = Conv2D(
            num_outputs,
            1,
            kernel_initializer=Normal(stddev=0.01),
            kernel_regularizer=self.penalty(),
            dtype="float32",
            name="scores",
        )(x)  # (batch, rows, columns, num_outputs)
        logits = keras.layers.GlobalAveragePooling2D(dtype="float32", name="logits")(x)
        return keras.Model(inputs, logits, name=f"overfeat_{self.model}")
