"""The table that drives the proof of every layer: a row says what to build, and what it must equal.

`python -m tests.layers.proofs` and the tests of this folder read it. A public name of `layers` without a row fails
`test_coverage.py`.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import keras
import numpy as np

import layers
from tests.layers import transformer_twins, twins


@dataclass(frozen=True)
class Case:
    """One setting of one layer."""

    layer: type  # the hand-written class
    settings: dict  # its arguments
    shape: tuple[int, ...]  # of one batch, of the first input
    twin: type | None = None  # the Keras class of the same job
    twin_settings: dict | None = None  # its arguments, where they differ from `settings`
    formula: Callable | None = (
        None  # where there is no twin: (x, noise, settings, training) -> y, pull back of gradients
    )
    frozen: bool = False  # trainable = False
    masks: bool = True  # a mask passes through
    noise: bool = False  # draws random numbers in training
    more: tuple[tuple[int, ...], ...] = ()  # shapes of further inputs, in the order of the layer's `call`
    rate: float = 0.01  # of gradient descent
    arguments: dict = field(default_factory=dict)  # of each call of the layer and its twin, such as masks

    @property
    def name(self) -> str:
        settings = ", ".join(f"{key}={shown(value)}" for key, value in self.settings.items() if key != "seed")
        frozen = ", frozen" if self.frozen else ""
        shapes = " and ".join(" x ".join(map(str, shape)) for shape in self.shapes)
        return f"{self.layer.__name__}({settings}) on {shapes}{''.join(f', {key}' for key in self.arguments)}{frozen}"

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of all inputs."""
        return (self.shape, *self.more)

    def output_shape(self, layer, batch=True):
        """What the layer says that it returns; `batch` tells whether it may know the size of the batch."""
        shapes = self.shapes if batch else [(None, *shape[1:]) for shape in self.shapes]
        known = inspect.signature(layer.compute_output_shape).parameters
        return layer.compute_output_shape(*shapes, **{k: v for k, v in self.arguments.items() if k in known})

    def build(self, dtype="float32"):
        """Our layer, built."""
        layer = self.layer(**self.settings, dtype=dtype)
        layer.trainable = not self.frozen
        layer.build(*self.shapes)
        return layer

    def build_twin(self, dtype="float32"):
        """The Keras layer of the same job, built."""
        twin = self.twin(**(self.settings if self.twin_settings is None else self.twin_settings), dtype=dtype)
        twin.trainable = not self.frozen
        twin.build(*self.shapes)
        return twin


def shown(value) -> str:
    """A setting, in the name of a row; a layer by its class."""
    return type(value).__name__ if isinstance(value, keras.layers.Layer) else repr(value)


@dataclass(frozen=True)
class InitializerCase:
    """One setting of one initializer, the Keras class that must give the same numbers, and its standard deviation."""

    initializer: type
    twin: type
    std: Callable[[int, int], float]  # (fan_in, fan_out) -> standard deviation
    settings: dict = field(default_factory=dict)
    twin_settings: dict | None = None
    seeded: bool = True

    @property
    def name(self) -> str:
        return f"{self.initializer.__name__}({', '.join(f'{k}={v!r}' for k, v in self.settings.items())})"


@dataclass(frozen=True)
class PenaltyCase:
    """One setting of one penalty, and the Keras class of the same job."""

    penalty: type
    twin: type
    settings: dict

    @property
    def name(self) -> str:
        return f"{self.penalty.__name__}({', '.join(f'{k}={v!r}' for k, v in self.settings.items())})"


def dropout(x, noise, settings, training):
    """`noise` is what the layer makes of ones: it must hold only 0 and 1 / (1 - rate)."""
    factor = np.where(noise > 0, 1 / (1 - settings["rate"]), 0.0).astype(x.dtype) if training else np.ones_like(x)
    return x * factor, lambda gradient: gradient * factor


def scaled_dropout(x, noise, settings, training):
    factor = (noise > 0).astype(x.dtype) if training else np.full_like(x, settings["keep_probability"])
    return x * factor, lambda gradient: gradient * factor


