"""Several devices train as one; machines that cannot train together are refused."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from training import hosts
from training.hosts import Hosts, HostsError

ROOT = Path(__file__).parent.parent.parent
on_jax = pytest.mark.skipif(keras.backend.backend() != "jax", reason="several devices train through JAX")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hosts": 0}, "`hosts` must be at least 1. Received: hosts=0"),
        ({"hosts": 2, "coordinator": "a:1"}, "`rank` must be from 0 to 1, another on each of 2 machines.*rank=None"),
        ({"hosts": 2, "rank": 2, "coordinator": "a:1"}, "`rank` must be from 0 to 1.*rank=2"),
        ({"hosts": 2, "rank": 0}, "`coordinator` must be ADDRESS:PORT of machine 0.*coordinator=None"),
        ({"hosts": 2, "rank": 0, "coordinator": "10.0.0.1"}, "ADDRESS:PORT.*coordinator=10.0.0.1"),
        ({"hosts": 2, "rank": 0, "coordinator": "a:99999"}, "ADDRESS:PORT"),
        ({"rank": 1}, "`rank` needs `--hosts` of 2 or more"),
        ({"hosts": "cluster", "coordinator": "a:1"}, "`coordinator` needs `--hosts`"),
    ],
)
def test_what_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Hosts(**given)


def test_a_machine_that_cannot_be_reached_is_named(monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setattr(hosts, "JOINING_SECONDS", 0)
        with pytest.raises(HostsError, match=f"--coordinator {address}.*cannot be reached.*--rank 0"):
            hosts._await(address)
    with pytest.raises(HostsError, match="nowhere.invalid:1"):
        hosts._await("nowhere.invalid:1")


def test_one_machine_is_alone(tmp_path):
    assert not hosts.joined() and hosts.rank() == 0 and hosts.count() == 1
    hosts.require_same({"a": 1})
    hosts.require_alone("`--x`")
    assert hosts.file_of_first(tmp_path / "none") is None
    assert not hosts.lost(ValueError("Gloo AllGather failed: Connection closed by peer"))


@pytest.fixture(scope="module")
def trained():
    """What `four_devices.py` saw."""
    flags = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=4"
    environment = {**os.environ, "XLA_FLAGS": flags}
    command = [sys.executable, "-m", "tests.training.four_devices"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.whole
@on_jax
@pytest.mark.parametrize("name", ["plain", "dropout", "indivisible"])
def test_four_devices_learn_what_one_does(trained, name):
    one, four = trained[f"{name}, one"], trained[f"{name}, four"]
    for ours, theirs in zip(four["rows"], one["rows"], strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)
    for ours, theirs in zip(four["weights"], one["weights"], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)
    np.testing.assert_allclose(four["predicted"], one["predicted"], atol=1e-4)
    assert four["evaluated"] == pytest.approx(one["evaluated"], abs=1e-5)
    assert four["devices"] == 1  # afterwards


@pytest.mark.whole
@on_jax
def test_batches_of_training_are_divided_and_those_of_validation_whole(trained):
    divided = [[24, 4], [44, 1], [128, 1]]
    assert trained["plain, one"]["parts"] == []
    assert trained["plain, four"]["parts"] == trained["dropout, four"]["parts"] == divided
    assert trained["indivisible, four"]["parts"] == [[30, 1], [44, 1], [128, 1]]


@pytest.mark.whole
@on_jax
def test_the_masks_of_dropout_matter(trained):
    """Else nothing were shown by what is equal above."""
    assert abs(trained["plain, one"]["rows"][-1]["loss"] - trained["dropout, one"]["rows"][-1]["loss"]) > 0.01
