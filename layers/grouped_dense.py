"""Fully connected layers side by side, one for each group: the members of an ensemble, or the columns of a table."""

import keras
from keras import ops

from layers import initializers
from layers.apart import apart


@keras.saving.register_keras_serializable(package="lamina")
class GroupedDense(keras.layers.Layer):
    """Weighs the inputs of each group by weights of its own: `y[:, g] = x[:, g] W[g] + b[g]`.

    W has the shape (groups, inputs, units), b (groups, units). Inputs without a group axis are given to every group:
    `y[:, g] = x W[g] + b[g]`. The same in training and inference; a mask passes through unchanged.

    Args:
        units: Positive integer, the number of outputs of each group.
        groups: Positive integer, the number of groups.
        kernel_initializer: Of each W[g], which draw apart: a name or an initializer, see `layers/initializers.py`.
        bias_initializer: Of b.
        kernel_regularizer: Penalty on W, such as `layers.L2(1e-4)`; None is none.

    Call arguments:
        inputs: Tensor of shape (batch, groups, inputs) or (batch, inputs).

    Returns:
        Tensor of shape (batch, groups, units).

    Raises:
        ValueError: If `units` or `groups` is not a positive integer, or the inputs have another number of groups.

    Reference:
        Lakshminarayanan et al. 2017, Simple and scalable predictive uncertainty estimation using deep ensembles.
    """

    def __init__(
        self,
        units: int,
        groups: int,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value in (("units", units), ("groups", groups)):
            if not isinstance(value, int) or value <= 0:
                raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
        self.units = units
        self.groups = groups
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.supports_masking = True

    def build(self, input_shape):
        if len(input_shape) not in (2, 3) or (len(input_shape) == 3 and input_shape[1] != self.groups):
            raise ValueError(
                f"The inputs must have the shape (batch, {self.groups}, inputs) or (batch, inputs). "
                f"Received: shape={input_shape}"
            )
        inputs = input_shape[-1]
        initializers_of_groups = [apart(self.kernel_initializer, group) for group in range(self.groups)]

        def draw_each(shape, dtype=None):
            # An initializer given the whole shape would take the groups for inputs.
            return ops.stack([initializer(shape[1:], dtype=dtype) for initializer in initializers_of_groups])

        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.groups, inputs, self.units),
            initializer=draw_each,
            regularizer=self.kernel_regularizer,
        )
        self.bias = self.add_weight(name="bias", shape=(self.groups, self.units), initializer=self.bias_initializer)

    def call(self, inputs):
        if len(inputs.shape) == 2:
            outputs = ops.matmul(inputs, self.kernel)  # (groups, batch, units)
        else:
            outputs = ops.matmul(ops.transpose(inputs, (1, 0, 2)), self.kernel)
        # Plain addition: `ops.add` would take a bias of one unit per group for one of channels, which LiteRT cannot do.
        return ops.transpose(outputs, (1, 0, 2)) + ops.convert_to_tensor(self.bias)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.groups, self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "groups": self.groups,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }
