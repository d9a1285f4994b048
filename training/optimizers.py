"""Optimizers by name; on TensorFlow, Adam, AdamW and momentum update each weight in one pass over its memory.

Keras writes an update as several operations, each of which reads and writes whole arrays. TensorFlow has the whole
update as one operation, which does the same arithmetic: benchmarks/training.py measures the gain,
tests/training/test_optimizers.py the equality.

Adam divides its averages by `1 - beta^t`, t counted from 1. Lectures sometimes print `1 - beta`: right at t = 1 only,
and later it makes m ten times and sqrt(v) 31.6 times too large, a steady step of 0.316 learning rates.
"""

import keras

from cli.errors import UserError

ADAMW_DECAY = 0.004  # unless one is named, as in Keras

# Not decayed: a bias or a scale is no source of overfitting, and decay would only shift what it centres.
UNDECAYED = [r"(^|/)(bias|gamma|beta)(:0)?$"]


def make(
    name: str,
    learning_rate,
    *,
    momentum: float | None = None,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float | None = None,
    clip_norm: float | None = None,
    ema: float | None = None,
) -> keras.optimizers.Optimizer:
    """The optimizer `name`: sgd, momentum, adagrad, rmsprop, adadelta, adam, adamax or adamw.

    Args:
        name: the update rule.
        learning_rate: a float or a Keras schedule over updates.
        momentum: of `momentum` alone: `v = momentum v - learning_rate g`, then `w = w + v`; None is 0.9.
        beta_2: of adam and adamw alone: decay of the average of squared gradients.
        epsilon: in the denominator of the adaptive ones.
        weight_decay: decoupled: `w = w - learning_rate weight_decay w` before each update, for weights only, not for
            biases and batch norm's scale and shift. None is 0.004 for adamw and no decay for the others.
        clip_norm: largest norm of all gradients together, or None.
        ema: decay of a moving average of the weights, or None.

    Raises:
        UserError: `name` is none of those above.

    References: Duchi et al., 2011 (AdaGrad); Zeiler, 2012 (arXiv:1212.5701, Adadelta); Kingma & Ba, 2015
        (arXiv:1412.6980, Adam and Adamax); Loshchilov & Hutter, 2019 (arXiv:1711.05101, AdamW).
    """
    momentum = 0.9 if momentum is None else momentum
    if name == "adamw":  # whose class refuses None; in the others 0 would be subtracted each time
        weight_decay = ADAMW_DECAY if weight_decay is None else weight_decay
    else:
        weight_decay = weight_decay or None
    shared = {
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "global_clipnorm": clip_norm,
        "use_ema": ema is not None,
        "ema_momentum": 0.99 if ema is None else ema,
    }
    makers = {
        "sgd": lambda: keras.optimizers.SGD(**shared),
        "momentum": lambda: Momentum(momentum=float(momentum), **shared),
        # The squares are summed from zero as in the paper; Keras would start from 0.1.
        "adagrad": lambda: keras.optimizers.Adagrad(initial_accumulator_value=0.0, epsilon=epsilon, **shared),
        "rmsprop": lambda: keras.optimizers.RMSprop(epsilon=epsilon, **shared),
        "adadelta": lambda: keras.optimizers.Adadelta(epsilon=epsilon, **shared),
        "adam": lambda: Adam(beta_2=beta_2, epsilon=epsilon, **shared),
        "adamax": lambda: keras.optimizers.Adamax(epsilon=epsilon, **shared),
        "adamw": lambda: AdamW(beta_2=beta_2, epsilon=epsilon, **shared),
    }
    if name not in makers:
        raise UserError(f"`name` must be one of {', '.join(makers)}. Received: name={name!r}")
    optimizer = makers[name]()
    if weight_decay:
        optimizer.exclude_from_weight_decay(var_names=UNDECAYED)
    return optimizer


@keras.saving.register_keras_serializable(package="lamina")
class Adam(keras.optimizers.Adam):
    """Keras' Adam, as one operation per weight on TensorFlow. Same arguments, variables and results.

    `m = m + (1 - b1)(g - m)`, `v = v + (1 - b2)(g^2 - v)`, then with t updates done, this one included,
    `w = w - learning_rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)`.

    Reference:
        Kingma & Ba, 2015: Adam (arXiv:1412.6980), the form at the end of section 2.
    """

    def update_step(self, gradient, variable, learning_rate):
        if self.amsgrad or not _fuses(gradient, variable):
            return super().update_step(gradient, variable, learning_rate)
        return _adam_step(self, gradient, variable, learning_rate)


@keras.saving.register_keras_serializable(package="lamina")
class AdamW(keras.optimizers.AdamW):
    """Keras' AdamW (Adam after a decoupled decay of the weights), the Adam part as one operation on TensorFlow.

    Reference:
        Loshchilov & Hutter, 2019: Decoupled weight decay regularization (arXiv:1711.05101).
    """

    def update_step(self, gradient, variable, learning_rate):
        if self.amsgrad or not _fuses(gradient, variable):
            return super().update_step(gradient, variable, learning_rate)
        return _adam_step(self, gradient, variable, learning_rate)


@keras.saving.register_keras_serializable(package="lamina")
class Momentum(keras.optimizers.SGD):
    """Keras' SGD with momentum, as one operation per weight on TensorFlow: `v = a v - learning_rate g`, `w = w + v`.

    Reference:
        Polyak, 1964: Some methods of speeding up the convergence of iteration methods.
    """

    def update_step(self, gradient, variable, learning_rate):
        if not self.momentum or not _fuses(gradient, variable):
            return super().update_step(gradient, variable, learning_rate)
        import tensorflow as tf

        return tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=self.momentums[self._get_variable_index(variable)].value.handle,
            lr=tf.cast(learning_rate, variable.dtype),
            grad=tf.cast(gradient, variable.dtype),
            momentum=tf.constant(self.momentum, variable.dtype),
            use_nesterov=self.nesterov,
        )


def _fuses(gradient, variable) -> bool:
    """Whether the one operation applies: TensorFlow, one replica, a dense gradient, weights not in half precision."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return (
        not tf.distribute.has_strategy()
        and not isinstance(gradient, tf.IndexedSlices)
        and variable.dtype in (tf.float32, tf.float64)
    )


def _adam_step(optimizer, gradient, variable, learning_rate):
    """Adam's update of one `tf.Variable`. TensorFlow branch, for speed."""
    import tensorflow as tf

    index = optimizer._get_variable_index(variable)
    step = tf.cast(optimizer.iterations + 1, variable.dtype)
    beta_1, beta_2 = (tf.constant(beta, variable.dtype) for beta in (optimizer.beta_1, optimizer.beta_2))
    return tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=optimizer._momentums[index].value.handle,
        v=optimizer._velocities[index].value.handle,
        beta1_power=beta_1**step,
        beta2_power=beta_2**step,
        lr=tf.cast(learning_rate, variable.dtype),
        beta1=beta_1,
        beta2=beta_2,
        epsilon=tf.constant(optimizer.epsilon, variable.dtype),
        grad=tf.cast(gradient, variable.dtype),
    )
