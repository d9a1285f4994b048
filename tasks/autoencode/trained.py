"""A finished run of apps.autoencode."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.targets import ClassTarget, NoTarget
from tasks.trained import TrainedNetwork, prepare_of


@dataclass(frozen=True)
class TrainedAutoencoder(TrainedNetwork):
    """An autoencoder; `decode` is an `export.reconstruction_decoding.ReconstructionDecoding`."""

    target_type = NoTarget

    @staticmethod
    def decoding(preparing: dict):
        from export.reconstruction_decoding import ReconstructionDecoding

        config = preparing["prepare"]
        return ReconstructionDecoding(prepare_of(preparing["kind"], config).from_config(config))

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels that the data had; none where it had no labels."""
        return tuple(self.directory.read_json("preparing.json").get("classes", ()))

    @cached_property
    def anomaly(self) -> str | None:
        """The class that was kept out of training."""
        return self.directory.read_json("preparing.json").get("anomaly")

    @property
    def labelled(self) -> bool:
        return self.anomaly is not None

    @cached_property
    def model(self):
        """The network from records to [record, code, reconstruction], as exports have it."""
        from export.reconstruction_decoding import network

        return network(super().model)

    def fits(self, output_shape: tuple) -> bool:
        return output_shape[1:] == self.prepare.input_shape

    def target(self, name: str | None):
        """How labels are read from the column `name` of another table: only to tell the anomaly."""
        return NoTarget() if name is None or self.anomaly is None else ClassTarget(name, self.classes)

    def measured(self, inputs: dict[str, np.ndarray], origins: np.ndarray):
        """Yields record, code and reconstruction of raw records, some at a time: arrays (n, ...)."""
        for batch in self.prepared(inputs, origins):
            yield self.model.predict_on_batch(batch)

    def answered(self, inputs: dict[str, np.ndarray], origins: np.ndarray, top: int) -> list[dict]:
        """One dict per record: origin, anomaly_score, and the numbers of the code."""
        rows, start = [], 0
        for outputs in self.measured(inputs, origins):
            found = self.decode.reference(outputs)
            for score, code in zip(found["anomaly_score"], found["code"], strict=True):
                numbers = {f"code_{place}": float(np.float32(value)) for place, value in enumerate(code, start=1)}
                rows.append({"origin": str(origins[start]), "anomaly_score": float(np.float32(score)), **numbers})
                start += 1
        return rows

    def score(self, split) -> tuple[dict[str, float], dict]:
        """Print the scores of a split; return them. With an anomaly, the errors are those of all other records."""
        from evaluation import reconstruction

        errors, similarity = [], []
        for records, _, outputs in self.measured(split.inputs, split.origins):
            errors.append(reconstruction.squared_errors(records, outputs))
            if reconstruction.has_windows(records.shape):
                similarity.append(reconstruction.structural_similarity(records, outputs))
        errors = np.concatenate(errors)
        normal = np.ones(len(errors), bool)
        if self.anomaly is not None and self.classes:
            normal = split.labels != self.classes.index(self.anomaly)
        is_image = len(self.prepare.input_shape) == 3
        scores = reconstruction.scores(errors, np.concatenate(similarity) if similarity else None, normal, is_image)
        for name, value in scores.items():
            print(f"{name:<20}{value:>12.6g}")
        return scores, {}
