"""Yields batches `(x float32, y int32)` of prepared records: the one place that orders cache, shuffle, batch, prefetch.

The deterministic part of preparing (decoding, resizing, encoding) is done once and kept in memory where it fits,
else per batch; of evaluation, which comes every epoch, small batches are kept whole. Then, for training: order of the
epoch, gather, augmentation, the rest of preparing. The order of epoch e depends on (seed, e) alone, and the
augmentation on (seed, e, step), so a run can go on where it stopped.

tf.data's autotuner stays off: with it about one short epoch in four waits for its next tick. Parallelism is given
as numbers.
`stateless_shuffle` makes the order: `index_shuffle` needs no memory, but its orders of neighbouring epochs correlate.
"""

from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf

from cli.errors import UserError
from data.images.images import CORES, ImagePrepare
from data.text.text_batches import TextBatches
from data.text.text_prepare import TextPrepare

MEMORY_LIMIT = 2 * 1024**3  # bytes of records that may be kept, as prepared once
CACHE_LIMIT = MEMORY_LIMIT // 8  # bytes of evaluation batches that may be kept
MOST_VALUES = 2**26  # of an evaluation batch: 268 MB, and ten times that in a convolutional network
SHUFFLE_STREAM, AUGMENT_STREAM = 0, 1
_answering = WeakKeyDictionary()  # trained model -> the same, which answers batch by batch


def fits_in_memory(split, prepare):
    """Says whether the prepared records of `split` are kept in memory."""
    per_record = int(np.prod(prepare.input_shape)) * (1 if isinstance(prepare, ImagePrepare) else 4)
    return len(split) * per_record <= MEMORY_LIMIT


def fits_in_cache(split, prepare):
    """Says whether the batches of `split` are kept when they are evaluated.

    tf.data takes 16 ms to begin a pass over functions, and Keras begins two for each validation: a tenth and more of an
    epoch of few rows. A pass over kept batches begins in less than one.
    """
    return len(split) * int(np.prod(prepare.input_shape)) * 4 <= CACHE_LIMIT


def fixed_part(split, prepare):
    """Returns `prepare.fixed` of a whole split, computed once per split: (N, ...) array; of images a view; of texts
    `RaggedRows`."""
    if isinstance(prepare, ImagePrepare):
        return np.asarray(_fixed_images(split, prepare))
    key = id(prepare)
    if key not in split.fixed:
        split.fixed[key] = (prepare, prepare.fixed(split.inputs))
    return split.fixed[key][1]


def _fixed_images(split, prepare):
    """The same as a tensor, the only copy that is kept: uint8 (N, height, width, channels)."""
    key = (prepare.input_shape, prepare.bits)
    if key not in split.fixed:
        with tf.device("CPU:0"):
            split.fixed[key] = tf.constant(prepare.fixed(split.inputs, split.origins))
    return split.fixed[key]


