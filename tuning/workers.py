"""The search's handle on the processes of its trials."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from cli.packages import child_environment

# Trials at once take of a GPU's memory what they need, not all of it at the start.
SHARE_GPU = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}


class WorkerError(RuntimeError):
    """The process that trials are forked from does not start."""


class Workers:
    """Starts each task in a process of its own, forked from one that has imported everything (`tuning.worker`).

    Args:
        space: Module of the search, such as "tuning.classify".
        log: File that the preloaded process writes to.
        lock: File descriptor that all processes shall hold open, so that a lock on it lasts as long as any of them.
    """

    def __init__(self, space: str, log: Path, lock: int | None = None):
        self.space, self.log, self.lock = space, log, lock
        self._start()

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tuning.worker", self.space],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**SHARE_GPU, **child_environment()},
                pass_fds=() if self.lock is None else (self.lock,),
                start_new_session=True,  # an interrupt from the keyboard is for the search alone
            )
        self._buffer = b""
        self._ready = False
        self._running: set[str] = set()

    @property
    def pid(self) -> int:
        """Of the preloaded process."""
        return self.process.pid

    def ready(self) -> None:
        """Wait until everything is imported. Raises WorkerError where it cannot be."""
        while not self._ready:
            self.wait(1)

    def submit(self, task: dict) -> None:
        """Start a task for `tuning.trial_process.run`; its "id" names it."""
        self._running.add(task["id"])
        self._send(task)

    def preload(self, modules: list[str]) -> None:
        """Let the preloaded process import modules that a trial has needed."""
        self._send({"import": modules})

    def kill(self, task: str) -> None:
        """End a task at once; that it has ended is reported as for any other."""
        self._send({"kill": task})

    def _send(self, order: dict) -> None:
        try:
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # `wait` finds that the process has ended

    def wait(self, seconds: float) -> list[tuple[str, int]]:
        """Tasks that have ended, with their exit codes (negative: a signal); none where nothing ends in this time.

        Where the preloaded process itself has ended, so have its tasks, and a new one is started.

        Raises WorkerError when it never came to be ready.
        """
        ended, until = [], time.monotonic() + seconds
        while not ended and (left := until - time.monotonic()) > 0:
            if not select.select([self.process.stdout], [], [], left)[0]:
                break
            received = os.read(self.process.stdout.fileno(), 1 << 16)
            if not received:
                return self._lost()
            *lines, self._buffer = (self._buffer + received).split(b"\n")
            for answer in map(json.loads, lines):
                self._ready = self._ready or "ready" in answer
                if "ended" in answer:
                    self._running.discard(answer["ended"])
                    ended.append((answer["ended"], answer["code"]))
        return ended

    def _lost(self) -> list[tuple[str, int]]:
        code, running = self.process.wait(), sorted(self._running)
        self._close_pipes()
        if not self._ready:
            last = self.log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise WorkerError(f"The process of the trials does not start: {' '.join(last)} (all of it: {self.log})")
        self._start()
        return [(task, code) for task in running]

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def close(self) -> None:
        """End all tasks and the preloaded process."""
        self._close_pipes()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_) -> None:
        self.close()
