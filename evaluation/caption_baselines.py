"""What captions images without a network: the figures that a trained one has to beat.

    score(train_values, train_captions, values, references, *, seed=0) -> list[CaptionBaseline]

The methods: one caption for all images, the most typical one, and the caption of the training image that looks most
alike. Beating the second shows that more is done than finding.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation import captioning
from evaluation.caption_words import words

TYPICAL, NEAREST = "the most typical training caption, for all", "a caption of the most similar training image"
MOST_CAPTIONS = 2000  # among which the most typical is looked for
COARSE = 8  # cells of a side that pixels are averaged to


@dataclass(frozen=True)
class CaptionBaseline:
    """One method: its captions and their `captioning.scores`."""

    name: str
    captions: tuple[str, ...]
    scores: dict[str, float]


def score(
    train_values: np.ndarray,
    train_captions: Sequence[Sequence[str]],
    values: np.ndarray,
    references: Sequence[Sequence[str]],
    *,
    seed: int = 0,
) -> list[CaptionBaseline]:
    """Captions N test images by each method and scores the result.

    Args:
        train_values: (M, rows, columns, channels), pixels or features of the training images.
        train_captions: Of each its captions.
        values, references: The same of the test images.
        seed: Of the draw of captions among which the most typical is.
    """
    one = typical(train_captions, seed)
    near = nearest(vectors(train_values), vectors(values))
    found = {TYPICAL: [one] * len(values), NEAREST: [train_captions[place][0] for place in near]}
    return [CaptionBaseline(name, tuple(made), captioning.scores(made, references)) for name, made in found.items()]


def typical(train_captions: Sequence[Sequence[str]], seed: int = 0) -> str:
    """The caption whose words and pairs of words are, on average, in the largest share of the others.

    Reference:
        Devlin et al. 2015, Exploring nearest neighbor approaches for image captioning (consensus captions).
    """
    texts = [caption for captions in train_captions for caption in captions]
    if len(texts) > MOST_CAPTIONS:
        texts = [texts[row] for row in np.random.default_rng(seed).choice(len(texts), MOST_CAPTIONS, replace=False)]
    grams = [_grams(words(text)) for text in texts]
    held = Counter(gram for some in grams for gram in some)
    lengths = np.array([len(some) for some in grams])
    # Of two captions of a and b n-grams, c in common, the F1 is 2 c / (a + b); the mean length stands for b.
    likeness = [sum(held[gram] for gram in some) / (len(some) + lengths.mean()) if some else 0.0 for some in grams]
    return texts[int(np.argmax(likeness))]


def vectors(values: np.ndarray) -> np.ndarray:
    """Vectors of length 1 of pixels (uint8), seen from afar, or of features, their mean over the image: (N, size)."""
    found = []
    for start in range(0, len(values), 256):
        part = np.asarray(values[start : start + 256], np.float32)
        if values.dtype == np.uint8:
            rows, columns = part.shape[1] // COARSE or 1, part.shape[2] // COARSE or 1
            part = part[:, : part.shape[1] // rows * rows, : part.shape[2] // columns * columns]
            part = part.reshape(len(part), part.shape[1] // rows, rows, -1, columns, part.shape[-1]).mean((2, 4))
            part = part.reshape(len(part), -1)
            part = part - part.mean(1, keepdims=True)
        else:
            part = part.mean((1, 2))
        found.append(part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9))
    return np.concatenate(found)


def nearest(train: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """For each vector (N, size) the row of the training vector with the largest product: (N,)."""
    parts = [vectors[start : start + 512] @ train.T for start in range(0, len(vectors), 512)]
    return np.concatenate([part.argmax(1) for part in parts])


def _grams(tokens: list[str]) -> frozenset:
    return frozenset(tokens) | frozenset(zip(tokens, tokens[1:], strict=False))
