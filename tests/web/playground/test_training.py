"""Training in the playground against the same written out in NumPy; rewind, live changes, edits, divergence."""

import numpy as np
import pytest
import tensorflow as tf

import layers
from cli.errors import UserError
from web.playground import dataset
from web.playground.settings import read
from web.playground.steps import layer_statistics, order, penalty, shades
from web.playground.training import Training


def training(address: str) -> Training:
    settings, notes = read(f"seed=7&{address}")
    assert notes == []
    return Training(settings, dataset.make(settings))


def after(epochs: int, address: str) -> Training:
    made = training(address)
    for _ in range(epochs):
        made.finish_epoch()
    return made


def by_hand(made: Training, epochs: int, rate: float, l1: float, l2: float, batch: int) -> tuple[list, list]:
    """Weights of a network of one hidden layer of tanh after some epochs in float64, and its loss after each."""
    settings, data = made.settings, made.data
    x = data.inputs(settings.features, data.train).astype(float)
    t = 2 * data.labels[data.train] - 1
    w1, b1, w2, b2 = (one.astype(float) for one in made.model.get_weights())
    losses = []
    for epoch in range(epochs):
        rows = order(len(x), settings.seed_of_weights, epoch).numpy()
        for part in np.split(rows, range(batch, len(x), batch)):
            h = np.tanh(x[part] @ w1 + b1)
            y = np.tanh(h @ w2 + b2)[:, 0]
            d = ((y - t[part]) * (1 - y**2) / len(part))[:, None]
            d1 = d @ w2.T * (1 - h**2)
            w2, b2, w1, b1 = (
                w2 - rate * (h.T @ d + l1 * np.sign(w2) + 2 * l2 * w2),
                b2 - rate * d.sum(axis=0),
                w1 - rate * (x[part].T @ d1 + l1 * np.sign(w1) + 2 * l2 * w1),
                b1 - rate * d1.sum(axis=0),
            )
        y = np.tanh(np.tanh(x @ w1 + b1) @ w2 + b2)[:, 0]
        losses.append(np.mean((y - t) ** 2 / 2))
    return [w1, b1, w2, b2], losses


