"""The end of a process with the process that started it."""

import ctypes
import signal
import sys

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def die_with_parent() -> None:
    """On Linux, end at once when the parent ends, also in the midst of an import; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
