"""The transposed convolution, which makes images larger (Zeiler et al. 2010)."""

import keras
from keras import ops

from layers import activations, initializers
from layers.conv import pair


@keras.saving.register_keras_serializable(package="lamina")
class Conv2DTranspose(keras.layers.Layer):
    """Spreads each pixel over a patch: `y[s i + u - p, s j + v - p, f] += sum_c W[u, v, f, c] x[i, j, c]`.

    Then b is added and g applied. It is what the gradient of `Conv2D` does to the image, so it undoes the change of
    size, not the convolution. A kernel size that the stride divides (4 and 2) lays the patches evenly; others leave a
    checkerboard (Odena et al. 2016).
    The same in training and inference; masks are not supported. Only W can be penalised, never b.

    Args:
        filters: Positive integer, the number of output channels.
        kernel_size: Height and width of W, an integer or two.
        strides: s, an integer or two: by how much the image grows.
        padding: "same" (the new size is the size times the stride) or "valid" (every patch whole).
        activation: Name of g, see `layers/activations.py`; None is the identity.
        use_bias: Whether there is a b.
        kernel_initializer: Of W: a name or an initializer, see `layers/initializers.py`.
        bias_initializer: Of b.
        kernel_regularizer: Penalty on W, such as `layers.L2(1e-4)`; None is none.

    Call arguments:
        inputs: Tensor of shape (batch, height, width, channels).

    Returns:
        Tensor of shape (batch, new height, new width, filters).

    Raises:
        ValueError: If an argument is not of those above.

    Reference:
        Zeiler et al. 2010, Deconvolutional networks. Dumoulin and Visin 2016 (arXiv:1603.07285) for the arithmetic.
    """

    def __init__(
        self,
        filters: int,
        kernel_size,
        strides=1,
        padding: str = "valid",
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(filters, int) or filters <= 0:
            raise ValueError(f"`filters` must be a positive integer. Received: filters={filters!r}")
        if padding not in ("valid", "same"):
            raise ValueError(f"`padding` must be valid or same. Received: padding={padding!r}")
        self.filters = filters
        self.kernel_size = pair("kernel_size", kernel_size)
        self.strides = pair("strides", strides)
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
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer=self.bias_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={-1: channels})

    def call(self, inputs):
        outputs = ops.conv_transpose(
            inputs, self.kernel, strides=self.strides, padding=self.padding, data_format="channels_last"
        )  # (batch, new height, new width, filters)
        if self.use_bias:
            outputs = outputs + ops.convert_to_tensor(self.bias)  # `+` for speed, see `layers/conv.py`
        return outputs if self.function is None else self.function(outputs)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self._new_size(input_shape, 0), self._new_size(input_shape, 1), self.filters)

    def _new_size(self, input_shape, axis):
        size, stride = input_shape[1 + axis], self.strides[axis]
        if size is None:
            return None
        return size * stride + (max(self.kernel_size[axis] - stride, 0) if self.padding == "valid" else 0)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }
