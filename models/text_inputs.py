"""What networks that read text take, and how other columns of the row come in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TextShape:
    """What a row with text is, prepared."""

    vocab_size: int
    """Number of ids; 0 fills up."""
    num_features: int = 0
    """Numbers of other columns."""


def inputs_of(text: TextShape, weighted: bool = False) -> dict:
    """Keras inputs: "ids" (batch, length), "weights" of the same shape, "features" (batch, num_features)."""
    import keras

    inputs = {"ids": keras.Input((None,), dtype="int32", name="ids")}
    if weighted:
        inputs["weights"] = keras.Input((None,), name="weights")
    if text.num_features:
        inputs["features"] = keras.Input((text.num_features,), name="features")
    return inputs


def row_of(vector, inputs: dict):
    """The vector of a text (batch, units) beside the features of the other columns, where there are any."""
    import keras

    return keras.layers.Concatenate(name="row")([vector, inputs["features"]]) if "features" in inputs else vector


def logits_of(x, hidden: tuple[int, ...], dropout: float, num_outputs: int):
    """Logits (batch, num_outputs) of rows (batch, units)."""
    from layers import Dense, Dropout, GlorotUniform, HeNormal

    if dropout:
        x = Dropout(dropout, name="dropout")(x)
    for number, units in enumerate(hidden, start=1):
        x = Dense(units, activation="relu", kernel_initializer=HeNormal(), name=f"hidden_{number}")(x)
        if dropout:
            x = Dropout(dropout, name=f"dropout_{number}")(x)
    return Dense(num_outputs, kernel_initializer=GlorotUniform(), dtype="float32", name="logits")(x)
