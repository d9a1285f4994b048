"""Backend, device and seed of a run. `configure` comes before the first import of Keras."""

import glob
import importlib.util
import logging
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from typing import Literal

from cli.errors import UserError
from cli.frameworks import set_environment
from training.hosts import ALONE, Hosts, count, join, joined, rank, spread

Device = Literal["auto", "cpu", "gpu", "tpu"]
Precision = Literal["float32", "bfloat16", "float16"]

TPU_FILES = ("/dev/accel[0-9]*", "/dev/vfio/[0-9]*")
TPU_VARIABLES = ("COLAB_TPU_ADDR", "TPU_ACCELERATOR_TYPE", "TPU_WORKER_ID")


class DeviceError(UserError):
    """The device or backend asked for cannot be used here."""


class Checked(Exception):
    """Ends a run that was to be checked for a device, not trained; its text is what was found.

    Attributes:
        lowering: `training.lowering.Lowering`.
    """

    def __init__(self, lowering):
        super().__init__(str(lowering))
        self.lowering = lowering


def configure(device: Device = "auto", check: Literal["tpu"] | None = None, hosts: Hosts = ALONE) -> str:
    """Choose backend and device, and quiet the frameworks; Keras may be imported afterwards.

    `auto` takes a TPU, through JAX, else a GPU, where there is one. A run that is only checked for a TPU gets JAX on
    the CPU. With several `hosts` this machine joins them, see `training.hosts.join`. On JAX all devices train together.
    Returns the device and why it was taken.

    Raises DeviceError when `device` is not here, or Keras has already started with another one; HostsError when the
    other machines cannot be reached.
    """
    set_environment()
    logging.getLogger("tensorflow").addFilter(_no_retracing)
    started = "keras" in sys.modules
    if check:
        device, hosts = "cpu", ALONE
        asked = backend() if started else os.environ.setdefault("KERAS_BACKEND", "jax")
        if asked != "jax":
            raise DeviceError(
                f"`--check-device {check}`: TPUs are reached through JAX, not {asked}: set KERAS_BACKEND=jax, in a new "
                "process."
            )
    if hosts != ALONE:
        asked = backend() if started else os.environ.setdefault("KERAS_BACKEND", "jax")
        if asked != "jax" or started:
            why = (
                f"not {asked}: set KERAS_BACKEND=jax"
                if asked != "jax"
                else "which has started alone: use a new process"
            )
            raise DeviceError(f"`--hosts {hosts.hosts}`: several machines train together through JAX, {why}.")
    sign = tpu_sign()
    wanted, remark = backend_for(
        device,
        sign=sign,
        asked=backend() if started else os.environ.get("KERAS_BACKEND"),
        libtpu=importlib.util.find_spec("libtpu") is not None,
    )
    if not started and wanted:
        os.environ["KERAS_BACKEND"] = wanted
    if not started and device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        os.environ["JAX_PLATFORMS"] = "cpu"
    if not sign:
        os.environ.setdefault("TPU_SKIP_MDS_QUERY", "1")  # else JAX with libtpu asks the network for a TPU
    if hosts != ALONE:
        join(hosts)
    devices = 1
    with stderr_closed():
        found = kind()
        if backend() == "jax":
            _leave_accelerators_to_jax()
            devices = 1 if check else spread()
    if device == "gpu" and found != "gpu":
        raise DeviceError(
            f"`--device gpu`: the {backend()} backend sees no GPU on this machine. Use `--device cpu` (or auto), or "
            "install the GPU build of the backend: `pip install -r requirements-gpu.txt`."
        )
    if device == "tpu" and found != "tpu":
        raise DeviceError(
            f"`--device tpu`: there is a sign of a TPU ({sign}), but JAX started on the {found}. Does another process "
            "hold the TPU? End it, or restart the machine (in Colab: the session)."
        )
    if device == "cpu" and found != "cpu":
        raise DeviceError(f"`--device cpu`: Keras has already started with a {found.upper()}; start a new process.")
    said = f"{found}, {backend()} backend: {reason(device, found, remark)}"
    if devices > 1:
        said += f"; {devices} devices train together"
    elif backend() == "tensorflow" and count_gpus() > 1:
        said += f"; of {count_gpus()} GPUs one trains, KERAS_BACKEND=jax takes all"
    return said + (f"; machine {rank()} of {count()}" if joined() else "")


def _no_retracing(record: logging.LogRecord) -> bool:
    """TensorFlow warns that a function is traced anew for each shape: texts come in a few lengths on purpose, and each
    network of a process has its own."""
    return "triggered tf.function retracing" not in record.getMessage()


def tpu_sign() -> str | None:
    """What says that this machine has a TPU: a device file or a variable of the environment."""
    files = [path for pattern in TPU_FILES for path in glob.glob(pattern)]
    return next(iter(files + [name for name in TPU_VARIABLES if name in os.environ]), None)