def batches(
    split,
    prepare,
    batch_size,
    *,
    seed=None,
    first_epoch=0,
    first_step=0,
    epochs=1,
    steps_per_epoch=None,
    augment=None,
    reconstruct=False,
    prefetch=4,
):
    """Returns a dataset of `(x, y)`: x float32 (batch, *prepare.input_shape), y of the dtype of the labels (batch,).
    Of texts x is a dict, see `RaggedRows.filled`, of a few lengths.

    Args:
        split: the records.
        prepare: their preparing function.
        batch_size: records per batch; at most the size of the split when training, fewer large ones in evaluation.
        seed: int for training: shuffled, static batch shape, the rest of each epoch that fills no batch is dropped
            (another rest each epoch). None for evaluation: every row once, in order; texts by their length.
        first_epoch: training starts with this epoch.
        first_step: of that epoch, so many batches are left out.
        epochs: training ends before this epoch; one continuous dataset holds all epochs between.
        steps_per_epoch: batches per training epoch; by default as many as the rows fill, and never more.
        augment: an `Augmentation` for training batches of images, or None.
        reconstruct: True gives `(x, x)`: the record, as augmented, is its own target.
        prefetch: batches prepared ahead.

    Raises:
        UserError: the split is empty, or the batch size is not positive.
    """
    if len(split) == 0:
        raise UserError("`split` must hold at least one record. Received: an empty split")
    if batch_size < 1:
        raise UserError(f"`batch_size` must be a positive integer. Received: batch_size={batch_size}")
    if augment is not None and seed is None:
        raise UserError("`augment` varies training batches only and needs a `seed`. Received: seed=None")
    if isinstance(prepare, TextPrepare):
        return TextBatches.of(fixed_part(split, prepare), split.labels).dataset(
            batch_size,
            seed=seed,
            first_epoch=first_epoch,
            first_step=first_step,
            epochs=epochs,
            steps_per_epoch=steps_per_epoch,
            prefetch=prefetch,
        )
    with tf.device("CPU:0"):
        if seed is None:
            dataset = _in_order(split, prepare, batch_size)
        else:
            batch_size = min(batch_size, len(split))
            steps = min(steps_per_epoch or len(split), len(split) // batch_size)
            dataset = _shuffled(split, prepare, batch_size, steps, seed, (first_epoch, first_step), epochs, augment)
        if reconstruct:
            dataset = dataset.map(lambda x, _: (x, x))
        if seed is None and fits_in_cache(split, prepare):
            dataset = dataset.cache()
        options = tf.data.Options()
        options.autotune.enabled = False
        options.deterministic = True
        return dataset.prefetch(prefetch).with_options(options)


def outputs(model, split, prepare, batch_size):
    """What a functional `keras.Model` gives for each row of a split, in its order: array (N, ...)."""
    # Compiled for training a model answers several batches in a call, with a copy of the network in its graph for each.
    # Of the same layers and kept, so that no split has to write the graph anew.
    if model not in _answering:
        _answering[model] = keras.Model(model.input, model.output)
    found = np.asarray(_answering[model].predict(batches(split, prepare, batch_size), verbose=0))
    if isinstance(prepare, TextPrepare):
        return found[np.argsort(fixed_part(split, prepare).by_length)]
    return found


def _in_order(split, prepare, batch_size):
    rows = len(split)
    batch_size = min(batch_size, max(MOST_VALUES // int(np.prod(prepare.input_shape)), 1))
    starts = tf.data.Dataset.range(0, rows, batch_size)
    indices = starts.map(lambda start: tf.range(start, tf.minimum(start + batch_size, rows)))
    fixed = _gathered(indices, split, prepare, batch_size)
    return fixed.map(lambda index, x, y: (prepare.finish(x), y))


def _shuffled(split, prepare, batch_size, steps, seed, start, epochs, augment):
    rows = len(split)
    first_epoch, first_step = start

    def order(epoch):
        shuffled = tf.random.experimental.stateless_shuffle(tf.range(rows), _seed(seed, SHUFFLE_STREAM, epoch))
        indices = tf.reshape(shuffled[: steps * batch_size], [steps, batch_size])
        return tf.data.Dataset.from_tensor_slices(indices[tf.where(epoch == first_epoch, first_step, 0) :])

    def finished(step, gathered):
        _, x, y = gathered
        if augment is not None:
            x = augment(x, _seed(seed, AUGMENT_STREAM, step))
        return prepare.finish(x), y

    indices = tf.data.Dataset.range(first_epoch, epochs).flat_map(order)
    gathered = _gathered(indices, split, prepare, batch_size)
    numbered = gathered.enumerate(start=first_epoch * steps + first_step)
    return numbered.map(finished, num_parallel_calls=CORES if augment is not None else None)


def _seed(seed, stream, position):
    """Two independent streams of random numbers from one seed: int64 (2,)."""
    stream = tf.constant([seed, stream], tf.int64)
    return tf.cast(tf.random.experimental.stateless_fold_in(stream, tf.cast(position, tf.int64)), tf.int64)


def _gathered(indices, split, prepare, batch_size):
    """Index batches -> `(indices, fixed records, labels)`: from memory, from files, or prepared per batch."""
    labels = tf.constant(split.labels)
    if fits_in_memory(split, prepare):
        is_image = isinstance(prepare, ImagePrepare)
        fixed = _fixed_images(split, prepare) if is_image else tf.constant(fixed_part(split, prepare))
        return indices.map(lambda index: (index, tf.gather(fixed, index), tf.gather(labels, index)))
    if not isinstance(prepare, ImagePrepare):
        raw = {name: tf.constant(values) for name, values in split.inputs.items()}

        def encoded(index):
            return index, prepare.graph({n: tf.gather(v, index) for n, v in raw.items()}), tf.gather(labels, index)

        return indices.map(encoded, num_parallel_calls=CORES)
    values = tf.constant(split.inputs["image"].tolist(), tf.string)
    one = prepare.reader(split.inputs["image"])

    def decoded(index):
        return index, one(tf.gather(values, index)), tf.gather(labels, index)

    static = indices.element_spec.shape[0] is not None
    records = indices.unbatch().map(decoded, num_parallel_calls=CORES)
    return records.batch(batch_size, drop_remainder=static)