def step(x, noise, settings, training):
    return (x >= 0).astype(x.dtype), np.zeros_like


def padded_shortcut(x, noise, settings, training):
    strides, added = settings["strides"], settings["filters"] - x.shape[-1]

    def pull_back(gradient):
        result = np.zeros_like(x)
        result[:, ::strides, ::strides] = gradient[..., : x.shape[-1]]
        return result

    return np.pad(x[:, ::strides, ::strides], [(0, 0), (0, 0), (0, 0), (0, added)]), pull_back


def gaussian_noise(x, noise, settings, training):
    """`noise` is what the layer makes of ones: 1 + stddev * n."""
    return (x + (noise - 1) if training else x), lambda gradient: gradient


def gaussian_code(x, noise, settings, training):
    """`noise` is what the layer makes of ones, mean 1 and log-variance 1: 1 + exp(1 / 2) * n."""
    mean, log_variance = np.split(x, 2, axis=-1)
    normal = ((noise - 1) / np.exp(np.ones((), x.dtype) / 2)) if training else np.zeros_like(mean)
    spread = np.exp(log_variance / 2) * normal
    return mean + spread, lambda gradient: np.concatenate([gradient, gradient * spread / 2], axis=-1)


def piecewise_linear(x, noise, settings, training):
    """NumPy's own interpolation, a bin at a time; outside the edges the end bins go on to -3 and 4."""
    edges, whole = settings["edges"], x
    columns = settings.get("columns", range(x.shape[1]))
    x = x[:, columns]
    bins = max(map(len, edges)) - 1
    y, slopes = np.zeros((*x.shape, bins), x.dtype), np.zeros((*x.shape, bins), x.dtype)
    for feature, points in enumerate(edges):
        last = len(points) - 2
        for k, (start, stop) in enumerate(zip(points[:-1], points[1:], strict=True)):
            low, high = -3.0 if k == 0 else 0.0, 4.0 if k == last else 1.0
            inside = [start + low * (stop - start), start + high * (stop - start)]
            y[:, feature, k] = np.interp(x[:, feature], inside, [low, high])
            within = (x[:, feature] > inside[0]) & (x[:, feature] < inside[1])
            slopes[:, feature, k] = within / (stop - start)

    def pull_back(gradient):
        result = np.zeros_like(whole)
        result[:, columns] = (gradient * slopes).sum(-1)
        return result

    return y, pull_back


def monte_carlo_dropout(x, noise, settings, training):
    """`noise` is what the layer makes of ones: the masks."""
    return x[:, None] * noise, lambda gradient: (gradient * noise).sum(1)


def target_units(x, noise, settings, training):
    scale = settings["scale"]
    shift = np.array([settings["mean"], 0.0])[: x.shape[-1]].astype(x.dtype)
    return x * scale + shift, lambda gradient: gradient * scale


def gaussian_head(x, noise, settings, training):
    raw = x[..., 1].astype("float64") + 0.5413248546129181  # ln(e - 1)
    deviation = settings["smallest"] + np.log1p(np.exp(-np.abs(raw))) + np.maximum(raw, 0)
    slope = np.stack([np.ones_like(raw), 1 / (1 + np.exp(-raw))], axis=-1)
    return np.stack([x[..., 0], deviation], axis=-1).astype(x.dtype), lambda gradient: (gradient * slope).astype(
        x.dtype
    )


