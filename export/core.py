"""The part of an export that is only numbers."""


def numeric_core(model, decode):
    """Return the `keras.Model` from prepared input to `decode.numeric(output)`: for a classifier, probabilities (N, K).

    Probabilities rather than logits, because softmax and temperature belong to what was validated.
    """
    import keras

    return keras.Model(model.inputs, decode.numeric(model.output), name=f"{model.name}_core")
