"""The shuffle of channels between grouped convolutions (Zhang et al. 2018)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class ChannelShuffle(keras.layers.Layer):
    """Deals the channels of each group out to all groups: `y[..., k g + j] = x[..., j n + k]`.

    With g groups of n channels each. `ChannelShuffle(n)` undoes it. The same in training and inference; a mask passes
    through unchanged.

    Args:
        groups: g, a positive integer.

    Call arguments:
        inputs: Tensor of shape (batch, ..., channels).

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `groups` is not a positive integer or does not divide the channels.

    Reference:
        Zhang et al. 2018, ShuffleNet (arXiv:1707.01083).
    """

    def __init__(self, groups: int, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(groups, int) or groups <= 0:
            raise ValueError(f"`groups` must be a positive integer. Received: groups={groups!r}")
        self.groups = groups
        self.supports_masking = True

    def build(self, input_shape):
        if input_shape[-1] is None or input_shape[-1] % self.groups:
            raise ValueError(
                f"`groups` must divide the input channels. Received: groups={self.groups}, shape={tuple(input_shape)}"
            )

    def call(self, inputs):
        *rest, channels = ops.shape(inputs)
        x = ops.reshape(inputs, (-1, self.groups, channels // self.groups))
        return ops.reshape(ops.transpose(x, (0, 2, 1)), (*rest, channels))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "groups": self.groups}
