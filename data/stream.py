"""Batches of a generator as a tf.data dataset."""

from collections.abc import Callable, Iterator


def stream(
    batches: Callable[[], Iterator],
    inputs: dict[str, tuple],
    labels: list[tuple],
    count: int,
    *,
    finish: dict[str, Callable] | None = None,
    prefetch: int = 0,
):
    """Return a dataset of `count` batches, in their order, on the host.

    Args:
        batches: Function that gives an iterator of `(inputs, *labels)`, NumPy arrays.
        inputs: Name to dtype and shape of an input, None in a shape where it varies.
        labels: Of labels (and weights), in the same way.
        count: How many batches there are.
        finish: Name of an input to what is still done to it.
        prefetch: Batches made ahead; with 0 a batch is made when it is asked for, not before.
    """
    import tensorflow as tf

    def spec(dtype, shape):
        return tf.TensorSpec(shape, tf.as_dtype(dtype))

    def finished(given, *rest):
        return given | {name: function(given[name]) for name, function in finish.items()}, *rest

    with tf.device("CPU:0"):
        signature = ({name: spec(*one) for name, one in inputs.items()}, *(spec(*one) for one in labels))
        dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
        dataset = dataset.map(finished) if finish else dataset
        dataset = dataset.prefetch(prefetch) if prefetch else dataset
        options = tf.data.Options()
        options.autotune.enabled = False  # which would make batches ahead, too
        options.deterministic = True
        return dataset.with_options(options)
