"""Several devices that train one model together, on one machine or on many, through JAX.

Each batch is divided among the devices; the weights are on each, and all take the same step, that of the whole batch.
Validation is computed by every device alike. Machine 0 keeps the checkpoints; once training has ended it goes on alone.
"""

import hashlib
import io
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cli.errors import UserError
from training.parent_process import die_with_parent

JOINING_SECONDS = 300  # for all machines to come
SILENCE_SECONDS = 30  # after which a machine counts as lost
LOST = 3  # exit code


class HostsError(UserError):
    """Machines that cannot train together."""


class Helped(Exception):
    """Ends the run on every machine but the first, once training is over."""


@dataclass(frozen=True)
class Hosts:
    """Machines that train one model together, each started with the same command and a rank of its own."""

    hosts: int | Literal["cluster"] = 1
    """Machines, or processes, that train together, through JAX: start the same command on each, with its own `--rank`.
    cluster: as many as Slurm, Open MPI, Kubernetes or a TPU pod say that there are."""
    rank: int | None = None
    """Number of this machine, from 0; machine 0 keeps checkpoints, scores, reports and exports."""
    coordinator: str | None = None
    """ADDRESS:PORT of machine 0, at which the others reach it; any free port."""

    def __post_init__(self):
        if self.hosts == "cluster" or self.hosts == 1:
            for name in ("rank", "coordinator"):
                if (given := getattr(self, name)) is not None:
                    raise UserError(f"`{name}` needs `--hosts` of 2 or more. Received: {name}={given}")
            return
        if self.hosts < 1:
            raise UserError(f"`hosts` must be at least 1. Received: hosts={self.hosts}")
        if self.rank is None or not 0 <= self.rank < self.hosts:
            raise UserError(
                f"`rank` must be from 0 to {self.hosts - 1}, another on each of {self.hosts} machines. "
                f"Received: rank={self.rank}"
            )
        address, colon, port = (self.coordinator or "").rpartition(":")
        if not (address and colon and port.isdecimal() and 0 < int(port) < 65536):
            raise UserError(
                f"`coordinator` must be ADDRESS:PORT of machine 0, such as 10.0.0.1:7654. "
                f"Received: coordinator={self.coordinator}"
            )


ALONE = Hosts()


def join(hosts: Hosts) -> None:
    """Connect this machine with the others, before JAX computes anything.

    From here on this process is a child of the one that was started, which says in words what JAX's runtime ends a
    process for without any.

    Raises HostsError when the first machine cannot be reached, or no cluster is found.
    """
    _watched()
    import jax

    given = {"initialization_timeout": JOINING_SECONDS, "heartbeat_timeout_seconds": SILENCE_SECONDS}
    if hosts.hosts != "cluster":
        if hosts.rank:
            _await(hosts.coordinator)
        given |= {"coordinator_address": hosts.coordinator, "num_processes": hosts.hosts, "process_id": hosts.rank}
        given |= {"coordinator_bind_address": hosts.coordinator}  # JAX would listen on all addresses of machine 0
    try:
        jax.distributed.initialize(**given)
    except (ValueError, RuntimeError) as error:
        if hosts.hosts == "cluster":
            raise HostsError(
                f"`--hosts cluster`: no Slurm, Open MPI, Kubernetes or TPU pod says here how many machines there are "
                f"({error}). Give `--hosts`, `--rank` and `--coordinator`."
            ) from None
        raise HostsError(
            f"`--coordinator {hosts.coordinator}`: the machines cannot be joined there ({error})."
        ) from None


def _await(coordinator: str) -> None:
    """Wait until something listens there."""
    address, _, port = coordinator.rpartition(":")
    until = time.monotonic() + JOINING_SECONDS
    while True:
        try:
            socket.create_connection((address.strip("[]"), int(port)), timeout=5).close()
            return
        except OSError as error:
            if isinstance(error, socket.gaierror) or time.monotonic() > until:
                raise HostsError(
                    f"`--coordinator {coordinator}`: machine 0 cannot be reached there ({error}). Is its command, with "
                    "`--rank 0`, running, and the port open?"
                ) from None
        time.sleep(0.5)


