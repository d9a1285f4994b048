"""Training, measuring and drawing a network of the playground as graphs that are traced once.

All that a user changes while it runs - data, rate, penalties, batch size - is a tensor, so that a change traces
nothing anew.
"""

import keras
import tensorflow as tf

from training.losses import CrossEntropy
from web.playground import network

SHUFFLE_STREAM = 0


def loss_function(name: str):
    """The mean loss over a batch, of labels `(batch,)` and outputs `(batch, outputs)`.

    squared: half the squared difference, as in the original, whose gradient is the difference; absolute: its size;
    huber: squared up to 1, then absolute (Huber 1964); cross_entropy: of logits, in nats.
    """
    if name == "cross_entropy":
        return CrossEntropy()
    functions = {
        "squared": lambda distance: tf.square(distance) / 2,
        "absolute": tf.abs,
        "huber": lambda distance: tf.where(tf.abs(distance) < 1, tf.square(distance) / 2, tf.abs(distance) - 0.5),
    }
    return lambda labels, outputs: tf.reduce_mean(functions[name](outputs[:, 0] - labels))


def order(rows: int, seed: int, epoch: int) -> tf.Tensor:
    """The order of the training rows in an epoch, counted from 0: a function of the seed and the epoch alone."""
    stream = tf.random.experimental.stateless_fold_in(tf.constant([seed, SHUFFLE_STREAM], tf.int64), epoch)
    return tf.random.experimental.stateless_shuffle(tf.range(rows), stream)


class Steps:
    """The graphs of one network with one optimizer.

    train(x, labels, order, first, last, batch, rate, l1, l2) -> losses (last - first,): the updates from `first` to
        `last`, each on `batch` rows of the order; a last batch may be smaller. The loss of each is without its penalty,
        `l1 sum(|w|) + l2 sum(w^2)` over all kernels, which counts in the gradient.
    measure(x, labels) -> loss and accuracy (0 where nothing is a class).
    maps(fine, coarse) -> uint8: the output on the fine grid, and every hidden neuron and output on the coarse one.
    statistics(x, labels) -> see `layer_statistics`.
    """

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, loss: str, classes: int):
        self.model, self.optimizer, self.classes = model, optimizer, classes
        self.probe = network.inside(model)
        self.kernels = [layer.kernel for layer in network.dense_layers(model)]
        self.is_entropy = loss == "cross_entropy"
        self.loss = loss_function(loss)
        optimizer.build(model.trainable_variables)
        rows, scalar, count = tf.TensorSpec([None], tf.float32), tf.TensorSpec([]), tf.TensorSpec([], tf.int32)
        x = tf.TensorSpec([None, model.input_shape[1]], tf.float32)
        orders = tf.TensorSpec([None], tf.int32)
        signature = [x, rows, orders, count, count, count, scalar, scalar, scalar]
        self.train = tf.function(self._train, input_signature=signature)
        self.measure = tf.function(self._measure, input_signature=[x, rows])
        self.maps = tf.function(self._maps, input_signature=[x, x])
        self.statistics = tf.function(self._statistics, input_signature=[x, rows])

    def _train(self, x, labels, order, first, last, batch, rate, l1, l2):
        losses = tf.TensorArray(tf.float32, last - first)
        self.optimizer.learning_rate.assign(rate)
        for step in tf.range(first, last):
            rows = order[step * batch : (step + 1) * batch]
            with tf.GradientTape() as tape:
                loss = self.loss(tf.gather(labels, rows), self.model(tf.gather(x, rows), training=True))
                total = loss + penalty(self.kernels, l1, l2)
            variables = self.model.trainable_variables
            self.optimizer.apply(tape.gradient(total, variables), variables)
            losses = losses.write(step - first, loss)
        return losses.stack()

    def _measure(self, x, labels):
        outputs = self.model(x, training=False)
        return self.loss(labels, outputs), self._accuracy(labels, outputs)

    def _accuracy(self, labels, outputs):
        if not self.classes:
            return tf.constant(0.0)
        if self.is_entropy:
            right = tf.equal(tf.argmax(outputs, axis=1, output_type=tf.int32), tf.cast(labels, tf.int32))
        else:
            right = tf.equal(outputs[:, 0] > 0, labels > 0)
        return tf.reduce_mean(tf.cast(right, tf.float32))

    def _maps(self, fine, coarse):
        *hidden, outputs = self.probe(coarse, training=False)
        whole = self._shown(self.model(fine, training=False))
        small = [*hidden, self._signed(outputs)]
        return whole, tf.concat([tf.transpose(shades(one)) for one in small], axis=0)

    def _signed(self, outputs):
        """Outputs `(N, outputs)` from -1 to 1: probabilities of classes as 2 p - 1."""
        return 2 * tf.nn.softmax(outputs) - 1 if self.is_entropy else outputs

    def _shown(self, outputs):
        """uint8 (maps, N): one map of a value; of several classes the first of them and its probability."""
        if self.is_entropy and self.classes > 2:
            shares = tf.nn.softmax(outputs)
            best = tf.cast(tf.argmax(shares, axis=1), tf.uint8)
            return tf.stack([best, tf.cast(tf.reduce_max(shares, axis=1) * 255, tf.uint8)])
        values = self._signed(outputs)
        return tf.transpose(shades(values[:, -1:]))

    def _statistics(self, x, labels):
        with tf.GradientTape() as tape:
            loss = self.loss(labels, self.model(x, training=False))
        gradients = tape.gradient(loss, self.kernels)
        *hidden, _ = self.probe(x, training=False)
        return layer_statistics(self.kernels, gradients, hidden)


def penalty(kernels, l1, l2):
    """`l1 sum(|w|) + l2 sum(w^2)`, as `layers.L1L2` has it, of strengths that are tensors."""
    return tf.add_n([l1 * tf.reduce_sum(tf.abs(w)) + l2 * tf.reduce_sum(tf.square(w)) for w in kernels])


def shades(values):
    """-1 to 1 as uint8 0 to 255; what lies outside is at the ends, and what is no number is in the middle."""
    values = tf.where(tf.math.is_nan(values), 0.0, values)
    return tf.cast(tf.round(tf.clip_by_value(values, -1.0, 1.0) * 127.5 + 127.5), tf.uint8)


def layer_statistics(kernels, gradients, hidden):
    """float32 (layers, 6): root mean square of weights and of their gradient, mean and deviation of the answers, share
    of units that answer 0 to every row (dead), share of answers beyond 0.97 (saturated, of tanh and sigmoid); the last
    four are NaN for the output."""
    nothing = tf.fill([4], float("nan"))
    lines = []
    for place, (kernel, gradient) in enumerate(zip(kernels, gradients, strict=True)):
        sizes = [tf.sqrt(tf.reduce_mean(tf.square(one))) for one in (kernel, gradient)]
        rest = nothing
        if place < len(hidden):
            answers = hidden[place]
            dead = tf.reduce_max(tf.abs(answers), axis=0) == 0
            far = tf.abs(answers) > 0.97
            rest = tf.stack(
                [
                    tf.reduce_mean(answers),
                    tf.math.reduce_std(answers),
                    *(tf.reduce_mean(tf.cast(one, tf.float32)) for one in (dead, far)),
                ]
            )
        lines.append(tf.concat([tf.stack(sizes), rest], axis=0))
    return tf.stack(lines)
