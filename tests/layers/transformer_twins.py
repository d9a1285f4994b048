"""Stock Keras layers put together to do the job of our attention, positions and Transformer blocks.

They are written from the formulas of the papers and share nothing with `layers`, except the order of their weights.
"""

import keras
import numpy as np
from keras import ops


class AttentionTwin(keras.layers.MultiHeadAttention):
    """Keras's own, with our call arguments."""

    def __init__(self, num_heads, head_units, dropout=0.0, rotary=False, **kwargs):
        super().__init__(num_heads, head_units, dropout=dropout, **kwargs)
        self.rotary = rotary

    def build(self, query_shape, key_shape, value_shape=None):
        super().build(query_shape, value_shape or key_shape, key_shape)

    def call(self, query, key, value=None, key_mask=None, causal=False, return_weights=False, training=False):
        # Without scores Keras calls JAX's attention, which computes in float32 at most.
        exact = self.compute_dtype == "float64"
        result = super().call(
            query,
            key if value is None else value,
            key,
            attention_mask=None if key_mask is None else key_mask[:, None, :],
            use_causal_mask=causal,
            return_attention_scores=return_weights or exact,
            training=training,
        )
        return result[0] if exact and not return_weights else result

    def _compute_attention(self, query, key, value, *args, **kwargs):
        if self.rotary:
            query, key = (ops.einsum("btnh,thg->btng", x, turns(*x.shape[1::2], x.dtype)) for x in (query, key))
        return super()._compute_attention(query, key, value, *args, **kwargs)


def turns(length, units, dtype):
    """For each position the matrix that turns a row of `units` entries, one plane after another."""
    matrices = np.zeros((length, units, units))
    for position in range(length):
        for plane in range(units // 2):
            angle = position / 10_000 ** (2 * plane / units)
            pair = [plane, plane + units // 2]
            matrices[position][np.ix_(pair, pair)] = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    return ops.convert_to_tensor(matrices, dtype)


class PositionsTwin(keras.layers.Layer):
    """Learned positions, chosen by a product with ones and zeros."""

    def __init__(self, max_length, initializer="normal", **kwargs):
        super().__init__(**kwargs)
        self.max_length = max_length

    def build(self, inputs_shape):
        self.table = self.add_weight(shape=(self.max_length, inputs_shape[-1]))

    def call(self, inputs, offset=0):
        chosen = np.eye(self.max_length)[offset : offset + inputs.shape[1]]
        return inputs + ops.matmul(ops.convert_to_tensor(chosen, self.compute_dtype), self.table)


class FeedForwardTwin(keras.layers.Layer):
    def __init__(self, units, activation="relu", dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.hidden = keras.layers.Dense(units, activation=activation, dtype=self.dtype_policy)
        self.dropped = keras.layers.Dropout(dropout, dtype=self.dtype_policy)

    def build(self, inputs_shape):
        self.outer = keras.layers.Dense(inputs_shape[-1], dtype=self.dtype_policy)
        self.hidden.build(inputs_shape)
        self.outer.build((*inputs_shape[:-1], self.hidden.units))

    def call(self, inputs, training=False):
        return self.outer(self.dropped(self.hidden(inputs), training=training))


class EncoderBlockTwin(keras.layers.Layer):
    """Self-attention and feed-forward network with their sums and norms."""

    def __init__(self, num_heads, feed_forward_units, dropout=0.1, activation="relu", norm="pre", **kwargs):
        self.rotary = kwargs.pop("rotary", False)
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.norm = norm
        self.dropout = dropout
        self.feed_forward = FeedForwardTwin(feed_forward_units, activation, dtype=self.dtype_policy)
        self.norms = [self.make_norm()]
        self.supports_masking = True

    def make_norm(self):
        return keras.layers.LayerNormalization(epsilon=1e-6, dtype=self.dtype_policy)

    def make_attention(self, features, rotary=False):
        return AttentionTwin(self.num_heads, features // self.num_heads, rotary=rotary, dtype=self.dtype_policy)

    def build(self, inputs_shape):
        self.attention = self.make_attention(inputs_shape[-1], self.rotary)
        self.attention.build(inputs_shape, inputs_shape)
        self.norms.append(self.make_norm())
        self.drop = keras.layers.Dropout(self.dropout, dtype=self.dtype_policy)
        for part in (self.feed_forward, *self.norms):
            part.build(inputs_shape)

    def around(self, x, norm, part, training):
        if self.norm == "pre":
            return x + self.drop(part(norm(x)), training=training)
        return norm(x + self.drop(part(x), training=training))

    def call(self, inputs, mask=None, training=False):
        x = self.around(inputs, self.norms[1], lambda n: self.attention(n, n, key_mask=mask), training)
        return self.around(x, self.norms[0], self.feed_forward, training)


class DecoderBlockTwin(EncoderBlockTwin):
    """Causal self-attention, attention to the source and feed-forward network with their sums and norms."""

    def build(self, inputs_shape, source_shape):
        super().build(inputs_shape)
        self.cross = self.make_attention(inputs_shape[-1])
        self.cross.build(inputs_shape, source_shape)
        self.norms.append(self.make_norm())
        self.norms[2].build(inputs_shape)

    def call(self, inputs, source, inputs_mask=None, source_mask=None, training=False):
        x = self.around(
            inputs, self.norms[1], lambda n: self.attention(n, n, key_mask=inputs_mask, causal=True), training
        )
        x = self.around(x, self.norms[2], lambda n: self.cross(n, source, key_mask=source_mask), training)
        return self.around(x, self.norms[0], self.feed_forward, training)


class DecoderTwin(keras.layers.Layer):
    """Positions entry by entry, blocks one after another, and a norm at the end where the blocks have theirs first."""

    def __init__(self, num_layers, num_heads, feed_forward_units, positions="sinusoidal", norm="pre", **kwargs):
        of_blocks = {name: kwargs.pop(name) for name in ("dropout", "activation") if name in kwargs}
        super().__init__(**kwargs)
        self.positions = positions
        of_blocks = {**of_blocks, "norm": norm, "rotary": positions == "rotary", "dtype": self.dtype_policy}
        self.blocks = [DecoderBlockTwin(num_heads, feed_forward_units, **of_blocks) for _ in range(num_layers)]
        norm_last = norm == "pre"
        self.last = keras.layers.LayerNormalization(epsilon=1e-6, dtype=self.dtype_policy) if norm_last else None

    def build(self, inputs_shape, source_shape):
        for block in self.blocks:
            block.build(inputs_shape, source_shape)
        if self.last:
            self.last.build(inputs_shape)

    def call(self, inputs, source, inputs_mask=None, source_mask=None, training=False):
        x = inputs
        if self.positions == "sinusoidal":
            _, length, features = inputs.shape
            rates = [1 / 10_000 ** (2 * (entry // 2) / features) for entry in range(features)]
            waves = [[(np.cos if k % 2 else np.sin)(t * rate) for k, rate in enumerate(rates)] for t in range(length)]
            x = x * features**0.5 + ops.convert_to_tensor(np.array(waves), self.compute_dtype)
        for block in self.blocks:
            x = block(x, source, inputs_mask=inputs_mask, source_mask=source_mask, training=training)
        return self.last(x) if self.last else x
