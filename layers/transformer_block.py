"""What the two blocks of a Transformer share: settings, and the way around each part."""

import keras

from layers import initializers
from layers.apart import apart
from layers.dropout import Dropout
from layers.feed_forward import FeedForward
from layers.layer_norm import LayerNorm
from layers.multi_head_attention import MultiHeadAttention


class TransformerBlock(keras.layers.Layer):
    """A block whose parts all stand between a layer norm, a dropout and a way around. See the classes made of it."""

    def __init__(
        self,
        num_heads: int,
        feed_forward_units: int,
        dropout: float = 0.1,
        attention_dropout: float = 0.0,
        hidden_dropout: float = 0.0,
        activation: str = "relu",
        norm: str = "pre",
        epsilon: float = 1e-6,
        rotary: bool = False,
        kernel_initializer="glorot_uniform",
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, size in (("num_heads", num_heads), ("feed_forward_units", feed_forward_units)):
            if not isinstance(size, int) or size <= 0:
                raise ValueError(f"`{name}` must be a positive integer. Received: {name}={size!r}")
        if norm not in ("pre", "post"):
            raise ValueError(f"`norm` must be pre or post. Received: norm={norm!r}")
        rates = {"dropout": dropout, "attention_dropout": attention_dropout, "hidden_dropout": hidden_dropout}
        for name, rate in rates.items():
            if not 0 <= rate < 1:
                raise ValueError(f"`{name}` must be in [0, 1). Received: {name}={rate}")
        self.num_heads = num_heads
        self.feed_forward_units = feed_forward_units
        self.dropout = dropout
        self.attention_dropout = attention_dropout
        self.hidden_dropout = hidden_dropout
        self.activation = activation
        self.norm = norm
        self.epsilon = epsilon
        self.rotary = rotary
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.seed = seed
        self.seeds_given = 0
        self.feed_forward = FeedForward(
            feed_forward_units,
            activation,
            hidden_dropout,
            apart(self.kernel_initializer, "feed_forward"),
            seed=self._next_seed(),
            name="feed_forward",
            dtype=self.dtype_policy,
        )
        self.feed_forward_norm, self.feed_forward_dropped = self._around("feed_forward")
        self.supports_masking = True

    def _next_seed(self):
        """A seed for each random part: with one for all, parts of one shape would drop the same entries."""
        self.seeds_given += 1
        return None if self.seed is None else self.seed + self.seeds_given - 1

    def _attention(self, features, name, rotary):
        if features is None or features % self.num_heads:
            raise ValueError(
                "The size of the last axis of the inputs must be a multiple of `num_heads`. "
                f"Received: size={features}, num_heads={self.num_heads}"
            )
        return MultiHeadAttention(
            self.num_heads,
            features // self.num_heads,
            self.attention_dropout,
            rotary,
            apart(self.kernel_initializer, name),
            seed=self._next_seed(),
            name=name,
            dtype=self.dtype_policy,
        )

    def _around(self, name):
        """Norm and dropout of a part."""
        norm = LayerNorm(self.epsilon, name=f"{name}_norm", dtype=self.dtype_policy)
        return norm, Dropout(self.dropout, self._next_seed(), name=f"{name}_dropout", dtype=self.dtype_policy)

    def _enter(self, inputs, norm):
        return norm(inputs) if self.norm == "pre" else inputs

    def _leave(self, inputs, change, norm, dropped, training):
        outputs = inputs + dropped(change, training=training)
        return outputs if self.norm == "pre" else norm(outputs)

    def _apply_feed_forward(self, inputs, training):
        change = self.feed_forward(self._enter(inputs, self.feed_forward_norm), training=training)
        return self._leave(inputs, change, self.feed_forward_norm, self.feed_forward_dropped, training)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "feed_forward_units": self.feed_forward_units,
            "dropout": self.dropout,
            "attention_dropout": self.attention_dropout,
            "hidden_dropout": self.hidden_dropout,
            "activation": self.activation,
            "norm": self.norm,
            "epsilon": self.epsilon,
            "rotary": self.rotary,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }
