"""Activation as a layer of its own."""

import keras

from layers import activations


@keras.saving.register_keras_serializable(package="lamina")
class Activation(keras.layers.Layer):
    """Applies an activation function to each entry: `y = f(x)`.

    The same in training and inference; a mask passes through unchanged.

    Args:
        activation: Name of the function: identity, step, sigmoid, tanh, relu, leaky_relu, softplus, elu or softmax
            (see `layers/activations.py`).

    Call arguments:
        inputs: Tensor of any shape; softmax works on its last axis.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `activation` is no such name.
    """

    def __init__(self, activation: str, **kwargs):
        super().__init__(**kwargs)
        self.function = activations.get(activation)
        self.activation = activation
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        return self.function(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "activation": self.activation}
