"""A Python program, short enough to be read, that repeats a training of the playground to the digit."""

from web.playground.network import activation, signed
from web.playground.training import Training

INITIALIZERS = {
    "uniform": "Uniform(-0.5, 0.5, seed={seed})",
    "lecun": "LecunNormal(seed={seed})",
    "glorot": "GlorotUniform(seed={seed})",
    "he": "HeNormal(seed={seed})",
    "zeros": "Zeros()",
}
LOSSES = {
    "squared": "tf.reduce_mean(tf.square(outputs[:, 0] - labels) / 2)",
    "absolute": "tf.reduce_mean(tf.abs(outputs[:, 0] - labels))",
    "huber": "tf.reduce_mean(tf.where(tf.abs(outputs[:, 0] - labels) < 1, tf.square(outputs[:, 0] - labels) / 2, "
    "tf.abs(outputs[:, 0] - labels) - 0.5))",
    "cross_entropy": "CrossEntropy()(labels, outputs)",
}
PROGRAM = '''"""Train the network of the playground again, from the same weights in the same batches: python train.py

It stands beside train.csv and test.csv, and needs the packages `layers` and `training` of the suite: run it with
PYTHONPATH=FOLDER_OF_THE_SUITE. {exactness}
"""

from itertools import pairwise

import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
import keras

import layers
from training import optimizers, schedules
from training.losses import CrossEntropy
from training.trainer import Trainer

EPOCHS = {epochs}
SEED = {seed}
# (epoch, update) from which on: rate, rows of an update, strengths of the L1 and the L2 penalty
SETTINGS = {phases}
# (epoch, update) at which: layer, place in its kernel or bias, value set by hand
EDITS = {edits}


def table(path):
    """Inputs (rows, columns) and labels (rows,) of a CSV file."""
    values = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2).astype(np.float32)
    return tf.constant(values[:, :-1]), tf.constant(values[:, -1])


def build(inputs):
    x = given = keras.Input((inputs,), name="inputs")
{layers}
    return keras.Model(given, x)


def loss_of(labels, outputs):
    return {loss}


x, labels = table("train.csv")
test_x, test_labels = table("test.csv")
model = build(x.shape[1])
kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
optimizer = optimizers.make("{optimizer}", {rate!r})
optimizer.build(model.trainable_variables)


@tf.function(reduce_retracing=True)
def train(order, first, last, batch, rate, l1, l2):
    """The updates from `first` to `last` of an epoch."""
    optimizer.learning_rate.assign(rate)
    for step in tf.range(first, last):
        rows = order[step * batch : (step + 1) * batch]
        with tf.GradientTape() as tape:
            loss = loss_of(tf.gather(labels, rows), model(tf.gather(x, rows), training=True))
            penalties = [l1 * tf.reduce_sum(tf.abs(w)) + l2 * tf.reduce_sum(tf.square(w)) for w in kernels]
            loss += tf.add_n(penalties)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


@tf.function
def measure(x, labels):
    return loss_of(labels, model(x, training=False))


def order_of(epoch):
    stream = tf.random.experimental.stateless_fold_in(tf.constant([SEED, 0], tf.int64), epoch)
    return tf.random.experimental.stateless_shuffle(tf.range(len(x)), stream)


def rate_of(epoch, highest, updates):
    if "{schedule}" == "constant":
        return highest
    trainer = Trainer(learning_rate=highest, schedule="{schedule}", decay={decay!r})
    course = schedules.make(trainer, updates=updates * {schedule_epochs}, updates_per_epoch=updates)
    return float(course(epoch * updates))


def edit(epoch, update):
    for layer, place, value in EDITS.get((epoch, update), ()):
        variable = model.get_layer(layer).kernel if len(place) == 2 else model.get_layer(layer).bias
        values = variable.numpy()
        values[place] = value
        variable.assign(values)


for epoch in range(EPOCHS):
    changes = {{update for at, update in [*SETTINGS, *EDITS] if at == epoch}}
    rate, batch, l1, l2 = SETTINGS.get((epoch, 0)) or (rate, batch, l1, l2)  # noqa: F821
    updates = -(-len(x) // batch)
    order = order_of(epoch)
    for first, last in pairwise(sorted({{0, updates, *changes}})):
        rate, batch, l1, l2 = SETTINGS.get((epoch, first)) or (rate, batch, l1, l2)
        edit(epoch, first)
        numbers = (tf.constant(one, tf.float32) for one in (rate_of(epoch, rate, updates), l1, l2))
        train(order, *(tf.constant(one) for one in (first, last, batch)), *numbers)
    if epoch + 1 < EPOCHS:
        print(f"epoch {{epoch + 1}}: {{measure(x, labels):.9g}} {{measure(test_x, test_labels):.9g}}")
edit(EPOCHS, 0)
print(f"train_loss={{measure(x, labels):.9g}} test_loss={{measure(test_x, test_labels):.9g}}")
model.save("model.keras")
'''


def program(training: Training) -> str:
    """The text of train.py, for the train.csv and test.csv of the same training."""
    settings = training.settings
    exactness = (
        "The losses after each epoch, of training and\ntest rows, are those of the page, to the digit."
        if training.exact
        else "The page had its data, layers or\noptimizer changed while it trained, so that its losses are not quite "
        "these."
    )
    edits: dict[tuple, list] = {}
    for epoch, update, layer, place, value in training.edits:
        edits.setdefault((epoch, update), []).append((training.layers[layer].name, place, value))
    return PROGRAM.format(
        exactness=exactness,
        epochs=training.epoch,
        seed=settings.seed_of_weights,
        phases={one[:2]: numbers(one[2], len(training.data.train)) for one in training.phases},
        edits=edits,
        layers=layers(training),
        loss=LOSSES[settings.loss],
        optimizer=settings.optimizer,
        rate=settings.learning_rate,
        schedule=settings.schedule,
        decay=settings.decay or 1e-6,
        schedule_epochs=settings.schedule_epochs,
    )


def numbers(settings, rows: int) -> tuple:
    return settings.learning_rate, min(settings.batch_size, rows), settings.l1, settings.l2


def layers(training: Training) -> str:
    """The lines that put the layers on each other."""
    settings, lines = training.settings, []
    bias = f"keras.initializers.Constant({0.1 if settings.initializer == 'uniform' else 0.0})"
    for place, (units, name, rate, norm) in enumerate(settings.layers, start=1):
        lines += dense(units, settings, place, bias, f"hidden_{place}", not norm)
        if norm:
            lines.append(f'x = layers.BatchNorm(momentum=0.9, name="batch_norm_{place}")(x)')
        lines.append(f'x = layers.Activation("{activation(name)}", name="activation_{place}")(x)')
        if rate:
            lines.append(
                f'x = layers.Dropout({rate!r}, seed={settings.seed_of_weights + place}, name="dropout_{place}")(x)'
            )
    lines += dense(training.model.output_shape[1], settings, 0, bias, "output", True)
    if signed(settings):
        lines.append('x = layers.Activation("tanh", name="output_tanh")(x)')
    return "\n".join(f"    {line}" for line in lines)


def dense(units: int, settings, place: int, bias: str, name: str, has_bias: bool) -> list[str]:
    kernel = INITIALIZERS[settings.initializer].format(seed=settings.seed_of_weights + place)
    return [
        f"kernel, bias = layers.{kernel}, {bias}",
        f"x = layers.Dense({units}, use_bias={has_bias}, kernel_initializer=kernel, bias_initializer=bias, "
        f'name="{name}")(x)',
    ]