@pytest.mark.parametrize(
    ("address", "l1", "l2"),
    [
        ("", 0, 0),
        ("regularization=L1&regularizationRate=0.003", 0.003, 0),
        ("regularization=L2&regularizationRate=0.01", 0, 0.01),
        ("regularizationRate=0.01", 0, 0),
    ],
)
def test_an_epoch_is_that_of_the_formulas(address, l1, l2):
    """Batches of 12 of 250 rows: the last of an epoch has 10, which count for themselves."""
    made = training(f"dataset=xor&networkShape=4&batchSize=12&learningRate=0.1&{address}")
    weights, losses = by_hand(made, 3, 0.1, l1, l2, 12)
    for _ in range(3):
        made.finish_epoch()
    for found, expected in zip(made.model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose([one.train for one in made.curve[1:]], losses, rtol=1e-4)


def test_the_penalty_is_that_of_the_layers():
    kernels = [np.random.default_rng(place).normal(size=(3, place + 1)).astype(np.float32) for place in range(2)]
    expected = sum(float(layers.L1L2(0.2, 0.3)(one)) for one in kernels)
    assert np.isclose(penalty([tf.constant(one) for one in kernels], 0.2, 0.3), expected)


def test_the_same_epoch_has_the_same_order_and_another_has_another():
    assert np.array_equal(order(20, 1, 5), order(20, 1, 5))
    assert not np.array_equal(order(20, 1, 5), order(20, 1, 6)) and not np.array_equal(order(20, 1, 5), order(20, 2, 5))
    assert sorted(order(20, 1, 5).numpy()) == list(range(20))


@pytest.mark.whole
@pytest.mark.parametrize("address", ["", "optimizer=adam&dropout=0.3,0.3&batchNorm=1"])
def test_rewind_repeats_the_curve_to_the_digit(address):
    made = after(4, address)
    curve, weights = list(made.curve), made.model.get_weights()
    made.rewind()
    assert made.epoch == 0 and made.curve == curve[:1]
    for _ in range(4):
        made.finish_epoch()
    assert made.curve == curve
    assert all(np.array_equal(*pair) for pair in zip(made.model.get_weights(), weights, strict=True))
    assert after(4, address).curve == curve  # and so does a new page of the same address


@pytest.mark.whole
def test_a_pause_within_an_epoch_changes_nothing():
    whole = after(2, "percTrainData=90&batchSize=1")
    parts = training("percTrainData=90&batchSize=1")
    while parts.epoch < 2:
        parts.advance(0.0, 1)
    assert parts.curve == whole.curve


@pytest.mark.whole
def test_live_changes_keep_the_weights_and_trace_nothing():
    made = after(1, "networkShape=3")
    weights = made.model.get_weights()
    for address in (
        "learningRate=0.3",
        "learningRate=0.3&regularization=L2&regularizationRate=0.01",
        "batchSize=25",
        "noise=20",
        "schedule=cosine",
        "percTrainData=80",
    ):
        settings, _ = read(f"seed=7&networkShape=3&{address}")
        assert made.change(settings, dataset.make(settings))
        assert all(np.array_equal(*pair) for pair in zip(made.model.get_weights(), weights, strict=True))
        made.finish_epoch()
        weights = made.model.get_weights()
    assert made.steps.train.experimental_get_tracing_count() == 1 and made.epoch == 7


@pytest.mark.whole
def test_layers_and_optimizer_change_live_and_shapes_do_not():
    made = after(1, "networkShape=3")
    weights = made.model.get_weights()
    for address in ("activation=relu", "optimizer=adam", "optimizer=adam&dropout=0.5"):
        settings, _ = read(f"seed=7&networkShape=3&{address}")
        assert made.change(settings, made.data)
        assert all(np.array_equal(*pair) for pair in zip(made.model.get_weights(), weights, strict=True))
    assert not made.exact
    for address in (
        "networkShape=4",
        "networkShape=3&sinX=true",
        "networkShape=3&weights=2",
        "networkShape=3&batchNorm=1",
    ):
        settings, _ = read(f"seed=7&{address}")
        assert not made.change(settings, made.data)


def test_new_weights_are_others_and_the_data_stay():
    one, other = training("weights=1"), training("weights=2")
    assert np.array_equal(one.data.points, other.data.points)
    assert not np.array_equal(one.model.get_weights()[0], other.model.get_weights()[0])


def test_first_weights_are_those_of_the_original():
    made = training("networkShape=8,8")
    kernels = made.model.get_weights()[::2]
    assert all(np.abs(one).max() <= 0.5 for one in kernels) and np.ptp(np.concatenate(kernels, axis=None)) > 0.8
    assert all((one == np.float32(0.1)).all() for one in made.model.get_weights()[1::2])
    assert not any(np.any(one) for one in training("initZero=true").model.get_weights())


def test_edits_are_made_and_bad_ones_refused():
    made = training("networkShape=3")
    made.edit(0, (1, 2), 2.5)
    made.edit(1, (0,), -1.0)
    assert made.model.get_weights()[0][1, 2] == 2.5 and made.model.get_weights()[3][0] == -1
    for layer, place, value in (
        (2, (0, 0), 1.0),
        (-1, (0, 0), 1.0),
        (0, (2, 0), 1.0),
        (0, (-1, 0), 1.0),
        (0, (), 1.0),
        (0, (0, 0), float("nan")),
        (0, (0, 0), float("inf")),
    ):
        with pytest.raises(UserError, match="no weight"):
            made.edit(layer, place, value)


@pytest.mark.whole
def test_divergence_is_explained_and_a_rate_offered_that_works():
    made = after(3, "problem=regression&networkShape=8&activation=relu&learningRate=10")
    assert made.trouble and made.trouble.epoch == 1 and made.epoch == 0
    assert "learning rate of 10" in made.trouble.sentence and made.trouble.rate < 10
    again = after(10, f"problem=regression&networkShape=8&activation=relu&learningRate={made.trouble.rate}")
    assert again.trouble is None and again.curve[-1].train < again.curve[0].train
    made.rewind()
    assert made.trouble is None and np.isfinite(made.curve[0].train)


def test_a_penalty_that_multiplies_is_blamed():
    made = after(40, "learningRate=3&regularization=L2&regularizationRate=1")
    assert "L2 penalty alone multiplies every weight by -5" in made.trouble.sentence


@pytest.mark.parametrize("name", ["inverse_time", "exponential", "cosine", "inverse_sqrt"])
def test_rates_follow_the_schedules_of_the_suite(name):
    made = training(f"schedule={name}&decay=0.9&scheduleEpochs=20&learningRate=0.1")
    rates = []
    for epoch in range(20):
        made.epoch = epoch
        rates.append(made.rate())
    if name == "inverse_time":
        assert np.allclose(rates, 0.1 / (1 + 0.9 * np.arange(20)))
    if name == "exponential":
        assert np.allclose(rates, 0.1 * 0.9 ** np.arange(20), rtol=1e-5)
    assert rates[-1] < 0.06 and max(rates) <= 0.1000001


@pytest.mark.parametrize("loss", ["squared", "absolute", "huber"])
def test_losses_of_numbers(loss):
    made = training(f"problem=regression&loss={loss}&networkShape=2")
    outputs = made.model(made._x).numpy()[:, 0]
    distance = np.abs(outputs - made.data.labels[made.data.train])
    expected = {
        "squared": distance**2 / 2,
        "absolute": distance,
        "huber": np.where(distance < 1, distance**2 / 2, distance - 0.5),
    }
    assert np.isclose(made.curve[0].train, expected[loss].mean(), rtol=1e-5)


def test_many_classes_have_a_softmax():
    made = after(15, "dataset=gauss&classes=5&loss=cross_entropy&learningRate=0.1&networkShape=8")
    assert made.model.output_shape == (None, 5) and made.curve[-1].train_accuracy > 0.9
    logits = made.model(made._x).numpy().astype(float)
    labels = made.data.labels[made.data.train].astype(int)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.isclose(made.curve[-1].train, -np.log(shares[np.arange(len(labels)), labels]).mean(), rtol=1e-4)
    fine, coarse = made.maps()
    assert fine.shape == (2, 10000) and coarse.shape == (8 + 5, 625)
    grid = made.model(made._fine).numpy()
    assert np.array_equal(fine[0], grid.argmax(axis=1))


def test_maps_are_the_answers():
    made = after(2, "networkShape=3,2")
    fine, coarse = made.maps()
    assert fine.shape == (1, 10000) and coarse.shape == (3 + 2 + 1, 625) and fine.dtype == coarse.dtype == np.uint8
    x = made.data.grid(("x", "y"), 25)
    w1, b1 = made.model.get_weights()[:2]
    assert np.abs(coarse[:3].T.astype(float) - (np.tanh(x @ w1 + b1) * 127.5 + 127.5)).max() <= 1
    assert np.abs(fine[0] - (made.model(made._fine).numpy()[:, 0] * 127.5 + 127.5)).max() <= 1


def test_shades_of_what_is_no_number():
    assert shades(tf.constant([float("nan"), -9.0, 9.0, 0.0])).numpy().tolist() == [128, 0, 255, 128]


def test_statistics():
    kernels = [tf.constant([[3.0, 4.0]]), tf.constant([[1.0], [1.0]])]
    gradients = [tf.constant([[0.0, 2.0]]), tf.constant([[1.0], [0.0]])]
    hidden = [tf.constant([[0.0, 0.5], [0.0, -1.0], [0.0, 1.0], [0.0, 0.0]])]
    first, last = layer_statistics(kernels, gradients, hidden).numpy()
    assert np.allclose(first, [np.sqrt(12.5), np.sqrt(2), 0.0625, np.std(hidden[0]), 0.5, 0.25])
    assert np.allclose(last[:2], [1, np.sqrt(0.5)]) and np.isnan(last[2:]).all()
