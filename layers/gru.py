"""The gated recurrent unit (Cho et al. 2014)."""

import keras
from keras import ops

from layers.product import product_with
from layers.rnn import RNN


@keras.saving.register_keras_serializable(package="lamina")
class GRU(RNN):
    """Reads a sequence step by step into a state h that two gates protect.

    With `a = x W + b`, cut into three blocks of `units` columns, each step makes of the state h:

    - `z = sigmoid(a_z + h R_z + d_z)`, how much to keep; `r = sigmoid(a_r + h R_r + d_r)`, how much of h to read;
    - `n = tanh(a_n + r * (h R_n + d_n))`, what to write; as first published, with `reset_after=False`, there is no d
      and `n = tanh(a_n + (r * h) R_n)`;
    - `h <- z * h + (1 - z) * n`, the output.

    The blocks stand in Keras's order: z, r, n; the bias has the rows b and d. The same in training and inference.
    Masking: a masked step leaves h alone, so its output is that of the step before (the initial h where there is none;
    Keras on TensorFlow gives zeros there). Outputs of every step carry the mask on, in their own order; a last output
    carries none.

    Args:
        units: Positive integer, the size of h.
        return_sequences: Whether to return h of every step, not of the last one only.
        return_state: Whether to return the last h too.
        go_backwards: Whether to read from the last step to the first; outputs come in the order of reading.
        reset_after: Whether r multiplies after R, which takes one product instead of two and is Keras's and PyTorch's
            form.
        kernel_initializer: Of W (inputs, 3 units): a name or an initializer, see `layers/initializers.py`.
        recurrent_initializer: Of R (units, 3 units).
        bias_initializer: Of b and d (2, 3 units), or of b (3 units,).
        kernel_regularizer: Penalty on W, such as `layers.L2(1e-4)`; None is none.
        recurrent_regularizer: Penalty on R.

    Call arguments:
        inputs: Tensor of shape (batch, time, inputs).
        initial_state: None (zeros), or h of shape (batch, units).
        mask: None, or a boolean tensor of shape (batch, time): True where a step counts.
        inputs_mask: The same; Keras gives the inputs' own mask this name where `initial_state` is given.

    Returns:
        Tensor of shape (batch, units), or (batch, time, units) with `return_sequences`; with `return_state` the tuple
        of it and h, of shape (batch, units).

    Raises:
        ValueError: If `units` is not a positive integer, the inputs have not three axes, or `initial_state` is not as
            above.

    Reference:
        Cho et al. 2014, Learning phrase representations using RNN encoder-decoder for statistical machine translation.
    """

    GATES = 3
    STATES = 1

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        reset_after: bool = True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        **kwargs,
    ):
        super().__init__(
            units,
            return_sequences,
            return_state,
            go_backwards,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            **kwargs,
        )
        self.reset_after = reset_after

    def build_bias(self):
        columns = 3 * self.units
        shape = (2, columns) if self.reset_after else (columns,)
        self.bias = self.add_weight(name="bias", shape=shape, initializer=self.bias_initializer)

    def input_bias(self):
        bias = ops.convert_to_tensor(self.bias)
        return bias[0] if self.reset_after else bias

    def recurrent_products(self, recurrent):
        if self.reset_after:
            return super().recurrent_products(recurrent)
        return product_with(recurrent[:, : 2 * self.units]), product_with(recurrent[:, 2 * self.units :])

    def step(self, projected, states, products):
        (h,) = states
        if self.reset_after:
            read = ops.split(products[0](h) + ops.convert_to_tensor(self.bias)[1], 3, axis=-1)
            given = ops.split(projected, 3, axis=-1)
            keep = ops.sigmoid(given[0] + read[0])
            new = ops.tanh(given[2] + ops.sigmoid(given[1] + read[1]) * read[2])
        else:
            gates = projected[:, : 2 * self.units] + products[0](h)
            keep, reset = ops.split(ops.sigmoid(gates), 2, axis=-1)
            new = ops.tanh(projected[:, 2 * self.units :] + products[1](reset * h))
        return (new + keep * (h - new),)  # z h + (1 - z) n

    def get_config(self):
        return {**super().get_config(), "reset_after": self.reset_after}
