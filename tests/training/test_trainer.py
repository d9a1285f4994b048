"""Training end to end on digits: learning, best weights, resuming to the bit, non-finite losses located."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from models.mlp import MLP
from tasks.task import Learned
from training.compilation import compile_model
from training.finite import NonFiniteError
from training.fit import fit
from training.losses import CrossEntropy
from training.plan import Plan, plan
from training.run_directory import RunDirectory
from training.run_lock import RunError
from training.trainer import Trainer

IMAGES, LABELS = load_digits(return_X_y=True)
X, Y = (IMAGES / 16).astype("float32"), LABELS.astype("int32")
ROWS = 600


def batches(plan, seed=0):
    """`train(first_epoch, first_step)`: the order of epoch e depends on (seed, e) alone."""

    def train(first_epoch, first_step=0):
        def orders():
            for epoch in range(first_epoch, plan.epochs):
                order = np.random.default_rng((seed, epoch)).permutation(ROWS)
                for step in range(first_step if epoch == first_epoch else 0, plan.steps_per_epoch):
                    yield order[step * plan.batch_size : (step + 1) * plan.batch_size]

        spec = tf.TensorSpec((plan.batch_size,), tf.int64)
        return tf.data.Dataset.from_generator(orders, output_signature=spec).map(
            lambda i: (tf.gather(X[:ROWS], i), tf.gather(Y[:ROWS], i))
        )

    return train


def validation():
    return tf.data.Dataset.from_tensor_slices((X[ROWS:900], Y[ROWS:900])).batch(128)


def run(path, trainer, callback=None):
    model, fitted = fitted_in(path, trainer, callback)
    return model, fitted.rows


def fitted_in(path, trainer, callback=None):
    keras.utils.set_random_seed(trainer.seed)
    model = MLP((32,), dropout=0.3).build((64,), 10)
    schedule = plan(trainer, ROWS)
    compile_model(model, trainer, schedule, CrossEntropy(), ["accuracy"])
    if callback:
        callback(model)
    directory = RunDirectory(path)
    directory.path.mkdir(exist_ok=True)
    return model, fit(model, batches(schedule), validation(), trainer=trainer, plan=schedule, run=directory)


def test_learns_and_keeps_the_best_weights(tmp_path):
    model, rows = run(tmp_path, Trainer(epochs=12, learning_rate=0.01))
    best = min(rows, key=lambda row: row["val_loss"])
    assert best["val_accuracy"] > 0.85
    loss, accuracy = model.evaluate(validation(), verbose=0)
    assert (loss, accuracy) == (best["val_loss"], best["val_accuracy"])
    written = (tmp_path / "metrics.csv").read_text().splitlines()
    assert written[0] == "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate" and len(written) == 13
    assert (tmp_path / "timing.csv").read_text().startswith("epoch,seconds,")


class StopAt(keras.callbacks.Callback):
    def __init__(self, epoch, batch):
        super().__init__()
        self.epoch, self.batch = epoch, batch

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch and batch >= self.batch:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="adam"),
        pytest.param({"ema": 0.9}, id="ema", marks=pytest.mark.slow),
        pytest.param({"optimizer": "momentum"}, id="momentum", marks=pytest.mark.slow),
    ],
)
def test_resumed_is_uninterrupted_to_the_bit(tmp_path, settings, monkeypatch):
    trainer = Trainer(epochs=6, learning_rate=0.01, **settings)
    whole, _ = run(tmp_path / "whole", trainer)

    def interrupted(model):
        original = model.fit
        monkeypatch.setattr(
            model, "fit", lambda *a, **k: original(*a, **{**k, "callbacks": [*k["callbacks"], StopAt(3, 5)]})
        )

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "halves", trainer, interrupted)
    assert len((tmp_path / "halves" / "metrics.csv").read_text().splitlines()) == 1 + 3
    resumed, rows = run(tmp_path / "halves", trainer)
    assert len(rows) == 6
    assert (tmp_path / "halves" / "metrics.csv").read_bytes() == (tmp_path / "whole" / "metrics.csv").read_bytes()
    for ours, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_best_by_accuracy_ties_broken_by_loss():
    from training.best_weights import BestWeights

    callback = BestWeights(None, "best", by="accuracy")
    callback.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    for epoch, (accuracy, loss) in enumerate([(0.8, 0.1), (0.9, 0.5), (0.9, 0.4), (0.9, 0.6), (0.7, 0.05)]):
        callback.on_epoch_begin(epoch)
        callback.on_test_end({"accuracy": accuracy, "loss": loss})
    assert callback.epoch == 2


@pytest.mark.whole
def test_same_seed_same_bytes_other_seed_others(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(tmp_path / name, Trainer(epochs=2, seed=seed))
    texts = [(tmp_path / name / "metrics.csv").read_bytes() for name in "abc"]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.whole
def test_ema_validates_the_average(tmp_path):
    model, rows = run(tmp_path, Trainer(epochs=3, learning_rate=0.01, ema=0.95))
    loss, _ = model.evaluate(validation(), verbose=0)
    assert loss == min(row["val_loss"] for row in rows)


@pytest.mark.whole
def test_it_is_told_when_the_mean_of_the_last_epochs_wins(tmp_path):
    """Large steps at a constant rate swing around the minimum; also after an interruption at the end of training."""
    trainer = Trainer(epochs=6, optimizer="momentum", learning_rate=0.15, schedule="constant", average=4)
    for _ in range(2):
        model, fitted = fitted_in(tmp_path, trainer)
        assert model.evaluate(validation(), verbose=0)[0] < min(row["val_loss"] for row in fitted.rows)
        assert fitted.kept == "The mean of the weights of the last 4 epochs was kept."
        assert Learned(model, *fitted).best_epoch() is None


def test_it_is_told_when_an_epoch_wins(tmp_path):
    _, fitted = fitted_in(tmp_path, Trainer(epochs=3, learning_rate=0.001, average=3))
    assert fitted.kept == "" and Learned(None, *fitted).best_epoch() == 3


@pytest.mark.parametrize(
    ("rule", "losses", "stops_after"),
    [
        ("best", [5, 4, 6, 5, 3, 4, 4, 4], 8),
        ("increases", [5, 4, 5, 6, 7, 1], 5),
        ("running_mean", [5, 4, 4.4, 3, 5, 5, 5], 7),
    ],
)
def test_stop_rules_by_hand(rule, losses, stops_after):
    from training.best_weights import BestWeights

    callback = BestWeights(patience=3, rule=rule)
    callback.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    for epoch, loss in enumerate(losses, start=1):
        callback.on_epoch_begin(epoch - 1)
        callback.on_test_end({"loss": loss})
        if callback.stopped:
            break
    assert epoch == stops_after
    assert callback.epoch == int(np.argmin(losses[:stops_after]))


@keras.saving.register_keras_serializable(package="tests")
class Explode(keras.layers.Layer):
    """Identity until its call number 8 in training; then infinite."""

    def build(self, input_shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, inputs, training=False):
        if training:
            self.calls.assign_add(1.0)
        return inputs / keras.ops.cast(self.calls < 8, inputs.dtype)


def test_infinite_output_is_located(tmp_path):
    inputs = keras.Input((64,))
    x = keras.layers.Dense(8, name="fine")(inputs)
    x = Explode(name="culprit")(x)
    model = keras.Model(inputs, keras.layers.Dense(10, name="after")(x))
    trainer, schedule = Trainer(epochs=2, jit="off"), Plan(100, 2, 6, 6)
    compile_model(model, trainer, schedule, CrossEntropy(), ["accuracy"])
    with pytest.raises(
        NonFiniteError, match="in epoch 2: at step 2 of the epoch, first in .* `culprit`.*learning-rate"
    ):
        fit(model, batches(schedule), validation(), trainer=trainer, plan=schedule, run=RunDirectory(tmp_path))
    assert (tmp_path / "checkpoint.npz").exists()


def test_divergence_is_located(tmp_path):
    trainer = Trainer(epochs=3, optimizer="sgd", learning_rate=1e30, schedule="constant")
    with pytest.raises(NonFiniteError, match="in epoch 1: at step \\d+ of the epoch, (first in|in the loss)"):
        run(tmp_path, trainer)


def test_checkpoint_of_another_model_and_broken_file_are_refused(tmp_path):
    from training.best_weights import BestWeights
    from training.checkpoint import Checkpoint
    from training.epoch_log import EpochLog
    from training.waiting import Waiting
    from training.weight_average import WeightAverage

    run(tmp_path, Trainer(epochs=1))
    other = MLP((16,)).build((64,), 10)
    schedule = Plan(32, 1, 1, 1)
    compile_model(other, Trainer(), schedule, CrossEntropy())
    other.optimizer.build(other.trainable_variables)
    log = EpochLog(RunDirectory(tmp_path), schedule, Waiting())
    companions = BestWeights(None, "best"), log, WeightAverage(1)
    checkpoint = Checkpoint(tmp_path / "checkpoint.npz", *companions, steps_per_epoch=1, minutes=5)
    with pytest.raises(RunError, match="checkpoint of another model.*--fresh"):
        checkpoint.restore(other)
    (tmp_path / "checkpoint.npz").write_bytes(b"PK broken")
    with pytest.raises(RunError, match="checkpoint.npz: broken checkpoint.*--fresh"):
        checkpoint.restore(other)


@pytest.mark.parametrize(
    ("rows", "trainer", "expected"),
    [
        (4, Trainer(), Plan(4, 300, 1, 1)),
        (1078, Trainer(), Plan(32, 91, 33, 33 // 33 * 11)),
        (54_000, Trainer(), Plan(128, 15, 416, 32)),
        (100, Trainer(batch_size=1000, epochs=3), Plan(100, 3, 1, 1)),
    ],
)
def test_plan(rows, trainer, expected):
    schedule = plan(trainer, rows)
    assert schedule == expected
    assert schedule.steps_per_epoch % schedule.steps_per_execution == 0
    assert schedule.steps_per_epoch * schedule.batch_size <= rows


@pytest.mark.parametrize(("rows", "epochs"), [(3000, 11), (25_000, 6), (500_000, 5)])
def test_epochs_follow_updates_between_bounds(rows, epochs):
    assert plan(Trainer(), rows, updates=1000, fewest_epochs=5).epochs == epochs


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "`epochs` must be at least 1. Received: epochs=0"),
        ({"batch_size": 0}, "`batch_size` must be at least 1. Received: batch_size=0"),
        ({"learning_rate": -1.0}, "`learning_rate` must be a positive number. Received: learning_rate=-1.0"),
        ({"schedule": "exponential", "decay": 2.0}, "`decay` must be in \\(0, 1\\]"),
        ({"ema": 1.0}, "`ema` must be in \\(0, 1\\). Received: ema=1.0"),
        ({"clip_norm": 0.0}, "`clip_norm` must be positive and finite. Received: clip_norm=0.0"),
        ({"clip_norm": np.inf}, "`clip_norm` must be positive and finite. Received: clip_norm=inf"),
        ({"epsilon": np.inf}, "`epsilon` must be positive and finite. Received: epsilon=inf"),
        ({"weight_decay": np.inf}, "`weight_decay` must be a finite number, 0 or more. Received: weight_decay=inf"),
        ({"decay": np.inf}, "`decay` must be a finite number, 0 or more. Received: decay=inf"),
        ({"patience": 0}, "`patience` must be at least 1. Received: patience=0"),
        ({"seed": -1}, "`seed` must be in"),
    ],
)
def test_refusals(settings, message):
    with pytest.raises(ValueError, match=message):
        Trainer(**settings)
