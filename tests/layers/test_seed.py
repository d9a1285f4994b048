"""ReplicaSeed on one device; and random layers and statistics on two replicas (in a process of its own)."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import layers

tensorflow_only = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.distribute is TensorFlow's")


def test_on_one_device_it_is_the_stock_generator():
    ours, stock = layers.ReplicaSeed(5), keras.random.SeedGenerator(5)
    for ordered in (True, True, False, True):
        np.testing.assert_array_equal(ours.next(ordered), stock.next(ordered))


@pytest.fixture(scope="module")
def replicas():
    """What `replicas.py` saw on two logical CPUs."""
    command = [sys.executable, "-m", "tests.layers.replicas"]
    result = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), timeout=600)
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.whole
@tensorflow_only
@pytest.mark.parametrize("name", ["Dropout", "ScaledDropout"])
def test_replicas_draw_different_masks(replicas, name):
    first, second = np.array(replicas[name]) > 0
    assert np.mean(first == second) == pytest.approx(0.5, abs=0.15)


@pytest.mark.whole
@tensorflow_only
def test_stock_dropout_has_the_fault_that_the_seed_ends(replicas):
    first, second = np.array(replicas["stock dropout"])
    np.testing.assert_array_equal(first, second)


@pytest.mark.whole
@tensorflow_only
@pytest.mark.parametrize("name", ["BatchNorm", "BatchNorm of images"])
def test_moving_statistics_are_the_mean_over_replicas(replicas, name):
    parts = np.split(np.array(replicas["x"]), 2)
    ours, stock = replicas[name], replicas["stock batch norm"]
    for mean in ours["means"]:  # on each replica the same
        np.testing.assert_allclose(mean, 0.5 * np.mean([part.mean(0) for part in parts], 0), rtol=1e-5)
    for variance in ours["variances"]:
        np.testing.assert_allclose(variance, 0.5 + 0.5 * np.mean([part.var(0) for part in parts], 0), rtol=1e-5)
    assert not np.allclose(*stock["means"])  # the fault in stock Keras


@pytest.mark.whole
@tensorflow_only
def test_synchronized_statistics_are_those_of_the_whole_batch(replicas):
    x = np.array(replicas["x"])
    synchronized = replicas["synchronized"]
    for mean, variance in zip(synchronized["means"], synchronized["variances"], strict=True):
        np.testing.assert_allclose(mean, 0.5 * x.mean(0), rtol=1e-5)
        np.testing.assert_allclose(variance, 0.5 + 0.5 * x.var(0), rtol=1e-5)
    outputs = np.concatenate(synchronized["outputs"])
    np.testing.assert_allclose(outputs, (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3), rtol=1e-3, atol=1e-4)


@pytest.mark.whole
@tensorflow_only
def test_two_replicas_learn_what_one_device_does(replicas):
    np.testing.assert_allclose(replicas["losses"], replicas["losses of one"], atol=1e-5)
    assert not np.allclose(replicas["losses apart"], replicas["losses of one"], atol=1e-3)  # else nothing were shown
