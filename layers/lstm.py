"""Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000)."""

import keras
from keras import ops

from layers.rnn import RNN


@keras.saving.register_keras_serializable(package="lamina")
class LSTM(RNN):
    """Reads a sequence step by step into a memory c that gates protect.

    With `z = x W + h R + b`, cut into four blocks of `units` columns, each step makes of the states h and c:

    - `i = sigmoid(z_i)`, how much to write; `f = sigmoid(z_f)`, how much to keep; `o = sigmoid(z_o)`, how much to show;
    - `g = tanh(z_g)`, what to write, between -1 and 1;
    - `c <- f * c + i * g`: multiply to forget, sum to remember;
    - `h <- o * tanh(c)`, the output.

    The blocks stand in Keras's order: i, f, g, o. The same in training and inference. Masking: a masked step leaves h
    and c alone, so its output is that of the step before (the initial h where there is none; Keras on TensorFlow gives
    zeros there). Outputs of every step carry the mask on, in their own order; a last output carries none.

    Args:
        units: Positive integer, the size of h and of c.
        return_sequences: Whether to return h of every step, not of the last one only.
        return_state: Whether to return the last h and c too.
        go_backwards: Whether to read from the last step to the first; outputs come in the order of reading.
        forget_bias: Float, added to the initial bias of f: with 1 the memory is kept from the start.
        kernel_initializer: Of W (inputs, 4 units): a name or an initializer, see `layers/initializers.py`.
        recurrent_initializer: Of R (units, 4 units).
        bias_initializer: Of b (4 units,).
        kernel_regularizer: Penalty on W, such as `layers.L2(1e-4)`; None is none.
        recurrent_regularizer: Penalty on R.

    Call arguments:
        inputs: Tensor of shape (batch, time, inputs).
        initial_state: None (zeros), or the pair h, c, each of shape (batch, units).
        mask: None, or a boolean tensor of shape (batch, time): True where a step counts.
        inputs_mask: The same; Keras gives the inputs' own mask this name where `initial_state` is given.

    Returns:
        Tensor of shape (batch, units), or (batch, time, units) with `return_sequences`; with `return_state` the tuple
        of it, h and c, of shape (batch, units) each.

    Raises:
        ValueError: If `units` is not a positive integer, the inputs have not three axes, or `initial_state` is not as
            above.

    Reference:
        Hochreiter and Schmidhuber 1997, Long short-term memory. Gers, Schmidhuber and Cummins 2000, Learning to forget.
    """

    GATES = 4
    STATES = 2

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        forget_bias: float = 1.0,
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
        self.forget_bias = forget_bias

    def build_bias(self):
        def initialize(shape, dtype=None):
            forget = ops.arange(shape[0]) // self.units == 1
            bias = self.bias_initializer(shape, dtype=dtype)
            return bias + self.forget_bias * ops.cast(forget, bias.dtype)

        self.bias = self.add_weight(name="bias", shape=(4 * self.units,), initializer=initialize)

    def step(self, projected, states, products):
        h, c = states
        write, keep, new, show = ops.split(projected + products[0](h), 4, axis=-1)
        c = ops.sigmoid(keep) * c + ops.sigmoid(write) * ops.tanh(new)
        return ops.sigmoid(show) * ops.tanh(c), c

    def get_config(self):
        return {**super().get_config(), "forget_bias": self.forget_bias}
