"""The mean of the probabilities of several networks, an ensemble."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class ProbabilityMean(keras.layers.Layer):
    """The logarithm of the mean of what members hold probable: `log(1/m sum_i softmax(x_i))`.

    It is itself a vector of logits: its softmax is the mean. The same in training and inference; a mask is dropped.

    Call arguments:
        inputs: Tensor of shape (batch, ..., members, classes), the logits of each member.

    Returns:
        Tensor of shape (batch, ..., classes): logarithms of probabilities.

    Raises:
        ValueError: If the inputs have fewer than three axes.

    Reference:
        Lakshminarayanan et al. 2017, Simple and scalable predictive uncertainty estimation using deep ensembles
        (arXiv:1612.01474).
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def call(self, inputs):
        if len(inputs.shape) < 3:
            raise ValueError(
                f"The inputs must have shape (batch, ..., members, classes). Received: shape={tuple(inputs.shape)}"
            )
        return ops.logsumexp(ops.log_softmax(inputs, axis=-1), axis=-2) - math.log(inputs.shape[-2])

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-2], input_shape[-1])
