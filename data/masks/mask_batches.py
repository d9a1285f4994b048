"""Yields batches of pictures and their classes: random crops for training, whole pictures for evaluation.

Pictures are decoded and scaled once and kept in memory as they are (uint8) where they fit, else read per batch. All lie
on one canvas, the smallest that holds each; beyond a picture it is mirrored there, and void. The order of epoch e
depends on (seed, e) alone, and the crops on (seed, e, step), so a run can go on where it stopped.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from cli.errors import UserError
from data.images.images import CORES
from data.masks.masked_images import VOID, MaskedImages, size_of
from data.masks.picture import PicturePrepare
from data.masks.resizing import folded, nearest

MEMORY_LIMIT = 2 * 1024**3  # bytes of pictures and masks that may be kept
MOST_PIXELS = 2**20  # of a batch of evaluation: six pictures of 480x360
MULTIPLE = 32  # of both sides, that a network can halve and double them
SHUFFLE_STREAM, CROP_STREAM = 0, 1


def padded(length: int) -> int:
    """The least multiple of `MULTIPLE` that is no smaller."""
    return -(-int(length) // MULTIPLE) * MULTIPLE


def on_canvas(values: np.ndarray, size: tuple[int, int], fill: int | None = None) -> np.ndarray:
    """(height, width, ...) -> (*size, ...), the picture at the top left; beyond it mirrored, or `fill`."""
    height, width = values.shape[:2]
    if fill is None:
        return values[folded(size[0], height)[:, None], folded(size[1], width)]
    whole = np.full((*size, *values.shape[2:]), fill, values.dtype)
    whole[:height, :width] = values
    return whole


class MaskBatches:
    """Batches of one split.

    Args:
        split: `MaskedImages`.
        prepare: `PicturePrepare`.
    """

    def __init__(self, split: MaskedImages, prepare: PicturePrepare):
        if not len(split):
            raise UserError("`split` must hold at least one picture. Received: none")
        self.split, self.prepare = split, prepare
        own = [size_of(one) for one in split.masks]
        self.sizes = np.array([prepare.size(*one) for one in own], np.int32)  # (N, 2)
        self.scaled = int(np.any(self.sizes != own, axis=1).sum())  # pictures that are made smaller
        self.canvas = tuple(padded(side) for side in self.sizes.max(0))

    @property
    def fits_in_memory(self) -> bool:
        return len(self.split) * int(np.prod(self.canvas)) * 4 <= MEMORY_LIMIT

    def one(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Picture uint8 (*canvas, 3) and classes uint8 (*canvas, 1)."""
        pixels = self.prepare(self.split.images[row], self.split.origins[row])
        classes = nearest(self.split.truth(row), pixels.shape[:2])
        return on_canvas(pixels, self.canvas), on_canvas(classes, self.canvas, VOID)[..., None]

    def everything(self):
        """All pictures uint8 (N, *canvas, 3) and classes (N, *canvas, 1), as tensors, made once for a split."""
        key = (self.canvas, self.prepare.longest, self.prepare.bits)
        if key not in self.split.fixed:
            pictures = np.empty((len(self.split), *self.canvas, 3), np.uint8)
            classes = np.empty((len(self.split), *self.canvas, 1), np.uint8)

            def put(row):
                pictures[row], classes[row] = self.one(row)

            with ThreadPoolExecutor(CORES) as pool:
                list(pool.map(put, range(len(self.split))))
            with tf.device("CPU:0"):
                self.split.fixed[key] = tf.constant(pictures), tf.constant(classes)
        return self.split.fixed[key]

    def training(
        self,
        batch_size: int,
        side: int,
        augment,
        *,
        seed: int,
        epochs: int,
        steps_per_epoch: int,
        first_epoch: int = 0,
        first_step: int = 0,
        every: int = 1,
    ):
        """A dataset of `(x, y)`: crops float32 (batch, side, side, 3), classes uint8 (batch, side / every, ...).

        Args:
            batch_size: Crops in a batch; at most the pictures of the split.
            side: Of the crops, in pixels.
            augment: `MaskAugmentation`.
            seed: Of order and crops.
            epochs: Training ends before this epoch; one dataset holds all epochs between.
            steps_per_epoch: Batches of an epoch.
            first_epoch, first_step: Where it begins.
            every: Classes of every so many pixels in each direction.
        """
        rows, steps = len(self.split), steps_per_epoch

        def order(epoch):
            shuffled = tf.random.experimental.stateless_shuffle(tf.range(rows), _seed(seed, SHUFFLE_STREAM, epoch))
            indices = tf.reshape(shuffled[: steps * batch_size], [steps, batch_size])
            return tf.data.Dataset.from_tensor_slices(indices[tf.where(epoch == first_epoch, first_step, 0) :])

        sizes = tf.constant(self.sizes)
        if self.fits_in_memory:
            pictures, classes = self.everything()

            def held(index):
                return pictures, classes, index
        else:

            def held(index):
                return *self._read(index, batch_size), tf.range(batch_size)

        def crops(step, index):
            pictures, classes, places = held(index)
            key = _seed(seed, CROP_STREAM, step)
            x, y = augment(pictures, classes, places, tf.gather(sizes, index), side, key)
            return x, y[:, every // 2 :: every, every // 2 :: every]

        with tf.device("CPU:0"):
            indices = tf.data.Dataset.range(first_epoch, epochs).flat_map(order)
            numbered = indices.enumerate(start=first_epoch * steps + first_step)
            return _finished(numbered.map(crops, num_parallel_calls=CORES))

    def evaluation(self, every: int = 1):
        """A dataset of `(x, y)`, each picture once, in order: float32 (batch, *canvas, 3), uint8 (batch, *canvas)."""
        rows = len(self.split)
        size = max(MOST_PIXELS // int(np.prod(self.canvas)), 1)
        held = self.everything() if self.fits_in_memory else ()

        def whole(start):
            index = tf.range(start, tf.minimum(start + size, rows))
            if held:
                pictures, classes = tf.gather(held[0], index), tf.gather(held[1], index)
            else:
                pictures, classes = self._read(index, None)
            return tf.cast(pictures, tf.float32), classes[:, every // 2 :: every, every // 2 :: every, 0]

        with tf.device("CPU:0"):
            return _finished(tf.data.Dataset.range(0, rows, size).map(whole, num_parallel_calls=CORES))

    def _read(self, index, count: int | None):
        """Pictures and classes of the rows `index`, read from their files."""

        def some(rows):
            found = [self.one(row) for row in rows]
            return np.stack([picture for picture, _ in found]), np.stack([classes for _, classes in found])

        pictures, classes = tf.numpy_function(some, [index], [tf.uint8, tf.uint8], stateful=False)
        shape = (count, *self.canvas)
        return tf.ensure_shape(pictures, (*shape, 3)), tf.ensure_shape(classes, (*shape, 1))


def _finished(dataset):
    options = tf.data.Options()
    options.autotune.enabled = False
    options.deterministic = True
    return dataset.prefetch(4).with_options(options)


def _seed(seed: int, stream: int, position):
    """Two independent streams of random numbers from one seed: int64 (2,)."""
    both = tf.constant([seed, stream], tf.int64)
    return tf.cast(tf.random.experimental.stateless_fold_in(both, tf.cast(position, tf.int64)), tf.int64)
