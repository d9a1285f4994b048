"""What all networks for translation have in common: their two inputs, their tables, and their parts for decoding."""

from dataclasses import dataclass


def inputs_and_embeddings(source_size: int | None, target_size: int, units: int):
    """The start of a network for translation.

    Args:
        source_size: Number of source tokens; None for one dictionary, and one table, with the target.
        target_size: Number of target tokens.
        units: Size of the vectors.

    Returns:
        The inputs, a dict of "source" and "target", int32 (batch, length) each; their vectors, (batch, length, units)
        each, with masks; and the target's table, an `Embedding`.
    """
    import keras

    from layers import Embedding, Normal

    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in ("source", "target")}
    tables = {"target": target_size} if source_size is None else {"source": source_size, "target": target_size}
    embeddings = {
        # Small, since the table gives the logits too.
        name: Embedding(size, units, True, Normal(stddev=units**-0.5), name=f"{name}_embedding")
        for name, size in tables.items()
    }
    source = embeddings.get("source", embeddings["target"])(inputs["source"])
    return inputs, source, embeddings["target"](inputs["target"]), embeddings["target"]


def most_tokens(source_tokens):
    """The most tokens that a translation may have, given the number of source tokens; the end tokens are counted."""
    return 2 * source_tokens + 10


@dataclass(frozen=True)
class Translator:
    """The parts of a trained network for translation, for decoding.

    Attributes:
        encoder: `keras.Model` from source tokens (batch, source length) to (batch, source length, features).
        embedding: The target's `Embedding`, which gives the logits too.
        decoder: A layer with `start` and `step`, see `layers.TransformerDecoder`.
    """

    encoder: object
    embedding: object
    decoder: object

    def search(self, source, tokens, *, beams, length_penalty, longest: int | None = None):
        """Beam search, see `models.decoding.beam_search`.

        Args:
            source: Source tokens, int32 (batch, source length), the end token last and 0 after it.
            tokens: `models.decoding.Tokens`.
            beams: Positive integer, also a scalar tensor.
            length_penalty: Float, also a scalar tensor.
            longest: The most tokens of a translation, where `most_tokens` allows more.

        Returns:
            Target tokens (batch, beams, length), scores (batch, beams), complete (batch, beams).
        """
        from keras import ops

        from models.decoding import beam_search

        encoded, mask, limits, length = self._encode(source)
        if longest is not None:
            limits, length = ops.minimum(limits, longest), longest
        return beam_search(
            self.embedding,
            self.decoder,
            encoded,
            mask,
            tokens,
            beams=beams,
            limits=limits,
            length=length,
            length_penalty=length_penalty,
        )

    def draw(self, source, tokens, noise, *, temperature, top_k, top_p):
        """Draws texts, see `models.sampling.sample`; noise is of shape (batch, samples, `most_tokens(source length)`).

        Arguments and results are otherwise those of `search`.
        """
        from models.sampling import sample

        encoded, mask, limits, _ = self._encode(source)
        return sample(
            self.embedding,
            self.decoder,
            encoded,
            mask,
            tokens,
            noise=noise,
            limits=limits,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
        )

    def _encode(self, source):
        """What the encoder makes, its mask, and the most tokens of a translation: of each sentence, and of all."""
        from keras import ops

        mask = ops.not_equal(source, 0)
        limits = most_tokens(ops.sum(ops.cast(mask, "int32"), axis=1))
        return self.encoder(source, training=False), mask, limits, most_tokens(ops.shape(source)[1])

    def attention(self, source, target):
        """Where each token of a translation looked.

        Args:
            source: Source tokens, int32 (batch, source length).
            target: Target tokens, int32 (batch, length), each row starting with the start token.

        Returns:
            Weights float32 (batch, length, source length); row t is of the token that follows target[:, t].
        """
        from keras import ops

        mask = ops.not_equal(source, 0)
        encoded = self.encoder(source, training=False)
        vectors = self.embedding(target)
        return self.decoder(vectors, encoded, source_mask=mask, return_weights=True, training=False)[1]

    @classmethod
    def of(cls, model) -> "Translator":
        """The parts of a network that a recipe of this suite built, or of several that are asked together."""
        from models.sequence_ensemble import encoder_of, members_of, parts_together

        members = members_of(model)
        return cls(encoder_of(members, "source", "encoder"), *parts_together(members))
