"""The loss of a compiled model on a batch and its gradients, as the model answers; the training does not notice.

Dropout is off and no statistic moves, so that no seed and no weight changes.
"""

import keras
import numpy as np


def loss_and_gradients(model: keras.Model, batch) -> tuple[float, list[np.ndarray]]:
    """The loss of `batch`, `(x, y)` or `(x, y, weights)`, and an array for each of `model.trainable_variables`."""
    x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
    x = as_inputs(model, x)
    if keras.backend.backend() == "jax":
        return _jax(model, x, y, weights)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=False), sample_weight=weights, training=False)
    found = tape.gradient(loss, [one.value for one in model.trainable_variables], unconnected_gradients="zero")
    return float(loss), [np.asarray(tf.convert_to_tensor(one)) for one in found]


def _jax(model, x, y, weights):
    import jax

    state = [[one.value for one in some] for some in (
        model.trainable_variables, model.non_trainable_variables, model.metrics_variables,
    )]  # fmt: skip
    function = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)
    (loss, _), found = function(*state, x, y, weights, training=False)
    return float(loss), [np.asarray(one) for one in found]


def as_inputs(model, x):
    """What a dataset gives, as the model is called: one array may stand for a list of one."""
    return [x] if isinstance(model.input, list) and not isinstance(x, list | tuple | dict) else x


def some_rows(batch, rows: int):
    """The first rows of a batch, as arrays."""
    return keras.tree.map_structure(lambda values: np.asarray(values)[:rows], batch)


def score_gradients(outputs, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The gradient of `sum(weights * outputs(values))` by `values`, of their shape.

    Args:
        outputs: Differentiable function from a tensor like `values`, float32, to one like `weights`.
        values: (batch, ...).
        weights: (batch, K).
    """
    if keras.backend.backend() == "jax":
        import jax

        return np.asarray(jax.grad(lambda some: (outputs(some) * weights).sum())(values))
    import tensorflow as tf

    given = tf.convert_to_tensor(values)
    with tf.GradientTape() as tape:
        tape.watch(given)
        score = tf.reduce_sum(outputs(given) * weights)
    return tape.gradient(score, given).numpy()
