"""Each task, killed with -9 in the middle of an update and started again, ends with the same weights."""

import subprocess
import sys

import pytest

from cli.packages import ROOT
from tasks.task import names

APPS = (*names(), "transfer", "rewards", "fine_tuning")


@pytest.mark.slow
@pytest.mark.parametrize("name", APPS)
def test_it_goes_on_to_the_bit(name):
    command = [sys.executable, "-m", "benchmarks.interruption", "--apps", name, "--kills", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert f"{name}_identical=2/2" in done.stdout
