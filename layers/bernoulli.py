"""Coin tosses: which entries of a tensor to keep."""

import keras
from keras import ops

from layers.seed import ReplicaSeed


def bernoulli(inputs, probability: float, seed: ReplicaSeed):
    """Draws, for each entry of `inputs`, 1 with that probability, else 0.

    Args:
        inputs: Tensor, which gives shape and dtype.
        probability: Float in [0, 1].
        seed: The generator, which moves on.

    Returns:
        Tensor of zeros and ones, of the shape and dtype of `inputs`.
    """
    # Half a word keeps the probability to 1e-5, which is nothing, unless it is that of a rare event.
    if keras.backend.backend() == "tensorflow" and 0.01 <= probability <= 0.99:
        return half_words(inputs, probability, seed)
    uniform = keras.random.uniform(ops.shape(inputs), dtype="float32", seed=seed)  # bfloat16 has too few digits
    return ops.cast(uniform < probability, inputs.dtype)


def half_words(inputs, probability, seed):
    """`bernoulli` with two tosses from each random 32-bit word. TensorFlow branch, for speed.

    Measured by `benchmarks/layers.py`: dropout takes two thirds of the time that it takes with a word for each toss.
    """
    import tensorflow as tf

    seed = tf.cast(seed.next() % (2**31 - 1), "int32")  # XLA takes no 64-bit seeds
    shape = tf.shape(inputs)
    size = tf.reduce_prod(shape)
    words = tf.random.stateless_uniform([(size + 1) // 2], seed, minval=None, maxval=None, dtype="int32")
    halves = tf.reshape(tf.bitcast(words, "uint16"), [-1])[:size]
    return tf.reshape(tf.cast(halves < round(probability * 2**16), inputs.dtype), shape)
