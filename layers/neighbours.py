"""Orders the captions that a search has found by their likeness to those of the most similar training images.

A network knows an image by its features, and so finds training images that resemble it; their captions were written by
people. Of the hypotheses of beam search the one comes first that agrees best with them.

References:
    Devlin et al. 2015, Exploring nearest neighbor approaches for image captioning (arXiv:1505.04467).
    Mao et al. 2015, Learning like a child: fast novel visual concept learning from sentence descriptions of images
    (arXiv:1504.06692), for the order of hypotheses by such captions.
"""

from pathlib import Path

import keras
import numpy as np
from keras import ops

from layers.hidden import HIDDEN
from layers.rows import rows

LONGEST = 3  # n-grams of 1 to 3 tokens
WEIGHT = 0.1  # of a hypothesis' own score beside its likeness


@keras.saving.register_keras_serializable(package="lamina")
class Neighbours(keras.layers.Layer):
    """Orders texts by their likeness to those of the nearest records.

    The likeness of a text is its mean n-gram F1, n from 1 to `LONGEST`, with each text of the `count` records whose
    vectors, less the mean of all, have the largest cosine with its own. A text scores likeness + `WEIGHT` * what it
    scored before.

    Args:
        vectors: Of the known records, float (records, size).
        texts: Tokens of theirs, int (records, texts, length); 0 after the last, and alone where a record has fewer.
        count: Nearest records that are asked; positive, at most as many as there are.
        mean: (size,) of the vectors before they were centred and made of length 1, where `vectors` already are.

    Call arguments:
        vectors: Of new records, float (batch, size).
        tokens: int (batch, candidates, length), 0 after the last.
        scores: float (batch, candidates); `HIDDEN` where there is no text.

    Returns:
        New scores, float32 (batch, candidates).

    Raises:
        ValueError: `count` is out of range.
    """

    def __init__(self, vectors: np.ndarray, texts: np.ndarray, count: int, mean: np.ndarray | None = None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        vectors, texts = np.asarray(vectors), np.asarray(texts)  # a configuration holds lists
        if not 1 <= count <= len(vectors):
            raise ValueError(f"`count` must be between 1 and the {len(vectors)} known records. Received: count={count}")
        if mean is None:
            mean = vectors.mean(axis=0, dtype="float64")
            vectors = vectors - mean
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        mean = np.asarray(mean)
        self.count = count
        # As the file has them, in half precision: a run that is read again finds the same neighbours.
        self.known = self._held("vectors", vectors.astype("float16"), "float32")
        self.mean = self._held("mean", mean, "float32")
        self.texts = self._held("texts", texts, "int32")
        self.built = True

    def _held(self, name: str, values: np.ndarray, dtype: str):
        weight = self.add_weight(values.shape, initializer="zeros", dtype=dtype, trainable=False, name=name)
        weight.assign(values)
        return weight

    def save(self, path: str | Path) -> None:
        """Write everything but `count` to a file of NumPy, `path`."""
        vectors, mean, texts = (ops.convert_to_numpy(one) for one in (self.known, self.mean, self.texts))
        with open(path, "wb") as file:
            np.savez(file, vectors=vectors.astype("float16"), mean=mean, texts=texts)

    @classmethod
    def load(cls, path: str | Path, count: int) -> "Neighbours":
        """Those of a file. Raises OSError, ValueError or KeyError where it is none."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["vectors"], file["texts"], count, file["mean"])

    def call(self, vectors, tokens, scores):
        vectors = ops.cast(vectors, "float32") - self.mean
        nearest = ops.top_k(ops.matmul(vectors, ops.transpose(self.known)), self.count)[1]
        shape = ops.shape(self.texts)
        texts = ops.reshape(ops.take(self.texts, nearest, axis=0), (-1, self.count * shape[1], shape[2]))
        # One record at a time: all pairs of places of all pairs of texts are many.
        likeness = ops.map(lambda pair: mean_f1(*pair), (tokens, texts))
        return ops.where(scores > HIDDEN / 2, likeness + WEIGHT * scores, HIDDEN)

    def compute_output_shape(self, vectors_shape, tokens_shape, scores_shape):
        return scores_shape

    def get_config(self):
        vectors, mean, texts = (ops.convert_to_numpy(one).tolist() for one in (self.known, self.mean, self.texts))
        return {**super().get_config(), "vectors": vectors, "texts": texts, "count": self.count, "mean": mean}

    def order(self, vectors, tokens, scores, complete, end: int):
        """What a search has found, see `models.decoding.beam_search`, by falling new scores; `end` ends texts."""
        scores = self(vectors, ops.where(ops.equal(tokens, end), 0, tokens), scores)
        scores, order = ops.top_k(scores, ops.shape(scores)[1])
        return rows(tokens, order), scores, rows(complete, order)


def mean_f1(candidates, texts):
    """The mean over n and over texts of the F1 of the n-grams of candidates, each as often as it is in both.

    Args:
        candidates: int (candidates, length), 0 after the last token.
        texts: int (texts, length); a text of zeros is none.

    Returns:
        float32 (candidates,) in [0, 1].
    """
    equal = ops.equal(candidates[:, :, None, None], texts)  # candidate, place, text, place
    equal = ops.logical_and(equal, ops.not_equal(candidates, 0)[:, :, None, None])
    own = ops.equal(candidates[:, :, None], candidates[:, None, :])
    lengths, text_lengths = (ops.sum(ops.cast(ops.not_equal(one, 0), "int32"), axis=1) for one in (candidates, texts))
    same, repeated, total = equal, own, 0.0
    for n in range(1, LONGEST + 1):
        if n > 1:
            same = ops.logical_and(same[:, :-1, :, :-1], equal[:, n - 1 :, :, n - 1 :])
            repeated = ops.logical_and(repeated[:, :-1, :-1], own[:, n - 1 :, n - 1 :])
        # An n-gram that was there so many times before needs more than so many in the text.
        before = ops.sum(ops.tril(ops.cast(repeated, "int32"), -1), axis=-1)
        found = ops.sum(ops.cast(same, "int32"), axis=-1) > before[:, :, None]
        grams = ops.maximum(lengths - n + 1, 0)[:, None] + ops.maximum(text_lengths - n + 1, 0)
        shared = ops.sum(ops.cast(found, "float32"), axis=1)
        total = total + 2 * shared / ops.cast(ops.maximum(grams, 1), "float32")
    there = ops.cast(text_lengths > 0, "float32")
    return ops.sum(total * there, axis=1) / ops.maximum(ops.sum(there), 1.0) / LONGEST
