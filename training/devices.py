"""Backend, device and seed of a run. `configure` comes before the first import of Keras."""

import os
import platform
import sys
from contextlib import contextmanager
from importlib import metadata
from typing import Literal

Device = Literal["auto", "cpu", "gpu"]
Precision = Literal["float32", "bfloat16", "float16"]


class DeviceError(ValueError):
    """The device or backend asked for cannot be used here."""


def configure(device: Device = "auto") -> None:
    """Quiet the frameworks and hide the devices that were not asked for; Keras may be imported afterwards.

    `auto` takes a GPU where the backend sees one. Raises DeviceError when `device` is "gpu" and there is none, or
    "cpu" when the backend has already started with a GPU.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if device == "cpu" and "keras" not in sys.modules:
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        os.environ["JAX_PLATFORMS"] = "cpu"
    with _stderr_closed():
        num_gpus = count_gpus()
    if device == "gpu" and not num_gpus:
        raise DeviceError(
            f"`--device gpu`: the {backend()} backend sees no GPU on this machine. Use `--device cpu` (or auto), or "
            "install the GPU build of the backend (`pip install tensorflow[and-cuda]`, `pip install jax[cuda12]`)."
        )
    if device == "cpu" and num_gpus:
        raise DeviceError("`--device cpu`: Keras has already started with a GPU; start a new process.")


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
def _stderr_closed():
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


def set_precision(precision: Precision) -> None:
    """float32, or half precision for the computations with float32 weights."""
    import keras

    keras.config.set_dtype_policy(precision if precision == "float32" else f"mixed_{precision}")


def environment() -> dict[str, str | int]:
    """Versions and machine of this run, for its records."""
    names = ["keras", "tensorflow", "jax", "torch", "numpy", "scikit-learn", "tensorflow-datasets"]
    found = {dist.metadata["Name"].lower(): dist.version for dist in metadata.distributions() if dist.metadata["Name"]}
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "gpus": count_gpus(),
        "backend": backend(),
        **{name: found[name] for name in names if name in found},
    }


def compiled(function, *inputs: tuple[str, int | tuple[int | None, ...]]):
    """`function` as one graph of the backend.

    TensorFlow makes one for all shapes; JAX compiles for each shape; PyTorch runs as it is.

    Args:
        function: Of tensors, by `keras.ops` alone.
        inputs: Data type of each argument, and its rank, or its shape with None where it varies.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        shapes = [[None] * shape if isinstance(shape, int) else shape for _, shape in inputs]
        signature = [tf.TensorSpec(shape, dtype) for shape, (dtype, _) in zip(shapes, inputs, strict=True)]
        return tf.function(function, input_signature=signature, autograph=False)
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    return function


def limit_threads(threads: int | None) -> None:
    """Before the first operation: let the backend use so many threads for one; None for as many as it likes."""
    if threads is not None and backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(max(threads, 2))
