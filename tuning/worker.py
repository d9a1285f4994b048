"""A process that has imported everything and run nothing, from which each trial is forked.

    python -m tuning.worker tuning.classify        (started by `tuning.workers.Workers`, not by hand)

Importing TensorFlow takes seconds, forking takes milliseconds, and what a trial leaves behind in memory goes when its
process ends. Nothing of TensorFlow is run here, since its threads would not survive a fork.

Commands are JSON lines on stdin: a task for `tuning.trial_process.run`, {"kill": id}, {"import": [modules]}. Answers
are JSON lines on stdout: {"ready": true}, {"ended": id, "code": exit code, negative for a signal}. When stdin closes,
which is when the search has ended in whatever way, all trials are killed.
"""

import importlib
import json
import os
import selectors
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from cli.frameworks import set_environment
from training.parent_process import die_with_parent

PACKAGES = ("apps.", "data.", "evaluation.", "layers.", "models.", "tasks.", "training.", "tuning.")
LIBRARIES = ("keras", "tensorflow", "keras_tuner", "numpy", "pandas", "sklearn.datasets", "tyro")


@dataclass(frozen=True)
class Child:
    """The process of a trial, the id of its task, and the folder of its temporary files."""

    process: int
    task: str
    temporary: TemporaryDirectory

    def wait(self) -> int:
        """Its exit code, negative for a signal, when it has ended; its temporary files are gone then."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        self.temporary.cleanup()
        return code


def main(space: str) -> None:
    """Serve until stdin closes."""
    die_with_parent()  # elsewhere than on Linux stdin tells
    set_environment()
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever is printed by imports is no answer
    importlib.import_module(space)
    preload(LIBRARIES)
    say(answers, {"ready": True})
    children: dict[int, Child] = {}  # by this process's end of a pipe
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        buffer = b""
        while True:
            for key, _ in selector.select():
                if key.fd != 0:
                    ended = children.pop(key.fd)
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    say(answers, {"ended": ended.task, "code": ended.wait()})
                    continue
                if not (received := os.read(0, 1 << 16)):
                    for one in children.values():
                        os.kill(one.process, signal.SIGKILL)
                        one.wait()
                    return
                *lines, buffer = (buffer + received).split(b"\n")
                for line in lines:
                    obey(json.loads(line), children, selector)


def preload(modules: Iterable[str]) -> None:
    """Import modules that trials will need; one that cannot be imported here is left to them."""
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:
            print(f"{name} is not preloaded: {error}", file=sys.stderr)


def obey(order: dict, children: dict, selector: selectors.BaseSelector) -> None:
    """Do what a command says."""
    if "import" in order:
        preload([name for name in order["import"] if name.startswith(PACKAGES) and name not in sys.modules])
    elif "kill" in order:
        for one in children.values():
            if one.task == order["kill"]:
                os.kill(one.process, signal.SIGKILL)
    else:
        read, write = os.pipe()  # its other end closes when the child ends, however it ends
        temporary = TemporaryDirectory(prefix="lamina-trial-")
        process = os.fork()
        if not process:
            child(order, [read, *children], temporary.name)
        os.close(write)
        children[read] = Child(process, order["id"], temporary)
        selector.register(read, selectors.EVENT_READ)


def child(task: dict, inherited: list[int], temporary: str) -> None:
    """Do a task and end this process; its temporary files, AutoGraph's too, go into the folder `temporary`."""
    code = 1
    try:
        os.environ["TMPDIR"] = tempfile.tempdir = temporary
        for descriptor in inherited:
            os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        die_with_parent()
        die_first()
        from tuning.trial_process import run

        run(task)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def die_first() -> None:
    """Where memory runs out, Linux shall end the trial, not the search."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("800")
    except OSError:
        pass


def say(descriptor: int, answer: dict) -> None:
    """Write an answer."""
    os.write(descriptor, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
