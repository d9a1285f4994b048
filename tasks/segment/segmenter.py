"""From a picture of any size to a class and a confidence for each of its pixels.

A picture is answered whole, or in tiles: pieces of one size, half over each other, whose probabilities are averaged
with Gaussian weights, so that the edge of a piece, which sees less, counts least (Isensee et al. 2021, nnU-Net). Sides
that are no multiple of 32 are filled up on both ends with the mirror image, and cut off again.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from data.errors import DataError
from data.masks.resizing import enlarged

AT_ONCE = 2**24  # probabilities that are enlarged at once
MOST = 2**30  # probabilities of a picture as the network sees it: 4 GB


@dataclass(frozen=True)
class Answer:
    """What a network says of a picture.

    A photograph of 12 million pixels and 150 classes would have 7 GB of probabilities at its own size: they are kept at
    the size that the network saw, and enlarged some rows at a time.

    Attributes:
        size: Height and width of the file.
        found: Probabilities float32 (rows, columns, K) at the size that the network saw.
    """

    size: tuple[int, int]
    found: np.ndarray

    def strips(self):
        """Yields rows of the file, as slices, and their probabilities (rows, width, K)."""
        height, width = self.size
        count = max(AT_ONCE // (width * self.found.shape[-1]), 1)
        for start in range(0, height, count):
            rows = slice(start, min(start + count, height))
            yield rows, enlarged(self.found, self.size, rows)

    @cached_property
    def _best(self) -> tuple[np.ndarray, np.ndarray]:
        ids, confidence = np.empty(self.size, np.uint8), np.empty(self.size, np.float32)
        for rows, strip in self.strips():
            ids[rows] = strip.argmax(-1)
            confidence[rows] = strip.max(-1)
        return ids, confidence

    @property
    def ids(self) -> np.ndarray:
        """The most probable class of each pixel, uint8 (height, width)."""
        return self._best[0]

    @property
    def confidence(self) -> np.ndarray:
        """Its probability, float32 (height, width)."""
        return self._best[1]

    def of(self, classes: np.ndarray) -> np.ndarray:
        """Probabilities float32 (height, width) of a class for each pixel, int (height, width)."""
        chosen = np.empty(self.size, np.float32)
        for rows, strip in self.strips():
            chosen[rows] = np.take_along_axis(strip, classes[rows][..., None], -1)[..., 0]
        return chosen

    @property
    def probabilities(self) -> np.ndarray:
        """All of them, float32 (height, width, K)."""
        return enlarged(self.found, self.size)


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

        Raises DataError on one that cannot be read, or whose probabilities would need more memory than `MOST`.
        """
        pixels = self.prepare.read(image, origin)
        height, width = self.prepare.size(*pixels.shape[:2])
        if (count := height * width * self.model.output_shape[-1]) > MOST:
            raise DataError(
                f"{origin or 'the picture'}: {height} x {width} pixels with {self.model.output_shape[-1]} classes have "
                f"{count:.2g} probabilities, which are more than memory should hold. Allowed: {MOST:.2g}. Scale the "
                "picture down, cut it, or train with `--image-size`, which scales down by itself."
            )
        return Answer(pixels.shape[:2], self.probabilities(np.asarray(self.prepare.scaled(pixels))))

    def probabilities(self, pixels: np.ndarray) -> np.ndarray:
        """Probabilities float32 (height, width, K) of a scaled picture, uint8 (height, width, 3)."""
        from data.masks.resizing import folded
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
