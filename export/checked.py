"""Write an export, have the guard check it, and let it take its name only when it passed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from export import guard, litert, onnx, saved_model
from export.errors import ExportError

Format = Literal["saved_model", "litert", "onnx"]
FILES: dict[Format, str] = {"saved_model": "saved_model", "litert": "model.tflite", "onnx": "model.onnx"}


def write_checked(kind: Format, model, prepare, decode, inputs, folder: str | Path) -> tuple[Path, dict[str, float]]:
    """Write one export into `folder` under its name in FILES, once the guard has passed it.

    Args:
        kind: Which export.
        model: `keras.Model`; one that computes in half precision is exported, and compared, in float32.
        prepare, decode: What comes before and after the model in the export.
        inputs: Raw records to check on, as `examples.take` gives them.
        folder: Where to; an earlier export of this name is replaced.

    Returns:
        The export's path, and loader to largest relative difference.

    Raises:
        ExportError: It cannot be written, or the guard refused it; it then lies there as NAME.refused, for study.
    """
    from models.loading import in_float32

    model = in_float32(model)

    def write(path):
        if kind == "saved_model":
            saved_model.write(model, prepare, decode, path)
        else:
            (litert if kind == "litert" else onnx).write(model, decode, path)

    def check(path):
        if kind == "saved_model":
            return guard.check_saved_model(path, model, prepare, decode, inputs)
        return guard.check_core(kind, path, model, prepare, decode, inputs)

    return settle(Path(folder) / FILES[kind], write, check)


def settle(final: Path, write: Callable, check: Callable) -> tuple[Path, dict[str, float]]:
    """Write an export beside its place, check it, and move it there.

    Args:
        final: Where the export shall lie; an earlier one is replaced.
        write: Function that writes it to the path given.
        check: Function that returns loader to largest relative difference, or raises ExportError.

    Returns:
        `final`, and what `check` returned.

    Raises:
        ExportError: It cannot be written, or was refused; it then lies there as NAME.refused, for study.
    """
    from models.loading import float32_policy

    final.parent.mkdir(parents=True, exist_ok=True)
    unchecked = final.with_name(f"{guard.UNCHECKED}{final.name}")
    refused = final.with_name(f"{final.name}.refused")
    for earlier in (final, unchecked, refused):
        _remove(earlier)
    try:
        with float32_policy():
            write(unchecked)
            differences = check(unchecked)
    except ExportError as error:
        if unchecked.exists():
            os.replace(unchecked, refused)
            raise ExportError(f"{error}. Nothing usable was written; the refused export is {refused}") from None
        raise
    os.replace(unchecked, final)
    return final, differences


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
