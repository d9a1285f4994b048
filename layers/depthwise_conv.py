"""The convolution of each channel by itself (Sifre 2014; Chollet 2017)."""

import keras
from keras import ops

from layers import activations, initializers
from layers.conv import pair


@keras.saving.register_keras_serializable(package="lamina")
class DepthwiseConv2D(keras.layers.Layer):
    """Slides one filter over each channel: `y[i, j, c] = g(b[c] + sum_{u,v} W[u, v, c] x[s i + u, s j + v, c])`.

    It is `Conv2D` with as many groups as channels. The same in training and inference; masks are not supported. Only W
    can be penalised, never b.

    Args:
        kernel_size: Height and width of W, an integer or two.
        strides: s, an integer.
        padding: "valid" (the kernel stays inside the image) or "same" (zeros around it; with stride 1 the image keeps
            its size).
        activation: Name of g, see `layers/activations.py`; None is the identity.
        use_bias: Whether there is a b.
        kernel_initializer: Of W: a name or an initializer, see `layers/initializers.py`.
        bias_initializer: Of b.
        kernel_regularizer: Penalty on W, such as `layers.L2(1e-4)`; None is none.

    Call arguments:
        inputs: Tensor of shape (batch, height, width, channels).

    Returns:
        Tensor of shape (batch, new height, new width, channels).

    Raises:
        ValueError: If an argument is not of those above, or the image is smaller than the kernel.

    Reference:
        Sifre 2014, Rigid-motion scattering for image classification. Chollet 2017, Xception (arXiv:1610.02357).
    """

    def __init__(
        self,
        kernel_size,
        strides: int = 1,
        padding: str = "valid",
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(strides, int) or strides <= 0:
            raise ValueError(f"`strides` must be a positive integer. Received: strides={strides!r}")
        if padding not in ("valid", "same"):
            raise ValueError(f"`padding` must be valid or same. Received: padding={padding!r}")
        self.kernel_size = pair("kernel_size", kernel_size)
        self.strides = strides
        self.padding = padding
        self.activation = activation
        self.function = None if activation is None else activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        channels = input_shape[-1]
        self.compute_output_shape(input_shape)  # refuses an image that is smaller than the kernel
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, 1, channels),  # as `Conv2D` with a group for each channel, for the initializer
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(channels,), initializer=self.bias_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={-1: channels})

    def call(self, inputs):
        kernel = ops.reshape(self.kernel, (*self.kernel_size, -1, 1))  # the operation has filters per channel last
        outputs = ops.depthwise_conv(
            inputs, kernel, strides=self.strides, padding=self.padding, data_format="channels_last"
        )  # (batch, new height, new width, channels)
        if self.use_bias:
            outputs = outputs + ops.convert_to_tensor(self.bias)  # `+` for speed, see `layers/conv.py`
        return outputs if self.function is None else self.function(outputs)

    def compute_output_shape(self, input_shape):
        sides = zip(input_shape[1:3], self.kernel_size, strict=True)
        return (input_shape[0], *(self._new_size(input_shape, *side) for side in sides), input_shape[-1])

    def _new_size(self, input_shape, side, kernel):
        if side is None:
            return None
        reach = 0 if self.padding == "same" else kernel - 1
        if side <= reach:
            raise ValueError(
                f"The image must be no smaller than the kernel, here {kernel} pixels. Received: shape={input_shape}"
            )
        return (side - reach - 1) // self.strides + 1

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }
