"""A captioner as a SavedModel: the bytes of image files in, captions out, with backbone, dictionary and search inside.

Everything is made of TensorFlow's own operations, so any loader runs it. Signatures:

    serving_default  image (N,)                          caption, score, complete: (N,)
    n_best           image (N,), beams, length_penalty   caption, score, complete: (N, beams), the best first
    attention        image (N,)                          caption (N,), pieces (N, T), attention (N, T, rows, columns):
                                                         where in the image each piece looked

An image is the content of a file that `data.images.file_structure.TAKEN` names, of any size; another one fails with a
message. `score` is the log probability divided by the number of tokens ** length penalty; where the captions of similar
training images decide, see `layers.Neighbours`. `complete` is false where a caption has come to the limit of its length
without an end. Pieces of the end and after it are empty, and look nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.images.images import ImagePrepare
from data.text.subwords import END, PADDING, START, Subwords
from export import found_texts
from export.errors import ExportError
from export.found_texts import TOKENS, TOLERANCE
from export.saved_model import require_exportable
from models.captioner import Captioner


@dataclass(frozen=True)
class CaptionExport:
    """What goes into the SavedModel.

    Attributes:
        model: `keras.Model` from images, of a recipe of captioning, computing in float32.
        prepare: `ImagePrepare`.
        subwords: `Subwords`.
        beams, length_penalty: Of `serving_default` and `attention`.
        no_repeat: Of all signatures, see `models.decoding_settings.DecodingSettings`.
        neighbours: `layers.Neighbours` that order captions, or None.
        longest: Most tokens of a caption.
    """

    model: object
    prepare: ImagePrepare
    subwords: Subwords
    beams: int
    length_penalty: float
    longest: int
    no_repeat: int = 0
    neighbours: object | None = None

    def write(self, path: str | Path) -> None:
        """Write the SavedModel `path`. Raises ExportError on another backend than TensorFlow, or half precision."""
        import tensorflow as tf

        require_exportable(self.model)
        parts = Captioner.of(self.model, self.neighbours)
        limits = {"length": self.longest, "no_repeat": self.no_repeat}

        def best(pixels):
            found = parts.search(pixels, TOKENS, beams=self.beams, length_penalty=self.length_penalty, **limits)
            return [part[:, 0] for part in found]

        def serving_default(image):
            return self._answer(*best(self.prepare({"image": image})))

        def n_best(image, beams, length_penalty):
            pixels = self.prepare({"image": image})
            return self._answer(*parts.search(pixels, TOKENS, beams=beams, length_penalty=length_penalty, **limits))

        def attention(image):
            pixels = self.prepare({"image": image})
            found = best(pixels)
            tokens = found[0][:, : tf.reduce_max(tf.reduce_sum(tf.cast(found[0] != PADDING, tf.int32), 1), 0)]
            before = tf.concat([tf.fill([tf.shape(tokens)[0], 1], START), tokens[:, :-1]], axis=1)
            weights = parts.attention(pixels, before)
            written = (tokens != PADDING) & (tokens != END)
            weights *= tf.cast(written, weights.dtype)[..., None]
            pieces = tf.constant(["", *self.subwords.pieces[1:]])
            return {
                "caption": self._answer(*found)["caption"],
                "pieces": tf.where(written, tf.gather(pieces, tokens), ""),
                "attention": tf.reshape(weights, [*tf.unstack(tf.shape(weights)[:2]), *parts.grid]),
            }

        pixel = tf.io.encode_png(np.zeros((1, 1, 3), np.uint8)).numpy()
        found_texts.save(path, "image", pixel, serving_default, n_best, attention)

    def _answer(self, tokens, scores, complete):
        """Answers of one shape, of tokens (..., length)."""
        import tensorflow as tf

        flat = tf.reshape(tokens, [-1, tf.shape(tokens)[-1]])
        texts = tf.reshape(self.subwords.graph.detokenize(flat), tf.shape(scores))
        return {"caption": texts, "score": scores, "complete": complete}

    def check(
        self,
        path: Path,
        images: np.ndarray,
        expected: dict[str, np.ndarray],
        maps: list,
        alone: Callable[[int], tuple[dict[str, np.ndarray], list]] | None = None,
    ) -> dict[str, float]:
        """Run the SavedModel in fresh processes, in Python and through `saved_model_cli`, and compare.

        Args:
            path: The SavedModel.
            images: Bytes of image files, objects (N,).
            expected: What the suite's own captioner gives for them: caption, objects, and score and complete, each
                (N, beams), the best first.
            maps: For each image pieces and where each looked, as it finds them.
            alone: Function of the number of an image that gives both for it in a batch of its own.

        Returns:
            Loader to the largest difference of a number.

        Raises:
            ExportError: Another caption, a larger difference, or a loader that fails.
        """
        scalars = {"beams": np.int32(self.beams), "length_penalty": np.float32(self.length_penalty)}
        return found_texts.check(path, {"image": images}, scalars, expected, maps, _compare_maps, alone)


def _compare_maps(maps: list, outputs: dict[str, np.ndarray], what: str) -> float:
    """Largest difference of attention weights. Raises ExportError above `TOLERANCE`, or on other pieces."""
    largest = 0.0
    for row, (pieces, weights) in enumerate(maps):
        given = [piece.decode() for piece in outputs["pieces"][row] if piece]
        if given != list(pieces)[: len(given)] or len(given) < len(pieces) - 1:
            raise ExportError(f"{what}: refused, pieces of record {row} are {given}, expected {list(pieces)}")
        difference = float(np.max(np.abs(outputs["attention"][row, : len(given)] - weights[: len(given)]), initial=0.0))
        if not difference <= TOLERANCE:
            raise ExportError(f"{what}: refused, attention of record {row} differs by {difference:.1e}")
        largest = max(largest, difference)
    return largest
