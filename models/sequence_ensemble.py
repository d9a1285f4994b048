"""An ensemble of text decoders: at each token their probabilities are averaged.

The members are of one recipe and dictionary. Behind each other they are one network, and its parts look to beam search
like those of a single one: vectors, features and states are those of all members, side by side.

Reference:
    Sutskever et al. 2014, Sequence to sequence learning with neural networks (arXiv:1409.3215), section 3.6.
"""

from models.part_names import ENCODED

MEMBER = "member_"
"""Start of the names of the members within the network that they are together."""


def together(models):
    """One `keras.Model` of several, `models`, which share their weights with it.

    Its inputs are theirs, its output is float32 (batch, ..., classes), of texts (batch, length, vocabulary): the
    logarithms of the means of the probabilities. Its name is that of the first.
    """
    import keras
    from keras import ops

    from layers import ProbabilityMean

    first = models[0]
    given = first.input if isinstance(first.input, dict) else {"inputs": first.input}
    inputs = {name: keras.Input(one.shape[1:], dtype=one.dtype, name=name) for name, one in given.items()}
    inputs = inputs if isinstance(first.input, dict) else inputs["inputs"]
    # Not the models themselves: a network within another is saved with its optimizer.
    members = [keras.Model(one.input, one.output, name=f"{MEMBER}{number}") for number, one in enumerate(models)]
    logits = ops.stack([member(inputs) for member in members], axis=-2)
    return keras.Model(inputs, ProbabilityMean(name="probability_mean", dtype="float32")(logits), name=first.name)


def members_of(model) -> list:
    """The members of a network that `together` made; another one is its own only member."""
    return [layer for layer in model.layers if layer.name.startswith(MEMBER)] or [model]


def encoder_of(members, inputs_name: str, name: str):
    """The encoder of a network, or those of several: a `keras.Model` to what they make, side by side on the last axis.

    Args:
        members: Of `members_of`.
        inputs_name: Of the input that the encoder reads.
        name: Of the encoder.
    """
    import keras

    first = members[0]
    if len(members) == 1:
        return keras.Model(first.input[inputs_name], first.get_layer(ENCODED).output, name=name)
    inputs = keras.Input(first.input[inputs_name].shape[1:], dtype=first.input[inputs_name].dtype, name=inputs_name)
    encoders = [encoder_of([one], inputs_name, one.name) for one in members]
    made = keras.layers.Concatenate(axis=-1)([encoder(inputs) for encoder in encoders])
    return keras.Model(inputs, made, name=name)


def parts_together(members):
    """The embedding of the target and the decoder of a network, or of several that are asked together."""
    embeddings = [member.get_layer("target_embedding") for member in members]
    decoders = [member.get_layer("decoder") for member in members]
    if len(members) == 1:
        return embeddings[0], decoders[0]
    return EnsembleEmbedding(embeddings), EnsembleDecoder(decoders)


class EnsembleEmbedding:
    """The `Embedding`s of members: from tokens to the vectors of all, from the features of all to mean log
    probabilities."""

    def __init__(self, embeddings):
        from layers import ProbabilityMean

        self.embeddings = list(embeddings)
        self.vocab_size = self.embeddings[0].vocab_size
        self.mean = ProbabilityMean(dtype="float32")

    def __call__(self, inputs, transposed: bool = False):
        """Vectors (..., members * units) of tokens (...); `transposed`, logits (..., vocabulary) of such features."""
        from keras import ops

        if not transposed:
            return ops.concatenate([embedding(inputs) for embedding in self.embeddings], axis=-1)
        parts = ops.split(inputs, len(self.embeddings), axis=-1)
        logits = [one(part, transposed=True) for one, part in zip(self.embeddings, parts, strict=True)]
        return self.mean(ops.stack(logits, axis=-2))


class EnsembleDecoder:
    """The decoders of members, see `models.decoding`: what they take and give is side by side on the last axis."""

    def __init__(self, decoders):
        self.decoders = list(decoders)

    def start(self, encoded, mask, beams, length):
        """Memories and states of all members."""
        started = [one.start(part, mask, beams, length) for one, part in self._each(encoded)]
        memories, states = zip(*started, strict=True)
        return memories, states

    def step(self, vectors, memory, state, position, parents, ancestors):
        """Features (batch, beams, members * features) of the next token, and the states after it."""
        from keras import ops

        parts = zip(self._each(vectors), memory, state, strict=True)
        done = [one.step(part, *kept, position, parents, ancestors) for (one, part), *kept in parts]
        features, states = zip(*done, strict=True)
        return ops.concatenate(features, axis=-1), states

    def __call__(self, vectors, encoded, **options):
        """Features of whole texts, and the mean of where the members looked (`return_weights` must be set)."""
        from keras import ops

        parts = zip(self._each(vectors), self._each(encoded), strict=True)
        done = [one(part, seen, **options) for (one, part), (_, seen) in parts]
        features, weights = zip(*done, strict=True)
        return ops.concatenate(features, axis=-1), sum(weights) / len(weights)

    def _each(self, values):
        """Each decoder with its part of `values`."""
        from keras import ops

        return list(zip(self.decoders, ops.split(values, len(self.decoders), axis=-1), strict=True))
