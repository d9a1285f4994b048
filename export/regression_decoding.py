"""From the outputs of a regression network, or of the members of an ensemble, to a number with its interval."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from export.decoding import Decoding
from export.errors import ExportError


@dataclass(frozen=True)
class RegressionDecoding(Decoding):
    """Standardised outputs of the members to answers in the units of the target.

    With member i giving the mean u_i and, where it gives one, the standard deviation s_i:
    `prediction = mean + scale U`, U the mean of the u_i; `std = scale sqrt(V + N)`, V the variance of the u_i (what
    the members do not agree on), N the mean of s_i^2, or `noise^2` where members give no deviation;
    `lower, upper = prediction -/+ width std`.

    Args:
        mean: Of the target over the training rows, in its units.
        scale: Standard deviation of the target over the training rows.
        noise: Standard deviation of what no member could predict, in units of `scale`.
        width: Half width of an interval in units of `std`, found on rows that no member was trained on.
        level: Share of such rows that the intervals hold.
    """

    mean: float
    scale: float
    noise: float
    width: float
    level: float
    numeric_output: ClassVar[str] = "numbers"  # which output `numeric` is

    def __post_init__(self):
        if not (self.scale > 0 and self.noise >= 0 and self.width >= 0 and 0 < self.level < 1):
            raise ExportError(
                "`scale` must be positive, `noise` and `width` 0 or more, `level` in (0, 1). "
                f"Received: scale={self.scale}, noise={self.noise}, width={self.width}, level={self.level}"
            )

    def __call__(self, outputs) -> dict:
        """Answers inside an export.

        Args:
            outputs: float tensor (N, members, 1 or 2): mean and, if given, standard deviation, standardised.

        Returns:
            `prediction`, `std`, `lower`, `upper`, each float32 (N,), in the units of the target.
        """
        numbers = self.numeric(outputs)
        return {name: numbers[:, i] for i, name in enumerate(("prediction", "std", "lower", "upper"))}

    def numeric(self, outputs):
        """Prediction, std, lower, upper (N, 4) by backend-neutral operations."""
        from keras import ops

        means = outputs[..., 0]  # (N, members)
        centre = ops.mean(means, axis=1)
        noise = self.noise**2 if outputs.shape[-1] == 1 else ops.mean(ops.square(outputs[..., 1]), axis=1)
        variance = ops.mean(ops.square(means - centre[:, None]), axis=1) + noise
        half = self.width * ops.sqrt(variance)
        columns = [centre, ops.sqrt(variance), centre - half, centre + half]
        shifts = np.array([self.mean, 0.0, self.mean, self.mean], "float32")
        return ops.stack(columns, axis=1) * np.float32(self.scale) + shifts

    def reference(self, outputs: np.ndarray) -> dict[str, np.ndarray]:
        """The same answers in NumPy and double precision, written a second time for the guard."""
        outputs = outputs.astype("float64")
        centre = outputs[:, :, 0].mean(axis=1)
        aleatoric = (outputs[:, :, 1] ** 2).mean(axis=1) if outputs.shape[2] == 2 else self.noise**2
        deviation = np.sqrt(outputs[:, :, 0].var(axis=1) + aleatoric)
        prediction, std = self.mean + self.scale * centre, self.scale * deviation
        lower, upper = prediction - self.width * std, prediction + self.width * std
        numbers = np.stack([prediction, std, lower, upper], axis=1)
        return {"prediction": prediction, "std": std, "lower": lower, "upper": upper, "numbers": numbers}

    def magnitudes(self, expected) -> dict[str, float]:
        """Bounds and prediction are sums of the target's mean, a deviation from it, and half an interval."""
        largest = max(abs(self.mean), np.abs(expected["prediction"]).max(), self.width * expected["std"].max())
        return dict.fromkeys(("prediction", "lower", "upper", "numbers"), float(largest))

    def views(self) -> dict[str, tuple[str, ...]]:
        return {"serving_default": ("prediction", "std", "lower", "upper")}
