"""Write an export, have the guard check it, and let it take its name only when it passed."""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from export import guard
from export.errors import ExportError
from export.formats import FORMATS

SAVED_MODEL = {"saved_model.pb", "fingerprint.pb", "variables", "assets", "assets.extra"}  # what one holds
ATTEMPTS = 10  # to take a place for which other exports contend


def write_checked(kind: str, model, prepare, decode, inputs, folder: str | Path) -> tuple[Path, dict[str, float]]:
    """Write one export into `folder` under its name in FORMATS, once the guard has passed it.

    Args:
        kind: Name of a format.
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

    model, form = in_float32(model), FORMATS[kind]

    def write(path):
        form.module.write(model, *([prepare] if form.raw else []), decode, path)

    def check(path):
        if form.raw:
            return guard.check_saved_model(path, model, prepare, decode, inputs)
        return guard.check_core(kind, path, model, prepare, decode, inputs)

    return settle(Path(folder) / form.file, write, check)


def settle(final: Path, write: Callable, check: Callable) -> tuple[Path, dict[str, float]]:
    """Write an export beside its place, check it, and move it there.

    Args:
        final: Where the export shall lie; an earlier one is replaced once the new one has passed.
        write: Function that writes it to the path given.
        check: Function that returns loader to largest relative difference, or raises ExportError.

    Returns:
        `final`, and what `check` returned.

    Raises:
        ExportError: It cannot be written, something else lies there, or it was refused; it then lies there as
            NAME.refused, for study, and an earlier one stays.
    """
    from models.loading import float32_policy

    refused = final.with_name(f"{final.name}.refused")
    for earlier in (final, refused):
        _require_export(earlier)
    final.parent.mkdir(parents=True, exist_ok=True)
    # A folder of its own: another export of the same run may be at work, and the good one stays until this one passed.
    with tempfile.TemporaryDirectory(prefix=guard.UNCHECKED, dir=final.parent, ignore_cleanup_errors=True) as aside:
        unchecked = Path(aside) / final.name
        try:
            with float32_policy():
                write(unchecked)
                differences = check(unchecked)
        except ExportError as error:
            if not unchecked.exists():
                raise
            _swap(unchecked, refused)
            kept = f"the earlier {final} is as it was" if final.exists() else "nothing usable was written"
            raise ExportError(f"{error}. {kept[0].upper()}{kept[1:]}; the refused export is {refused}") from None
        _swap(unchecked, final)
    return final, differences


def _swap(new: Path, place: Path) -> None:
    """Move an export to its place; what is there goes to the folder that `new` comes from, and with that."""
    earlier = new.with_name("earlier")
    for attempt in range(ATTEMPTS):
        if place.is_dir():  # no system call replaces a folder that has content
            with suppress(FileNotFoundError):  # another export has just moved it
                os.replace(place, earlier)
        try:
            os.replace(new, place)
            return
        except OSError:  # another export came first: replace that one, or put back what was there
            if earlier.exists() and not place.exists():
                os.replace(earlier, place)
            if attempt == ATTEMPTS - 1:
                raise
        if earlier.exists():
            shutil.rmtree(earlier)


def _require_export(path: Path) -> None:
    """Raise ExportError where something lies at `path` that is no export: it would be lost."""
    if path.is_symlink():
        ours = False
    elif path.is_dir():
        names = {entry.name for entry in path.iterdir()}
        ours = not names or ("saved_model.pb" in names and names <= SAVED_MODEL)
    else:
        ours = not path.exists() or path.suffix in {
            Path(one.file).suffix for one in FORMATS.values() if not one.raw
        } | {".refused"}
    if not ours:
        raise ExportError(f"{path}: is not an export, and would be replaced. Move it, or name another `--output`")
