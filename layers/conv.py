"""The convolution of images (Fukushima 1980; LeCun et al. 1989)."""

import keras
from keras import ops

from layers import activations, initializers


def pair(name: str, value) -> tuple[int, int]:
    """Returns (height, width) of an argument given as one integer or two; refuses what is not positive."""
    sizes = (value, value) if isinstance(value, int) else tuple(value)
    if len(sizes) != 2 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"`{name}` must be a positive integer or two of them. Received: {name}={value!r}")
    return sizes


@keras.saving.register_keras_serializable(package="lamina")
class Conv2D(keras.layers.Layer):
    """Slides filters over an image: `y[i, j, f] = g(b[f] + sum_{u,v,c} W[u, v, c, f] x[s i + d u, s j + d v, c])`.

    As in all deep learning this is cross-correlation: the kernel is not flipped. The same in training and inference;
    masks are not supported. Only W can be penalised, never b.

    Args:
        filters: Positive integer, the number of output channels.
        kernel_size: Height and width of W, an integer or two.
        strides: s, an integer or two.
        padding: "valid" (the kernel stays inside the image) or "same" (zeros around it; with stride 1 the image keeps
            its size).
        dilation_rate: d, an integer or two: the distance between the pixels that one kernel sees.
        groups: Channels are split into so many groups, each with `filters / groups` filters of its own.
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
        ValueError: If an argument is not of those above, if `groups` does not divide filters and channels, if strides
            and dilation are both above 1, or if the image is smaller than the kernel.

    Reference:
        LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition.
    """

    def __init__(
        self,
        filters: int,
        kernel_size,
        strides=1,
        padding: str = "valid",
        dilation_rate=1,
        groups: int = 1,
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
        if not isinstance(groups, int) or groups <= 0 or filters % groups:
            raise ValueError(f"`groups` must divide `filters`. Received: groups={groups!r}, filters={filters}")
        if padding not in ("valid", "same"):
            raise ValueError(f"`padding` must be valid or same. Received: padding={padding!r}")
        self.filters = filters
        self.kernel_size = pair("kernel_size", kernel_size)
        self.strides = pair("strides", strides)
        self.dilation_rate = pair("dilation_rate", dilation_rate)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides` and `dilation_rate` cannot both be above 1. "
                f"Received: strides={self.strides}, dilation_rate={self.dilation_rate}"
            )
        self.padding = padding
        self.groups = groups
        self.activation = activation
        self.function = None if activation is None else activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        channels = input_shape[-1]
        if channels is None or channels % self.groups:
            raise ValueError(
                f"`groups` must divide the input channels. Received: groups={self.groups}, shape={input_shape}"
            )
        self.compute_output_shape(input_shape)  # refuses an image that is smaller than the kernel
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer=self.bias_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={-1: channels})

    def call(self, inputs):
        if self.groups > 1 and keras.backend.backend() == "tensorflow":
            outputs = self._convolve_groups(inputs)
        else:
            outputs = self._convolve(inputs, self.kernel)  # (batch, new height, new width, filters)
        if self.use_bias:
            # `+`, for speed: `ops.add` would become TensorFlow's BiasAdd, whose gradient on a CPU is computed together
            # with the kernel's in a slower operation (benchmarks/training.py: convnet in float32 is 1.14 times faster).
            outputs = outputs + ops.convert_to_tensor(self.bias)
        return outputs if self.function is None else self.function(outputs)

    def _convolve(self, inputs, kernel):
        return ops.conv(
            inputs,
            kernel,
            strides=self.strides,
            padding=self.padding,
            data_format="channels_last",
            dilation_rate=self.dilation_rate,
        )

    def _convolve_groups(self, inputs):
        """Each group by itself, for speed: TensorFlow has no such operation on a CPU, so that Keras compiles one, whose
        gradient is slow (benchmarks/layers.py).
        """
        pairs = zip(ops.split(inputs, self.groups, axis=-1), ops.split(self.kernel, self.groups, axis=-1), strict=True)
        return ops.concatenate([self._convolve(*pair) for pair in pairs], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self._new_size(input_shape, 0), self._new_size(input_shape, 1), self.filters)

    def _new_size(self, input_shape, axis):
        size = input_shape[1 + axis]
        if size is None:
            return None
        reach = 0 if self.padding == "same" else (self.kernel_size[axis] - 1) * self.dilation_rate[axis]
        if size <= reach:
            raise ValueError(
                f"The image must be no smaller than the kernel, here {reach + 1} pixels. Received: shape={input_shape}"
            )
        return (size - reach - 1) // self.strides[axis] + 1

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "groups": self.groups,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }
