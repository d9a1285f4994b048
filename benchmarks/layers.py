"""Times each hand-written layer against the Keras layer it mirrors: forward, and forward with backward, in training.

    python -m benchmarks.layers                   # every layer, about a minute and a half
    python -m benchmarks.layers --only BatchNorm

Prints a table in Markdown. Both layers run in the same process inside `tf.function`, one call of each in turn; a cell
is the median over the rounds, the ratio (ours / Keras) the median of the rounds' ratios. Below 1 ours is faster.
"""

import argparse
import os
import statistics
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as cli/frameworks.py has it

import keras
import numpy as np
import tensorflow as tf

import layers

IMAGES = (64, 32, 32, 32)
ROWS = (512, 512)
WORDS = (64, 64, 128)

# Name, our layer, the Keras layer, shape of the batch.
PAIRS = [
    ("Dense", lambda k: layers.Dense(512, **k), lambda k: keras.layers.Dense(512, **k), ROWS),
    (
        "Dense, relu",
        lambda k: layers.Dense(512, activation="relu", **k),
        lambda k: keras.layers.Dense(512, activation="relu", **k),
        ROWS,
    ),
    ("Dense, rank 3", lambda k: layers.Dense(256, **k), lambda k: keras.layers.Dense(256, **k), WORDS),
    (
        "Conv2D 3x3",
        lambda k: layers.Conv2D(32, 3, padding="same", **k),
        lambda k: keras.layers.Conv2D(32, 3, padding="same", **k),
        IMAGES,
    ),
    (
        "Conv2D 3x3, strides 2, relu",
        lambda k: layers.Conv2D(64, 3, strides=2, activation="relu", **k),
        lambda k: keras.layers.Conv2D(64, 3, strides=2, activation="relu", **k),
        IMAGES,
    ),
    ("BatchNorm, rank 2", lambda k: layers.BatchNorm(**k), lambda k: keras.layers.BatchNormalization(**k), ROWS),
    ("BatchNorm, rank 3", lambda k: layers.BatchNorm(**k), lambda k: keras.layers.BatchNormalization(**k), WORDS),
    ("BatchNorm, rank 4", lambda k: layers.BatchNorm(**k), lambda k: keras.layers.BatchNormalization(**k), IMAGES),
    (
        "BatchNorm, frozen",
        lambda k: layers.BatchNorm(trainable=False, **k),
        lambda k: keras.layers.BatchNormalization(trainable=False, **k),
        IMAGES,
    ),
    ("Dropout, rank 2", lambda k: layers.Dropout(0.3, **k), lambda k: keras.layers.Dropout(0.3, **k), ROWS),
    ("Dropout, rank 4", lambda k: layers.Dropout(0.3, **k), lambda k: keras.layers.Dropout(0.3, **k), IMAGES),
    ("ScaledDropout", lambda k: layers.ScaledDropout(0.7, **k), lambda k: keras.layers.Dropout(0.3, **k), IMAGES),
    (
        "Conv2D 3x3, 4 groups",
        lambda k: layers.Conv2D(32, 3, padding="same", groups=4, **k),
        lambda k: keras.layers.Conv2D(32, 3, padding="same", groups=4, **k),
        IMAGES,
    ),
    (
        "Conv2D 3x3, dilation 2",
        lambda k: layers.Conv2D(32, 3, padding="same", dilation_rate=2, **k),
        lambda k: keras.layers.Conv2D(32, 3, padding="same", dilation_rate=2, **k),
        IMAGES,
    ),
    (
        "DepthwiseConv2D 3x3",
        lambda k: layers.DepthwiseConv2D(3, padding="same", **k),
        lambda k: keras.layers.DepthwiseConv2D(3, padding="same", **k),
        IMAGES,
    ),
    ("MaxPool2D 2x2", lambda k: layers.MaxPool2D(2, **k), lambda k: keras.layers.MaxPooling2D(2, **k), IMAGES),
    (
        "MaxPool2D 3x3, strides 2, padding 1",
        lambda k: layers.MaxPool2D(3, 2, padding=1, **k),
        lambda k: keras.Sequential([keras.layers.ZeroPadding2D(1, **k), keras.layers.MaxPooling2D(3, 2, **k)]),
        IMAGES,
    ),
    (
        "AveragePool2D 3x3, strides 2, padding 1",
        lambda k: layers.AveragePool2D(3, 2, padding=1, **k),
        lambda k: keras.Sequential([keras.layers.ZeroPadding2D(1, **k), keras.layers.AveragePooling2D(3, 2, **k)]),
        IMAGES,
    ),
    ("PReLU", lambda k: layers.PReLU(**k), lambda k: keras.layers.PReLU(shared_axes=[1, 2], **k), IMAGES),
    (
        "SpatialDropout",
        lambda k: layers.SpatialDropout(0.1, **k),
        lambda k: keras.layers.SpatialDropout2D(0.1, **k),
        IMAGES,
    ),
    (
        "ChannelShuffle",
        lambda k: layers.ChannelShuffle(4, **k),
        lambda k: keras.Sequential(
            [
                keras.layers.Reshape((1024, 4, 8), **k),
                keras.layers.Permute((1, 3, 2), **k),
                keras.layers.Reshape((32, 32, 32), **k),
            ]
        ),
        IMAGES,
    ),
    *(
        (
            f"Activation {name}",
            lambda k, name=name: layers.Activation(name, **k),
            lambda k, name=name: keras.layers.Activation("linear" if name == "identity" else name, **k),
            IMAGES,
        )
        for name in ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", "softmax")
    ),
]


