"""The Transformer of benchmarks/translation_training.py in stock Keras layers and stock `fit`."""

import keras
import numpy as np
from keras import layers, ops

from data.text.pair_batches import PairBatches

FEATURES, HEADS, HIDDEN, BLOCKS = 128, 4, 256, 4


class Positions(layers.Layer):
    """Adds waves to scaled vectors."""

    def call(self, inputs):
        steps, features = inputs.shape[1] or ops.shape(inputs)[1], inputs.shape[-1]
        even = np.arange(features) // 2 * 2
        angles = ops.cast(ops.arange(steps), "float32")[:, None] / 10_000.0 ** (even / features)
        return inputs * features**0.5 + ops.where(np.arange(features) % 2 == 0, ops.sin(angles), ops.cos(angles))


def attended(x, source, mask, rate, *, causal=False):
    entered = layers.LayerNormalization(epsilon=1e-6)(x)
    attention = layers.MultiHeadAttention(HEADS, FEATURES // HEADS)
    found = attention(entered, entered if source is None else source, attention_mask=mask, use_causal_mask=causal)
    return x + layers.Dropout(rate)(found)


def worked(x, rate):
    hidden = layers.Dense(HIDDEN, activation="relu")(layers.LayerNormalization(epsilon=1e-6)(x))
    return x + layers.Dropout(rate)(layers.Dense(FEATURES)(hidden))


def network(vocabulary: int, rate: float):
    """The network: token ids to logits."""
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in ("source", "target")}
    visible = ops.expand_dims(ops.not_equal(inputs["source"], 0), 1)
    normal = keras.initializers.RandomNormal(stddev=FEATURES**-0.5)
    table = layers.ReversibleEmbedding(vocabulary, FEATURES, embeddings_initializer=normal)
    x, y = (layers.Dropout(rate)(Positions()(table(inputs[name]))) for name in ("source", "target"))
    for _ in range(BLOCKS):
        x = worked(attended(x, None, visible, rate), rate)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    for _ in range(BLOCKS):
        y = attended(y, None, None, rate, causal=True)
        y = worked(attended(y, x, visible, rate), rate)
    return keras.Model(inputs, table(layers.LayerNormalization(epsilon=1e-6)(y), reverse=True))


class KerasTraining:
    """A network that trains a pass over the batches by `fit`."""

    def __init__(self, batches: PairBatches, vocabulary: int, rate: float, smoothing: float, xla: bool):
        keras.utils.set_random_seed(0)
        self.batches = batches
        self.num_tokens = sum(len(ids) + 1 for ids in batches.targets)

        def loss(labels, logits):
            total = ops.logsumexp(logits, axis=-1)
            true = ops.squeeze(ops.take_along_axis(logits, labels[..., None], axis=-1), -1)
            losses = total - (1 - smoothing) * true - smoothing * ops.mean(logits, axis=-1)
            counts = ops.cast(ops.not_equal(labels, 0), "float32")
            return ops.sum(losses * counts) / ops.sum(counts)

        self.model = network(vocabulary, rate)
        self.num_parameters = self.model.count_params()
        optimizer = keras.optimizers.Adam(1e-3, beta_2=0.98, epsilon=1e-8)
        self.model.compile(optimizer, loss, jit_compile=xla)

    def train(self) -> float:
        """The loss of one pass over the batches."""
        batches = self.batches.dataset(0, epochs=1)
        return self.model.fit(batches, shuffle=False, verbose=0).history["loss"][0]
