"""Activation functions, written out, and `get`, which finds one by its name.

Each function below is the textbook formula in `keras.ops`, in a form that neither overflows nor loses its gradient.
Where the backend has the same function as one operation (`FUSED`), `get` returns that operation, because a formula of
several operations costs several passes over memory; the tests hold both forms equal in value and gradient.

References: Glorot, Bordes and Bengio 2011 (ReLU, softplus); Maas, Hannun and Ng 2013 (leaky ReLU); Clevert,
Unterthiner and Hochreiter 2016 (ELU); Hendrycks and Gimpel 2016 (GELU).
"""

import math
from collections.abc import Callable
from functools import partial

from keras import ops


def halves(z):
    """Returns `z` where `z >= 0`, else 0, and `z` where `z < 0`, else 0.

    A branch that is not taken must not overflow either: `where` would multiply its infinite gradient by 0, which is
    NaN. (`abs`, `maximum` and `minimum` would do for the values, but have the wrong slope at 0.) NaN stays NaN.
    """
    zero = ops.zeros_like(z)
    return ops.where(z < 0, zero, z), ops.where(z >= 0, zero, z)


def identity(z):
    """`f(z) = z`, for the output of a regression. Any shape; gradient 1."""
    return ops.convert_to_tensor(z)


def step(z):
    """Heaviside's unit step: 1 where `z >= 0`, else 0. Any shape; the gradient is 0 everywhere.

    A unit with this activation cannot be trained by gradients: nothing flows back through it.
    """
    z = ops.convert_to_tensor(z)
    # The second term ties the result to z, so that its gradient is 0 and not "unconnected"; clipped, as 0 * inf is NaN.
    return ops.cast(z >= 0, z.dtype) + 0 * ops.clip(z, -1, 1)


def sigmoid(z):
    """`f(z) = 1 / (1 + exp(-z))`, range (0, 1), `f' = f (1 - f)`. Any shape."""
    z = ops.convert_to_tensor(z)
    positive, negative = halves(z)  # each side has its form in which exp never exceeds 1
    return ops.where(z >= 0, 1 / (1 + ops.exp(-positive)), ops.exp(negative) / (1 + ops.exp(negative)))


def tanh(z):
    """`f(z) = (1 - exp(-2z)) / (1 + exp(-2z))`, range (-1, 1), symmetric, `f' = 1 - f^2`. Any shape."""
    z = ops.convert_to_tensor(z)
    positive, negative = halves(z)
    right, left = ops.expm1(-2 * positive), ops.expm1(2 * negative)  # exp(..) - 1, exact near 0 and never above 1
    return ops.where(z >= 0, -right / (2 + right), left / (2 + left))


def relu(z):
    """`f(z) = max(z, 0)`. Any shape; the gradient at 0 is 0, and NaN stays NaN."""
    z = ops.convert_to_tensor(z)
    return ops.where(z <= 0, ops.zeros_like(z), z)


def leaky_relu(z, negative_slope: float = 0.2):
    """`f(z) = z` where `z > 0`, else `negative_slope * z`. Any shape; no unit can die, as its gradient is never 0."""
    z = ops.convert_to_tensor(z)
    return ops.where(z <= 0, negative_slope * z, z)


def softplus(z):
    """`f(z) = log(1 + exp(z))`, a smooth ReLU, `f' = sigmoid(z)`. Any shape."""
    positive, negative = halves(z)
    return positive + ops.log1p(ops.exp(negative - positive))  # the exponent is -|z|


def elu(z, alpha: float = 1.0):
    """`f(z) = z` where `z > 0`, else `alpha (exp(z) - 1)`. Any shape."""
    z = ops.convert_to_tensor(z)
    return ops.where(z < 0, alpha * ops.expm1(halves(z)[1]), z)


def gelu(z):
    """`f(z) = z * Phi(z)`, Phi the distribution function of a standard normal: a ReLU without a corner. Any shape."""
    z = ops.convert_to_tensor(z)
    return 0.5 * z * (1 + ops.erf(z / math.sqrt(2)))


def softmax(z):
    """`f(z)_i = exp(z_i) / sum_j exp(z_j)` over the last axis: shape (..., K), positive, each row sums to 1.

    The largest entry of each row is subtracted first, which changes nothing but keeps `exp` finite.
    """
    z = ops.convert_to_tensor(z)
    exponentials = ops.exp(z - ops.stop_gradient(ops.max(z, axis=-1, keepdims=True)))
    return exponentials / ops.sum(exponentials, axis=-1, keepdims=True)


WRITTEN_OUT: dict[str, Callable] = {
    "identity": identity,
    "step": step,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "softplus": softplus,
    "elu": elu,
    "gelu": gelu,
    "softmax": softmax,
}

FUSED: dict[str, Callable] = {
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "relu": ops.relu,
    "leaky_relu": ops.leaky_relu,
    "softplus": ops.softplus,
    "elu": ops.elu,
    "gelu": partial(ops.gelu, approximate=False),
    "softmax": ops.softmax,
}


def get(name: str) -> Callable:
    """Returns the activation function of that name, in its fastest form.

    Args:
        name: One of the keys of `WRITTEN_OUT`.

    Raises:
        ValueError: If there is no such activation; the message lists the names.
    """
    if not isinstance(name, str) or name not in WRITTEN_OUT:
        raise ValueError(f"`activation` must be one of {', '.join(WRITTEN_OUT)}. Received: activation={name!r}")
    return FUSED.get(name, WRITTEN_OUT[name])