def sinusoidal_positions(x, noise, settings, training, offset=0):
    """Entry by entry, with Python's own sines."""
    codes = np.zeros(x.shape[1:])
    for position, entry in np.ndindex(*codes.shape):
        angle = (offset + position) / settings["period"] ** (2 * (entry // 2) / x.shape[-1])
        codes[position, entry] = math.cos(angle) if entry % 2 else math.sin(angle)
    return x + codes.astype(x.dtype), lambda gradient: gradient


def lengths(longest, *batch):
    """A mask: so many positions count in each row of the batch."""
    return np.arange(longest) < np.array(batch)[:, None]


def multi_head(*shapes, arguments=None, **settings):
    """Heads of 4 units, here and in the blocks: 1 / sqrt(4) is exact in float32, in which Keras keeps that factor."""
    settings = {"num_heads": 2, "head_units": 4, **settings}
    twin = transformer_twins.AttentionTwin
    arguments = arguments or {}
    # At the usual rate the scores grow so fast that rounding errors do, too, ten times with each step.
    return Case(layers.MultiHeadAttention, settings, shapes[0], twin, more=shapes[1:], arguments=arguments, rate=1e-3)


def transformer_block(*shapes, arguments=None, **settings):
    settings = {"num_heads": 2, "feed_forward_units": 7, "dropout": 0.0, **settings}
    kind, twin = (
        (layers.TransformerEncoderBlock, transformer_twins.EncoderBlockTwin)
        if len(shapes) == 1
        else (layers.TransformerDecoderBlock, transformer_twins.DecoderBlockTwin)
    )
    return Case(kind, settings, shapes[0], twin, more=shapes[1:], arguments=arguments or {})


def grouped_dense(shape, groups, units, **settings):
    equation = "ni,miu->nmu" if len(shape) == 2 else "nmi,miu->nmu"
    twin = {"equation": equation, "output_shape": (groups, units), "bias_axes": "mu", **settings}
    return Case(
        layers.GroupedDense, {"units": units, "groups": groups, **settings}, shape, keras.layers.EinsumDense, twin
    )


def dense(shape=(6, 5), **settings):
    return Case(layers.Dense, settings, shape, keras.layers.Dense)


def conv(shape=(3, 9, 8, 4), **settings):
    return Case(layers.Conv2D, settings, shape, keras.layers.Conv2D, masks=False)


def conv_transpose(shape=(3, 5, 4, 6), **settings):
    return Case(layers.Conv2DTranspose, settings, shape, keras.layers.Conv2DTranspose, masks=False)


def batch_norm(shape, frozen=False, **settings):
    return Case(layers.BatchNorm, settings, shape, keras.layers.BatchNormalization, frozen=frozen)


def activation(name, twin_name=None):
    twin = {"activation": twin_name or name}
    return Case(layers.Activation, {"activation": name}, (5, 7), keras.layers.Activation, twin)


# Padding at the end, steps left out in between, a row without any, one without a gap.
MASK = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
# Each query needs a key: with none ours gives zeros, Keras the mean of all.
KEY_MASK = MASK | (np.arange(5) == 3)


def recurrent(layer, twin, shape=(4, 5, 3), more=(), arguments=None, **settings):
    arguments = arguments or {}
    masks = bool(settings.get("return_sequences")) and not settings.get("go_backwards")
    return Case(layer, settings, shape, twin, masks=masks, more=more, arguments=arguments)


def bidirectional(layer, twin, merge, arguments=None, **settings):
    of_twin = {"kind": twin, "merge_mode": merge, **settings}
    ours = {"layer": layer(**settings), "merge": merge}
    masks = bool(settings.get("return_sequences"))
    return Case(
        layers.Bidirectional, ours, (4, 5, 3), twins.BidirectionalTwin, of_twin, masks=masks, arguments=arguments or {}
    )


def attention(layer, twin, query, key, arguments=None, **settings):
    return Case(layer, settings, query, twin, more=(key,), arguments=arguments or {})


CASES = [
    Case(
        layers.Embedding,
        {"vocab_size": 7, "units": 4},
        (5, 3, 4),
        twins.LogitsTwin,
        arguments={"transposed": True},
    ),
    Case(layers.LayerNorm, {}, (5, 7), keras.layers.LayerNormalization, {"epsilon": 1e-6}),
    Case(layers.LayerNorm, {"epsilon": 1e-3}, (3, 4, 6), keras.layers.LayerNormalization),
    Case(layers.LayerNorm, {"epsilon": 1e-5, "center": False}, (3, 4, 6), keras.layers.LayerNormalization),
    Case(layers.LayerNorm, {"epsilon": 1e-5, "scale": False}, (3, 4, 6), keras.layers.LayerNormalization),
    recurrent(layers.LSTM, keras.layers.LSTM, units=4, return_sequences=True, arguments={"mask": MASK}),
    recurrent(layers.LSTM, keras.layers.LSTM, units=2, go_backwards=True, kernel_regularizer="l2"),
    recurrent(layers.GRU, keras.layers.GRU, units=4, return_sequences=True, more=((4, 4),)),
    recurrent(layers.GRU, keras.layers.GRU, units=2, reset_after=False, arguments={"mask": MASK}),
    bidirectional(layers.LSTM, keras.layers.LSTM, "concat", units=3, return_sequences=True, arguments={"mask": MASK}),
    bidirectional(layers.GRU, keras.layers.GRU, "sum", units=3),
    attention(layers.AdditiveAttention, twins.AdditiveTwin, (4, 3, 4), (4, 5, 3), units=6),
    attention(
        layers.AdditiveAttention, twins.AdditiveTwin, (4, 3, 4), (4, 5, 3), units=6, arguments={"key_mask": KEY_MASK}
    ),
    attention(layers.MultiplicativeAttention, twins.MultiplicativeTwin, (4, 3, 4), (4, 5, 3), form="general"),
    attention(
        layers.MultiplicativeAttention,
        twins.MultiplicativeTwin,
        (4, 3, 4),
        (4, 5, 4),
        form="dot",
        arguments={"key_mask": KEY_MASK},
    ),
    dense(units=7),
    dense(units=3, use_bias=False, kernel_initializer="he_normal", kernel_regularizer="l2"),
    dense(units=4, activation="tanh", kernel_initializer="lecun_normal"),
    dense(units=4, activation="relu", shape=(3, 4, 5)),
    conv(filters=6, kernel_size=3),
    conv(filters=4, kernel_size=(3, 2), strides=2, padding="same", activation="relu"),
    conv(filters=4, kernel_size=(2, 3), strides=(1, 2), use_bias=False, kernel_regularizer="l1"),
    conv(filters=6, kernel_size=3, padding="same", dilation_rate=2),
    conv(filters=6, kernel_size=3, padding="same", groups=2),
    conv(filters=3, kernel_size=1, kernel_initializer="he_uniform"),
    conv_transpose(filters=4, kernel_size=3),
    conv_transpose(filters=3, kernel_size=4, strides=2, padding="same", activation="relu"),
    conv_transpose(filters=3, kernel_size=(3, 2), strides=(2, 1), kernel_regularizer="l1"),
    conv_transpose(filters=3, kernel_size=2, strides=3, use_bias=False, kernel_initializer="he_normal"),
    batch_norm((16, 5)),
    batch_norm((4, 6, 5)),
    batch_norm((4, 6, 5, 3), momentum=0.9, epsilon=1e-5),
    batch_norm((4, 6, 5, 3), center=False),
    batch_norm((4, 6, 5, 3), scale=False, momentum=0.5),
    batch_norm((16, 5), frozen=True),
    # Keras's own synchronized form loses digits (mean of squares less square of mean); on one device the plain one is
    # the same, and exact.
    Case(layers.BatchNorm, {"synchronized": True}, (4, 6, 5, 3), keras.layers.BatchNormalization, {}),
    activation("identity", "linear"),
    activation("sigmoid"),
    activation("tanh"),
    activation("relu"),
    activation("leaky_relu"),
    activation("softplus"),
    activation("elu"),
    activation("gelu"),
    activation("softmax"),
    Case(layers.Activation, {"activation": "step"}, (5, 7), formula=step),
    Case(layers.PaddedShortcut, {"filters": 5, "strides": 2}, (2, 5, 4, 3), formula=padded_shortcut, masks=False),
    Case(layers.Dropout, {"rate": 0.3, "seed": 1}, (8, 9), formula=dropout, noise=True),
    Case(layers.Dropout, {"rate": 0.75, "seed": 2}, (2, 3, 5, 3), formula=dropout, noise=True),
    Case(layers.Dropout, {"rate": 0.0}, (8, 9), keras.layers.Dropout),
    Case(layers.ScaledDropout, {"keep_probability": 0.6, "seed": 1}, (8, 9), formula=scaled_dropout, noise=True),
    Case(layers.ScaledDropout, {"keep_probability": 1.0}, (8, 9), keras.layers.Dropout, {"rate": 0.0}),
    Case(layers.GaussianNoise, {"stddev": 0.4, "seed": 1}, (8, 9), formula=gaussian_noise, noise=True),
    Case(layers.GaussianNoise, {"stddev": 0.0}, (8, 9), keras.layers.GaussianNoise),
    Case(layers.GaussianCode, {"strength": 0.5, "seed": 1}, (8, 6), formula=gaussian_code, masks=False, noise=True),
    Case(
        layers.Sparsity, {"penalty": "l1", "strength": 0.01}, (8, 9), keras.layers.ActivityRegularization, {"l1": 0.01}
    ),
    Case(layers.Sparsity, {"penalty": "kl", "strength": 0.01}, (8, 9), keras.layers.Identity, {}),
    grouped_dense((6, 4, 5), groups=4, units=3),
    grouped_dense((6, 5), groups=3, units=7, kernel_regularizer="l2"),
    Case(
        layers.PiecewiseLinear,
        {"edges": [[-2.0, -1.5, 0.0, 3.0], [0.0, 1.0], [-1.0, 0.5, 1.0]]},
        (9, 3),
        formula=piecewise_linear,
        masks=False,
    ),
    Case(
        layers.PiecewiseLinear,
        {"edges": [[-1.0, 0.0, 2.0], [-3.0, 1.0]], "columns": [3, 1]},
        (9, 4),
        formula=piecewise_linear,
        masks=False,
    ),
    Case(
        layers.MonteCarloDropout,
        {"rate": 0.4, "samples": 3, "seed": 1},
        (8, 9),
        formula=monte_carlo_dropout,
        masks=False,
        noise=True,
    ),
    Case(layers.TargetUnits, {"mean": 3.5, "scale": 0.25}, (5, 4, 1), formula=target_units),
    Case(layers.TargetUnits, {"mean": -2.0, "scale": 40.0}, (5, 4, 2), formula=target_units),
    Case(layers.GaussianHead, {"smallest": 0.01}, (5, 4, 2), formula=gaussian_head),
    multi_head((3, 4, 6), (3, 5, 8)),
    multi_head((3, 4, 6), (3, 5, 8), (3, 5, 7), arguments={"key_mask": lengths(5, 5, 1, 3)}, num_heads=3),
    multi_head((3, 5, 6), (3, 5, 6), arguments={"key_mask": lengths(5, 2, 5, 4), "causal": True}),
    multi_head((3, 5, 6), (3, 5, 6), arguments={"causal": True}, rotary=True, num_heads=3),
    Case(layers.FeedForward, {"units": 9, "activation": "gelu"}, (3, 4, 6), transformer_twins.FeedForwardTwin),
    Case(layers.SinusoidalPositions, {"period": 10_000.0}, (2, 7, 6), formula=sinusoidal_positions),
    Case(
        layers.SinusoidalPositions,
        {"period": 50.0},
        (2, 4, 5),
        formula=partial(sinusoidal_positions, offset=13),
        arguments={"offset": 13},
    ),
    Case(layers.LearnedPositions, {"max_length": 9}, (2, 4, 5), transformer_twins.PositionsTwin),
    Case(
        layers.LearnedPositions, {"max_length": 9}, (2, 4, 5), transformer_twins.PositionsTwin, arguments={"offset": 5}
    ),
    transformer_block((3, 5, 8)),
    transformer_block((3, 5, 8), arguments={"mask": lengths(5, 3, 5, 1)}, norm="post", activation="gelu"),
    transformer_block(
        (3, 4, 8), (3, 5, 6), arguments={"inputs_mask": lengths(4, 4, 2, 3), "source_mask": lengths(5, 1, 5, 4)}
    ),
    transformer_block((3, 4, 8), (3, 3, 8), norm="post", activation="tanh", rotary=True),
]


def of_keras(name):
    return getattr(keras.initializers, name)


INITIALIZERS = [
    InitializerCase(layers.LecunNormal, of_keras("LecunNormal"), lambda n, m: (1 / n) ** 0.5),
    InitializerCase(layers.LecunUniform, of_keras("LecunUniform"), lambda n, m: (1 / n) ** 0.5),
    InitializerCase(layers.GlorotNormal, of_keras("GlorotNormal"), lambda n, m: (2 / (n + m)) ** 0.5),
    InitializerCase(layers.GlorotUniform, of_keras("GlorotUniform"), lambda n, m: (2 / (n + m)) ** 0.5),
    InitializerCase(layers.HeNormal, of_keras("HeNormal"), lambda n, m: (2 / n) ** 0.5),
    InitializerCase(layers.HeUniform, of_keras("HeUniform"), lambda n, m: (2 / n) ** 0.5),
    *(
        InitializerCase(
            layers.VarianceScaling,
            of_keras("VarianceScaling"),
            std,
            {"scale": scale, "mode": mode, "distribution": distribution},
        )
        for scale, mode, std in [
            (1.0, "fan_in", lambda n, m: (1 / n) ** 0.5),
            (3.0, "fan_out", lambda n, m: (3 / m) ** 0.5),
            (0.5, "fan_avg", lambda n, m: (1 / (n + m)) ** 0.5),
        ]
        for distribution in ("truncated_normal", "untruncated_normal", "uniform")
    ),
    InitializerCase(layers.Normal, of_keras("RandomNormal"), lambda n, m: 0.05),
    InitializerCase(layers.Normal, of_keras("RandomNormal"), lambda n, m: 0.2, {"mean": 0.0, "stddev": 0.2}),
    InitializerCase(
        layers.Uniform, of_keras("RandomUniform"), lambda n, m: 0.2 / 12**0.5, {"minval": -0.1, "maxval": 0.1}
    ),
    InitializerCase(layers.Orthogonal, of_keras("Orthogonal"), lambda n, m: max(n, m) ** -0.5),
    InitializerCase(layers.Orthogonal, of_keras("Orthogonal"), lambda n, m: 2 * max(n, m) ** -0.5, {"gain": 2.0}),
    InitializerCase(layers.Zeros, of_keras("Zeros"), lambda n, m: 0.0, seeded=False),
]

PENALTIES = [
    PenaltyCase(layers.L1, keras.regularizers.L1, {"l1": 0.03}),
    PenaltyCase(layers.L2, keras.regularizers.L2, {"l2": 0.02}),
    PenaltyCase(layers.L1L2, keras.regularizers.L1L2, {"l1": 0.03, "l2": 0.02}),
]

# Public names that are no layer, initializer or penalty, and the test that proves each.
ELSEWHERE = {"ReplicaSeed": "test_seed.py"}

# What each class must refuse: arguments, and the message with the value in it.
REFUSALS = [
    (
        layers.Embedding,
        {"vocab_size": 0, "units": 2},
        "`vocab_size` must be a positive integer. Received: vocab_size=0",
    ),
    (layers.Embedding, {"vocab_size": 3, "units": 2.0}, "`units` must be a positive integer. Received: units=2.0"),
    (layers.LayerNorm, {"epsilon": 0.0}, "`epsilon` must be positive. Received: epsilon=0.0"),
    (layers.LSTM, {"units": 0}, "`units` must be a positive integer. Received: units=0"),
    (layers.GRU, {"units": "4"}, "`units` must be a positive integer. Received: units='4'"),
    (layers.Bidirectional, {"layer": keras.layers.Dense(2)}, "Received: layer=<Dense"),
    (layers.Bidirectional, {"layer": layers.GRU(2, go_backwards=True)}, "a new LSTM or GRU that reads forwards"),
    (layers.Bidirectional, {"layer": layers.GRU(2), "merge": "ave"}, "`merge` must be concat or sum. Received: merge="),
    (layers.AdditiveAttention, {"units": -1}, "`units` must be a positive integer. Received: units=-1"),
    (layers.MultiplicativeAttention, {"form": "concat"}, "`form` must be general or dot. Received: form='concat'"),
    (layers.Dense, {"units": 0}, "`units` must be a positive integer. Received: units=0"),
    (layers.Dense, {"units": 2.5}, "`units` must be a positive integer. Received: units=2.5"),
    (layers.Dense, {"units": 2, "activation": "relux"}, "softmax. Received: activation='relux'"),
    (layers.Dense, {"units": 2, "kernel_initializer": "xavier"}, "lecun_normal by xavier"),
    (layers.Dense, {"units": 2, "kernel_initializer": None}, "he_uniform. Received: None"),
    (layers.Conv2D, {"filters": -1, "kernel_size": 3}, "`filters` must be a positive integer. Received: filters=-1"),
    (layers.Conv2D, {"filters": 2, "kernel_size": (3, 3, 3)}, "Received: kernel_size=(3, 3, 3)"),
    (layers.Conv2D, {"filters": 2, "kernel_size": 3, "strides": 0}, "Received: strides=0"),
    (layers.Conv2D, {"filters": 2, "kernel_size": 3, "padding": "full"}, "Received: padding='full'"),
    (layers.Conv2D, {"filters": 4, "kernel_size": 3, "groups": 3}, "Received: groups=3, filters=4"),
    (
        layers.Conv2D,
        {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 3},
        "Received: strides=(2, 2), dilation_rate=(3, 3)",
    ),
    (
        layers.Conv2DTranspose,
        {"filters": 0, "kernel_size": 3},
        "`filters` must be a positive integer. Received: filters=0",
    ),
    (layers.Conv2DTranspose, {"filters": 2, "kernel_size": 3, "padding": "full"}, "Received: padding='full'"),
    (layers.GaussianNoise, {"stddev": -1.0}, "`stddev` must be finite and 0 or more. Received: stddev=-1.0"),
    (layers.GaussianCode, {"strength": -1.0}, "`strength` must be finite and 0 or more. Received: strength=-1.0"),
    (layers.Sparsity, {"penalty": "l2"}, "`penalty` must be l1 or kl. Received: penalty='l2'"),
    (layers.Sparsity, {"target": 1.0}, "`target` must be in (0, 1). Received: target=1.0"),
    (layers.GroupedDense, {"units": 0, "groups": 2}, "`units` must be a positive integer. Received: units=0"),
    (layers.GroupedDense, {"units": 2, "groups": -1}, "`groups` must be a positive integer. Received: groups=-1"),
    (layers.PiecewiseLinear, {"edges": [[0.0, 1.0], [2.0]]}, "Received: edges[1]=[2.0]"),
    (layers.PiecewiseLinear, {"edges": [[0.0, 1.0, 1.0]]}, "Received: edges[0]=[0.0, 1.0, 1.0]"),
    (layers.PiecewiseLinear, {"edges": [[0.0, 1.0]], "columns": [0, 1]}, "Received: 2 columns, 1 edges"),
    (layers.MonteCarloDropout, {"rate": 1.0, "samples": 2}, "`rate` must be in [0, 1). Received: rate=1.0"),
    (layers.MonteCarloDropout, {"rate": 0.5, "samples": 0}, "Received: samples=0"),
    (layers.TargetUnits, {"mean": 0.0, "scale": 0.0}, "`scale` must be positive and finite. Received: scale=0.0"),
    (layers.TargetUnits, {"mean": float("nan"), "scale": 1.0}, "`mean` must be finite. Received: mean=nan"),
    (layers.GaussianHead, {"smallest": 0.0}, "`smallest` must be positive. Received: smallest=0.0"),
    (layers.MultiHeadAttention, {"num_heads": 0, "head_units": 4}, "positive integer. Received: num_heads=0"),
    (layers.MultiHeadAttention, {"num_heads": 2, "head_units": 1.5}, "positive integer. Received: head_units=1.5"),
    (layers.MultiHeadAttention, {"num_heads": 2, "head_units": 4, "dropout": 1.0}, "[0, 1). Received: dropout=1.0"),
    (layers.MultiHeadAttention, {"num_heads": 2, "head_units": 3, "rotary": True}, "even if `rotary` is set. Received"),
    (layers.FeedForward, {"units": 0}, "`units` must be a positive integer. Received: units=0"),
    (layers.FeedForward, {"units": 3, "activation": "geluu"}, "softmax. Received: activation='geluu'"),
    (layers.FeedForward, {"units": 3, "dropout": -0.5}, "`dropout` must be in [0, 1). Received: dropout=-0.5"),
    (layers.SinusoidalPositions, {"period": 1.0}, "`period` must be above 1 and finite. Received: period=1.0"),
    (layers.LearnedPositions, {"max_length": 0}, "`max_length` must be a positive integer. Received: max_length=0"),
    *(
        (block, {"num_heads": 2, "feed_forward_units": 8, **settings}, message)
        for block in (layers.TransformerEncoderBlock, layers.TransformerDecoderBlock)
        for settings, message in (
            ({"num_heads": -1}, "`num_heads` must be a positive integer. Received: num_heads=-1"),
            ({"feed_forward_units": 0}, "must be a positive integer. Received: feed_forward_units=0"),
            ({"attention_dropout": 1.5}, "`attention_dropout` must be in [0, 1). Received: attention_dropout=1.5"),
            ({"norm": "first"}, "`norm` must be pre or post. Received: norm='first'"),
        )
    ),
    (layers.Uniform, {"minval": 0.1, "maxval": 0.1}, "Received: minval=0.1, maxval=0.1"),
    (layers.BatchNorm, {"momentum": 1.0}, "`momentum` must be in [0, 1). Received: momentum=1.0"),
    (layers.BatchNorm, {"epsilon": 0.0}, "`epsilon` must be positive. Received: epsilon=0.0"),
    (layers.Activation, {"activation": "swish"}, "softmax. Received: activation='swish'"),
    (layers.Dropout, {"rate": 1.0}, "`rate` must be in [0, 1). Received: rate=1.0"),
    (layers.Dropout, {"rate": -0.1}, "`rate` must be in [0, 1). Received: rate=-0.1"),
    (layers.ScaledDropout, {"keep_probability": 0.0}, "in (0, 1]. Received: keep_probability=0.0"),
    (layers.ScaledDropout, {"keep_probability": 1.1}, "in (0, 1]. Received: keep_probability=1.1"),
    (layers.PaddedShortcut, {"filters": 0}, "`filters` must be a positive integer. Received: filters=0"),
    (layers.PaddedShortcut, {"filters": 2, "strides": 0}, "Received: strides=0"),
    (layers.VarianceScaling, {"scale": 0.0}, "`scale` must be positive. Received: scale=0.0"),
    (layers.VarianceScaling, {"mode": "fan"}, "Received: mode='fan'"),
    (layers.VarianceScaling, {"distribution": "normal"}, "Received: distribution='normal'"),
    (layers.HeNormal, {"seed": 1.5}, "`seed` must be an integer or None. Received: seed=1.5"),
    (layers.Normal, {"stddev": -1.0}, "`stddev` must be 0 or more. Received: stddev=-1.0"),
    (layers.L1, {"l1": -1.0}, "Received: l1=-1.0"),
    (layers.L2, {"l2": float("nan")}, "Received: l2=nan"),
    (layers.L1L2, {"l1": 0.1, "l2": float("inf")}, "Received: l2=inf"),
]
