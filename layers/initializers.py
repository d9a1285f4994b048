"""Random starting weights: one rule, `VarianceScaling`, and the named schemes that are settings of it.

Which scheme for which activation (standard deviation of the normal form):

| scheme | standard deviation | for | reference |
|---|---|---|---|
| LeCun  | sqrt(1 / fan_in) | tanh; courses often call this one "Xavier" | LeCun et al. 1998 |
| Glorot | sqrt(2 / (fan_in + fan_out)) | tanh, sigmoid; the scheme of Xavier Glorot's paper | Glorot and Bengio 2010 |
| He     | sqrt(2 / fan_in) | ReLU and its relatives | He et al. 2015 |

The normal forms are cut off at two standard deviations, and widened so that the standard deviation of what remains is
the one above. Weights must not all start at zero: units of one layer would then stay equal for ever.
"""

import math
import random

import keras
from keras import ops

# Standard deviation of a standard normal cut off at -2 and 2.
TRUNCATED_STD = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))


def compute_fans(shape) -> tuple[int, int]:
    """Counts the inputs and the outputs of one unit, given the shape of its kernel.

    - `()`: (1, 1); `(n,)`: (n, n), a bias or a scale;
    - `(inputs, units)`: (inputs, units), a Dense kernel;
    - `(height, width, ..., channels, filters)`: (area * channels, area * filters), a convolution kernel. With groups
      `channels` is already that of one group, so that fan_in stays the number of terms in one output's sum.
    """
    shape = tuple(int(size) for size in shape)
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    area = math.prod(shape[:-2])
    return area * shape[-2], area * shape[-1]


class Random(keras.initializers.Initializer):
    """What the random initializers share: the seed.

    Args:
        seed: Integer; the same seed gives the same values in each call. None draws one from Python's `random`, which
            `keras.utils.set_random_seed` seeds.
    """

    def __init__(self, seed: int | None = None):
        if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
            raise ValueError(f"`seed` must be an integer or None. Received: seed={seed!r}")
        self.seed = seed
        self.drawn_seed = random.randint(1, 10**9) if seed is None else seed

    def get_config(self):
        return {"seed": self.seed}


@keras.saving.register_keras_serializable(package="lamina")
class VarianceScaling(Random):
    """Draws weights of mean 0 and variance `scale / n`, where n counts a unit's connections.

    Args:
        scale: Positive float, the numerator of the variance.
        mode: What n is: "fan_in", "fan_out" or "fan_avg", their mean.
        distribution: "truncated_normal" (cut off at two standard deviations), "untruncated_normal" or "uniform" (on
            `[-limit, limit]` with `limit = sqrt(3 * scale / n)`).
        seed: Integer or None, see `Random`.

    Call arguments:
        shape: Shape of the kernel, see `compute_fans`.
        dtype: Dtype of the values; None is Keras's default float.

    Returns:
        Tensor of that shape and dtype.

    Raises:
        ValueError: If `scale` is not positive, or `mode`, `distribution` or `seed` is not one of those above.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ):
        super().__init__(seed)
        if scale <= 0:
            raise ValueError(f"`scale` must be positive. Received: scale={scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"`mode` must be fan_in, fan_out or fan_avg. Received: mode={mode!r}")
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(
                "`distribution` must be truncated_normal, untruncated_normal or uniform. "
                f"Received: distribution={distribution!r}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = compute_fans(shape)
        connections = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        std = math.sqrt(self.scale / max(1.0, connections))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * std
            return keras.random.uniform(shape, -limit, limit, dtype=dtype, seed=self.drawn_seed)
        if self.distribution == "untruncated_normal":
            return keras.random.normal(shape, stddev=std, dtype=dtype, seed=self.drawn_seed)
        return keras.random.truncated_normal(shape, stddev=std / TRUNCATED_STD, dtype=dtype, seed=self.drawn_seed)

    def get_config(self):
        settings = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**settings, **super().get_config()}


class Scheme(VarianceScaling):
    """A named setting of `VarianceScaling`: only the seed is left to choose."""

    def get_config(self):
        return {"seed": self.seed}


@keras.saving.register_keras_serializable(package="lamina")
class LecunNormal(Scheme):
    """Normal of variance `1 / fan_in` (LeCun et al. 1998); what many courses call "Xavier"."""

    def __init__(self, seed: int | None = None):
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


@keras.saving.register_keras_serializable(package="lamina")
class LecunUniform(Scheme):
    """Uniform of variance `1 / fan_in` (LeCun et al. 1998)."""

    def __init__(self, seed: int | None = None):
        super().__init__(1.0, "fan_in", "uniform", seed)


@keras.saving.register_keras_serializable(package="lamina")
class GlorotNormal(Scheme):
    """Normal of variance `2 / (fan_in + fan_out)` (Glorot and Bengio 2010)."""

    def __init__(self, seed: int | None = None):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


@keras.saving.register_keras_serializable(package="lamina")
class GlorotUniform(Scheme):
    """Uniform of variance `2 / (fan_in + fan_out)` (Glorot and Bengio 2010)."""

    def __init__(self, seed: int | None = None):
        super().__init__(1.0, "fan_avg", "uniform", seed)


@keras.saving.register_keras_serializable(package="lamina")
class HeNormal(Scheme):
    """Normal of variance `2 / fan_in` (He et al. 2015), for ReLU."""

    def __init__(self, seed: int | None = None):
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


@keras.saving.register_keras_serializable(package="lamina")
class HeUniform(Scheme):
    """Uniform of variance `2 / fan_in` (He et al. 2015), for ReLU."""

    def __init__(self, seed: int | None = None):
        super().__init__(2.0, "fan_in", "uniform", seed)


@keras.saving.register_keras_serializable(package="lamina")
class Normal(Random):
    """Draws from a normal distribution of fixed standard deviation, whatever the shape.

    Args:
        mean: Float.
        stddev: Float, 0 or more.
        seed: Integer or None, see `Random`.

    Raises:
        ValueError: If `stddev` is negative.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        if stddev < 0:
            raise ValueError(f"`stddev` must be 0 or more. Received: stddev={stddev}")
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape, dtype=None):
        return keras.random.normal(shape, self.mean, self.stddev, dtype=dtype, seed=self.drawn_seed)

    def get_config(self):
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


