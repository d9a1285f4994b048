"""ONNX file of the numeric core, for runtimes other than TensorFlow."""

import importlib.util
from pathlib import Path

from export.core import numeric_core
from export.errors import ExportError
from export.quiet import quiet
from export.saved_model import require_tensorflow


def write(model, decode, path: str | Path) -> None:
    """Write prepared input float32 (N, ...) to `decode.numeric(model(x))` as the file `path`, with any N.

    Preparing raw records is left to the caller; `preparing.json` of the run holds the means and vocabularies.

    Raises:
        ExportError: Not the TensorFlow backend, or a package that converts or runs the file is missing.
    """
    require_tensorflow()
    missing = [name for name in ("onnx", "tf2onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        raise ExportError(f"ONNX export needs packages that are missing: `pip install {' '.join(missing)}`")
    import tensorflow as tf

    signature = [tf.TensorSpec(model.inputs[0].shape, tf.float32, name="inputs")]
    with quiet():
        numeric_core(model, decode).export(str(path), format="onnx", input_signature=signature, verbose=False)
