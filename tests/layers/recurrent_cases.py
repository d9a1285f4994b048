"""Rows of recurrent layers, of the attention that goes with them, and of the decoder that is made of both."""

import keras
import numpy as np

import layers
from tests.layers import twins
from tests.layers.case import Case, lengths

# Padding at the end, steps left out in between, a row without any, one without a gap.
MASK = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
# Each query needs a key: with none ours gives zeros, Keras the mean of all.
KEY_MASK = MASK | (np.arange(5) == 3)


def recurrent(layer, twin, shape=(4, 5, 3), more=(), arguments=None, **settings):
    arguments = arguments or {}
    masks = bool(settings.get("return_sequences")) and not settings.get("go_backwards")
    return Case(layer, settings, shape, twin, masks=masks, more=more, arguments=arguments)


def bidirectional(layer, twin, merge, arguments=None, **settings):
    of_twin = {"kind": twin, "merge_mode": merge, **settings}
    ours = {"layer": layer(**settings), "merge": merge}
    masks = bool(settings.get("return_sequences"))
    return Case(
        layers.Bidirectional, ours, (4, 5, 3), twins.BidirectionalTwin, of_twin, masks=masks, arguments=arguments or {}
    )


def attention(layer, twin, query, key, arguments=None, **settings):
    return Case(layer, settings, query, twin, more=(key,), arguments=arguments or {})


def decoder(arguments=None, **settings):
    return Case(
        layers.RecurrentDecoder,
        {"units": 3, **settings},
        (3, 3, 2),
        twins.RecurrentDecoderTwin,
        more=((3, 4, 5),),
        arguments=arguments or {},
    )


RECURRENT = [
    recurrent(layers.LSTM, keras.layers.LSTM, units=4, return_sequences=True, arguments={"mask": MASK}),
    recurrent(layers.LSTM, keras.layers.LSTM, units=2, go_backwards=True, kernel_regularizer="l2"),
    recurrent(layers.GRU, keras.layers.GRU, units=4, return_sequences=True, more=((4, 4),)),
    recurrent(layers.GRU, keras.layers.GRU, units=2, reset_after=False, arguments={"mask": MASK}),
    bidirectional(layers.LSTM, keras.layers.LSTM, "concat", units=3, return_sequences=True, arguments={"mask": MASK}),
    bidirectional(layers.GRU, keras.layers.GRU, "sum", units=3),
    attention(layers.AdditiveAttention, twins.AdditiveTwin, (4, 3, 4), (4, 5, 3), units=6),
    attention(
        layers.AdditiveAttention, twins.AdditiveTwin, (4, 3, 4), (4, 5, 3), units=6, arguments={"key_mask": KEY_MASK}
    ),
    attention(layers.MultiplicativeAttention, twins.MultiplicativeTwin, (4, 3, 4), (4, 5, 3), form="general"),
    attention(
        layers.MultiplicativeAttention,
        twins.MultiplicativeTwin,
        (4, 3, 4),
        (4, 5, 4),
        form="dot",
        arguments={"key_mask": KEY_MASK},
    ),
    decoder({"source_mask": lengths(4, 2, 4, 1)}, cell="gru", attention="additive"),
    decoder(cell="lstm", attention="multiplicative"),
]
