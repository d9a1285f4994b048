"""What is waited for is counted: a slow dataset, not a slow step; the batches stay as they are."""

import time

import numpy as np
import pytest
import tensorflow as tf

from training.waiting import Waiting, verdict


def slow(seconds):
    """A dataset of ten batches of which each takes so long to make."""

    def sleep(number):
        time.sleep(seconds)
        return number

    return tf.data.Dataset.range(10).map(lambda number: tf.py_function(sleep, [number], tf.int64))


def test_a_slow_dataset_is_waited_for():
    waiting = Waiting()
    seen = [int(number) for number in waiting.timed(slow(0.02))]
    assert seen == list(range(10))
    assert 0.2 <= waiting.seconds < 60
    waiting.start()
    assert waiting.seconds == 0.0


def test_a_slow_step_is_not():
    waiting = Waiting()
    ready = tf.data.Dataset.range(10).cache()
    list(ready)
    for _ in waiting.timed(ready):
        time.sleep(0.05)
    assert waiting.seconds < 0.25  # of half a second


def test_batches_made_ahead_are_waited_for_only_where_they_are_late():
    waiting = Waiting()
    for number in waiting.timed(slow(0.01).prefetch(10)):
        time.sleep(0.1 if number == 0 else 0.02)
    assert waiting.seconds < 0.15  # the first; the others were made meanwhile


def test_structure_and_shapes_stay():
    batch = ({"a": np.ones((4, 3), "float32"), "b": np.arange(4)}, np.zeros(4, "int32"))
    dataset = tf.data.Dataset.from_tensors(batch).repeat(2)
    timed = Waiting().timed(dataset)
    assert timed.element_spec == dataset.element_spec
    assert len(list(timed)) == 2


@pytest.mark.parametrize(("share", "expected"), [(0.0, "compute-bound"), (0.1, "compute-bound"), (0.3, "input-bound")])
def test_verdict(share, expected):
    assert verdict(share) == expected
