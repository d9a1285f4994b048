"""From a network's output to an answer: the last part of what an export carries."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from export.errors import ExportError


@dataclass(frozen=True)
class Probe:
    """How the guard tries a signature that takes no raw records.

    Attributes:
        name: Of its only input.
        values: What goes in, (N, ...), float32 or int32.
        network: `keras.Model` from such values to outputs of the kind that the decoding takes.
        answers: Names of the answers that the signature gives.
    """

    name: str
    values: np.ndarray
    network: object
    answers: tuple[str, ...]


TIE = 1e-5  # two probabilities as close as this may swap places by rounding


class Decoding:
    """What the decodings share: which signatures an export has beside its answers on raw records.

    A decoding is called with the network's output inside the export, gives the same once more in NumPy (`reference`),
    and has `numeric` for formats without strings, whose values `reference` holds under the name `numeric_output`. Its
    `views()` are the signatures on raw records, each with the names of the answers it gives; `serving_default` is one.
    `tolerance` is the relative difference that rounding inside the network may make, where a format allows less, and
    `stray` the share of numbers that it may change by more.
    """

    tolerance: ClassVar[float] = 0.0
    stray: float = 0.0

    def endpoints(self, model) -> dict:
        """Further signatures, on other inputs: name to function and `{input: TensorSpec}`."""
        return {}

    def magnitudes(self, expected) -> dict[str, float]:
        """Answers, by name, that are sums of larger numbers, and how large these are: rounding is relative to them.

        Args:
            expected: What `reference` gives.
        """
        return {}

    def probes(self, model, outputs) -> dict[str, Probe]:
        """How the guard tries the endpoints, given the network and its outputs (NumPy) for the example records."""
        return {}


@dataclass(frozen=True)
class ClassDecoding(Decoding):
    """Logits to class names and probabilities, `softmax(logits / temperature)`.

    Args:
        classes: Name of each class index.
        temperature: Above 1 softens the probabilities (calibration), 1 leaves them.
    """

    classes: tuple[str, ...]
    temperature: float = 1.0
    numeric_output: ClassVar[str] = "probabilities"  # which output `numeric` is

    def __post_init__(self):
        if not self.temperature > 0:
            raise ExportError(f"`temperature` must be above 0. Received: temperature={self.temperature}")

    def __call__(self, logits) -> dict:
        """Answers inside an export.

        Args:
            logits: float tensor (N, K).

        Returns:
            `label` string (N,), `probability` of that label float32 (N,), `probabilities` float32 (N, K).
        """
        import tensorflow as tf

        probabilities = self.numeric(logits)
        best = tf.argmax(probabilities, axis=-1)
        return {
            "label": tf.gather(tf.constant(self.classes), best),
            "probability": tf.reduce_max(probabilities, axis=-1),
            "probabilities": probabilities,
        }

    def numeric(self, logits):
        """Probabilities (N, K) by backend-neutral operations, for formats without strings."""
        import keras

        if logits.shape[-1] != len(self.classes):
            raise ExportError(f"The network gives {logits.shape[-1]} scores for {len(self.classes)} classes.")
        return keras.ops.softmax(keras.ops.cast(logits, "float32") / self.temperature)

    def reference(self, logits: np.ndarray) -> dict[str, np.ndarray]:
        """The same answers in NumPy, written a second time so that the guard does not compare a mistake with itself.

        The label of a tie is None: either name is right.
        """
        scaled = logits.astype("float64") / self.temperature
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        ordered = np.sort(probabilities, axis=1)
        tied = ordered[:, -1] - ordered[:, -2] < TIE if ordered.shape[1] > 1 else np.zeros(len(ordered), bool)
        label = np.array(self.classes, dtype=object)[probabilities.argmax(axis=1)]
        label[tied] = None
        return {"label": label, "probability": ordered[:, -1], "probabilities": probabilities}

    def views(self) -> dict[str, tuple[str, ...]]:
        return {"serving_default": ("label", "probability", "probabilities")}

    def endpoints(self, model) -> dict:
        """Further signature: `classes`, index int32 (N,) to label string (N,)."""
        import tensorflow as tf

        def classes(fields):
            return {"label": tf.gather(tf.constant(self.classes), fields["index"])}

        return {"classes": (classes, {"index": tf.TensorSpec((None,), tf.int32, name="index")})}

    def probes(self, model, outputs) -> dict[str, Probe]:
        import keras

        index = keras.Input((), dtype="int32")
        sure = keras.ops.one_hot(index, len(self.classes)) * (10 * self.temperature)  # of the class of that number
        numbers = np.arange(len(self.classes), dtype=np.int32)
        return {"classes": Probe("index", numbers, keras.Model(index, sure), ("label",))}
