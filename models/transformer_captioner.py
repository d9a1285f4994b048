"""Transformer for captioning: regions of an image in the place of the source (Vaswani et al. 2017; Herdade 2019)."""

from dataclasses import dataclass

from cli.errors import UserError
from models.settings import COUNT, POSITIVE, SHARE, check


@dataclass(frozen=True)
class TransformerCaptioner:
    """Blocks that compare the regions, and blocks that write while they look at them."""

    units: int = 256
    """Size of the vectors; a multiple of the number of heads."""
    encoder_layers: int = 1
    """Blocks over the regions; 0 for none."""
    num_layers: int = 3
    """Blocks of the decoder."""
    num_heads: int = 4
    """Attention heads of each block."""
    feed_forward_units: int = 1024
    """Hidden units of the feed-forward networks."""
    positions: bool = True
    """Whether a region knows where in the image it is, by a learned vector."""
    dropout: float = 0.3
    """Fraction dropped of what each part of a block adds, in training, in [0, 1)."""

    def __post_init__(self):
        check(
            self,
            units=POSITIVE,
            encoder_layers=COUNT,
            num_layers=POSITIVE,
            num_heads=POSITIVE,
            feed_forward_units=POSITIVE,
            dropout=SHARE,
        )
        if self.units % self.num_heads:
            raise UserError(
                f"`units` must be a multiple of `num_heads`. Received: units={self.units}, num_heads={self.num_heads}"
            )

    def build(self, inputs_name: str, shape: tuple[int, int, int], target_size: int):
        """Return a `keras.Model` from {`inputs_name`, "target"} to float32 logits of the next token.

        Arguments and shapes are those of `models.show_tell.ShowTell.build`.
        """
        import keras

        from layers import Dense, Dropout, LayerNorm, LearnedPositions, TransformerDecoder, TransformerEncoderBlock
        from models.captioner import regions, start
        from models.part_names import ENCODED

        block = (self.num_heads, self.feed_forward_units, self.dropout)
        inputs, grid, target, embedding = start(inputs_name, shape, target_size, self.units)
        x = Dense(self.units, "relu", kernel_initializer="he_normal", name="projection")(regions(grid))
        x = LearnedPositions(x.shape[1], name="region_positions")(x) if self.positions else x
        x = Dropout(self.dropout, name="region_dropout")(x)
        for number in range(self.encoder_layers):
            x = TransformerEncoderBlock(*block, name=f"encoder_block_{number}")(x)
        x = LayerNorm(1e-6, name=ENCODED)(x)
        decoder = TransformerDecoder(self.num_layers, *block, name="decoder")
        return keras.Model(inputs, embedding(decoder(target, x), transposed=True), name="transformer_captioner")
