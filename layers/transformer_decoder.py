"""The decoder of a Transformer: positions, a stack of blocks, a last norm (Vaswani et al. 2017)."""

import keras
from keras import ops

from layers import initializers, key_value_cache
from layers.apart import apart
from layers.dropout import Dropout
from layers.layer_norm import LayerNorm
from layers.sinusoidal_positions import SinusoidalPositions
from layers.transformer_decoder_block import TransformerDecoderBlock

POSITIONS = ("sinusoidal", "rotary")


@keras.saving.register_keras_serializable(package="lamina")
class TransformerDecoder(keras.layers.Layer):
    """Makes of the vectors of a text so far, and of a source, the features that give the next token.

    `x = dropout(sqrt(features) v + P)`, then `num_layers` blocks (see `TransformerDecoderBlock`), then, with
    `norm="pre"`, a layer norm. With `positions="rotary"` it is `x = dropout(v)`: self-attention turns queries and
    keys instead.

    Training: drops at random. Inference: nothing. Masking: inputs and source have masks, and lengths, of their own;
    the mask of the inputs passes through.

    Decoding step by step (the contract of `models/decoding.py`): `start` once, then `step` for each position.

    Args:
        num_layers: Positive integer, the number of blocks.
        num_heads, feed_forward_units, dropout, attention_dropout, hidden_dropout, activation, norm, epsilon,
            kernel_initializer, seed: As for `TransformerDecoderBlock`.
        positions: "sinusoidal" or "rotary".

    Call arguments:
        inputs: Tensor of shape (batch, length, features), the vectors of the tokens.
        source: Tensor of shape (batch, source length, source features), what the encoder made.
        inputs_mask: Booleans of shape (batch, length), True for positions that count; None is all, or Keras's own mask
            of `inputs`.
        source_mask: Booleans of shape (batch, source length), likewise.
        return_weights: Whether to return where each position looked, too.
        training: Whether to drop.

    Returns:
        Tensor of the shape of `inputs`; with `return_weights` a pair of it and the attention to the source in the last
        block, the mean over its heads, of shape (batch, length, source length).

    Raises:
        ValueError: If an argument is not as above.

    Reference:
        Vaswani et al. 2017, Attention is all you need.
    """

    def __init__(
        self,
        num_layers: int,
        num_heads: int,
        feed_forward_units: int,
        dropout: float = 0.1,
        attention_dropout: float = 0.0,
        hidden_dropout: float = 0.0,
        activation: str = "relu",
        norm: str = "pre",
        epsilon: float = 1e-6,
        positions: str = "sinusoidal",
        kernel_initializer="glorot_uniform",
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(num_layers, int) or num_layers <= 0:
            raise ValueError(f"`num_layers` must be a positive integer. Received: num_layers={num_layers!r}")
        if positions not in POSITIONS:
            raise ValueError(f"`positions` must be {' or '.join(POSITIONS)}. Received: positions={positions!r}")
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.feed_forward_units = feed_forward_units
        self.dropout = dropout
        self.attention_dropout = attention_dropout
        self.hidden_dropout = hidden_dropout
        self.activation = activation
        self.norm = norm
        self.epsilon = epsilon
        self.positions = positions
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.seed = seed
        # Seeds far enough apart that no two parts of the stack drop the same entries.
        seeds = [None if seed is None else seed + 1000 * number for number in range(num_layers + 1)]
        self.blocks = [
            TransformerDecoderBlock(
                num_heads,
                feed_forward_units,
                dropout,
                attention_dropout,
                hidden_dropout,
                activation,
                norm,
                epsilon,
                positions == "rotary",
                apart(self.kernel_initializer, number),
                seeds[number],
                name=f"block_{number}",
                dtype=self.dtype_policy,
            )
            for number in range(num_layers)
        ]
        self.added = SinusoidalPositions(scale_inputs=True, name="positions", dtype=self.dtype_policy)
        self.dropped = Dropout(dropout, seeds[-1], name="dropout", dtype=self.dtype_policy)
        self.last_norm = LayerNorm(epsilon, name="norm", dtype=self.dtype_policy) if norm == "pre" else None
        self.supports_masking = True

    def build(self, inputs_shape, source_shape):
        self.added.build(inputs_shape)
        for block in self.blocks:
            block.build(inputs_shape, source_shape)
        if self.last_norm:
            self.last_norm.build(inputs_shape)

    def call(self, inputs, source, inputs_mask=None, source_mask=None, return_weights=False, training=False):
        x = self.dropped(self._placed(inputs), training=training)
        # By name: Keras gives a mask of None a second time, by name, where it stands at its place.
        settings = {"inputs_mask": inputs_mask, "source_mask": source_mask, "training": training}
        for block in self.blocks[:-1]:
            x = block(x, source, **settings)
        last = self.blocks[-1](x, source, return_weights=return_weights, **settings)
        x, weights = last if return_weights else (last, None)
        x = self.last_norm(x) if self.last_norm else x
        return (x, ops.mean(weights, axis=1)) if return_weights else x

    def _placed(self, inputs, position=0):
        return self.added(inputs, offset=position) if self.positions == "sinusoidal" else inputs

    def start(self, source, source_mask, beams: int, length: int):
        """Makes what the steps need.

        Args:
            source: Tensor of shape (batch, source length, source features).
            source_mask: Booleans of shape (batch, source length), or None.
            beams: Number of hypotheses for each element of the batch, also a tensor.
            length: The largest number of steps, also a tensor.

        Returns:
            What all steps share, and the state before the first.
        """
        projected = tuple(block.project_source(source) for block in self.blocks)
        caches = tuple(block.empty_cache(ops.shape(source)[0], length, beams) for block in self.blocks)
        return (projected, source_mask), caches

    def step(self, inputs, memory, state, position, parents, ancestors):
        """Decodes one position, in inference; all positions in turn give what `call` gives for all at once.

        Args:
            inputs: Tensor of shape (batch, beams, features), the vector of the token before, of each hypothesis.
            memory: What all steps share, from `start`.
            state: From `start`, or from the step before.
            position: Integer scalar, also a tensor: 0 for the first step.
            parents: Integers of shape (batch, beams): which hypothesis of the step before each one continues. Not
                needed here: the caches stay where they are, and `ancestors` says what belongs to whom.
            ancestors: Integers of shape (batch, beams, length), see `key_value_cache.visible`.

        Returns:
            Features of the shape of `inputs`, and the state.
        """
        projected, source_mask = memory
        length = key_value_cache.length_after(state[0][0], position)
        visible = key_value_cache.visible(position, length, ops.shape(ancestors)[1], ancestors)
        # For positions, the hypotheses are a batch of sequences of one vector.
        x = ops.reshape(self._placed(ops.reshape(inputs, (-1, 1, inputs.shape[-1])), position), ops.shape(inputs))
        caches = []
        for block, cache, keys in zip(self.blocks, state, projected, strict=True):
            x, cache, _ = block.step(x, cache, position, visible, keys, source_mask)
            caches.append(cache)
        return self.last_norm(x) if self.last_norm else x, tuple(caches)

    def compute_output_shape(self, inputs_shape, source_shape):
        return inputs_shape

    def compute_output_spec(
        self, inputs, source, inputs_mask=None, source_mask=None, return_weights=False, training=False
    ):
        outputs = keras.KerasTensor(inputs.shape, self.compute_dtype)
        if not return_weights:
            return outputs
        return outputs, keras.KerasTensor((*inputs.shape[:2], source.shape[1]), self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "feed_forward_units": self.feed_forward_units,
            "dropout": self.dropout,
            "attention_dropout": self.attention_dropout,
            "hidden_dropout": self.hidden_dropout,
            "activation": self.activation,
            "norm": self.norm,
            "epsilon": self.epsilon,
            "positions": self.positions,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }
