"""Optimizers by name (first form, on stock Keras)."""


def make(name, learning_rate, *, momentum, epsilon, weight_decay, clip_norm, ema):
    import keras

    shared = {"global_clipnorm": clip_norm, "use_ema": ema is not None, "ema_momentum": ema or 0.99}
    if name == "sgd":
        return keras.optimizers.SGD(learning_rate, **shared)
    if name == "momentum":
        return keras.optimizers.SGD(learning_rate, momentum=momentum, **shared)
    return keras.optimizers.Adam(learning_rate, epsilon=epsilon, **shared)