def backend_for(device: Device, *, sign: str | None, asked: str | None, libtpu: bool) -> tuple[str | None, str]:
    """The backend that must be taken for `device`, None for any, and a remark on a TPU that is left alone.

    Args:
        device: As asked for.
        sign: Of a TPU, see `tpu_sign`.
        asked: The backend that KERAS_BACKEND names, or that Keras has started with.
        libtpu: Whether JAX's library for TPUs is installed.

    Raises:
        DeviceError: A TPU was asked for and cannot be used; says why and what to do.
    """
    if device in ("cpu", "gpu") or (device == "auto" and not sign):
        return None, "" if sign else "there is no TPU"
    if not sign:
        raise DeviceError(
            "`--device tpu`: this machine has no TPU (no /dev/accel*, no /dev/vfio/*, no variable of a TPU). Choose a "
            "machine with one, in Colab under Runtime, or use `--device auto`."
        )
    trouble = ""
    if asked not in (None, "jax"):
        trouble = f"TPUs are reached through JAX, not {asked}: set KERAS_BACKEND=jax"
    elif not libtpu:
        trouble = "JAX's library for TPUs is missing: `pip install -r requirements-tpu.txt`"
    if trouble and device == "tpu":
        raise DeviceError(f"`--device tpu`: {trouble}.")
    return (None, f"the TPU ({sign}) is left alone: {trouble}") if trouble else ("jax", "")


def reason(device: Device, found: str, remark: str) -> str:
    """Why `found` was taken."""
    if device != "auto":
        return "as asked"
    if found == "tpu":
        return "there is a TPU"
    if found == "gpu":
        return f"it sees {count_gpus()}" + (f"; {remark}" if remark else "")
    return "it sees no GPU" + (f"; {remark}" if remark else "")


def kind() -> str:
    """The kind of device that the backend computes on: "cpu", "gpu" or "tpu"."""
    if backend() == "jax":
        import jax

        name = jax.default_backend()
        return name if name in ("cpu", "tpu") else "gpu"
    return "gpu" if count_gpus() else "cpu"


def _leave_accelerators_to_jax() -> None:
    """Keep TensorFlow, which only feeds JAX here, from taking the memory of the GPUs."""
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")


def backend() -> str:
    """Name of the Keras backend: "tensorflow", "jax" or "torch"."""
    import keras

    return keras.backend.backend()


def count_gpus() -> int:
    """GPUs that the backend sees."""
    if backend() == "tensorflow":
        import tensorflow as tf

        return len(tf.config.list_physical_devices("GPU"))
    import keras

    return sum(name.startswith(("gpu", "cuda")) for name in keras.distribution.list_devices())


@contextmanager
def stderr_closed():
    """Hold back what the frameworks' C++ parts write while they start, before their log level takes effect."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def seed_everything(seed: int, deterministic: bool = False) -> None:
    """Seed Python, NumPy and the backend; `deterministic` also forbids the operations whose order of sums varies.

    On a CPU runs repeat to the bit without it; on a GPU it costs speed.
    """
    import keras

    keras.utils.set_random_seed(seed)
    if deterministic and backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    elif deterministic and kind() == "gpu" and "xla_gpu_deterministic_ops=true" not in os.environ.get("XLA_FLAGS", ""):
        raise DeviceError(
            f"`--deterministic`: the {backend()} backend is told so before it starts: set "
            "XLA_FLAGS=--xla_gpu_deterministic_ops=true, or use KERAS_BACKEND=tensorflow."
        )


def set_precision(precision: Precision) -> None:
    """float32, or half precision for the computations with float32 weights."""
    import keras

    keras.config.set_dtype_policy(precision if precision == "float32" else f"mixed_{precision}")


def cores() -> list[int]:
    """The cores that this process may use; none where the system does not say (macOS, Windows)."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def environment() -> dict[str, str | int]:
    """Versions and machine of this run, for its records."""
    names = ["keras", "tensorflow", "jax", "torch", "numpy", "scikit-learn", "tensorflow-datasets"]
    found = {dist.metadata["Name"].lower(): dist.version for dist in metadata.distributions() if dist.metadata["Name"]}
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": len(cores()) or os.cpu_count() or 1,
        "device": kind(),
        "gpus": count_gpus(),
        "backend": backend(),
        **{name: found[name] for name in names if name in found},
    }


def compiled(function, *inputs: tuple[str, int | tuple[int | None, ...]], variables: Sequence = ()):
    """`function` as one graph of the backend, which computes with the values that its variables have when it is called.

    TensorFlow makes one for all shapes; JAX compiles for each shape; PyTorch runs as it is.

    Args:
        function: Of tensors, by `keras.ops` alone.
        inputs: Data type of each argument, and its rank, or its shape with None where it varies.
        variables: Of Keras, all that `function` reads; JAX would otherwise keep the values of the first call.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        shapes = [[None] * shape if isinstance(shape, int) else shape for _, shape in inputs]
        signature = [tf.TensorSpec(shape, dtype) for shape, (dtype, _) in zip(shapes, inputs, strict=True)]
        # A partial for each: TensorFlow counts traces by the code of a function, and warns where it has several graphs.
        return tf.function(partial(function), input_signature=signature, autograph=False)
    if keras.backend.backend() == "jax":
        import jax

        @jax.jit
        def stateless(values, *arguments):
            with keras.StatelessScope(state_mapping=zip(variables, values, strict=True)):
                return function(*arguments)

        return lambda *arguments: stateless([variable.value for variable in variables], *arguments)
    return function


def limit_threads(threads: int | None) -> None:
    """Before the first operation: let the backend use so many threads for one; None for as many as it likes."""
    if threads is not None and backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(max(threads, 2))
