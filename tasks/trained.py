"""A finished run, ready to be used: how it prepares records, and its network."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from cli.errors import UserError
from export.formats import FORMATS
from tasks.folder import FORMAT
from tasks.preparing import nonsense
from tasks.request import Prediction
from tasks.task import Trained, by_name
from training import manifest
from training.run_directory import RunDirectory
from training.run_lock import RunError

RECORDS_AT_ONCE = 256
MOST_VALUES = 2**26  # of records at once: fewer large images


def read(path: str) -> Trained:
    """The run in the folder `path`. Raises RunError when it is missing, unfinished, broken or of an unknown app."""
    from training.devices import configure

    configure()
    directory = RunDirectory.existing(path)
    refuse_search(directory)
    directory.verify("config.json", "preparing.json", "model.keras")
    settings = directory.read_json("config.json")
    try:
        task = by_name(settings.get("app"))
    except ValueError as error:
        raise RunError(f"{directory / 'config.json'}: {error}") from None
    directory.verify(*(name for name in task.files if not name.endswith("/")))
    require_manifest(directory, settings)
    preparing = directory.read_json("preparing.json")
    if not (directory / "model.keras").is_file():
        state, how = ("damaged", " with `--fresh`") if directory.results() else ("not finished", "")
        raise RunError(
            f"{directory / 'model.keras'}: missing, so this run is {state}. Type its training command again{how}."
        )
    for fault in nonsense(preparing):
        raise RunError(f"{directory / 'preparing.json'}: {fault}. Train the run again with `--fresh`.")
    try:
        return task.restore(directory, preparing)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError) as error:
        if isinstance(error, UserError):
            raise RunError(f"{directory / 'preparing.json'}: {error}") from error
        if newer := re.search(r"unexpected keyword argument '(\w+)'", str(error)):
            raise RunError(
                f"{directory / 'preparing.json'}: has `{newer[1]}`, which this version of the suite does not know. Use "
                "the version that trained the run, or train it again with `--fresh`."
            ) from error
        raise RunError(
            f"{directory / 'preparing.json'}: lacks or garbles {error}. Train the run again with `--fresh`."
        ) from error


def network(path: Path):
    """The `keras.Model` of a file, in float32. Raises LoadingError where there is none.

    Runs of earlier versions in two stages have the optimizer and the loss of the first in their networks, and Keras
    asks for the classes of these.
    """
    import training.losses  # noqa: F401
    import training.optimizers  # noqa: F401
    import training.schedules  # noqa: F401
    from models.loading import in_float32, load

    return in_float32(load(path))


def refuse_search(directory: RunDirectory) -> None:
    """Raise RunError on the folder of a search, with the run of its best trial where there is one."""
    if (directory / "config.json").exists() or not (directory / "search.json").exists():
        return
    best = sorted(str(path.parent) for path in directory.path.glob("best-*/model.keras"))
    what = f"Give the run of its best trial: {best[0]}" if best else "It has no run yet: train its best with --confirm"
    raise RunError(f"{directory.path}: is the folder of a search, not of a run. {what}.")


def require_manifest(directory: RunDirectory, settings: dict) -> None:
    """Raise RunError where a finished run has lost its manifest; those of earlier versions have none."""
    summed = isinstance(settings.get("format"), int) and settings["format"] >= FORMAT
    if summed and not (directory / manifest.FILE).exists() and "export" in (directory.results() or {}):
        raise RunError(
            f"{directory / manifest.FILE}: missing, so damage of this run would not be noticed. Restore it from a "
            "copy, or train again with `--fresh`."
        )


@dataclass(frozen=True)
class TrainedNetwork:
    """A finished run of a task on images or tables. A kind of run says how it decodes, and what output it needs.

    Attributes:
        directory: Where it lies.
        prepare: Its preparing function, from preparing.json.
        decode: From the network's output to answers, as its exports do it.
        target_type: Kind of target of `data.targets` that it learned.
        labelled: Whether it is scored on records with classes.
    """

    directory: RunDirectory
    prepare: object
    decode: object

    @property
    def formats(self) -> tuple[str, ...]:
        """What it can be exported to: text is cut by TensorFlow's operations on strings, which other formats lack."""
        return ("saved_model",) if isinstance(self.prepare.input_shape, dict) else tuple(FORMATS)

    @classmethod
    def of(cls, directory: RunDirectory, preparing: dict) -> "TrainedNetwork":
        """The run of preparing.json's content. Raises KeyError or TypeError where that lacks or garbles something."""
        config = preparing["prepare"]
        prepare = prepare_of(preparing["kind"], config).from_config(config)
        return cls(directory, prepare, cls.decoding(preparing))

    @cached_property
    def model(self):
        """The network, in float32 whatever it was trained in, so that predictions are those of the exports."""
        model = network(self.directory / "model.keras")
        taken = without_batch(model.input)
        if taken != self.prepare.input_shape or not self.fits(model.output_shape):
            raise RunError(
                f"{self.directory.path}: model.keras and preparing.json are not of the same run (the network takes "
                f"{taken} and gives {model.output_shape[1:]}, the records are "
                f"{self.prepare.input_shape}). Train the run again with `--fresh`."
            )
        return model

    def prepared(self, inputs: Mapping[str, np.ndarray], origins: np.ndarray):
        """Yields raw records as model input, some at a time.

        Raises DataError, with its origin, on an unreadable one.
        """
        count = min(RECORDS_AT_ONCE, max(MOST_VALUES // int(np.prod(self.prepare.input_shape)), 1))
        for start in range(0, len(origins), count):
            part = slice(start, start + count)
            chunk = {name: values[part] for name, values in inputs.items()}
            yield self.prepare.model_input(chunk, origins[part])

    def outputs(self, inputs: Mapping[str, np.ndarray], origins: np.ndarray) -> np.ndarray:
        """The network's outputs (N, ...) for raw records."""
        if isinstance(self.prepare.input_shape, dict):
            return self.prepare.answers(inputs, self.model.predict_on_batch)
        return np.concatenate([self.model.predict_on_batch(batch) for batch in self.prepared(inputs, origins)])

    def answers(self, request: Prediction) -> list[dict]:
        """A dict per record of `request`, see `answered`. Raises Incomplete where some are no images."""
        from tasks.asked_images import complete
        from tasks.records import refuse_text_flags, requested

        refuse_text_flags(request)
        rows, skipped = [], []
        for inputs, origins in requested(request, self.prepare, skipped):
            rows += self.answered(inputs, origins, request.top or 3)
        return complete(rows, skipped)

    def part(self, request):
        """Name and split of the data of an `Evaluation`, with labels as the run has them."""
        from tasks.records import labelled

        return labelled(request, self)

    def export(self, kind: str, examples: Mapping[str, np.ndarray], folder: Path) -> tuple[Path, dict[str, float]]:
        """Write and check an export, see `export.checked.write_checked`."""
        from export.checked import write_checked
        from export.errors import ExportError

        if kind not in self.formats:
            raise ExportError(
                f"`--format {kind}`: text is cut by TensorFlow's operations on strings, which {kind} has not. Use "
                "`--format saved_model`."
            )
        return write_checked(kind, self.model, self.prepare, self.decode, examples, folder)


def prepare_of(kind: str, config: dict):
    """The preparing class of a kind of data, which a configuration is of. Raises RunError on a kind that is none."""
    if kind == "image":
        from data.images.images import ImagePrepare

        return ImagePrepare
    if kind == "table":
        from data.tables.table_features import TablePrepare

        return TablePrepare
    if kind == "text":
        from data.text.bag_prepare import BagPrepare
        from data.text.sequence_prepare import SequencePrepare

        return {one.form: one for one in (BagPrepare, SequencePrepare)}[config["form"]]
    raise RunError(f"`kind` must be image, table or text. Received: {kind!r}")


def without_batch(inputs):
    """The shape of a network's input without the batch; of several inputs a dict by name."""
    if isinstance(inputs, dict):
        return {name: tuple(one.shape[1:]) for name, one in inputs.items()}
    return tuple(inputs.shape[1:])
