"""A finished run, ready to be used: how it prepares records, its network, and what its scores mean."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from training.run_directory import RunDirectory, RunError

RECORDS_AT_ONCE = 256


@dataclass(frozen=True)
class TrainedClassifier:
    """A finished run of apps.classify.

    Attributes:
        directory: Where it lies.
        prepare: Its preparing function, from preparing.json.
        decode: Its class names, as an `export.decoding.ClassDecoding`.
    """

    directory: RunDirectory
    prepare: object
    decode: object

    @classmethod
    def read(cls, path: str) -> "TrainedClassifier":
        """The run in the folder `path`. Raises RunError when it is missing, unfinished or broken."""
        from export.decoding import ClassDecoding

        directory = RunDirectory.existing(path)
        directory.read_json("config.json")
        preparing = directory.read_json("preparing.json")
        if not (directory / "model.keras").is_file():
            raise RunError(
                f"{directory / 'model.keras'}: missing, so this run is not finished. Type its training command again."
            )
        try:
            prepare = prepare_of(preparing["kind"]).from_config(preparing["prepare"])
            decode = ClassDecoding(tuple(preparing["classes"]), preparing.get("temperature", 1.0))
        except (KeyError, TypeError) as error:
            raise RunError(
                f"{directory / 'preparing.json'}: lacks or garbles {error}. Train the run again with `--fresh`."
            ) from error
        return cls(directory, prepare, decode)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.decode.classes

    @cached_property
    def model(self):
        """The network, in float32 whatever it was trained in, so that predictions are those of the exports."""
        from models.loading import in_float32, load

        model = in_float32(load(self.directory / "model.keras"))
        if model.output_shape[-1] != len(self.classes) or model.input_shape[1:] != self.prepare.input_shape:
            raise RunError(
                f"{self.directory.path}: model.keras and preparing.json are not of the same run (the network takes "
                f"{model.input_shape[1:]} and scores {model.output_shape[-1]} classes, the records are "
                f"{self.prepare.input_shape} of {len(self.classes)} classes). Train the run again with `--fresh`."
            )
        return model

    def probabilities(self, inputs: dict[str, np.ndarray], origins: np.ndarray) -> np.ndarray:
        """Class probabilities (N, K) of raw records. Raises DataError, with its origin, on an unreadable one."""
        rows = []
        for start in range(0, len(origins), RECORDS_AT_ONCE):
            part = slice(start, start + RECORDS_AT_ONCE)
            chunk = {name: values[part] for name, values in inputs.items()}
            fixed = self.prepare.fixed(chunk, origins[part]) if "image" in chunk else self.prepare.fixed(chunk)
            prepared = np.asarray(self.prepare.finish(fixed))
            rows.append(self.decode.reference(self.model.predict_on_batch(prepared))["probabilities"])
        return np.concatenate(rows)


def prepare_of(kind: str):
    """The preparing class of a kind of data. Raises RunError on a kind that is none."""
    if kind == "image":
        from data.images import ImagePrepare

        return ImagePrepare
    if kind == "table":
        from data.table_features import TablePrepare

        return TablePrepare
    raise RunError(f"preparing.json: `kind` must be image or table. Received: {kind!r}")
