"""The lock of a run's folder: one process writes it at a time.

    hold(path)             from now on, until this process ends
    with held(path): ...   inside the block; waits for another process

Reading takes no lock: what is written takes its name whole.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.errors import UserError

try:
    import fcntl
except ImportError:  # Windows has none: there two processes may write one run
    fcntl = None

LOCK = "lock"
HELD: dict[Path, int] = {}
"""The folders that this process writes, and the descriptors that keep other processes from it."""
HOLDER = "LAMINA_HOLDER"
"""Environment variable: the number of the process that holds a run for its child."""


class RunError(UserError):
    """A run directory that is missing, broken, unfinished, of another run or in use."""


def lockless(path: Path, error: OSError) -> str:
    """What to tell where a folder cannot be locked. Raises RunError where the reason is not that it has no locks."""
    if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
        raise RunError(f"{path}: cannot be locked ({error.strerror}). Name another `--run-dir`.") from None
    return f"{path}: this file system has no locks ({error.strerror}); start no second command on this folder"


def hold(path: Path) -> None:
    """Keep other processes from writing the run in `path`, until this one ends. Raises RunError where one does."""
    if fcntl is None:
        return
    key = path.resolve()
    if key in HELD:
        os.close(HELD.pop(key))
    # A file opened for writing: NFS locks nothing else. It stays, so that all processes lock the same one.
    descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise RunError(f"{path}: another process is at this run. Wait for it, or name another `--run-dir`.") from None
    except OSError as error:
        os.close(descriptor)
        print(lockless(path, error), flush=True)
    else:
        HELD[key] = descriptor


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep other processes from writing the run in `path` inside the block; one that does is waited for.

    Raises OSError where the folder cannot be written.
    """
    if fcntl is None or path.resolve() in HELD or os.environ.get(HOLDER) == str(os.getppid()):
        yield
        return
    descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{path}: another process writes this run; waiting for it", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            print(lockless(path, error), flush=True)
        yield
    finally:
        os.close(descriptor)
