"""Small SavedModels of known answers."""

from pathlib import Path

import numpy as np


def write(path: Path, factor: float = 1.0) -> Path:
    """A SavedModel whose signatures add two numbers and multiply by `factor`, join texts, and refuse.

    `serving_default`: x float32 (N, 2) -> y (N,), refusing negative numbers; `join`: a, b string (N,) -> joined;
    `classify`: serialised examples with the feature x -> classes and scores.
    """
    import tensorflow as tf

    from export import signatures

    weight = tf.Variable(np.float32(factor))

    def add(x):
        with tf.control_dependencies([tf.debugging.assert_non_negative(x, "x must not be negative")]):
            return {"y": tf.reduce_sum(x, axis=1) * weight}

    def join(a, b):
        return {"joined": tf.strings.join([a, b], "-")}

    def classify(inputs):
        parsed = tf.io.parse_example(inputs, {"x": tf.io.FixedLenFeature([], tf.float32)})["x"]
        names = tf.tile(tf.constant([["low", "high"]]), [tf.shape(inputs)[0], 1])
        return {"classes": names, "scores": tf.stack([1 - parsed, parsed], axis=1)}

    def text(name):
        return tf.TensorSpec([None], tf.string, name)

    functions = {
        "serving_default": (add, (tf.TensorSpec([None, 2], tf.float32, "x"),)),
        "join": (join, (text("a"), text("b"))),
        "classify": (classify, (text("inputs"),)),
    }
    signatures.save(functions, path)
    return path
