"""Reading a sequence from both ends (Schuster and Paliwal 1997)."""

import keras
from keras import ops

from layers.apart import apart
from layers.rnn import RNN

MERGES = ("concat", "sum")


@keras.saving.register_keras_serializable(package="lamina")
class Bidirectional(keras.layers.Layer):
    """Runs two recurrent layers, one from each end: `y = [forwards, backwards]`.

    The outputs of the one that reads backwards are turned round, so that each step holds what came before it and what
    comes after it. The same in training and inference. Masking: as the layer does it, so
    the backward half reads nothing of padding at the end; with sequences, masked steps are 0 in the output.

    Args:
        layer: A new `LSTM` or `GRU` that reads forwards: both halves are made from its settings.
        merge: How the two halves are joined: "concat" (side by side on the last axis) or "sum".

    Call arguments:
        inputs: Tensor of shape (batch, time, inputs).
        mask: None, or a boolean tensor of shape (batch, time): True where a step counts.

    Returns:
        Tensor of shape (batch, width), or (batch, time, width) if the layer returns sequences, where width is twice
        the layer's units for "concat", else its units. If the layer returns states: the tuple of it, the states of the
        forward half, and those of the backward half, of shape (batch, units) each.

    Raises:
        ValueError: If `layer` is no such layer, or `merge` is unknown.

    Reference:
        Schuster and Paliwal 1997, Bidirectional recurrent neural networks.
    """

    def __init__(self, layer, merge: str = "concat", **kwargs):
        super().__init__(**kwargs)
        if isinstance(layer, dict):  # as `get_config` gives it
            layer = keras.saving.deserialize_keras_object(layer)
        if not isinstance(layer, RNN) or layer.go_backwards or layer.built:
            raise ValueError(f"`layer` must be a new LSTM or GRU that reads forwards. Received: layer={layer!r}")
        if merge not in MERGES:
            raise ValueError(f"`merge` must be {' or '.join(MERGES)}. Received: merge={merge!r}")
        self.layer = keras.saving.serialize_keras_object(layer)
        self.merge = merge
        settings = {**layer.get_config(), "dtype": self.dtype_policy}
        self.forward = type(layer).from_config({**settings, "name": "forward"})
        for name in ("kernel_initializer", "recurrent_initializer", "bias_initializer"):
            settings[name] = apart(getattr(layer, name), "backward")
        self.backward = type(layer).from_config({**settings, "name": "backward", "go_backwards": True})
        self.supports_masking = True

    def build(self, input_shape):
        self.forward.build(input_shape)
        self.backward.build(input_shape)

    def call(self, inputs, mask=None):
        forwards, backwards = self.forward(inputs, mask=mask), self.backward(inputs, mask=mask)
        states = ()
        if self.forward.return_state:
            forwards, *forward_states = forwards
            backwards, *backward_states = backwards
            states = (*forward_states, *backward_states)
        if self.forward.return_sequences:
            backwards = ops.flip(backwards, axis=1)
        outputs = ops.concatenate([forwards, backwards], axis=-1) if self.merge == "concat" else forwards + backwards
        if mask is not None and self.forward.return_sequences:
            # The halves carry different things there: what came before, and what comes after.
            outputs = ops.where(ops.expand_dims(ops.cast(mask, "bool"), -1), outputs, 0)
        return (outputs, *states) if states else outputs

    def compute_mask(self, inputs, previous_mask=None):
        mask = previous_mask if self.forward.return_sequences else None
        return [mask] + [None] * (2 * self.forward.STATES) if self.forward.return_state else mask

    def compute_output_shape(self, input_shape):
        shape = self.forward.compute_output_shape(input_shape)
        outputs, *states = shape if self.forward.return_state else (shape,)
        outputs = (*outputs[:-1], outputs[-1] * (2 if self.merge == "concat" else 1))
        return (outputs, *states, *states) if states else outputs

    def get_config(self):
        return {**super().get_config(), "layer": self.layer, "merge": self.merge}
