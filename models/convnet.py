"""Convolutional network: stages of 3x3 convolutions, halved by max pooling, then a dense layer.

The plan of LeCun et al., 1998 (Gradient-based learning applied to document recognition), with the rectifiers,
3x3 kernels and doubling of Simonyan & Zisserman, 2015 (arXiv:1409.1556).
"""

from dataclasses import dataclass
from typing import ClassVar

from cli.errors import UserError
from models.settings import COUNT, SHARE, check


@dataclass(frozen=True)
class ConvNet:
    """Convolutional network: per stage `convolutions` 3x3 convolutions with ReLU and one 2x2 max pooling."""

    ADVICE: ClassVar[dict[str, str | None]] = {"bigger": "--filters", "augment": "--augment strong"}
    """The flags that `tasks/advice.py` recommends for it."""

    filters: tuple[int, ...] = (32, 64, 128)
    """Channels of each stage."""
    convolutions: int = 1
    """Convolutions per stage."""
    dense: int = 128
    """Units of the dense layer before the logits; 0 for none (then the last stage is averaged over space)."""
    dropout: float = 0.25
    """Fraction of features dropped before and after the dense layer in training, in [0, 1)."""
    batch_norm: bool = True
    """Batch normalisation between each convolution and its ReLU."""
    l2: float = 0.0
    """Strength of the L2 penalty on the weights (never on the biases)."""

    def __post_init__(self):
        check(self, dense=COUNT, dropout=SHARE)

    def build(self, input_shape: tuple[int, int, int], num_outputs: int):
        """Return a `keras.Model` from images `(batch, height, width, channels)` to logits `(batch, num_outputs)`.

        Stages go on without pooling once a side is a single pixel. Raises UserError on other than image shapes.
        """
        import keras

        from layers import L1L2, Activation, BatchNorm, Conv2D, Dense, Dropout, GlorotUniform, HeNormal

        if len(input_shape) != 3:
            raise UserError(
                "`convnet` needs images (height, width, channels); for a table use `mlp` or `logistic`. "
                f"Received: records of shape {input_shape}"
            )
        penalty = L1L2(l2=self.l2) if self.l2 else None
        inputs = keras.Input(input_shape, name="inputs")
        x = inputs
        for stage, filters in enumerate(self.filters, start=1):
            for i in range(1, self.convolutions + 1):
                x = Conv2D(
                    filters,
                    3,
                    padding="same",
                    use_bias=not self.batch_norm,
                    kernel_initializer=HeNormal(),
                    kernel_regularizer=penalty,
                    name=f"conv_{stage}_{i}",
                )(x)  # (batch, height, width, filters)
                if self.batch_norm:
                    x = BatchNorm(name=f"batch_norm_{stage}_{i}")(x)
                x = Activation("relu", name=f"relu_{stage}_{i}")(x)
            if min(x.shape[1:3]) > 1:
                x = keras.layers.MaxPooling2D(2, name=f"pool_{stage}")(x)  # (batch, height/2, width/2, filters)
        if self.dense:
            x = keras.layers.Flatten(name="flatten")(x)
            if self.dropout:
                x = Dropout(self.dropout, name="dropout_flat")(x)
            x = Dense(
                self.dense,
                use_bias=not self.batch_norm,
                kernel_initializer=HeNormal(),
                kernel_regularizer=penalty,
                name="dense",
            )(x)
            if self.batch_norm:
                x = BatchNorm(name="batch_norm_dense")(x)
            x = Activation("relu", name="relu_dense")(x)
        else:
            x = keras.layers.GlobalAveragePooling2D(name="average")(x)
        if self.dropout:
            x = Dropout(self.dropout, name="dropout")(x)
        logits = Dense(
            num_outputs,
            kernel_initializer=GlorotUniform(),
            kernel_regularizer=penalty,
            dtype="float32",
            name="logits",
        )(x)
        return keras.Model(inputs, logits, name="convnet")
