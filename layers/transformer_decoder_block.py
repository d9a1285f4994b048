"""One block of a Transformer's decoder (Vaswani et al. 2017; norms first: Xiong et al. 2020)."""

import keras
from keras import ops

from layers import key_value_cache
from layers.transformer_block import TransformerBlock


@keras.saving.register_keras_serializable(package="lamina")
class TransformerDecoderBlock(TransformerBlock):
    """Lets each position look at the positions up to itself, then at the source, then works on each one alone.

    With `norm="pre"` (a stack needs one more LayerNorm at its end):

        x = x + dropout(self_attention(n, n, causal)),   n = layer_norm(x)
        x = x + dropout(cross_attention(layer_norm(x), source))
        y = x + dropout(feed_forward(layer_norm(x)))

    With `norm="post"` the norm stands after each sum instead, as in `TransformerEncoderBlock`.

    Training: drops at random. Inference: nothing. Masking: inputs and source have masks, and lengths, of their own;
    what stands at masked positions has no influence on the outputs at others. The mask of the inputs passes through.

    Decoding step by step: `project_source` once, `empty_cache` once, then `step` for each position.

    Args:
        num_heads, feed_forward_units, dropout, attention_dropout, hidden_dropout, activation, norm, epsilon,
            kernel_initializer, seed: As for `TransformerEncoderBlock`.
        rotary: Whether self-attention (not that to the source) turns queries and keys by their positions.

    Call arguments:
        inputs: Tensor of shape (batch, length, features).
        source: Tensor of shape (batch, source length, source features), the encoder's output.
        inputs_mask: Booleans of shape (batch, length), True for positions that count; None is all, or Keras's own mask
            of `inputs`.
        source_mask: Booleans of shape (batch, source length), likewise.
        return_weights: Whether to return the weights of the attention to the source as well.
        training: Whether to drop.

    Returns:
        Tensor of the shape of `inputs`; with `return_weights` a pair of it and the weights, of shape
        (batch, num_heads, length, source length).

    Raises:
        ValueError: If an argument is not as above, or a mask has not the length of what it masks.

    Reference:
        Vaswani et al. 2017, Attention is all you need.
    """

    def build(self, inputs_shape, source_shape):
        self.self_attention = self._attention(inputs_shape[-1], "self_attention", self.rotary)
        self.self_attention_norm, self.self_attention_dropped = self._around("self_attention")
        self.cross_attention = self._attention(inputs_shape[-1], "cross_attention", rotary=False)
        self.cross_attention_norm, self.cross_attention_dropped = self._around("cross_attention")
        self.self_attention.build(inputs_shape, inputs_shape)
        self.cross_attention.build(inputs_shape, source_shape)
        for part in (self.self_attention_norm, self.cross_attention_norm, self.feed_forward, self.feed_forward_norm):
            part.build(inputs_shape)

    def call(self, inputs, source, inputs_mask=None, source_mask=None, return_weights=False, training=False):
        entered = self._enter(inputs, self.self_attention_norm)
        change = self.self_attention(entered, entered, key_mask=inputs_mask, causal=True, training=training)
        x = self._leave(inputs, change, self.self_attention_norm, self.self_attention_dropped, training)
        keys, values = self.cross_attention.project_keys(source)
        outputs, weights = self._finish(x, keys, values, source_mask, training=training)
        return (outputs, weights) if return_weights else outputs

    def _finish(self, inputs, keys, values, source_mask, length=None, training=False):
        """What follows self-attention; `length` as for `MultiHeadAttention.attend`."""
        entered = self._enter(inputs, self.cross_attention_norm)
        change, weights = self.cross_attention.attend(
            entered, keys, values, source_mask, length=length, training=training
        )
        outputs = self._leave(inputs, change, self.cross_attention_norm, self.cross_attention_dropped, training)
        return self._apply_feed_forward(outputs, training), weights

    def project_source(self, source):
        """Makes the keys and values of the source, once for all steps.

        Args:
            source: Tensor of shape (batch, source length, source features).

        Returns:
            A pair of tensors of shape (batch, num_heads, source length, features / num_heads).
        """
        return self.cross_attention.project_keys(ops.cast(source, self.compute_dtype))

    def empty_cache(self, batch_size, length: int, beams: int = 1):
        """Makes the cache of this block for `step`: a pair, see `layers/key_value_cache.py`.

        Args:
            batch_size: Integer scalar, also a tensor.
            length: The largest number of steps.
            beams: Number of hypotheses for each element of the batch.

        Returns:
            Two tensors of shape (batch, num_heads, length, beams, features / num_heads).
        """
        shape = (batch_size, self.num_heads, length, beams, self.self_attention.head_units)
        return key_value_cache.empty(*shape, self.compute_dtype), key_value_cache.empty(*shape, self.compute_dtype)

    def step(self, inputs, cache, position, visible, projected_source, source_mask=None):
        """Decodes one position, in inference; all positions in turn give what `call` gives for all at once.

        Shapes are static and the position may be a tensor, so that it can stand in a compiled loop.

        Args:
            inputs: Tensor of shape (batch, beams, features): the same position of each hypothesis.
            cache: Pair that `empty_cache` or the last step gave.
            position: Integer scalar, also a tensor: 0 for the first step.
            visible: Booleans of shape (batch or 1, beams, length * beams) from `key_value_cache.visible`.
            projected_source: What `project_source` gave.
            source_mask: Booleans of shape (batch, source length), or None.

        Returns:
            Outputs of the shape of `inputs`, the cache with this position in it, and the weights of the attention to
            the source, of shape (batch, num_heads, beams, source length).
        """
        _, beams, features = ops.shape(inputs)
        # As rows of one matrix, which spares the products the reckoning with shapes that are known at run time only.
        rows = ops.reshape(ops.cast(inputs, self.compute_dtype), (-1, features))
        entered = self._enter(rows, self.self_attention_norm)
        positions = ops.reshape(position, (1,))
        entries = self.self_attention.project_keys(entered, positions=positions, length=beams)
        cache = tuple(key_value_cache.write(*pair, position) for pair in zip(cache, entries, strict=True))
        keys, values = (key_value_cache.flat(part) for part in cache)
        settings = {"positions": positions, "length": beams, "some": True}  # each sees itself
        change, _ = self.self_attention.attend(entered, keys, values, visible, **settings)
        x = self._leave(rows, change, self.self_attention_norm, self.self_attention_dropped, training=False)
        outputs, weights = self._finish(x, *projected_source, source_mask, length=beams)
        return ops.reshape(outputs, (-1, beams, features)), cache, weights

    def compute_output_shape(self, inputs_shape, source_shape):
        return inputs_shape

    def compute_output_spec(
        self, inputs, source, inputs_mask=None, source_mask=None, return_weights=False, training=False
    ):
        outputs = keras.KerasTensor(inputs.shape, self.compute_dtype)
        if not return_weights:
            return outputs
        shape = (inputs.shape[0], self.num_heads, inputs.shape[1], source.shape[1])
        return outputs, keras.KerasTensor(shape, self.compute_dtype)
