"""One block of a Transformer's encoder (Vaswani et al. 2017; norms first: Xiong et al. 2020)."""

import keras

from layers.transformer_block import TransformerBlock


@keras.saving.register_keras_serializable(package="lamina")
class TransformerEncoderBlock(TransformerBlock):
    """Lets each position look at all others, then works on each one alone.

    With `norm="pre"` (trains without warm-up; a stack needs one more LayerNorm at its end):

        x = x + dropout(attention(n, n)),   n = layer_norm(x)
        y = x + dropout(feed_forward(layer_norm(x)))

    With `norm="post"` (the original):

        x = layer_norm(x + dropout(attention(x, x)))
        y = layer_norm(x + dropout(feed_forward(x)))

    Training: drops at random, at the three rates below. Inference: nothing. Masking: what stands at masked positions
    has no influence on the outputs at others; the outputs there mean nothing. The mask passes through.

    Args:
        num_heads: Positive integer that divides the number of features.
        feed_forward_units: Positive integer, hidden units of the feed-forward network.
        dropout: Float in [0, 1), of what each part adds.
        attention_dropout: Float in [0, 1), of the attention weights.
        hidden_dropout: Float in [0, 1), of the hidden units of the feed-forward network.
        activation: Name of the feed-forward network's activation, such as "relu" or "gelu".
        norm: "pre" or "post".
        epsilon: Of the layer norms.
        rotary: Whether self-attention turns queries and keys by their positions, see `layers/rotary.py`.
        kernel_initializer: Of all kernels: a name or an initializer, see `layers/initializers.py`.
        seed: Integer for a fixed sequence of dropped entries, or None.

    Call arguments:
        inputs: Tensor of shape (batch, length, features).
        mask: Booleans of shape (batch, length), True for positions that count; None is all, or Keras's own mask of
            `inputs`.
        training: Whether to drop.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If an argument is not as above, or the mask has another length than `inputs`.

    Reference:
        Vaswani et al. 2017, Attention is all you need. Xiong et al. 2020, On layer normalization in the Transformer
        architecture.
    """

    def build(self, input_shape):
        self.attention = self._attention(input_shape[-1], "attention", self.rotary)
        self.attention_norm, self.attention_dropped = self._around("attention")
        self.attention.build(input_shape, input_shape)
        for part in (self.attention_norm, self.feed_forward, self.feed_forward_norm):
            part.build(input_shape)

    def call(self, inputs, mask=None, training=False):
        entered = self._enter(inputs, self.attention_norm)
        change = self.attention(entered, entered, key_mask=mask, training=training)
        outputs = self._leave(inputs, change, self.attention_norm, self.attention_dropped, training)
        return self._apply_feed_forward(outputs, training)

    def weights_of(self, inputs, mask=None):
        """Where each position looks: the attention (batch, heads, length, length) of `call` at inference."""
        entered = self._enter(inputs, self.attention_norm)
        return self.attention(entered, entered, key_mask=mask, return_weights=True)[1]

    def compute_output_shape(self, input_shape):
        return input_shape
