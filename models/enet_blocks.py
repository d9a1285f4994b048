"""The blocks of ENet: its encoder and its decoder.

Paszke, Chaurasia, Kim, Culurciello, 2016: ENet (arXiv:1606.02147), as the authors' own e-lab/ENet-training has it: the
3x3 convolutions carry biases, the shortcuts no batch norm, and the decoder has ReLU.
"""

from dataclasses import dataclass

EPSILON = 1e-3
# What the bottlenecks of stages 2 and 3 have in the middle: a kernel of 3 with this dilation, or 5x1 and 1x5.
STAGE = (1, 2, "asymmetric", 4, 1, 8, "asymmetric", 16)


@dataclass(frozen=True)
class ENetBlocks:
    """Builds the halves of ENet.

    Attributes:
        width: Factor of all channels; 1 is the published network.
        penalty: Regularizer of kernels, or None.
        initializer: A function without arguments that gives the initializer of a kernel.
    """

    width: float
    penalty: object
    initializer: object

    def encoder(self, x):
        """Return `(batch, height / 8, width / 8, 128)` of images whose sides 8 divides, and the indices of the two max
        poolings within, those of the larger one first.
        """
        import keras

        from layers import MaxPool2D

        y = keras.layers.ZeroPadding2D(1, name="initial_pad")(x)
        y = self._conv(y, self._scaled(16) - x.shape[-1], 3, "initial_conv", strides=2, padding="valid")
        x = keras.layers.Concatenate(name="initial")([y, MaxPool2D(2, name="initial_pool")(x)])
        x = self._prelu(self._norm(x, "initial"), "initial")  # (batch, height / 2, width / 2, 16)
        x, larger = self._down(x, 64, 0.01, "bottleneck1_0")
        for number in range(1, 5):
            x = self._bottleneck(x, 1, 0.01, f"bottleneck1_{number}")
        x, smaller = self._down(x, 128, 0.1, "bottleneck2_0")
        for stage in (2, 3):
            for number, kind in enumerate(STAGE, start=1 if stage == 2 else 0):
                x = self._bottleneck(x, kind, 0.1, f"bottleneck{stage}_{number}")
        return x, (larger, smaller)

    def decoder(self, x, indices, num_outputs: int):
        """Return logits `(batch, height, width, num_outputs)`, from what `encoder` returns."""
        larger, smaller = indices
        x = self._up(x, 64, smaller, "bottleneck4_0")
        for number in (1, 2):
            x = self._bottleneck(x, 1, 0.0, f"bottleneck4_{number}", decodes=True)
        x = self._up(x, 16, larger, "bottleneck5_0")
        x = self._bottleneck(x, 1, 0.0, "bottleneck5_1", decodes=True)
        return self._transposed(x, num_outputs, 2, "logits", dtype="float32")

    def _bottleneck(self, x, kind, rate, name, decodes=False):
        """1x1 to a quarter, the convolution of `kind`, 1x1 back; added to the input."""
        active = self._relu if decodes else self._prelu
        filters = x.shape[-1]
        inner = max(filters // 4, 1)
        y = active(self._norm(self._conv(x, inner, 1, f"{name}_reduce", use_bias=False), f"{name}_reduce"), f"{name}_1")
        if kind == "asymmetric":
            y = self._conv(y, inner, (5, 1), f"{name}_column", use_bias=False)
            y = self._conv(y, inner, (1, 5), f"{name}_row")
        else:
            y = self._conv(y, inner, 3, f"{name}_conv", dilation_rate=kind)
        y = active(self._norm(y, f"{name}_conv"), f"{name}_2")
        y = self._expanded(y, filters, rate, name)
        return self._added(x, y, active, name)

    def _down(self, x, filters, rate, name):
        """Halves the image: 2x2 by 2 in the first convolution, max pooling and channels of zeros in the shortcut."""
        from layers import MaxPool2D, PaddedShortcut

        filters = self._scaled(filters)
        inner = max(filters // 4, 1)
        y = self._conv(x, inner, 2, f"{name}_reduce", strides=2, padding="valid", use_bias=False)
        y = self._prelu(self._norm(y, f"{name}_reduce"), f"{name}_1")
        y = self._prelu(self._norm(self._conv(y, inner, 3, f"{name}_conv"), f"{name}_conv"), f"{name}_2")
        y = self._expanded(y, filters, rate, name)
        pooled, indices = MaxPool2D(2, return_indices=True, name=f"{name}_pool")(x)
        shortcut = PaddedShortcut(filters, name=f"{name}_shortcut")(pooled)
        return self._added(shortcut, y, self._prelu, name), indices

    def _up(self, x, filters, indices, name):
        """Doubles the image: a transposed convolution, and unpooling to where the encoder's maxima were."""
        from layers import MaxUnpool2D

        filters = self._scaled(filters)
        inner = max(filters // 4, 1)
        y = self._conv(x, inner, 1, f"{name}_reduce", use_bias=False)
        y = self._transposed(self._relu(self._norm(y, f"{name}_reduce"), f"{name}_1"), inner, 3, f"{name}_conv")
        y = self._expanded(self._relu(self._norm(y, f"{name}_conv"), f"{name}_2"), filters, 0.0, name)
        shortcut = self._conv(x, filters, 1, f"{name}_shortcut", use_bias=False)
        shortcut = MaxUnpool2D(2, name=f"{name}_unpool")(self._norm(shortcut, f"{name}_shortcut"), indices)
        return self._added(shortcut, y, self._relu, name)

    def _expanded(self, y, filters, rate, name):
        from layers import SpatialDropout

        y = self._norm(self._conv(y, filters, 1, f"{name}_expand", use_bias=False), f"{name}_expand")
        return SpatialDropout(rate, name=f"{name}_dropout")(y) if rate else y

    def _added(self, x, y, active, name):
        import keras

        return active(keras.layers.Add(name=f"{name}_add")([x, y]), f"{name}_out")

    def _conv(self, x, filters, kernel_size, name, padding="same", **settings):
        from layers import Conv2D

        return Conv2D(
            filters,
            kernel_size,
            padding=padding,
            kernel_initializer=self.initializer(),
            kernel_regularizer=self.penalty,
            name=name,
            **settings,
        )(x)

    def _transposed(self, x, filters, kernel_size, name, dtype=None):
        """Twice the size. A kernel of 3 is cut off above and left, which centres its patches as in the original."""
        import keras

        from layers import Conv2DTranspose

        x = Conv2DTranspose(
            filters,
            kernel_size,
            strides=2,
            kernel_initializer=self.initializer(),
            kernel_regularizer=self.penalty,
            dtype=dtype,
            name=name,
        )(x)
        if kernel_size == 2:
            return x
        return keras.layers.Cropping2D(((1, 0), (1, 0)), name=f"{name}_crop")(x)

    def _norm(self, x, name):
        from layers import BatchNorm

        return BatchNorm(momentum=0.9, epsilon=EPSILON, name=f"{name}_norm")(x)

    def _prelu(self, x, name):
        from layers import PReLU

        return PReLU(name=f"{name}_prelu")(x)

    def _relu(self, x, name):
        from layers import Activation

        return Activation("relu", name=f"{name}_relu")(x)

    def _scaled(self, channels):
        return max(round(channels * self.width / 4), 1) * 4
