"""A network of the playground in training: its weights, its place in the course of epochs, and its curve."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from cli.errors import UserError
from training import optimizers, schedules
from training.trainer import Trainer
from web.playground import divergence, network
from web.playground.dataset import Dataset
from web.playground.divergence import Trouble
from web.playground.settings import Settings
from web.playground.steps import Steps, order

SLICE = 32  # updates, at most, between two looks at the clock
FINE, COARSE = 100, 25  # sides of the pictures of the output and of a neuron
LOOKED_AT = 500  # training rows, at most, of the statistics


@dataclass(frozen=True)
class Losses:
    """After an epoch: loss and accuracy on training and test rows, without penalty; NaN where there are no rows."""

    train: float
    test: float
    train_accuracy: float
    test_accuracy: float


class Training:
    """One network on one data set, that goes epoch by epoch.

    The order of the rows in an epoch depends on the seed and the epoch alone, and the initial weights on the seed:
    after `rewind` everything comes again, to the digit.

    Attributes:
        epoch: Epochs that are done.
        curve: `Losses` before the first epoch and after each.
        trouble: Why training has stopped, or None.
        phases: (epoch, step, settings) from which the settings held; with `edits` all that a repetition takes.
        edits: (epoch, step, layer, place in its kernel or bias, value) of weights set by hand.
        exact: Whether the same course can be had from the initial weights, the phases and the edits.
    """

    def __init__(self, settings: Settings, data: Dataset):
        self._take(settings, data)
        self._build()
        self.rewind()

    def _take(self, settings, data):
        self.settings, self.data = settings, data
        parts = []
        for rows in (data.train, data.test):
            labels = data.training_labels(rows, network.signed(settings))
            parts += [tf.constant(data.inputs(settings.features, rows)), tf.constant(labels)]
        self._x, self._labels, self._test_x, self._test_labels = parts
        self._fine, self._coarse = (tf.constant(data.grid(settings.features, side)) for side in (FINE, COARSE))

    def _build(self):
        classes = len(self.data.classes)
        outputs = classes if self.settings.loss == "cross_entropy" else 1
        self.model = network.build(self.settings, self._x.shape[1], outputs)
        self.layers = network.dense_layers(self.model)
        self.optimizer = optimizers.make(self.settings.optimizer, self.settings.learning_rate)
        self.steps = Steps(self.model, self.optimizer, self.settings.loss, classes)
        self._initial = self.state()

    def rewind(self) -> None:
        """Back to the initial weights, before the first epoch."""
        self.restore(self._initial)
        self.epoch, self._step, self._order = 0, 0, None
        self.trouble, self.exact = None, True
        self.phases, self.edits = [(0, 0, self.settings)], []
        self.curve = [self._measured()]

    def restore(self, state: list[np.ndarray]) -> None:
        """Set everything that training changes to what `state` gave."""
        assign([*self.model.variables, *self.optimizer.variables], state)

    def state(self) -> list[np.ndarray]:
        """The weights, the states of random numbers, and the variables of the optimizer."""
        return values([*self.model.variables, *self.optimizer.variables])

    def change(self, settings: Settings, data: Dataset) -> bool:
        """Take other settings, live; False, and nothing done, where other shapes or initial weights are asked for."""
        if shapes(settings, data) != shapes(self.settings, self.data):
            return False
        before, moved, batch = course(self.settings), data is not self.data, self.batch_size
        rebuild = course(settings)[:2] != before[:2]
        self._take(settings, data)
        if rebuild:
            same_optimizer, slots = course(settings)[1] == before[1], values(self.optimizer.variables)
            weights = self.model.get_weights()
            self._build()
            self.model.set_weights(weights)
            if same_optimizer:
                assign(self.optimizer.variables, slots)
        if moved:
            self._step, self._order = 0, None
        if moved or course(settings) != before:
            started, within = bool(self.epoch or self._step), self._step and batch != self.batch_size
            same = not moved and not within and course(settings)[:3] == before[:3]
            self.exact = not started or self.exact and same
            self._step = self._step * batch // self.batch_size  # as many rows of the epoch are done
            here = (self.epoch, self._step)
            self.phases = [one for one in self.phases if one[:2] < here] + [(*here, settings)]
        if self.trouble is None and not self._step:
            self.curve[-1] = self._measured()
        return True

    def advance(self, seconds: float, epochs: int, alone: Callable[[], bool] = lambda: True) -> None:
        """Train for about `seconds`, or until `epochs` more are done, or training cannot go on, or `alone()` is false:
        somebody waits."""
        end, last = time.monotonic() + seconds, self.epoch + epochs
        while self.trouble is None and self.epoch < last:
            self._slice()
            if time.monotonic() >= end or not alone():
                return

    def finish_epoch(self) -> None:
        """Train to the end of the epoch, or until training cannot go on."""
        last = self.epoch + 1
        while self.trouble is None and self.epoch < last:
            self._slice()

    def _slice(self):
        """A few updates, and the measures at the end of an epoch."""
        updates = self.updates
        if self._order is None:
            self._order = order(len(self.data.train), self.settings.seed_of_weights, self.epoch)
        first = min(self._step, updates - 1)
        last = min(first + SLICE, updates)
        numbers = self.rate(), self.settings.l1, self.settings.l2
        place = self._order, first, last, self.batch_size
        losses = self.steps.train(self._x, self._labels, *place, *numbers).numpy()
        self._step = last
        bad = ~(np.abs(losses) < divergence.TOO_LARGE)
        if bad.any() or not self._is_finite():
            step = first + (int(np.argmax(bad)) if bad.any() else len(losses) - 1)
            self.trouble = self._troubled(step)
            return
        if last == updates:
            self.epoch, self._step, self._order = self.epoch + 1, 0, None
            self.curve.append(self._measured())

    def _troubled(self, update):
        """What is to be said of an update, counted from 0, of this epoch."""
        kernels = {layer.name.replace("_", " "): layer.kernel.numpy() for layer in self.layers}
        epochs = min(max(self.epoch + 1, divergence.FEWEST), divergence.MOST)
        rate = divergence.working_rate(
            self.settings.learning_rate, self.curve[0].train, lambda rate: self.tried(rate, epochs)
        )
        return Trouble(self.epoch + 1, update + 1, divergence.reason(self.settings, kernels), rate)

    def tried(self, rate: float, epochs: int) -> float:
        """The training loss after some epochs at a constant rate from the initial weights, after which all is as it
        was; infinite where the loss overflows."""
        kept = self.state()
        self.restore(self._initial)
        rows, settings = len(self.data.train), self.settings
        updates, found = self.updates, float("inf")
        for epoch in range(epochs):
            place = order(rows, settings.seed_of_weights, epoch), 0, updates, self.batch_size
            losses = self.steps.train(self._x, self._labels, *place, rate, settings.l1, settings.l2).numpy()
            if not (np.abs(losses) < divergence.TOO_LARGE).all() or not self._is_finite():
                break
        else:
            found = float(self.steps.measure(self._x, self._labels)[0])
        self.restore(kept)
        return found

    @property
    def batch_size(self) -> int:
        """Rows of an update."""
        return min(self.settings.batch_size, len(self.data.train))

    @property
    def updates(self) -> int:
        """Updates of an epoch; the last may have fewer rows."""
        return -(-len(self.data.train) // self.batch_size)

    def rate(self) -> float:
        """The learning rate of this epoch, by its schedule."""
        settings, updates = self.settings, self.updates
        if settings.schedule == "constant":
            return settings.learning_rate
        decay = settings.decay or 1e-6
        trainer = Trainer(learning_rate=settings.learning_rate, schedule=settings.schedule, decay=decay)
        course = schedules.make(trainer, updates=updates * settings.schedule_epochs, updates_per_epoch=updates)
        return float(course(self.epoch * updates))

    def _is_finite(self):
        return all(np.isfinite(variable.numpy()).all() for variable in self.model.trainable_variables)

    def _measured(self):
        nothing = float("nan"), float("nan")
        found = [
            [float(one) for one in self.steps.measure(x, labels)] if len(labels) else nothing
            for x, labels in ((self._x, self._labels), (self._test_x, self._test_labels))
        ]
        return Losses(*(pair[place] for place in (0, 1) for pair in found))

    def edit(self, layer: int, place: tuple[int, ...], value: float) -> None:
        """Set a weight, by the layer and its (input, unit), or a bias, by (unit,).

        Raises UserError where there is none, or the value is no finite number.
        """
        kind = {1: "bias", 2: "kernel"}.get(len(place))
        variable = getattr(self.layers[layer], kind or "", None) if 0 <= layer < len(self.layers) else None
        inside = variable is not None and all(0 <= at < size for at, size in zip(place, variable.shape, strict=True))
        if not inside or not abs(value) < 1e6:
            raise UserError(f"no weight {place} in layer {layer}, or no value that it can have: {value!r}")
        values = variable.numpy()
        values[place] = value
        variable.assign(values)
        self.edits.append((self.epoch, self._step, layer, place, float(value)))
        self.trouble = None
        if not self._step:
            self.curve[-1] = self._measured()

    def maps(self) -> tuple[np.ndarray, np.ndarray]:
        """uint8 (1 or 2, FINE^2) of the output and (neurons, COARSE^2) of each hidden neuron and output."""
        return tuple(one.numpy() for one in self.steps.maps(self._fine, self._coarse))

    def statistics(self) -> np.ndarray:
        """See `steps.layer_statistics`, on the first training rows."""
        return self.steps.statistics(self._x[:LOOKED_AT], self._labels[:LOOKED_AT]).numpy()


def shapes(settings: Settings, data: Dataset) -> tuple:
    """What decides the shapes and the initial weights of a network: another of these is another network."""
    norms = [norm for *_, norm in settings.layers]
    seeds = settings.initializer, settings.seed_of_weights
    kind = settings.problem, settings.loss, len(data.classes)
    return settings.network_shape, norms, settings.features, data.names, *kind, *seeds


def course(settings: Settings) -> tuple:
    """What decides how training goes, given the data and the initial weights. Layers and optimizer come first, whose
    change takes other graphs, then the schedule; what follows is a number that may change from update to update."""
    schedule = settings.schedule, settings.decay, settings.schedule_epochs
    numbers = settings.learning_rate, settings.batch_size, settings.l1, settings.l2
    return settings.layers, settings.optimizer, schedule, *numbers


def values(variables) -> list[np.ndarray]:
    return [variable.numpy() for variable in variables]


def assign(variables, given) -> None:
    for variable, value in zip(variables, given, strict=True):
        variable.assign(value)
