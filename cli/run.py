"""How every app is started from a command line: parse, run, and say in one line what the user can mend."""

import errno
import os
import shlex
import sys
import traceback
import typing
from collections.abc import Callable
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from cli.arguments import parse
from cli.errors import Incomplete, UserError
from cli.frameworks import set_environment
from cli.terminal import harmless, show_any_text
from training.devices import Checked
from training.hosts import LOST, Helped, end_at_once, joined, lost

BACKENDS = ("tensorflow", "jax", "torch")
INCOMPLETE = 3  # some records were skipped, and the others answered
OUTPUT_CLOSED = 141  # as shells have it for the signal of a closed pipe
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def run(
    main: Callable, prog: str, description: str | None = None, kind: Callable[[list[str]], type] | None = None
) -> None:
    """Parse the command line into the `config` of `main` and call it.

    The help text is `description`, or the docstring of main's module. A `UserError` ends with one line on stderr and
    code 2 (`Incomplete` with 3), and so does what the system refuses at a path; any other exception is a defect, and
    keeps its traceback.

    Args:
        main: Function of one argument `config`, a dataclass.
        prog: What the user typed: "python -m apps.classify".
        kind: Gives the dataclass for the arguments, where it depends on them; by default it is main's annotation.
    """
    set_environment()
    description = description or main.__globals__["__doc__"]
    with errors_told():
        config = kind(sys.argv[1:]) if kind else typing.get_type_hints(main)["config"]
        config = parse(config, prog=prog, description=description)
        show_any_text()
        require_backend()
        main(config)


def require_backend() -> None:
    """Raise UserError where KERAS_BACKEND names nothing that Keras could run on here."""
    name = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if name not in BACKENDS:
        raise UserError(f"KERAS_BACKEND must be one of {', '.join(BACKENDS)}. Received: KERAS_BACKEND={name}")
    if find_spec(name) is None:
        raise UserError(f"KERAS_BACKEND={name}: this package is not installed. Install it, or unset KERAS_BACKEND.")


@contextmanager
def errors_told():
    """Report how the process ended, see `run`, and exit with the code for that."""
    try:
        yield
        if joined():  # a finished run: the others are not waited for
            end_at_once(0)
    except Helped as helped:
        print(f"\n{helped}")
    except Checked as checked:
        print(f"\n{checked}")
        sys.exit(1 if checked.lowering.troubles else 0)
    except KeyboardInterrupt:
        end("\ninterrupted; the same command goes on where a training stopped", 130)
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        end("output was closed, so this ended early; the same command goes on where a training stopped", OUTPUT_CLOSED)
    except Exception as error:
        if lost(error):
            end_at_once(LOST)
        if isinstance(error, Incomplete):
            end(f"error: {error}", INCOMPLETE)
        if isinstance(error, UserError):
            end(f"error: {error}", 2)
        if isinstance(error, OSError) and (told := refused_by_system(error)):
            end(f"error: {told}", 2)
        if joined():
            end(traceback.format_exc(), 1)
        raise


def refused_by_system(error: OSError) -> str:
    """What the system said of a file, or of a disk that is full; "" where it names neither: then it is a defect."""
    if error.filename is not None:
        files = " -> ".join(str(name) for name in (error.filename, error.filename2) if name is not None)
        return f"{files}: {error.strerror}"
    return f"{error.strerror}. Make room; the same command goes on." if error.errno in FULL else ""


def end(message: str, code: int) -> None:
    """Say why on stderr and end the process; other machines that it trains with find out, and are not waited for."""
    print(harmless(message), file=sys.stderr)
    if joined():
        end_at_once(code)
    sys.exit(code)


def typed(prog: str) -> str:
    """The command line of this run for its report: `prog` and what followed it, or `prog` where a program called."""
    started_here = Path(sys.argv[0]).stem == prog.rpartition(".")[2]
    return shlex.join([*prog.split(), *(sys.argv[1:] if started_here else [])])
