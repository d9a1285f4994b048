"""What TensorFlow is told before it is imported."""

import os
import platform
import subprocess
import sys

import pytest

from cli.frameworks import set_environment
from cli.packages import child_environment

ENABLED = """
from training.devices import configure
configure("cpu")
from tensorflow.python.util import _pywrap_util_port as port
print(port.IsMklEnabled())
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="oneDNN is of x86 processors")
@pytest.mark.parametrize(("asked", "enabled"), [(None, "True"), ("0", "False")])
def test_convolutions_are_those_of_onednn_unless_it_is_told_otherwise(asked, enabled):
    environment = child_environment()
    environment.pop("TF_ENABLE_ONEDNN_OPTS", None)
    environment |= {"TF_ENABLE_ONEDNN_OPTS": asked} if asked else {}
    done = subprocess.run([sys.executable, "-c", ENABLED], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == enabled


def test_what_is_set_stays(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    set_environment()
    assert (os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["TF_ENABLE_ONEDNN_OPTS"]) == ("0", "0")
