"""Tiny networks for translation with random weights, and what they think of a text, asked without any cache."""

from types import SimpleNamespace

import keras
import numpy as np
from keras import ops

from models.decoding import Tokens
from models.recurrent import Recurrent
from models.sequence_ensemble import together
from models.transformer import Transformer
from models.translator import Translator

TOKENS = Tokens(start=1, end=2, never=(0, 1))
VOCABULARY = 9  # of the sources; of the targets too, if one dictionary serves both
LENGTH = 6  # of the longest text
SOURCES = np.array([[3, 4, 5, 2, 0], [6, 2, 0, 0, 0], [5, 5, 3, 4, 2], [7, 3, 2, 0, 0], [8, 8, 6, 2, 0]], "int32")
LIMITS = np.array([6, 4, 5, 6, 1], "int32")

SMALL = {"units": 8, "num_layers": 1, "num_heads": 2, "feed_forward_units": 12, "dropout": 0.1}
# Each with a seed for weights whose texts end at many places, some of themselves, some at their limits.
RECIPES = {
    "transformer, pre": (Transformer(**{**SMALL, "num_layers": 2}), 4),
    "transformer, post": (Transformer(**SMALL, norm="post"), 3),
    "transformer, rotary": (Transformer(**SMALL, positions="rotary"), 11),
    "gru, additive": (Recurrent(6, 8, cell="gru", attention="additive"), 0),
    "lstm, multiplicative": (Recurrent(6, 8, cell="lstm", attention="multiplicative"), 7),
}
ENSEMBLES = {"transformer, two members": (Transformer(**SMALL), 0, 1)}


def translator(name, vocab_size=VOCABULARY):
    """A network whose weights are random, and so large that its texts differ, and end here or there."""
    recipe, *seeds = {**RECIPES, **ENSEMBLES}[name]
    models = [member(recipe, seed, vocab_size) for seed in seeds]
    model = together(models) if len(models) > 1 else models[0]
    parts = Translator.of(model)
    return SimpleNamespace(
        name=name,
        model=model,
        encoder=parts.encoder,
        parts=(parts.embedding, parts.decoder),
        oracle=Oracle(model),
        vocab_size=vocab_size,
    )


def member(recipe, seed, vocab_size):
    """The `keras.Model` of a recipe with such weights."""
    model = recipe.build(None if vocab_size == VOCABULARY else VOCABULARY, vocab_size)
    random = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        if len(weight.shape) > 1:
            weight.assign(1.5 * random.standard_normal(weight.shape) / weight.shape[0] ** 0.5)
        else:
            weight.assign(weight + 0.2 * random.standard_normal(weight.shape))
    table = model.get_layer("target_embedding").embeddings
    drawn = random.standard_normal(table.shape) / table.shape[1] ** 0.5
    drawn[TOKENS.end] *= 1.5
    table.assign((1.5 if isinstance(recipe, Transformer) else 3) * drawn)
    return model


def compiled(function, xla=True):
    """The function compiled; on TensorFlow with XLA or without."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function, jit_compile=xla)


class Oracle:
    """Log probabilities of the next token, each text read from its start by the whole network."""

    ROWS = 8

    def __init__(self, model):
        self.known = {}
        self.call = compiled(lambda source, target: model({"source": source, "target": target}), xla=False)

    def __call__(self, source, texts):
        """For one source, a row, and a list of texts, tuples of less than `LENGTH` tokens: float64 (texts, vocab)."""
        source = np.asarray(source)
        unknown = [text for text in texts if (source.tobytes(), text) not in self.known]
        for first in range(0, len(unknown), self.ROWS):
            some = unknown[first : first + self.ROWS]
            target = np.zeros((self.ROWS, LENGTH), "int32")
            target[:, 0] = TOKENS.start
            for row, text in zip(target, some, strict=False):
                row[1 : 1 + len(text)] = text
            sources = np.tile(source, (self.ROWS, 1))
            logits = np.asarray(self.call(ops.convert_to_tensor(sources), ops.convert_to_tensor(target)), "float64")
            for row, text in enumerate(some):
                here = logits[row, len(text)]
                top = here.max()
                self.known[source.tobytes(), text] = here - top - np.log(np.exp(here - top).sum())
        return np.array([self.known[source.tobytes(), text] for text in texts])

    def score(self, source, text):
        """Log probability of a whole text."""
        return sum(self(source, [text[:place]])[0][token] for place, token in enumerate(text))
