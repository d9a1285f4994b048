"""What all networks for captioning have in common: their two inputs, and the names of their parts.

An image is a grid of regions, each with its features: what a backbone makes of it, or the stem of the network itself.
"""

from dataclasses import dataclass

from cli.errors import UserError

CAPTIONER = "captioner"
"""Name of the captioner inside a network that begins with a backbone."""


def start(inputs_name: str, shape: tuple[int, int, int], target_size: int, units: int):
    """The start of a network for captioning.

    Args:
        inputs_name: "features", or "image" where the network begins with a stem.
        shape: Of one of these: (rows, columns, channels), or (height, width, 3) in pixels.
        target_size: Number of tokens; 0 is padding.
        units: Size of the vectors of tokens.

    Returns:
        The inputs, a dict of `inputs_name`, float (batch, *shape), and "target", int32 (batch, length); the grid
        (batch, rows, columns, channels); the vectors of the tokens so far, with a mask; and their table, an
        `Embedding`.

    Raises:
        UserError: The shape has not three axes, or the image is no colour image.
    """
    import keras

    from layers import Embedding, Normal
    from models.image_encoder import stem

    if inputs_name not in ("features", "image") or len(shape) != 3 or (inputs_name == "image" and shape[-1] != 3):
        raise UserError(
            "A captioner takes features (rows, columns, channels) or colour images (height, width, 3). "
            f"Received: {inputs_name} of shape {shape}"
        )
    inputs = {
        inputs_name: keras.Input(shape, name=inputs_name),
        "target": keras.Input((None,), dtype="int32", name="target"),
    }
    # Small, since the table gives the logits too.
    embedding = Embedding(target_size, units, True, Normal(stddev=units**-0.5), name="target_embedding")
    grid = stem(inputs["image"]) if inputs_name == "image" else inputs["features"]
    return inputs, grid, embedding(inputs["target"]), embedding


def regions(grid):
    """Features of a grid `(batch, rows, columns, channels)` one after the other, `(batch, regions, channels)`."""
    import keras

    _, rows, columns, channels = grid.shape
    return keras.layers.Reshape((rows * columns, channels), name="regions")(grid)


def with_backbone(encoder, model):
    """One network from pixels: `model`, a captioner that takes features, behind the backbone `encoder`."""
    import keras

    # Not `model` itself: a network within another is saved with its optimizer, which loading would have to know.
    captioner = keras.Model(model.input, model.output, name=CAPTIONER)
    inputs = {
        "image": keras.Input(encoder.input_shape[1:], name="image"),
        "target": keras.Input((None,), dtype="int32", name="target"),
    }
    logits = captioner({"features": encoder(inputs["image"]), "target": inputs["target"]})
    return keras.Model(inputs, logits, name=model.name)


@dataclass(frozen=True)
class Captioner:
    """The parts of a trained network for captioning, for decoding.

    Attributes:
        encoder: `keras.Model` from the network's first input to (batch, regions, features).
        embedding: The tokens' `Embedding`, which gives the logits too.
        decoder: A layer with `start` and `step`, see `layers.TransformerDecoder`.
        grid: (rows, columns) of the regions; (1, 1) where the decoder sees the image as a whole.
        name: Of the recipe's network.
        neighbours: `layers.Neighbours`, which order what is found; or None.
    """

    encoder: object
    embedding: object
    decoder: object
    grid: tuple[int, int]
    name: str
    neighbours: object | None = None

    @classmethod
    def of(cls, model, neighbours=None) -> "Captioner":
        """The parts of a network that a recipe of this suite built, or of several that are asked together, with or
        without a backbone before it."""
        import keras

        from models.sequence_ensemble import encoder_of, members_of, parts_together

        outer = CAPTIONER in [layer.name for layer in model.layers]
        inner = model.get_layer(CAPTIONER) if outer else model
        name = next(name for name in inner.input if name != "target")
        members = members_of(inner)
        encoder = encoder_of(members, name, "to_regions")
        if outer:
            image = model.input["image"]
            encoder = keras.Model(image, encoder(model.get_layer("encoder")(image)), name="to_regions")
        whole = encoder.output.shape[1] == 1
        grid = (1, 1) if whole else members[0].get_layer("regions").input.shape[1:3]
        return cls(encoder, *parts_together(members), tuple(grid), model.name, neighbours)

    def search(self, images, tokens, *, beams, length_penalty, length, no_repeat=0):
        """Beam search, see `models.decoding.beam_search`, and the order of its captions by `neighbours`.

        Args:
            images: What the network takes: pixels, or features, (batch, ...).
            tokens: `models.decoding.Tokens`.
            beams: Positive integer, also a scalar tensor.
            length_penalty: Float, also a scalar tensor.
            length: The most tokens of a caption, the end token counted.
            no_repeat: Integer; no caption says so many tokens in a row twice. 0 allows everything.

        Returns:
            Tokens (batch, beams, length), scores (batch, beams), complete (batch, beams).
        """
        from keras import ops

        from models.decoding import beam_search

        encoded = self.encoder(images, training=False)
        found = beam_search(
            self.embedding,
            self.decoder,
            encoded,
            None,
            tokens,
            beams=beams,
            limits=ops.full((ops.shape(encoded)[0],), length, "int32"),
            length=length,
            length_penalty=length_penalty,
            no_repeat=no_repeat,
        )
        if self.neighbours is None:
            return found
        return self.neighbours.order(self.vectors(encoded), *found, tokens.end)

    @staticmethod
    def vectors(encoded):
        """Of images, one vector each, (batch, features): the mean of the regions of what the encoder made of them."""
        from keras import ops

        return ops.mean(ops.cast(encoded, "float32"), axis=1)

    def draw(self, images, tokens, noise, *, temperature, top_k, top_p):
        """Draws captions, see `models.sampling.sample`; noise is of shape (batch, samples, most tokens).

        Arguments and results are otherwise those of `search`.
        """
        from keras import ops

        from models.sampling import sample

        encoded = self.encoder(images, training=False)
        limits = ops.full((ops.shape(encoded)[0],), ops.shape(noise)[2], "int32")
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        return sample(self.embedding, self.decoder, encoded, None, tokens, noise=noise, limits=limits, **settings)

    def attention(self, images, target):
        """Where each token of a caption looked.

        Args:
            images: As for `search`.
            target: Tokens, int32 (batch, length), each row starting with the start token.

        Returns:
            Weights float32 (batch, length, regions), which sum to 1; row t is of the token that follows target[:, t].
        """
        encoded = self.encoder(images, training=False)
        return self.decoder(self.embedding(target), encoded, return_weights=True, training=False)[1]
