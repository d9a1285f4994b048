"""A server of models in a process of its own, for benchmarks and whole tests."""

import json
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil

from cli.packages import ROOT, child_environment


class Server:
    """`python -m apps.serve`, once it is ready.

    Attributes:
        process: It.
        port: Where it listens.
        log: The file of its lines.
    """

    def __init__(self, folder: Path, source: Path, *flags: str):
        self.log = folder / f"log{random.random()}.jsonl"
        command = [sys.executable, "-m", "apps.serve", f"m={source}", "--port", "0", *flags]
        began = time.monotonic()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=child_environment(), stdout=subprocess.PIPE, stderr=log, text=True
            )
        ready = self.process.stdout.readline()
        if not ready.startswith("ready:"):
            raise SystemExit(f"the server did not start:\n{self.log.read_text()}")
        self.port = int(re.search(r":(\d+)/", ready)[1])
        self.seconds = time.monotonic() - began

    def lines(self) -> list[dict]:
        """What it has told."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")]

    def get(self, path: str) -> str:
        """The text at a path."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:  # noqa: S310 - of this machine
            return answer.read().decode()

    def memory(self) -> tuple[float, float]:
        """MB of the server, and of the processes of versions."""
        page = self.get("/metrics")
        own = float(re.search(r"^process_resident_memory_bytes (\S+)", page, re.M)[1])
        return own / 1e6, sum(float(one) for one in re.findall(r"^lamina_memory_bytes\S* (\S+)", page, re.M)) / 1e6

    def busy(self) -> tuple[float, float]:
        """Seconds of a core that the server has used, and the processes of versions."""
        loaded = [line["process"] for line in self.lines() if line["event"] == "loaded"]
        own, *models = (sum(psutil.Process(one).cpu_times()[:2]) for one in (self.process.pid, *loaded))
        return own, sum(models)

    def stop(self) -> int:
        """SIGTERM: its code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process.stdout.close()
        return code


@contextmanager
def serving(folder: Path, source: Path, *flags: str):
    """A server inside the block."""
    server = Server(folder, source, *flags)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
