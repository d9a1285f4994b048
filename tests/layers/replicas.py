"""Runs layers on two logical CPUs under MirroredStrategy and prints, as JSON, what each replica saw.

python -m tests.layers.replicas
"""

import json

import keras
import numpy as np
import tensorflow as tf

import layers


def per_replica(strategy, make, x, training=True):
    """Calls one layer on both halves of x, each on its replica; returns the layer and the two outputs."""
    with strategy.scope():
        layer = make()
        layer.build((None, *x.shape[1:]))
    halves = np.split(x, 2)
    distributed = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(halves[context.replica_id_in_sync_group])
    )
    step = tf.function(lambda values: strategy.run(lambda part: layer(part, training=training), args=(values,)))
    outputs = strategy.experimental_local_results(step(distributed))
    return layer, [output.numpy().tolist() for output in outputs]


def values(strategy, weight):
    return [part.numpy().tolist() for part in strategy.experimental_local_results(weight.value)]


def losses(strategy, synchronized):
    """Of four epochs of a small network on 48 rows, trained under `strategy`."""
    keras.utils.set_random_seed(0)
    with strategy.scope():
        norm = layers.BatchNorm(synchronized=synchronized)
        parts = [layers.Dense(16), norm, keras.layers.ReLU(), layers.Dense(1)]
        model = keras.Sequential([keras.Input((4,)), *parts])
        model.compile(keras.optimizers.Adam(0.05), "mean_squared_error")
    x = np.random.default_rng(1).standard_normal((48, 4)).astype("float32")
    batches = tf.data.Dataset.from_tensor_slices((x, x[:, :1] * x[:, 1:2])).batch(16)
    return model.fit(batches, epochs=4, shuffle=False, verbose=0).history["loss"]


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    results = {}
    ones = np.ones((2, 200), "float32")
    for name, make in {
        "Dropout": lambda: layers.Dropout(0.5, seed=1),
        "ScaledDropout": lambda: layers.ScaledDropout(0.5, seed=1),
        "stock dropout": lambda: keras.layers.Dropout(0.5, seed=1),
    }.items():
        results[name] = per_replica(strategy, make, ones)[1]
    x = (np.repeat([[0.0, 5.0], [4.0, 5.0]], 8, axis=0) + np.random.default_rng(0).standard_normal((16, 2))).astype(
        "float32"
    )
    results["x"] = x.tolist()
    for name, make in {
        "BatchNorm": lambda: layers.BatchNorm(momentum=0.5),
        "synchronized": lambda: layers.BatchNorm(momentum=0.5, synchronized=True),
        "stock batch norm": lambda: keras.layers.BatchNormalization(momentum=0.5),
    }.items():
        layer, outputs = per_replica(strategy, make, x)
        means, variances = values(strategy, layer.moving_mean), values(strategy, layer.moving_variance)
        results[name] = {"outputs": outputs, "means": means, "variances": variances}
    images = x.reshape(4, 2, 2, 2)
    layer, outputs = per_replica(strategy, lambda: layers.BatchNorm(momentum=0.5), images)
    means, variances = values(strategy, layer.moving_mean), values(strategy, layer.moving_variance)
    results["BatchNorm of images"] = {"outputs": outputs, "means": means, "variances": variances}
    results["losses"] = losses(strategy, True)
    results["losses apart"] = losses(strategy, False)
    results["losses of one"] = losses(tf.distribute.get_strategy(), True)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