@keras.saving.register_keras_serializable(package="lamina")
class Uniform(Random):
    """Draws evenly between two numbers, as the textbooks' small random weights are.

    Args:
        minval, maxval: Floats, `minval` below `maxval`.
        seed: Integer or None, see `Random`.
    """

    def __init__(self, minval: float = -0.1, maxval: float = 0.1, seed: int | None = None):
        if not minval < maxval:
            raise ValueError(f"`minval` must be below `maxval`. Received: minval={minval}, maxval={maxval}")
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def __call__(self, shape, dtype=None):
        return keras.random.uniform(shape, self.minval, self.maxval, dtype=dtype, seed=self.drawn_seed)

    def get_config(self):
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


@keras.saving.register_keras_serializable(package="lamina")
class Orthogonal(Random):
    """Draws a matrix with orthonormal columns, or rows where there are fewer of those (Saxe et al. 2014).

    A kernel of more than two axes is one matrix of shape `(product of all axes but the last, last axis)`.

    Args:
        gain: Float, multiplies the matrix.
        seed: Integer or None, see `Random`.

    Raises:
        ValueError: If called with a shape of fewer than two axes.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(f"`shape` must have two axes or more. Received: shape={tuple(shape)}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        dtype = keras.backend.standardize_dtype(dtype)
        exact = keras.backend.result_type(dtype, "float32")  # there is no QR in half precision
        q, r = ops.qr(keras.random.normal(tall, dtype=exact, seed=self.drawn_seed))
        # QR fixes each column only up to its sign; taking that of R's diagonal makes the draw uniform.
        q = q * ops.sign(ops.diag(r))
        return ops.cast(self.gain * ops.reshape(q if rows >= columns else ops.transpose(q), shape), dtype)

    def get_config(self):
        return {"gain": self.gain, **super().get_config()}


@keras.saving.register_keras_serializable(package="lamina")
class Zeros(keras.initializers.Initializer):
    """All zeros: for biases, never for kernels."""

    def __call__(self, shape, dtype=None):
        return ops.zeros(shape, dtype=dtype or keras.config.floatx())


NAMES = {
    "zeros": Zeros,
    "normal": Normal,
    "uniform": Uniform,
    "orthogonal": Orthogonal,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
}


def get(initializer):
    """Returns an initializer: the one that a name stands for, the one of a saved configuration, or the one given.

    Args:
        initializer: A key of `NAMES`, a dict as `keras.initializers.serialize` makes it, or an initializer.

    Raises:
        ValueError: If it is none of these; the message lists the names.
    """
    if isinstance(initializer, str) and initializer in NAMES:
        return NAMES[initializer]()
    if isinstance(initializer, dict):
        return keras.initializers.deserialize(initializer)
    if isinstance(initializer, keras.initializers.Initializer):
        return initializer
    hint = " (courses mean lecun_normal by xavier, Glorot's paper is glorot_normal)" if initializer == "xavier" else ""
    raise ValueError(
        f"An initializer must be an Initializer or one of {', '.join(NAMES)}{hint}. Received: {initializer!r}"
    )
