"""What goes on inside a network while it trains: gradients, updates and activations of each layer, some epochs long.

It looks and changes nothing: the weights are the same to the bit with and without it.
"""

from collections.abc import Callable

import keras
import numpy as np

from training.gradients import as_inputs, loss_and_gradients, some_rows
from training.run_directory import RunDirectory

FILE = "microscope.json"
FEWEST, MOST = 5, 20  # epochs that are looked at
UPDATES_A_LOOK = 240  # a look takes as long as five or six updates, the first one more: it is traced
ROWS = 64  # of the first batch of training, the same each time


class Microscope(keras.callbacks.Callback):
    """Writes microscope.json: for each epoch that is looked at, figures by layer.

    `gradients`: root mean square over the weights of a layer of the gradient of the loss; `updates`: how far one
    update moves a weight, relative to its size (about 0.001 where training goes well; CS231n, notes on neural networks
    3); `dead`: the share of a layer's units that answer 0 to every row; `deviations`: of the answers of a layer.
    """

    def __init__(self, train: Callable, plan, run: RunDirectory):
        super().__init__()
        self.train, self.plan, self.run = train, plan, run
        looks = min(max(plan.epochs * plan.steps_per_epoch // UPDATES_A_LOOK, FEWEST), MOST, plan.epochs)
        self.epochs = set(np.linspace(1, plan.epochs, looks).round().astype(int).tolist())
        self.rows: list[dict] = []

    def on_train_begin(self, logs=None):
        (self.batch,) = self.train(first_epoch=0, first_step=0).take(1)
        self.batch = some_rows(self.batch, ROWS)
        layers = [layer for layer in self.model.layers if not isinstance(layer, keras.layers.InputLayer)]
        self.kernels = [
            (number, one) for number, one in enumerate(self.model.trainable_variables) if len(one.shape) > 1
        ]
        self.outputs = [layer.name for layer in layers if _is_number(layer.output)]
        self.probe = keras.Model(self.model.input, [layer.output for layer in layers if _is_number(layer.output)])

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
        outputs = self.probe(as_inputs(self.model, x), training=False)
        answers = [np.asarray(keras.ops.convert_to_numpy(one), np.float32) for one in outputs]
        self.rows.append(
            {
                "epoch": self.epoch,
                "gradients": [_size(gradients[i]) for i, _ in self.kernels],
                "updates": [
                    float(one / self.plan.steps_per_execution / max(size, 1e-30))
                    for one, size in zip(moved, sizes, strict=True)
                ],
                "dead": [_dead(one) for one in answers],
                "deviations": [float(one.std()) for one in answers],
            }
        )
        names = {"kernels": [one.path.rpartition("/")[0] for _, one in self.kernels], "outputs": self.outputs}
        self.run.write_json(FILE, names | {"rows": self.rows})

    def _weights(self) -> list[np.ndarray]:
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        return [np.array(keras.ops.convert_to_numpy(one)) for _, one in self.kernels]


def _is_number(output) -> bool:
    return isinstance(output, keras.KerasTensor) and "float" in output.dtype


def _dead(answers: np.ndarray) -> float:
    """The share of the units, on the last axis, that answer 0 everywhere."""
    return float((np.abs(answers).reshape(-1, answers.shape[-1]).max(0) == 0).mean())


def _size(values: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
