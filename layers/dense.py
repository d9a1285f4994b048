"""The fully connected layer (Rosenblatt 1958; trained by back-propagation since Rumelhart et al. 1986)."""

import keras
from keras import ops

from layers import activations, initializers


@keras.saving.register_keras_serializable(package="lamina")
class Dense(keras.layers.Layer):
    """Weighs all inputs for each unit: `y = f(x W + b)`, W of shape (inputs, units), b of shape (units,).

    The same in training and inference; a mask passes through unchanged. Only W can be penalised, never b.

    Args:
        units: Positive integer, the number of outputs.
        activation: Name of f, see `layers/activations.py`; None is the identity.
        use_bias: Whether there is a b.
        kernel_initializer: Of W: a name or an initializer, see `layers/initializers.py`.
        bias_initializer: Of b.
        kernel_regularizer: Penalty on W, such as `layers.L2(1e-4)`; None is none.

    Call arguments:
        inputs: Tensor of shape (batch, ..., inputs).

    Returns:
        Tensor of shape (batch, ..., units).

    Raises:
        ValueError: If `units` is not a positive integer, or a name is unknown.

    Reference:
        Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors.
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units <= 0:
            raise ValueError(f"`units` must be a positive integer. Received: units={units!r}")
        self.units = units
        self.activation = activation
        self.function = None if activation is None else activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.input_spec = keras.layers.InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape):
        inputs = input_shape[-1]
        if inputs is None:
            raise ValueError(f"The last axis of the input must have a known size. Received: shape={input_shape}")
        self.kernel = self.add_weight(
            name="kernel",
            shape=(inputs, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer=self.bias_initializer)
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: inputs})

    def call(self, inputs):
        outputs = ops.matmul(inputs, self.kernel)  # (batch, ..., units)
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.function is None else self.function(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }
