"""Transformer for translation (Vaswani et al. 2017)."""

from dataclasses import dataclass
from typing import Literal

from cli.errors import UserError
from models.settings import POSITIVE, SHARE, check


@dataclass(frozen=True)
class Transformer:
    """Encoder and decoder of attention and feed-forward blocks. The defaults are the published `tiny` size."""

    units: int = 128
    """Size of the vectors; a multiple of the number of heads."""
    num_layers: int = 4
    """Blocks in the encoder, and again in the decoder."""
    num_heads: int = 4
    """Attention heads of each block."""
    feed_forward_units: int = 256
    """Hidden units of the feed-forward networks."""
    dropout: float = 0.3
    """Fraction dropped of what each part of a block adds, in training, in [0, 1)."""
    attention_dropout: float = 0.0
    """Fraction dropped of the attention weights, in training, in [0, 1)."""
    hidden_dropout: float = 0.0
    """Fraction dropped of the hidden units of the feed-forward networks, in training, in [0, 1)."""
    activation: Literal["relu", "gelu"] = "relu"
    """Nonlinearity of the feed-forward networks."""
    norm: Literal["pre", "post"] = "pre"
    """Layer norm before each part of a block, which trains at any rate, or after it, as first published, which did
    not learn Multi30k at the default rate."""
    positions: Literal["sinusoidal", "rotary"] = "sinusoidal"
    """How a block knows the order: waves added to the vectors, or queries and keys turned by their positions."""

    def __post_init__(self):
        check(
            self,
            units=POSITIVE,
            num_layers=POSITIVE,
            num_heads=POSITIVE,
            feed_forward_units=POSITIVE,
            dropout=SHARE,
            attention_dropout=SHARE,
            hidden_dropout=SHARE,
        )
        if self.units % self.num_heads:
            raise UserError(
                f"`units` must be a multiple of `num_heads`. Received: units={self.units}, num_heads={self.num_heads}"
            )
        if self.positions == "rotary" and self.units // self.num_heads % 2:
            raise UserError(f"rotary positions need an even units / num_heads. Received: {self.units}/{self.num_heads}")

    def build(self, source_size: int | None, target_size: int):
        """Return a `keras.Model` from {"source", "target"} to float32 logits of the next token.

        Args:
            source_size: Number of different source tokens; None where source and target share one dictionary.
            target_size: Number of different target tokens. Token 0 is padding in both.

        Returns:
            Model from int32 (batch, source length) and int32 (batch, target length) to (batch, target length,
            target_size). One table gives the target's vectors and the logits.
        """
        import keras

        from layers import Dropout, LayerNorm, SinusoidalPositions, TransformerDecoder, TransformerEncoderBlock
        from models.part_names import ENCODED
        from models.translator import inputs_and_embeddings

        rates = (self.dropout, self.attention_dropout, self.hidden_dropout)
        block = (self.num_heads, self.feed_forward_units, *rates, self.activation, self.norm)
        inputs, source, target, embedding = inputs_and_embeddings(source_size, target_size, self.units)
        rotary = self.positions == "rotary"
        x = source if rotary else SinusoidalPositions(scale_inputs=True, name="source_positions")(source)
        x = Dropout(self.dropout, name="source_dropout")(x)
        for number in range(self.num_layers):
            last = number == self.num_layers - 1 and self.norm == "post"
            x = TransformerEncoderBlock(*block, rotary=rotary, name=ENCODED if last else f"encoder_block_{number}")(x)
        if self.norm == "pre":
            x = LayerNorm(1e-6, name=ENCODED)(x)
        decoder = TransformerDecoder(self.num_layers, *block, positions=self.positions, name="decoder")
        logits = embedding(decoder(target, x), transposed=True)
        return keras.Model(inputs, logits, name="transformer")
