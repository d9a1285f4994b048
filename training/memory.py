"""Keeps the memory that a training step frees for the next step, instead of returning it to the system.

glibc gives every block above some megabytes pages of its own and hands them back when it is freed. A training step
allocates the same large activations again and again: without this the system must zero those pages at every step.
"""

import ctypes
import platform

# From glibc's malloc.h.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
MEBIBYTE = 2**20


def keep_freed_memory() -> bool:
    """Make this process keep what it frees, from now on; its size stays at its peak. False where libc is not glibc.

    Measured on two cores with ResNet-20: 1,090 examples per second instead of 1,005 in float32, 1,534 instead of 1,498
    in bfloat16; nothing lost with smaller networks.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    settings = {M_MMAP_MAX: 0, M_TRIM_THRESHOLD: 2**31 - 1, M_TOP_PAD: 64 * MEBIBYTE}
    accepted = [mallopt(setting, value) for setting, value in settings.items()]
    return accepted == [1, 1, 1]
