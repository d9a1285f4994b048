"""LiteRT (TensorFlow Lite) file of the numeric core, for phones and small devices."""

import importlib.util
from pathlib import Path

from export.core import numeric_core
from export.errors import ExportError
from export.quiet import quiet
from export.saved_model import require_tensorflow


def write(model, decode, path: str | Path) -> None:
    """Write prepared input float32 (N, ...) to `decode.numeric(model(x))` as the file `path`, with any N.

    Preparing raw records is left to the device: LiteRT has no operations for image files or strings. `preparing.json`
    of the run holds the means and vocabularies.

    Raises:
        ExportError: Not the TensorFlow backend, or the package that runs the file, and so checks it, is missing.
    """
    require_tensorflow()
    if importlib.util.find_spec("ai_edge_litert") is None:
        raise ExportError("LiteRT export needs a package that is missing: `pip install ai-edge-litert`")
    with quiet():
        numeric_core(model, decode).export(str(path), format="litert", verbose=False)
