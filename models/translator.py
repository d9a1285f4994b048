"""What all networks for translation have in common: their two inputs, their tables, and the names of their parts."""

from dataclasses import dataclass

ENCODED = "encoded"
"""Name of the layer whose output is what the decoder looks at."""


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

    @classmethod
    def of(cls, model) -> "Translator":
        """The parts of a network that a recipe of this suite built."""
        import keras

        encoder = keras.Model(model.input["source"], model.get_layer(ENCODED).output, name="encoder")
        return cls(encoder, model.get_layer("target_embedding"), model.get_layer("decoder"))
