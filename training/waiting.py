"""How long training waits for data.

Between the moment a batch is asked for and the moment it is there nothing is computed. tf.data measures that itself, in
about a microsecond, so that it costs nothing and works within calls of many updates, too. (Two clocks in functions
around the dataset cost 130 microseconds a batch, as long as a small update.)
"""

import itertools

import tensorflow as tf

INPUT_BOUND = 0.1  # share of the time; above it a faster device would gain little
NUMBERS, TAG = itertools.count(), "waiting"


class Waiting:
    """Sums up the seconds that batches of a dataset are waited for.

    Attributes:
        seconds: Of waiting, since `start`.
    """

    def __init__(self):
        with tf.device("CPU:0"):
            self._sums = tf.raw_ops.StatsAggregatorHandle(container="", shared_name=f"waiting_{next(NUMBERS)}")
        self._before = 0.0

    @property
    def seconds(self) -> float:
        return self._total() - self._before

    def start(self) -> None:
        """Count from zero."""
        self._before = self._total()

    def _total(self) -> float:
        with tf.device("CPU:0"):
            summary = tf.compat.v1.Summary.FromString(tf.raw_ops.StatsAggregatorSummary(iterator=self._sums).numpy())
        # The datasets inside add figures of their own. These are microseconds.
        return sum(value.histo.sum for value in summary.value if value.tag == TAG) / 1e6

    def timed(self, dataset: tf.data.Dataset) -> tf.data.Dataset:
        """The same batches; what it takes to get each is counted. Nothing may come behind that makes batches ahead."""
        specs = tf.nest.flatten(dataset.element_spec)
        form = {"output_types": [spec.dtype for spec in specs], "output_shapes": [spec.shape for spec in specs]}
        with tf.device("CPU:0"):
            variant = tf.data.experimental.to_variant(dataset)
            variant = tf.raw_ops.LatencyStatsDataset(input_dataset=variant, tag=TAG, **form)
            variant = tf.raw_ops.SetStatsAggregatorDataset(
                input_dataset=variant, stats_aggregator=self._sums, tag="", counter_prefix="", **form
            )
            return tf.data.experimental.from_variant(variant, dataset.element_spec)


def verdict(share: float) -> str:
    """What the share of time spent on waiting says."""
    return "input-bound" if share > INPUT_BOUND else "compute-bound"
