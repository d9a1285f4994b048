"""The microscope: it changes nothing, sees what NumPy sees, and names what is wrong inside a network."""

import keras
import numpy as np
import pytest

from evaluation.microscope_report import findings, sections
from models.dense_autoencoder import DenseAutoencoder
from models.mlp import MLP
from tests.training.test_trainer import ROWS, batches, validation
from training.compilation import compile_model
from training.fit import fit
from training.gradients import loss_and_gradients
from training.losses import CrossEntropy
from training.microscope import FEWEST, FILE, MOST, UPDATES_A_LOOK, Microscope, listen
from training.plan import Plan, plan
from training.run_directory import RunDirectory
from training.trainer import Trainer

pytestmark = pytest.mark.whole


def train(folder, recipe=None, **settings):
    trainer = Trainer(**({"epochs": 3, "learning_rate": 0.01} | settings))
    keras.utils.set_random_seed(1)
    model = (recipe or MLP((16, 16), dropout=0.3)).build((64,), 10)
    schedule = plan(trainer, ROWS)
    compile_model(model, trainer, schedule, CrossEntropy(), ["accuracy"])
    run = RunDirectory(folder)
    run.path.mkdir(exist_ok=True)
    fit(model, batches(schedule), validation(), trainer=trainer, plan=schedule, run=run)
    return model, run


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A training that was watched: the network and its run."""
    return train(tmp_path_factory.mktemp("watched"), microscope=True)


def test_the_weights_are_the_same_to_the_bit(watched, tmp_path):
    alone, run = train(tmp_path)
    assert not (run / FILE).exists()
    for one, other in zip(watched[0].get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert (watched[1] / "metrics.csv").read_bytes() == (run / "metrics.csv").read_bytes()


def test_it_sees_each_layer_in_each_epoch(watched):
    seen = watched[1].read_json(FILE)
    assert [row["epoch"] for row in seen["rows"]] == [1, 2, 3]
    assert [name.rpartition("/")[2] for name in seen["kernels"]] == ["hidden_1", "hidden_2", "logits"]
    for row in seen["rows"]:
        assert len(row["gradients"]) == len(row["updates"]) == 3
        assert len(row["dead"]) == len(row["deviations"]) == len(seen["outputs"])
        assert all(1e-5 < update < 1 for update in row["updates"])


def test_the_first_and_the_last_epoch_are_looked_at(tmp_path):
    _, run = train(tmp_path, MLP((4,)), epochs=30, microscope=True)
    epochs = [row["epoch"] for row in run.read_json(FILE)["rows"]]
    assert FEWEST <= len(epochs) <= MOST and epochs[0] == 1 and epochs[-1] == 30


def test_layers_of_a_model_inside_answer_too_and_are_left_as_they_were():
    model = DenseAutoencoder((8, 4), activation="relu").build((6, 6, 1))
    x = np.random.default_rng(0).random((5, 6, 6, 1), np.float32)
    x[:, 0] = 0  # black in every picture: no dead units
    answers = {}
    listen(model, x, answers.__setitem__)
    inside = [f"decoder/{name}" for name in ("decoder_1", "reconstruction", "reshape")]
    assert list(answers) == ["encoder_1", "code", *inside]
    np.testing.assert_allclose(answers["decoder/reshape"], model(x), atol=1e-6)
    kernel, bias = model.get_layer("encoder_1").get_weights()
    np.testing.assert_allclose(answers["encoder_1"], np.maximum(x.reshape(5, 36) @ kernel + bias, 0), atol=1e-6)
    assert not any("call" in vars(layer) for layer in model.layers)


@pytest.mark.parametrize(("epochs", "updates", "looks"), [(3, 9999, 3), (30, 10, 5), (100, 40, 8), (100, 500, 12)])
def test_it_looks_once_for_so_many_updates(epochs, updates, looks):
    assert UPDATES_A_LOOK == 500 and MOST == 12
    seen = Microscope((), Plan(32, epochs, updates, 1), None).epochs
    assert len(seen) == looks and {1, epochs} <= seen


def test_gradients_are_those_by_hand():
    """Of softmax and cross-entropy: x^T (p - t) / N."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(6, 4)).astype("float32"), np.arange(6, dtype="int32") % 3
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    model.compile(keras.optimizers.SGD(), CrossEntropy())
    loss, (kernel, bias) = loss_and_gradients(model, (x, y))
    logits = x @ np.asarray(model.get_weights()[0])
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert loss == pytest.approx(-np.log(p[np.arange(6), y]).mean(), rel=1e-5)
    np.testing.assert_allclose(kernel, x.T @ (p - np.eye(3)[y]) / 6, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(bias, (p - np.eye(3)[y]).mean(0), rtol=1e-4, atol=1e-6)


SOUND = {"gradients": [0.01, 0.02], "updates": [1e-3, 2e-3], "dead": [0.0, 0.1], "deviations": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"gradients": [1e-9, 0.02]}, "Vanishing gradients: that of first is 1.0e-09"),
        ({"gradients": [3e4, 5e4]}, "Exploding gradients: that of last is 5.0e+04"),
        ({"updates": [0.3, 1e-3]}, "Large updates: one moves the weights of first by 30%"),
        ({"dead": [0.75, 0.0]}, "Dead units: 75% of those of a answer 0"),
    ],
)
def test_what_is_wrong_is_named(change, said):
    seen = {"kernels": ["first", "last"], "outputs": ["a", "b"], "rows": [{"epoch": 1, **SOUND, **change}]}
    found = findings(seen)
    assert (len(found) == 1 and found[0].startswith(said)) if said else not found
    (section,) = sections(seen)
    assert len(section.blocks[1].items) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "settings", "said"),
    [
        (MLP((16,) * 12, activation="sigmoid", dropout=0.0), {}, "Vanishing gradients"),
        (MLP((64, 64), dropout=0.0), {"learning_rate": 3.0, "optimizer": "adam"}, "Dead units"),
        (MLP((32, 32), dropout=0.0), {}, None),
    ],
)
def test_planted_cases_of_the_lectures_are_named(tmp_path, recipe, settings, said):
    _, run = train(tmp_path, recipe, microscope=True, **settings)
    found = findings(run.read_json(FILE))
    assert any(one.startswith(said) for one in found) if said else not found
