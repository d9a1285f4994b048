"""Rows of the parts of a Transformer."""

from functools import partial

import layers
from tests.layers import transformer_twins
from tests.layers.case import Case, lengths
from tests.layers.formulas import sinusoidal_positions


def multi_head(*shapes, arguments=None, **settings):
    """Heads of 4 units, here and in the blocks: 1 / sqrt(4) is exact in float32, in which Keras keeps that factor."""
    settings = {"num_heads": 2, "head_units": 4, **settings}
    twin = transformer_twins.AttentionTwin
    arguments = arguments or {}
    # At the usual rate the scores grow so fast that rounding errors do, too, ten times with each step.
    return Case(layers.MultiHeadAttention, settings, shapes[0], twin, more=shapes[1:], arguments=arguments, rate=1e-3)


def transformer_block(*shapes, arguments=None, **settings):
    settings = {"num_heads": 2, "feed_forward_units": 7, "dropout": 0.0, **settings}
    kind, twin = (
        (layers.TransformerEncoderBlock, transformer_twins.EncoderBlockTwin)
        if len(shapes) == 1
        else (layers.TransformerDecoderBlock, transformer_twins.DecoderBlockTwin)
    )
    return Case(kind, settings, shapes[0], twin, more=shapes[1:], arguments=arguments or {})


def decoder(shape, source, arguments=None, **settings):
    settings = {"num_layers": 1, "num_heads": 2, "feed_forward_units": 7, "dropout": 0.0, **settings}
    twin = transformer_twins.DecoderTwin
    return Case(layers.TransformerDecoder, settings, shape, twin, more=(source,), arguments=arguments or {})


TRANSFORMER = [
    multi_head((3, 4, 6), (3, 5, 8)),
    multi_head((3, 4, 6), (3, 5, 8), (3, 5, 7), arguments={"key_mask": lengths(5, 5, 1, 3)}, num_heads=3),
    multi_head((3, 5, 6), (3, 5, 6), arguments={"key_mask": lengths(5, 2, 5, 4), "causal": True}),
    multi_head((3, 5, 6), (3, 5, 6), arguments={"causal": True}, rotary=True, num_heads=3),
    Case(layers.FeedForward, {"units": 9, "activation": "gelu"}, (3, 4, 6), transformer_twins.FeedForwardTwin),
    Case(layers.SinusoidalPositions, {"period": 10_000.0}, (2, 7, 6), formula=sinusoidal_positions),
    Case(
        layers.SinusoidalPositions,
        {"period": 50.0, "scale_inputs": True},
        (2, 4, 5),
        formula=partial(sinusoidal_positions, offset=13),
        arguments={"offset": 13},
    ),
    Case(layers.LearnedPositions, {"max_length": 9}, (2, 4, 5), transformer_twins.PositionsTwin),
    Case(
        layers.LearnedPositions, {"max_length": 9}, (2, 4, 5), transformer_twins.PositionsTwin, arguments={"offset": 5}
    ),
    transformer_block((3, 5, 8)),
    transformer_block((3, 5, 8), arguments={"mask": lengths(5, 3, 5, 1)}, norm="post", activation="gelu"),
    transformer_block(
        (3, 4, 8), (3, 5, 6), arguments={"inputs_mask": lengths(4, 4, 2, 3), "source_mask": lengths(5, 1, 5, 4)}
    ),
    decoder(
        (3, 4, 4),
        (3, 2, 6),
        {"inputs_mask": lengths(4, 4, 2, 3), "source_mask": lengths(2, 1, 2, 2)},
        num_layers=2,
        num_heads=1,
    ),
    # With one block, these settings make it the block alone.
    decoder((3, 4, 8), (3, 3, 8), norm="post", activation="tanh", positions="rotary"),
]
