"""What the recurrent layers share: all but their gates."""

import keras
from keras import ops

from layers import initializers
from layers.product import product_with

# Up to this many steps the loop is written out in the graph, which is what decoding step by step wants. At 20 steps of
# 256 units writing it out is 0.8 times as fast as the loop for LSTM and 1.1 times for GRU, and takes longer to compile
# (`benchmarks/recurrence.py`).
WRITTEN_OUT = 8


class RNN(keras.layers.Layer):
    """A loop over time, for `LSTM` and `GRU`.

    They give the class attributes `GATES` (blocks of `units` columns in the kernels) and `STATES` (how many there are;
    the first is the output), and the method `step(projected, states, products)`: from what the inputs of one step give
    the gates (batch, gates * units), the tuple of states (batch, units) and the functions of `recurrent_products` it
    makes the new states.

    Args:
        units: Positive integer, the size of the output and of each state.
        return_sequences: Whether to return the output of every step, not of the last one only.
        return_state: Whether to return the states after the last step too.
        go_backwards: Whether to read from the last step to the first; outputs come in the order of reading.
        kernel_initializer: Of W: a name or an initializer, see `layers/initializers.py`.
        recurrent_initializer: Of R.
        bias_initializer: Of b.
        kernel_regularizer: Penalty on W, such as `layers.L2(1e-4)`; None is none.
        recurrent_regularizer: Penalty on R.
    """

    GATES: int
    STATES: int

    def __init__(
        self,
        units: int,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units <= 0:
            raise ValueError(f"`units` must be a positive integer. Received: units={units!r}")
        self.units = units
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = keras.regularizers.get(recurrent_regularizer)
        self.supports_masking = True

    def build(self, inputs_shape, initial_state_shape=None):
        if len(inputs_shape) != 3 or inputs_shape[-1] is None:
            raise ValueError(
                f"The inputs must have the shape (batch, time, inputs) with a known last axis. "
                f"Received: shape={inputs_shape}"
            )
        columns = self.GATES * self.units
        self.kernel = self.add_weight(
            name="kernel",
            shape=(inputs_shape[-1], columns),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units, columns),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
        )
        self.build_bias()

    def build_bias(self):
        """Adds the bias, of shape (gates * units,)."""
        self.bias = self.add_weight(name="bias", shape=(self.GATES * self.units,), initializer=self.bias_initializer)

    def input_bias(self):
        """The bias that is added to `x W`."""
        return ops.convert_to_tensor(self.bias)

    def recurrent_products(self, recurrent):
        """The products with R that a step takes, as functions of the state."""
        return (product_with(recurrent),)

    def call(self, inputs, initial_state=None, mask=None, inputs_mask=None):
        mask = inputs_mask if mask is None else mask
        states = self._states(inputs, initial_state)
        # For all steps at once: (time, batch, gates * units)
        rows = ops.reshape(ops.transpose(inputs, (1, 0, 2)), (-1, inputs.shape[-1]))
        projected = product_with(ops.convert_to_tensor(self.kernel))(rows) + self.input_bias()
        shape = ops.shape(inputs)
        projected = ops.reshape(projected, (shape[1], shape[0], self.GATES * self.units))
        steps = (projected,) if mask is None else (projected, ops.transpose(ops.cast(mask, "bool"))[:, :, None])
        if self.go_backwards:
            steps = tuple(ops.flip(part, axis=0) for part in steps)
        products = self.recurrent_products(ops.convert_to_tensor(self.recurrent_kernel))

        def advance(states, step):
            new = self.step(step[0], states, products)
            if mask is not None:
                new = tuple(ops.where(step[1], after, before) for after, before in zip(new, states, strict=True))
            return new, new[0]

        length = inputs.shape[1]
        short = length is not None and length <= WRITTEN_OUT
        in_graph = _while_loop if keras.backend.backend() == "tensorflow" else ops.scan
        states, collected = (_written_out if short else in_graph)(advance, states, steps)
        outputs = ops.transpose(collected, (1, 0, 2)) if self.return_sequences else states[0]
        return (outputs, *states) if self.return_state else outputs

    def _states(self, inputs, initial_state):
        """The states before the first step, a tuple of tensors of shape (batch, units)."""
        if initial_state is None:
            return (ops.zeros((ops.shape(inputs)[0], self.units), dtype=self.compute_dtype),) * self.STATES
        states = tuple(initial_state) if isinstance(initial_state, list | tuple) else (initial_state,)
        if len(states) != self.STATES or any(state.shape[-1] != self.units for state in states):
            raise ValueError(
                f"`initial_state` must be {self.STATES} of shape (batch, {self.units}). "
                f"Received: shapes {[tuple(state.shape) for state in states]}"
            )
        return tuple(ops.cast(state, self.compute_dtype) for state in states)

    def compute_mask(self, inputs, previous_mask=None):
        mask = previous_mask if self.return_sequences else None
        if mask is not None and self.go_backwards:
            mask = ops.flip(mask, axis=1)
        return [mask] + [None] * self.STATES if self.return_state else mask

    def compute_output_shape(self, inputs_shape, initial_state_shape=None):
        state = (inputs_shape[0], self.units)
        outputs = (*inputs_shape[:2], self.units) if self.return_sequences else state
        return (outputs, *[state] * self.STATES) if self.return_state else outputs

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": keras.initializers.serialize(self.recurrent_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "recurrent_regularizer": keras.regularizers.serialize(self.recurrent_regularizer),
        }


def _written_out(advance, states, steps):
    """`ops.scan` without a loop in the graph."""
    outputs = []
    for step in zip(*(ops.unstack(part, axis=0) for part in steps), strict=True):
        states, output = advance(states, step)
        outputs.append(output)
    return states, ops.stack(outputs)


def _while_loop(advance, states, steps):
    """`ops.scan`. TensorFlow branch, for correctness: XLA takes no gradient of Keras's own, for want of a limit."""
    import tensorflow as tf

    length = steps[0].shape[0] or tf.shape(steps[0])[0]
    parts = [tf.TensorArray(part.dtype, length, element_shape=part.shape[1:]).unstack(part) for part in steps]
    collected = tf.TensorArray(states[0].dtype, length, element_shape=states[0].shape)

    def body(time, states, collected):
        new, output = advance(states, tuple(part.read(time) for part in parts))
        new = tuple(tf.ensure_shape(after, before.shape) for after, before in zip(new, states, strict=True))
        return time + 1, new, collected.write(time, output)

    start = (tf.constant(0), tuple(states), collected)
    _, states, collected = tf.while_loop(lambda time, *_: time < length, body, start, maximum_iterations=length)
    return states, collected.stack()
