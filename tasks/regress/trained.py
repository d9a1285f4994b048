"""A finished run of apps.regress."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from data.targets import NumberTarget
from tasks.subject import Subject
from tasks.trained import TrainedNetwork


@dataclass(frozen=True)
class TrainedRegressor(TrainedNetwork):
    """A regression; `decode` is an `export.regression_decoding.RegressionDecoding`."""

    target_type = NumberTarget
    labelled = False

    @staticmethod
    def decoding(preparing: dict):
        from export.regression_decoding import RegressionDecoding

        return RegressionDecoding(**preparing["decode"])

    @cached_property
    def model(self):
        """The network up to its standardised outputs (N, members, 1 or 2); `decode` gives the units of the target."""
        from models.regression import standardized

        return standardized(super().model)

    def fits(self, output_shape: tuple) -> bool:
        return len(output_shape) == 3 and output_shape[2] in (1, 2)

    def target(self, name: str | None):
        """How the true numbers are read from the column `name` of another table: as they were in training."""
        columns = self.directory.read_json("preparing.json").get("columns", ())
        return NumberTarget(name, next((one["form"] for one in columns if one["use"] == "target"), "plain"))

    def estimates(self, inputs: dict[str, np.ndarray], origins: np.ndarray) -> dict[str, np.ndarray]:
        """`prediction`, `std`, `lower`, `upper`, each (N,), of raw records, in the units of the target."""
        return self.decode.reference(self.outputs(inputs, origins))

    def answered(self, inputs: dict[str, np.ndarray], origins: np.ndarray, top: int) -> list[dict]:
        """One dict per record: origin, prediction, std, lower, upper."""
        found = self.estimates(inputs, origins)
        names = ("prediction", "std", "lower", "upper")
        return [
            {"origin": str(origin), **{name: float(f"{found[name][row]:.7g}") for name in names}}
            for row, origin in enumerate(origins)
        ]

    @cached_property
    def subject(self):
        """The run as it is asked why."""
        from tasks.background import of_run

        columns = self.directory.read_json("preparing.json").get("columns", ())
        name = next((one["name"] for one in columns if one["use"] == "target"), "prediction")

        def scores(outputs):
            return self.decode.reference(outputs)["prediction"][:, None]

        return Subject(self.model, self.prepare, scores, (), name, cache(lambda: of_run(self)))

    def score(self, split) -> tuple[dict[str, float], dict]:
        """Print the scores of a split whose labels are in the units of the target; return them."""
        from evaluation import regression

        found = self.estimates(split.inputs, split.origins)
        scores = regression.metrics(split.labels, found, self.decode.level)
        for name, value in scores.items():
            print(f"{name:<20}{value:>12.6g}")
        return scores, {}
