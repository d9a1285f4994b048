"""Freed memory is used again: counted in page faults, in a process of its own, since the setting cannot be undone."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from training import memory

SCRIPT = """
import json, resource
import numpy as np
from training.memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.empty(40 * 2**20, "uint8").fill(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

plain = faults()
kept = keep_freed_memory()
faults()
print(json.dumps({"plain": plain, "kept": kept, "after": faults()}))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_freed_memory_is_used_again():
    root = Path(memory.__file__).parents[1]
    output = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=root)
    result = json.loads(output.stdout)
    assert result["kept"]
    assert result["plain"] > 100  # else the test would show nothing
    assert result["after"] < result["plain"] / 10


def test_other_systems_are_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert memory.keep_freed_memory() is False
