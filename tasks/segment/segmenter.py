"""From a picture of any size to a class and a confidence for each of its pixels.

A picture is answered whole, or in tiles: pieces of one size, half over each other, whose probabilities are averaged
with Gaussian weights, so that the edge of a piece, which sees less, counts least (Isensee et al. 2021, nnU-Net). Sides
that are no multiple of 32 are filled up on both ends with the mirror image, and cut off again.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Answer:
    """What a network says of a picture: ids uint8 and confidence float32 (height, width), at the size of its file, and
    probabilities float32 (height, width, K)."""

    ids: np.ndarray
    confidence: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True)
class Segmenter:
    """A network with what comes before and after it.

    Attributes:
        model: `keras.Model` from pixels to logits.
        prepare: `PicturePrepare`.
        tile: Side of the pieces of larger pictures; None answers all whole.
        flip_test: Whether the mirror image is answered, too.
    """

    model: Any
    prepare: Any
    tile: int | None = None
    flip_test: bool = False

    def __call__(self, image, origin: object = "") -> Answer:
        """The answer for a picture: a path, the bytes of a file, or uint8 (height, width, 3).

        Raises DataError on one that cannot be read.
        """
        from data.masks.picture import enlarged

        pixels = self.prepare.read(image, origin)
        found = enlarged(self.probabilities(np.asarray(self.prepare.scaled(pixels))), pixels.shape[:2])
        return Answer(found.argmax(-1).astype(np.uint8), found.max(-1), found)

    def probabilities(self, pixels: np.ndarray) -> np.ndarray:
        """Probabilities float32 (height, width, K) of a scaled picture, uint8 (height, width, 3)."""
        from data.masks.picture import folded
        from data.masks.tiles import windows

        height, width = pixels.shape[:2]
        rows, columns = (windows(side, self.tile) for side in (height, width))
        whole = pixels[
            folded(rows.padded, height, -rows.before)[:, None], folded(columns.padded, width, -columns.before)
        ].astype(np.float32)
        if len(rows.starts) == len(columns.starts) == 1:
            found = self._of(whole)
        else:
            shape = (rows.padded, columns.padded)
            total, found = (
                np.zeros((*shape, 1), np.float32),
                np.zeros((*shape, self.model.output_shape[-1]), np.float32),
            )
            weights = rows.weights[:, None, None] * columns.weights[None, :, None]
            for top in rows.starts:
                for left in columns.starts:
                    part = np.s_[top : top + rows.size, left : left + columns.size]
                    found[part] += weights * self._of(whole[part])
                    total[part] += weights
            found /= total
        return found[rows.before : rows.before + height, columns.before : columns.before + width]

    def _of(self, pixels: np.ndarray) -> np.ndarray:
        found = self._softmax(pixels)
        return (found + self._softmax(pixels[:, ::-1])[:, ::-1]) / 2 if self.flip_test else found

    def _softmax(self, pixels: np.ndarray) -> np.ndarray:
        logits = np.asarray(self.model.predict_on_batch(pixels[None])[0], np.float32)
        powers = np.exp(logits - logits.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True)
