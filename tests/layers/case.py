"""What a row of the proofs says: what to build, and what it must equal."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np


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


def lengths(longest, *batch):
    """A mask: so many positions count in each row of the batch."""
    return np.arange(longest) < np.array(batch)[:, None]
