"""A network that finds the class of each pixel as a SavedModel: bytes of pictures in, masks at their own size out.

    serving_default  image (N,)     ids int32 (N, H, W), confidence float32 (N, H, W), size int32 (N, 2)

H and W are those of the largest of the pictures; `size` has the height and width of each, beyond which its ids are -1
and its confidences 0. `assets.extra/classes.json` has the names of the ids. Everything is made of TensorFlow's own
operations: scaling down, tiles, the mirror image, and scaling up to the size of the file.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from data.masks.mask_batches import MULTIPLE, on_canvas
from data.masks.tiles import SPREAD
from export import guard
from export.decoding import Decoding
from export.errors import ExportError
from export.saved_model import require_exportable
from export.signatures import for_any_number, save

OUTSIDE = -1
# A confidence is a sum over tiles, in another order, and tens of normalisations enlarge what float32 rounds: ENet after
# two epochs differs by 1.2e-5 between a picture alone and one among others, and its LiteRT file by 4.2e-5.
TOLERANCE = 1e-4
TIE = 2 * TOLERANCE  # two classes as close as this may swap places
# Unpooling puts a maximum where it was found, and of two neighbours that are equal but for rounding each runtime finds
# its own: a trained ENet on photographs of streets differs by more than TOLERANCE in 0.02% of the pixels.
STRAY = 1e-3
MOST_CORES = 2**22  # pixels of crops that LiteRT and ONNX files are checked on


@dataclass(frozen=True)
class SegmentationExport:
    """What goes into the SavedModel.

    Attributes:
        model: `keras.Model` from pixels of any size to logits, computing in float32.
        prepare: `PicturePrepare`.
        classes: Names of the ids.
        tile: Side of the pieces of larger pictures, None for none.
        flip_test: Whether the mirror image is answered, too.
    """

    model: Any
    prepare: Any
    classes: tuple[str, ...]
    tile: int | None
    flip_test: bool

    def write(self, path: str | Path) -> None:
        """Write the SavedModel `path`. Raises ExportError on another backend than TensorFlow, or half precision."""
        import tensorflow as tf

        require_exportable(self.model)

        def serve(images):
            size = tf.TensorSpec([2], tf.int32)
            sizes = tf.map_fn(lambda one: tf.shape(self.prepare.decode(one))[:2], images, fn_output_signature=size)
            most = tf.reduce_max(sizes, axis=0)
            specs = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.float32)
            ids, confidence = tf.map_fn(
                lambda one: self._answer(one, most), images, fn_output_signature=specs, parallel_iterations=1
            )
            return {"ids": ids, "confidence": confidence, "size": sizes}

        pixel = tf.io.encode_png(np.zeros((1, 1, 3), np.uint8)).numpy()
        anything = for_any_number(serve, pixel)
        spec = {"image": tf.TensorSpec([None], tf.string, name="image")}
        save({"serving_default": (lambda fields: anything(fields["image"]), (spec,))}, path)
        extra = Path(path) / "assets.extra"
        extra.mkdir(exist_ok=True)
        for name, content in (
            ("inputs", {"image": {"field": "image", "type": "string"}}),
            ("classes", list(self.classes)),
        ):
            text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
            (extra / f"{name}.json").write_text(text, encoding="utf-8")

    def _answer(self, content, most):
        """Ids and confidences of one file, filled up to the size `most`."""
        import tensorflow as tf

        pixels = self.prepare.decode(content)
        size = tf.shape(pixels)[:2]
        found = self._probabilities(tf.cast(self.prepare.scaled(pixels), tf.float32))
        found = tf.cond(tf.reduce_all(tf.shape(found)[:2] == size), lambda: found, lambda: tf.image.resize(found, size))
        rest = [[0, most[0] - size[0]], [0, most[1] - size[1]]]
        ids = tf.pad(tf.argmax(found, -1, tf.int32), rest, constant_values=OUTSIDE)
        return ids, tf.pad(tf.reduce_max(found, -1), rest)

    def _probabilities(self, pixels):
        """float32 (height, width, 3) -> (height, width, K)."""
        import tensorflow as tf

        height, width = tf.unstack(tf.shape(pixels)[:2])
        rows, columns = self._windows(height), self._windows(width)
        whole = tf.gather(pixels, _folded(rows.padded, height, rows.before), axis=0)
        whole = tf.gather(whole, _folded(columns.padded, width, columns.before), axis=1)
        if self.tile is None:
            found = self._of(whole)
        else:
            found = self._in_tiles(whole, rows, columns)
        return found[rows.before : rows.before + height, columns.before : columns.before + width]

    def _in_tiles(self, whole, rows, columns):
        import tensorflow as tf

        across = tf.shape(columns.starts)[0]
        weights = rows.weights[:, None, None] * columns.weights[None, :, None]

        def step(number, found, total):
            top, left = rows.starts[number // across], columns.starts[number % across]
            rest = [[top, rows.padded - top - rows.size], [left, columns.padded - left - columns.size], [0, 0]]
            part = self._of(whole[top : top + rows.size, left : left + columns.size])
            return number + 1, found + tf.pad(weights * part, rest), total + tf.pad(weights, rest)

        shape = [rows.padded, columns.padded]
        start = 0, tf.zeros([*shape, self.model.output_shape[-1]]), tf.zeros([*shape, 1])
        shapes = (
            tf.TensorShape([]),
            tf.TensorShape([None, None, self.model.output_shape[-1]]),
            tf.TensorShape([None, None, 1]),
        )
        _, found, total = tf.while_loop(
            lambda number, *_: number < tf.shape(rows.starts)[0] * across, step, start, shapes, parallel_iterations=1
        )
        return found / total

    def _windows(self, length):
        """`data.masks.tiles.windows` inside a graph, where the size of a picture is not known before."""
        import tensorflow as tf

        from data.masks.tiles import Windows

        size = -(-length // MULTIPLE) * MULTIPLE
        if self.tile is not None:
            size = tf.where(length <= self.tile, size, self.tile)
        whole = tf.maximum(size, length)
        count = 1 - (-(whole - size) // (size // 2))
        step = tf.cast(whole - size, tf.float64) / tf.cast(tf.maximum(count - 1, 1), tf.float64)
        starts = tf.cast(tf.floor(tf.cast(tf.range(count), tf.float64) * step + 0.5), tf.int32)
        side = tf.cast(size, tf.float64)
        places = (tf.cast(tf.range(size), tf.float64) - (side - 1) / 2) / (SPREAD * side)
        weights = tf.cast(tf.exp(-0.5 * places**2), tf.float32)
        return Windows(size, starts, (whole - length) // 2, whole, weights)

    def _of(self, pixels):
        import tensorflow as tf

        def softmax(some):
            return tf.nn.softmax(self.model(some[None], training=False)[0])

        found = softmax(pixels)
        return (found + softmax(pixels[:, ::-1])[:, ::-1]) / 2 if self.flip_test else found

    def check(self, path: Path, images: np.ndarray, segmenter) -> dict[str, float]:
        """Run the SavedModel in fresh processes, in Python and through `saved_model_cli`, and compare.

        Args:
            path: The SavedModel.
            images: Bytes of image files, objects (N,).
            segmenter: Function of such bytes to what the suite itself finds: ids, confidence and probabilities.

        Returns:
            Loader to the largest difference of a confidence.

        Raises:
            ExportError: Another id, but for ties; a larger difference; another size; or a loader that fails.
        """
        expected = [segmenter(image) for image in images]
        found: dict[str, float] = {}
        for way, _, rows, outputs in guard.run_saved_model(path, {"serving_default": {"image": images}}):
            what = f"{Path(path).name} {guard.WORDS[way]}"
            for place, row in enumerate(rows):
                given = {name: values[place] for name, values in outputs.items()}
                difference = compared(expected[row], given, f"{what}: refused, picture {row}")
                found[guard.TOOLS[way]] = max(found.get(guard.TOOLS[way], 0.0), difference)
        return found


def compared(expected, given: dict[str, np.ndarray], what: str) -> float:
    """The largest difference of a confidence of one picture. Raises ExportError where it is above `TOLERANCE`, or an id
    or the size is another."""
    height, width = expected.ids.shape
    if given["size"].tolist() != [height, width]:
        raise ExportError(f"{what} has size {given['size'].tolist()}, expected {[height, width]}")
    inside = np.s_[:height, :width]
    best = np.sort(expected.probabilities, axis=-1)
    sure = best[..., -1] - best[..., -2] >= TIE if best.shape[-1] > 1 else np.ones((height, width), bool)
    wrong = sure & (given["ids"][inside] != expected.ids)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ExportError(
            f"{what} has other ids at {wrong.sum()} pixels, such as {given['ids'][row, column]} at row {row}, column "
            f"{column}, expected {expected.ids[row, column]}"
        )
    if np.any(np.delete(given["ids"], np.s_[:width], 1) != OUTSIDE) or np.any(given["ids"][height:] != OUTSIDE):
        raise ExportError(f"{what} has ids beyond its size")
    difference = float(np.abs(given["confidence"][inside] - expected.confidence).max())
    if not difference <= TOLERANCE:
        raise ExportError(f"{what} has confidences that differ by {difference:.1e} (allowed: {TOLERANCE:.0e})")
    return difference


def _folded(count, length, before):
    """`data.masks.resizing.folded` inside a graph."""
    import tensorflow as tf

    period = tf.maximum(2 * length - 2, 1)
    places = (tf.range(count) - before) % period
    return tf.where(length > 1, tf.minimum(places, period - places), 0)


def of_size(model, side: int):
    """The same network for pictures of one size, as LiteRT and ONNX files have it."""
    import keras

    inputs = keras.Input((side, side, 3), name="inputs")
    return keras.Model(inputs, model(inputs), name=model.name)


class CropPrepare:
    """Pictures cut at their middle, or filled up by their mirror image, to the size of `of_size`."""

    def __init__(self, prepare, side: int):
        self.prepare, self.side = prepare, side

    def model_input(self, inputs) -> np.ndarray:
        """Pixels 0..255, float32 (n, side, side, 3), of the first of `{"image": bytes (N,)}`."""
        images = inputs["image"][: max(MOST_CORES // self.side**2, 1)]
        return np.stack([self._cut(self.prepare(image)) for image in images]).astype(np.float32)

    def _cut(self, pixels):
        start = [max(length - self.side, 0) // 2 for length in pixels.shape[:2]]
        return on_canvas(pixels[start[0] :, start[1] :][: self.side, : self.side], (self.side, self.side))


class PixelDecoding(Decoding):
    """Logits (N, height, width, K) to probabilities, for formats that take pixels.

    Args:
        unpools: Whether the network puts maxima back where they were found (`MaxUnpool2D`).
    """

    numeric_output: ClassVar[str] = "probabilities"
    tolerance: ClassVar[float] = TOLERANCE

    def __init__(self, unpools: bool = False):
        self.stray = STRAY if unpools else 0.0

    def numeric(self, logits):
        """Probabilities by backend-neutral operations."""
        import keras

        return keras.ops.softmax(keras.ops.cast(logits, "float32"), axis=-1)

    def reference(self, logits: np.ndarray) -> dict[str, np.ndarray]:
        """The same in NumPy and double precision."""
        powers = np.exp(logits.astype("float64") - logits.max(axis=-1, keepdims=True))
        return {"probabilities": powers / powers.sum(axis=-1, keepdims=True)}