def _watched() -> None:
    """Return in a child of this process; the parent waits for it, and ends as it does."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        die_with_parent()
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the child by itself
    signal.signal(signal.SIGTERM, lambda number, _: os.kill(child, number))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code in (LOST, -signal.SIGABRT):  # JAX's runtime aborts when machine 0 is gone
        print(
            "\nerror: another machine has ended or cannot be reached any more. Start the same commands again on all: "
            "the training goes on from the last checkpoint of machine 0. Where machine 0 says that its run is "
            "finished, nothing is left to do.",
            file=sys.stderr,
        )
        code = LOST
    sys.stderr.flush()
    os._exit(code if code >= 0 else 128 - code)


def lost(error: BaseException) -> bool:
    """Whether `error` came from a machine that is gone."""
    signs = ("Gloo", "NCCL", "coordination service", "Connection reset", "heartbeat", "UNAVAILABLE")
    return joined() and any(sign in str(error) for sign in signs)


def end_at_once(code: int) -> None:
    """End this process without waiting for the other machines, which find out."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def joined() -> bool:
    """Whether this process trains with others now."""
    return "jax" in sys.modules and sys.modules["jax"].distributed.is_initialized()


def rank() -> int:
    """Number of this machine, 0 where it is alone."""
    return sys.modules["jax"].process_index() if joined() else 0


def count() -> int:
    """Machines that train together."""
    return sys.modules["jax"].process_count() if joined() else 1


def spread() -> int:
    """Divide batches among all devices that JAX sees, where there are several; returns how many there are."""
    import jax
    import keras

    devices = jax.device_count()
    if devices > 1 and keras.distribution.distribution() is None:
        from training.batch_parallel import BatchParallel

        keras.distribution.set_distribution(BatchParallel(count()))
    return devices


def divided(dataset):
    """The part of each batch of a `tf.data.Dataset` that is this machine's: no row is in two parts, none left out."""
    hosts, number = count(), rank()
    if hosts == 1:
        return dataset
    import tensorflow as tf

    def part(*batch):
        rows = tf.shape(tf.nest.flatten(batch)[0])[0]
        message = f"a batch cannot be divided among {hosts} machines"
        with tf.control_dependencies([tf.debugging.assert_equal(rows % hosts, 0, message)]):
            size = tf.identity(rows // hosts)
        return tf.nest.map_structure(lambda values: values[number * size : (number + 1) * size], batch)

    return dataset.map(part)


def require_same(settings: Mapping) -> None:
    """Raise HostsError on every machine when they were given different settings or data."""
    if not joined():
        return
    from jax.experimental import multihost_utils

    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).digest()
    all_of_them = multihost_utils.process_allgather(np.frombuffer(digest, np.uint8))
    if (all_of_them != all_of_them[0]).any():
        raise HostsError("The machines were given different settings, or files that differ: they must be the same.")


def require_alone(setting: str) -> None:
    """Raise HostsError where a `setting` that one machine alone can have is given to several."""
    if count() > 1:
        raise HostsError(f"{setting} on one machine. Leave it out, or leave out `--hosts`.")


def file_of_first(path: Path) -> Path | io.BytesIO | None:
    """A file of machine 0, to be read on any; None where it has none."""
    if not joined():
        return path if path.exists() else None
    from jax.experimental import multihost_utils

    content = path.read_bytes() if rank() == 0 and path.exists() else b""
    size = int(multihost_utils.broadcast_one_to_all(np.int32(len(content))))
    if not size:
        return None
    values = np.frombuffer(content, np.uint8) if rank() == 0 else np.zeros(size, np.uint8)
    return io.BytesIO(np.asarray(multihost_utils.broadcast_one_to_all(values)).astype(np.uint8).tobytes())


def alone(model) -> None:
    """After training: `model`, of Keras, and what is made later are on one device; of the machines the first goes on.

    Raises Helped on the others.
    """
    import keras

    if keras.backend.backend() != "jax" or keras.distribution.distribution() is None:
        return
    import jax

    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    values = [np.asarray(variable) for variable in variables]
    number = rank()
    if joined():
        jax.distributed.shutdown()
    keras.distribution.set_distribution(None)
    if number:
        raise Helped(f"machine {number} has done its part: machine 0 scores, reports and exports")
    model.train_function = model.test_function = model.predict_function = None
    for variable, value in zip(variables, values, strict=True):
        variable._layout = None
        variable._value = jax.numpy.asarray(value)
