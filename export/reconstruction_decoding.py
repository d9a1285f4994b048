"""From the outputs of an autoencoder to answers: the code, the record in its own units, and how surprising it is."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from export.decoding import Decoding, Probe
from export.saved_model import field_names

TIE = 1e-5  # two categories whose features are as close as this may swap places by rounding
CODE, SCORE = "code", "anomaly_score"


def network(model):
    """The autoencoder `model` as a `keras.Model` from records to [record, code, reconstruction]."""
    import keras

    from models.autoencoder import parts

    halves = parts(model)
    records = model.inputs[0]
    code = model.get_layer(CODE).output
    return keras.Model(records, [records, code, halves.decoder(code)], name=model.name)


@dataclass(frozen=True)
class ReconstructionDecoding(Decoding):
    """Outputs of `network` to the answers of an export.

    `code` (N, size); `anomaly_score` (N,), the mean squared error of the prepared record; and the reconstruction in the
    units of the data: for images `image`, pixels 0-255; for tables `reconstructed_COLUMN` for each column but free
    text.

    Args:
        prepare: The preparing function, with `restore`.
    """

    prepare: object
    numeric_output: ClassVar[str] = "reconstruction"  # which output `numeric` is

    def __call__(self, outputs) -> dict:
        """Answers inside an export.

        Args:
            outputs: float tensors: record (N, ...), code (N, size), reconstruction (N, ...).
        """
        import tensorflow as tf

        records, code, reconstruction = outputs
        # In float64, so that the sum of many small squares adds no error of its own.
        squares = tf.square(tf.cast(records, tf.float64) - tf.cast(reconstruction, tf.float64))
        score = tf.reduce_mean(tf.reshape(squares, [-1, squares.shape[1:].num_elements()]), axis=1)
        return {CODE: code, SCORE: tf.cast(score, tf.float32), **self.restored(reconstruction)}

    def restored(self, reconstruction) -> dict:
        """The reconstruction in the units of the data, under the names of the answers."""
        named = self._names()
        return {named[field]: value for field, value in self.prepare.restore(reconstruction).items()}

    def numeric(self, outputs):
        """The reconstruction (N, ...), prepared as the input is, by backend-neutral operations."""
        return outputs[2]

    def reference(self, outputs) -> dict[str, np.ndarray]:
        """The same answers in NumPy and double precision, written a second time for the guard."""
        records, code, reconstruction = (np.asarray(output, np.float64) for output in outputs)
        score = ((records - reconstruction) ** 2).mean(axis=tuple(range(1, records.ndim)))
        found = {CODE: code, SCORE: score, self.numeric_output: reconstruction}
        config, named = self.prepare.config(), self._names()
        if "size" in config:  # images
            pixels = reconstruction * np.array(config["std"]) + np.array(config["mean"])
            return {**found, "image": np.clip(pixels, 0, 255)}
        start = 0
        for column in config["columns"]:
            kind = column["kind"]
            width = _width(column)
            features = reconstruction[:, start : start + width]
            start += width
            if kind == "number":
                found[named[column["name"]]] = _number(features[:, 0], column)
            elif kind == "date":
                found[named[column["name"]]] = features[:, 0] * column["std"] + column["mean"]
            elif kind == "category":
                found[named[column["name"]]] = _category(features, column)
        return found

    def views(self) -> dict[str, tuple[str, ...]]:
        restored = tuple(self._names().values())
        return {
            "serving_default": (CODE, SCORE, *restored),
            "encode": (CODE,),
            "reconstruct": restored,
            "anomaly_score": (SCORE,),
        }

    def endpoints(self, model) -> dict:
        """Further signature: `decode`, `code` float32 (N, size) to the reconstruction in the units of the data."""
        import tensorflow as tf

        decoder = model.get_layer("decoder")

        def decode(fields):
            return self.restored(decoder(fields[CODE], training=False))

        return {"decode": (decode, {CODE: tf.TensorSpec((None, decoder.input_shape[-1]), tf.float32, name=CODE)})}

    def probes(self, model, outputs) -> dict[str, Probe]:
        import keras

        decoder = model.get_layer("decoder")
        codes = keras.Input(decoder.input_shape[1:])
        again = decoder(codes)
        network = keras.Model(codes, [again, codes, again])
        return {"decode": Probe(CODE, np.asarray(outputs[1], np.float32), network, tuple(self._names().values()))}

    def _names(self) -> dict[str, str]:
        """Field to the name of its reconstruction among the answers."""
        config = self.prepare.config()
        if "size" in config:
            return {"image": "image"}
        columns = [column["name"] for column in config["columns"] if column["kind"] != "text"]
        return {field: f"reconstructed_{name}" for field, name in field_names(columns).items()}


def _width(column: dict) -> int:
    """Features of a column."""
    if column["kind"] == "number":
        return 1 + column["missing"]
    if column["kind"] == "date":
        places = sum(len(column[part]) for part in ("months", "weekdays", "hours"))
        return 1 + (column["year_std"] > 0) + places + column["missing"]
    return len(column["words"]) + column.get("other", 0) + column.get("missing", 0)


def _number(values: np.ndarray, column: dict) -> np.ndarray:
    values = values * column["std"] + column["mean"]
    return np.sinh(values) * column["quartiles"] + column["median"] if column["quartiles"] else values


def _category(features: np.ndarray, column: dict) -> np.ndarray:
    """Names; None, which the guard takes for anything, where two features tie."""
    names = [*column["words"], *["other"] * column["other"], *[""] * column["missing"]]
    found = np.array(names, dtype=object)[features.argmax(axis=1)]
    if features.shape[1] > 1:
        ordered = np.sort(features, axis=1)
        found[ordered[:, -1] - ordered[:, -2] < TIE] = None
    return found