def compiled(layer, shape, backward):
    """Returns a compiled function of x that runs the layer in training, with all its gradients if `backward`."""
    training = {"training": True} if layer._call_has_training_arg else {}
    layer.build(shape)

    @tf.function
    def forward(x, upstream):
        return layer(x, **training)

    @tf.function
    def both(x, upstream):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x, **training)
        sources = [x, *(weight.value for weight in layer.trainable_weights)]
        return [outputs, *tape.gradient(outputs, sources, output_gradients=upstream)]

    return both if backward else forward


def seconds(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    (result[0] if isinstance(result, list) else result).numpy()  # waits for the result
    return time.perf_counter() - start


def compare(ours, theirs, shape, dtype, backward, rounds):
    """Medians of both in seconds, and the median ratio, over rounds that alternate who goes first."""
    policy = "mixed_bfloat16" if dtype == "bfloat16" else dtype
    random = np.random.default_rng(0)
    x = tf.cast(random.standard_normal(shape), dtype)
    layer = ours({"dtype": policy})
    upstream = tf.cast(random.standard_normal(layer.compute_output_shape(shape)), dtype)
    functions = [compiled(layer, shape, backward), compiled(theirs({"dtype": policy}), shape, backward)]
    for function in functions:
        for _ in range(5):
            seconds(function, x, upstream)
    times = []
    for turn in range(rounds):
        order = (0, 1) if turn % 2 == 0 else (1, 0)
        measured = {position: seconds(functions[position], x, upstream) for position in order}
        times.append((measured[0], measured[1]))
    ratios = [a / b for a, b in times]
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times), statistics.median(ratios)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="time only the layers whose name contains this")
    parser.add_argument("--rounds", type=int, default=60, help="rounds per cell")
    arguments = parser.parse_args()
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {os.cpu_count()} CPU cores, milliseconds\n")
    print("| layer | dtype | forward | Keras | ratio | with backward | Keras | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name, ours, theirs, shape in PAIRS:
        if arguments.only not in name:
            continue
        for dtype in ("float32", "bfloat16"):
            cells = []
            for backward in (False, True):
                mine, stock, ratio = compare(ours, theirs, shape, dtype, backward, arguments.rounds)
                cells += [f"{1000 * mine:.2f}", f"{1000 * stock:.2f}", f"{ratio:.2f}"]
            print(f"| {name} {' x '.join(map(str, shape))} | {dtype} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
