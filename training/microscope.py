"""What goes on inside a network while it trains: gradients, updates and activations of each layer, some epochs long.

It looks and changes nothing: the weights are the same to the bit with and without it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import dropwhile

import keras
import numpy as np

from training.gradients import as_inputs, loss_and_gradients, some_rows
from training.run_directory import RunDirectory

FILE = "microscope.json"
FEWEST, MOST = 5, 12  # epochs that are looked at
UPDATES_A_LOOK = 500  # a look takes as long as 12 to 16 updates of small networks, so 3% of a training
ROWS = 64  # of the first batch of training, the same each time


class Microscope(keras.callbacks.Callback):
    """Writes microscope.json: for each epoch that is looked at, figures by layer.

    `gradients`: root mean square over the weights of a layer of the gradient of the loss; `updates`: how far one
    update moves a weight, relative to its size (about 0.001 where training goes well; CS231n, notes on neural networks
    3); `dead`: the share of a layer's units that answer 0 to every row; `deviations`: of the answers of a layer.
    """

    def __init__(self, batch, plan, run: RunDirectory):
        """`batch` is the first of training."""
        super().__init__()
        self.batch, self.plan, self.run = some_rows(batch, ROWS), plan, run
        looks = min(max(plan.epochs * plan.steps_per_epoch // UPDATES_A_LOOK, FEWEST), MOST, plan.epochs)
        self.epochs = set(np.linspace(1, plan.epochs, looks).round().astype(int).tolist())
        self.rows: list[dict] = []

    def on_train_begin(self, logs=None):
        self.kernels = [
            (number, one) for number, one in enumerate(self.model.trainable_variables) if len(one.shape) > 1
        ]

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1
        if not self.rows and (self.run / FILE).exists():
            self.rows = [row for row in self.run.read_json(FILE)["rows"] if row["epoch"] <= epoch]

    def on_train_batch_begin(self, batch, logs=None):
        if self.epoch in self.epochs and batch + self.plan.steps_per_execution >= self.plan.steps_per_epoch:
            self.before = self._weights()

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch not in self.epochs or batch + 1 < self.plan.steps_per_epoch:
            return
        after = self._weights()
        moved = [np.linalg.norm(new - old) for old, new in zip(self.before, after, strict=True)]
        sizes = [np.linalg.norm(weight) for weight in after]
        _, gradients = loss_and_gradients(self.model, self.batch)
        x, *_ = keras.utils.unpack_x_y_sample_weight(self.batch)
        dead, deviations = {}, {}

        def see(name, answer):
            dead[name], deviations[name] = _dead(answer), float(answer.std())

        listen(self.model, x, see)
        self.rows.append(
            {
                "epoch": self.epoch,
                "gradients": [_size(gradients[i]) for i, _ in self.kernels],
                "updates": [
                    float(one / self.plan.steps_per_execution / max(size, 1e-30))
                    for one, size in zip(moved, sizes, strict=True)
                ],
                "dead": list(dead.values()),
                "deviations": list(deviations.values()),
            }
        )
        names = {"kernels": [one.path.rpartition("/")[0] for _, one in self.kernels], "outputs": list(dead)}
        self.run.write_json(FILE, names | {"rows": self.rows})

    def _weights(self) -> list[np.ndarray]:
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        return [np.array(keras.ops.convert_to_numpy(one)) for _, one in self.kernels]


def listen(model: keras.Model, x, see: Callable[[str, np.ndarray], None]) -> None:
    """Call `see(name, answer)` with the answer, float32, of each layer to `x` in inference, in order, those of models
    inside included; one is held at a time.

    Left out are answers that are no single tensor of real numbers, and layers before the first weights, which hand on
    the data: pixels that are always black are no dead units. A model inside another has no output of its own in
    the outer graph, so that no `keras.Model` of all outputs can be made: the layers are listened to while `model` runs.
    """
    with ExitStack() as listening:
        for name, layer in dropwhile(lambda one: not one[1].trainable_weights, _layers(model)):
            layer.call = _heard(layer.call, name, see)
            listening.callback(delattr, layer, "call")
        model(as_inputs(model, x), training=False)


def _layers(model: keras.Model, prefix: str = "") -> Iterator[tuple[str, keras.Layer]]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer, f"{prefix}{layer.name}/")
        elif not isinstance(layer, keras.layers.InputLayer):
            yield prefix + layer.name, layer


def _heard(call: Callable, name: str, see: Callable) -> Callable:
    """`call` of the layer `name`, whose answer is seen."""

    def heard(*args, **kwargs):
        answer = call(*args, **kwargs)
        if keras.ops.is_tensor(answer) and "float" in keras.backend.standardize_dtype(answer.dtype):
            see(name, np.asarray(keras.ops.convert_to_numpy(answer), np.float32))
        return answer

    return heard


def _dead(answers: np.ndarray) -> float:
    """The share of the units, on the last axis, that answer 0 everywhere."""
    return float((np.abs(answers).reshape(-1, answers.shape[-1]).max(0) == 0).mean())


def _size(values: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
