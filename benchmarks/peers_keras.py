"""The four models of benchmarks/training.py in stock Keras layers and stock `fit`: one process of the benchmark."""

import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers

SEARCHED = [(jit, steps) for jit in (False, True) for steps in (1, 10, 32)]


def mlp(x):
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(0.2)(layers.Dense(512, activation="relu")(x))
    return x


def convnet(x, batch_norm: bool):
    def activated(layer, x):
        if not batch_norm:
            return layers.ReLU()(layer(x))
        return layers.ReLU()(layers.BatchNormalization()(layer(x)))

    for filters in (32, 64):
        x = activated(layers.Conv2D(filters, 3, padding="same", use_bias=not batch_norm), x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.25)(layers.Flatten()(x))
    return layers.Dropout(0.25)(activated(layers.Dense(128, use_bias=not batch_norm), x))


def resnet(x):
    """He et al., 2015, the CIFAR plan with shortcuts that have no parameters (option A)."""

    def conv_norm(x, filters, stride=1):
        if stride > 1:
            x = layers.ZeroPadding2D(1)(x)
        x = layers.Conv2D(filters, 3, stride, padding="valid" if stride > 1 else "same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    x = layers.ReLU()(conv_norm(x, 16))
    for filters in (16, 32, 64):
        for block in range(3):
            stride = 2 if filters > 16 and block == 0 else 1
            residual = conv_norm(layers.ReLU()(conv_norm(x, filters, stride)), filters)
            if stride > 1:
                # Channels last in and out: average pooling of single pixels picks every second one, then zeros.
                x = layers.AveragePooling2D(1, 2)(x)
                x = layers.Concatenate()([x, x * 0])
            x = layers.ReLU()(layers.Add()([x, residual]))
    return layers.GlobalAveragePooling2D()(x)


MODELS = {
    "mlp": mlp,
    "convnet": lambda x: convnet(x, False),
    "convnet_bn": lambda x: convnet(x, True),
    "resnet20": resnet,
}


class KerasTraining:
    """A model that trains some epochs by `fit`: as written first (`searched` false), or at its best settings."""

    def __init__(self, model: str, precision: str, images: np.ndarray, labels: np.ndarray, searched: bool):
        keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
        self.name, self.x, self.y, self.searched = model, images, labels, searched
        self._compile(False, 1)
        self.num_parameters = sum(int(np.prod(w.shape)) for w in self.model.trainable_weights)
        self.settings = "fit(x, y)"

    def search(self, batch_size: int) -> None:
        """Choose among `SEARCHED`, compiled or not and steps per execution, what trains an epoch fastest."""
        seconds = {}
        for jit, steps in SEARCHED:
            # Where XLA takes half as long again for single steps it is not asked further: it compiles for minutes.
            if jit and (jit, 1) in seconds and seconds[jit, 1] > 1.5 * seconds[False, 1]:
                continue
            self._compile(jit, steps)
            times = [self._timed(batch_size) for _ in range(2 if jit else 3)]
            seconds[jit, steps] = min(times[1:])
        jit, steps = min(seconds, key=seconds.get)
        self._compile(jit, steps)
        self.settings = f"jit_compile={jit}, steps_per_execution={steps}, tf.data autotune off"

    def _timed(self, batch_size):
        start = time.perf_counter()
        self.train(1, batch_size)
        return time.perf_counter() - start

    def _compile(self, jit, steps):
        keras.utils.set_random_seed(0)
        inputs = keras.Input(self.x.shape[1:])
        logits = layers.Dense(10, dtype="float32")(MODELS[self.name](inputs))
        self.model = keras.Model(inputs, logits)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = keras.optimizers.Adam(1e-3, epsilon=1e-8)
        self.model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=jit, steps_per_execution=steps)

    def train(self, epochs: int, batch_size: int) -> tuple[float, float]:
        """Loss and accuracy of the last epoch."""
        if self.searched:
            data = {"x": self._batches(epochs, batch_size), "steps_per_epoch": len(self.x) // batch_size}
        else:
            rows = len(self.x) // batch_size * batch_size
            data = {"x": self.x[:rows], "y": self.y[:rows], "batch_size": batch_size}
        history = self.model.fit(**data, epochs=epochs, verbose=0).history
        return history["loss"][-1], history["accuracy"][-1]

    def _batches(self, epochs, batch_size):
        """Batches gathered from memory in a new order each epoch, with tf.data's autotuner off."""
        x, y, rows = tf.constant(self.x), tf.constant(self.y), len(self.x)
        steps = rows // batch_size

        def order(_):
            shuffled = tf.random.shuffle(tf.range(rows))[: steps * batch_size]
            return tf.data.Dataset.from_tensor_slices(tf.reshape(shuffled, [steps, batch_size]))

        dataset = (
            tf.data.Dataset.range(epochs).flat_map(order).map(lambda rows: (tf.gather(x, rows), tf.gather(y, rows)))
        )
        options = tf.data.Options()
        options.autotune.enabled = False
        return dataset.prefetch(4).with_options(options)
