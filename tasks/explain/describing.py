"""What the picture classifier learns beside the class: which words people use of a picture.

Two species that differ in a crown are two classes of a few dozen pictures; that the crown is red is written below
hundreds. The paper's classifier has learned from a million other pictures instead.
"""

import keras
import numpy as np
from keras import ops

MOST = 400  # words and pairs of words, the most frequent ones
WEIGHT = 0.3  # of their cross-entropy, the sum over all, beside that of the class


def phrases(sentences: list[list[str]]):
    """The words and pairs of words that are most frequent in the sentences of pictures, a `CountVectorizer`."""
    from sklearn.feature_extraction.text import CountVectorizer

    found = CountVectorizer(ngram_range=(1, 2), binary=True, max_features=MOST, token_pattern=r"\w+|[^\w\s]+")  # noqa: S106
    return found.fit([text for some in sentences for text in some])


def labels(classes: np.ndarray, sentences: list[list[str]], known) -> np.ndarray:
    """The class of each picture, then the share of its sentences that have each phrase: float32 (N, 1 + phrases).

    Args:
        classes: int (N,).
        sentences: Of each picture, at least one.
        known: Of `phrases`.
    """
    counts = known.transform([text for some in sentences for text in some])
    ends = np.cumsum([0, *map(len, sentences)])
    shares = [np.asarray(counts[start:end].mean(axis=0)) for start, end in zip(ends, ends[1:], strict=False)]
    return np.concatenate([classes[:, None], np.concatenate(shares)], axis=1).astype(np.float32)


def describing(classifier: keras.Model) -> keras.Model:
    """From pictures to logits of classes, then of phrases, (batch, classes + phrases), by the weights of a classifier
    of `models.explainer`."""
    logits = [classifier.get_layer(name).output for name in ("class_logits", "phrase_logits")]
    both = keras.layers.Concatenate(name="class_and_phrases", dtype="float32")(logits)
    return keras.Model(classifier.input, both, name="describing")


class ClassAndPhrases(keras.losses.Loss):
    """Cross-entropy of the class, and `WEIGHT` times the sum of the binary ones of the phrases.

    Args:
        classes: How many there are.

    Call arguments:
        y_true: Of `labels`, (batch, 1 + phrases).
        y_pred: Logits (batch, classes + phrases).
    """

    def __init__(self, classes: int):
        super().__init__(name="class_and_phrases")
        self.classes = classes

    def call(self, y_true, y_pred):
        logits, told = y_pred[:, : self.classes], y_pred[:, self.classes :]
        right = ops.cast(y_true[:, 0], "int32")
        of_class = keras.losses.sparse_categorical_crossentropy(right, logits, from_logits=True)
        of_phrases = ops.binary_crossentropy(y_true[:, 1:], told, from_logits=True)
        return of_class + WEIGHT * ops.sum(of_phrases, axis=-1)

    def accuracy(self, y_true, y_pred):
        """Whether the class is right, 0 or 1 (batch,): a metric."""
        found = ops.argmax(y_pred[:, : self.classes], axis=-1)
        return ops.cast(ops.equal(ops.cast(y_true[:, 0], "int32"), ops.cast(found, "int32")), "float32")
