"""A search on several machines: KerasTuner's server and clients, started and supervised by one command each.

    python -m tuning.classify ... --chief 0.0.0.0:7000 --workers 2   hands out trials, two processes here take some
    python -m tuning.classify --worker chief.local:7000              on other machines: takes trials until none is left

Each machine needs the code and the data under the same path. A worker's process that dies is started again under its
id and goes on with its trial; the trial of a machine that is lost is given to another. The protocol has no passwords:
use it in a network that you trust.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from cli.packages import child_environment
from tuning.chief import Chief
from tuning.search_folder import SearchError
from tuning.settings import address

GRACE = 30.0  # seconds that workers have to hear that all is done
RESTARTS = 20  # of one worker


@dataclass
class Supervised:
    """A process that is started again when it fails.

    Attributes:
        command: Its arguments.
        identity: The id that it has each time.
    """

    command: list[str]
    identity: str
    process: subprocess.Popen | None = None
    restarts: int = 0

    def look(self) -> None:
        """Start it, or start it again where it has failed. Raises SearchError where that happens too often."""
        if self.process is not None:
            if self.process.poll() in (None, 0):
                return
            self.restarts += 1
            if self.restarts > RESTARTS:
                raise SearchError(f"{self.identity} has failed {self.restarts} times. See what it printed above.")
            print(f"{self.identity} has ended with code {self.process.returncode}: it is started again", flush=True)
        self.process = subprocess.Popen(self.command, env=child_environment(KERASTUNER_TUNER_ID=self.identity))

    def ended(self) -> bool:
        """Whether it has finished its work."""
        return self.process is not None and self.process.poll() == 0

    def end(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def require_free(host: str, port: int) -> None:
    """Raise SearchError where another program listens there; what connections of a killed one have left does not."""
    with socket.socket() as test:
        test.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            test.bind((host, port))
            test.listen()
        except OSError as error:
            raise SearchError(f"`--chief {host}:{port}`: {error.strerror}. Name another port.") from None


def serve(chief: Chief, place: str, commands: list[list[str]], until: float | None) -> None:
    """Hand out the trials of `chief` until all have ended, or until the time is over; always returns.

    Args:
        chief: Of the search.
        place: HOST:PORT to listen on.
        commands: Of the workers on this machine; more may come from others.
        until: `time.monotonic()` at which the search stops.

    Raises:
        SearchError: the port is taken, or a worker fails again and again.
    """
    host, port = address(place, "chief")
    require_free(host, port)
    from keras_tuner.src.distribute import oracle_chief

    os.environ |= {"KERASTUNER_ORACLE_IP": host, "KERASTUNER_ORACLE_PORT": str(port), "KERASTUNER_TUNER_ID": "chief"}
    threading.Thread(target=oracle_chief.start_server, args=(chief,), daemon=True).start()
    workers = [Supervised(command, f"{socket.gethostname()}-{number}") for number, command in enumerate(commands, 1)]
    try:
        while not chief.done:
            if until is not None and time.monotonic() > until:
                chief.closed = True
                break
            for worker in workers:
                worker.look()
            for name, trial in chief.take_back():
                print(f"{name} is not heard of: trial {trial.number} goes to another", flush=True)
            time.sleep(0.2)
        ends = time.monotonic() + (0 if chief.closed else GRACE)
        while time.monotonic() < ends and (chief.tuner_ids or not all(worker.ended() for worker in workers)):
            time.sleep(0.2)
    finally:
        for worker in workers:
            worker.end()


def worker_command(space_name: str, place: str) -> list[str]:
    """The command of a worker's process."""
    return [sys.executable, "-m", "tuning.cluster_worker", space_name, place]


def work(space_name: str, place: str) -> None:
    """Take trials of a chief until it has no more, in a process that is started again when it fails."""
    address(place, "worker")
    worker = Supervised(worker_command(space_name, place), f"{socket.gethostname()}-{os.getpid()}")
    try:
        while not worker.ended():
            worker.look()
            time.sleep(0.2)
    finally:
        worker.end()
