"""The diagnosis on the lectures' table, on drawn curves of known cause, and on real trainings.

The thresholds were not set on the trainings used here: softmax regression written below, and small Keras networks.
Faults planted and caught: variance measured from the target; "too low" without looking at the validation loss; leaps
counted on a plateau; bias of a noisy table measured from 1; chance in few validation rows left out.
"""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits, make_classification

from evaluation.baselines import score
from evaluation.diagnosis import LABELS, REMEDIES, diagnose
from evaluation.faults import Flags
from evaluation.loss_curve import read

FLAT = {"loss": [2.3, 1.0, 0.6, 0.5, 0.48, 0.47, 0.47, 0.47], "val_loss": [2.2, 1.1, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6]}


def judged(train, validation, history=FLAT, **options):
    return diagnose(
        history, train_accuracy=train, validation_accuracy=validation, **{"guess": float(np.log(10)), **options}
    )


@pytest.mark.parametrize(
    ("train", "validation", "label", "flag"),
    [
        (0.99, 0.89, "high variance", "--dropout"),
        (0.90, 0.89, "high bias", "--hidden"),
        (0.89, 0.78, "high bias and high variance", "--hidden"),
        (0.99, 0.98, "healthy", None),
    ],
)
def test_the_table_of_the_lectures(train, validation, label, flag):
    found = judged(train, validation)
    assert (found.label, found.flag, found.remedies) == (label, flag, REMEDIES[label])
    assert f"{train:.3f}" in found.readings[0] and f"{validation:.3f}" in found.readings[0]


def test_the_remedies_of_the_lectures():
    assert set(REMEDIES) == set(LABELS)
    assert any("more data" in line and "not help" in line for line in REMEDIES["high bias"])
    assert "bigger training set" in REMEDIES["high variance"][0]
    assert not any("not help" in line for line in REMEDIES["high variance"])


def test_error_that_is_in_the_data_is_no_bias():
    assert judged(0.87, 0.86).label == "high bias"
    found = judged(0.87, 0.86, baseline=0.875)
    assert found.label == "healthy" and "baseline" in found.readings[1]
    assert judged(0.87, 0.86, baseline=0.875, target=0.99).label == "high bias"
    found = judged(0.83, 0.82, baseline=0.875)
    assert found.label == "high bias" and "a baseline does better" in found.readings[-2]


def test_few_validation_rows_prove_no_variance():
    assert judged(0.99, 0.92).label == "high variance"
    found = judged(0.99, 0.92, num_validation=25)
    assert found.label == "healthy" and "25 validation rows" in found.readings[-2]
    assert judged(0.99, 0.92, num_validation=2500).label == "high variance"


def test_the_flag_is_one_that_the_app_has():
    flags = Flags(bigger="--width", regularize=None, augment="--augment")
    assert judged(0.90, 0.89, flags=flags).flag == "--width"
    assert judged(0.99, 0.89, flags=flags).flag == "--augment"
    assert judged(0.99, 0.89, flags=Flags(regularize=None)).flag is None
    assert judged(0.90, 0.89, flags=Flags(bigger=None)).flag is None
    falling = {
        "loss": [2.3, 1.4, 1.0, 0.8, 0.7, 0.62, 0.55, 0.5],
        "val_loss": [2.0, 1.4, 1.1, 0.9, 0.8, 0.7, 0.6, 0.55],
    }
    assert judged(0.90, 0.89, falling).flag == "--epochs 16"


@pytest.mark.parametrize(
    ("loss", "rate"),
    [
        ([2.3, 1.2, float("nan"), float("nan")], "too high"),
        ([2.3, float("inf")], "too high"),
        ([40.0, 3.0, 2.0, 1.0, 0.8], "too high"),
        ([1.0, 1.1, 1.3, 1.6, 2.0], "too high"),
        ([1.5, 0.5, 1.2, 0.4, 1.3, 0.5, 1.1, 0.4], "too high"),
        ([2.30, 2.28, 2.26, 2.24, 2.22, 2.20, 2.18, 2.16], "too low"),
        ([2.3, 1.2, 0.8, 0.6, 0.5, 0.45, 0.42, 0.40], "fine"),
        ([0.695, 0.693, 0.694, 0.692, 0.694, 0.692, 0.693, 0.692], "fine"),  # noise on a plateau is no oscillation
        ([2.3, 2.2], "fine"),  # too short to say
    ],
)
def test_drawn_curves(loss, rate):
    assert read(loss, guess=np.log(10)).rate == rate


CRAWL = [3.3133, 3.2426, 3.1921, 3.1632, 3.1514, 3.1496]  # of digits at a rate of 1e-5


@pytest.mark.parametrize(
    ("val_loss", "rate"),
    [
        (CRAWL, "too low"),
        ([2 * one for one in CRAWL], "too low"),
        (CRAWL[::-1], "fine"),
        ([3.3, 3.2, 3.3, 3.2, 3.1, 3.2], "fine"),  # it does not fall epoch by epoch
        ([3.3, 2.9, 2.7, 2.6, 2.5, 2.4], "fine"),  # more than a tenth is gone
        ([2.2, 2.19, 2.18, 2.17, 2.16, 2.15], "fine"),  # it is below guessing
        (CRAWL[:3], "fine"),
    ],
)
def test_weights_that_hardly_left_their_start_are_a_low_rate_though_the_training_loss_is_shaken(val_loss, rate):
    loss = [3.4832, 3.4281, 3.3343, 3.2654, 3.2695, 3.2414][: len(val_loss)]
    assert read(loss, val_loss, guess=np.log(10)).rate == rate
    if rate == "too low":  # also where the start is far above guessing, which is no blow-up
        assert read([9.1, 9.0, 9.2, 8.9, 9.1, 9.0], val_loss, guess=np.log(10)).rate == rate


def test_the_next_rate_is_named():
    history = {"loss": [2.30, 2.29, 2.28, 2.27, 2.26, 2.25]}
    found = judged(0.12, 0.12, history, learning_rate=1e-5)
    assert (found.label, found.flag) == ("learning rate too low", "--learning-rate 0.0001")
    found = judged(0.12, 0.12, {"loss": [2.3, float("nan")]}, learning_rate=3.0)
    assert (found.label, found.flag) == ("learning rate too high", "--learning-rate 0.3")
    assert found.remedies == REMEDIES["learning rate too high"]


def test_a_slow_curve_is_forgiven_where_nothing_is_missing():
    history = {"loss": [0.2, 0.19, 0.18, 0.17, 0.16, 0.15]}
    assert read(history["loss"]).rate == "too low"
    assert judged(0.99, 0.99, history).label == "healthy"


def test_remembering_rows_is_not_a_low_rate():
    loss = [0.65, 0.62, 0.59, 0.56, 0.53, 0.50, 0.47, 0.44]
    assert read(loss, guess=np.log(2)).rate == "too low"
    assert read(loss, [0.64, 0.62, 0.63, 0.66, 0.7, 0.75, 0.8, 0.9], guess=np.log(2)).rate == "fine"


def test_a_weight_penalty_is_not_taken_for_a_blown_up_loss():
    history = {"loss": [12.0, 8.0, 6.0, 5.0, 4.8, 4.8, 4.8, 4.8]}
    assert judged(0.98, 0.97, history).label == "learning rate too high"
    assert judged(0.98, 0.97, history, guess=None).label == "healthy"


def test_impossible_figures_are_refused():
    with pytest.raises(ValueError, match="Received: train_accuracy=99"):
        judged(99, 0.9)
    with pytest.raises(ValueError, match="Received: target=95"):
        judged(0.9, 0.9, target=95)
    with pytest.raises(ValueError, match=r"one number per epoch. Received: shape=\(0,\)"):
        read([])


def scaled(inputs):
    return ((inputs - inputs.mean(axis=0)) / (inputs.std(axis=0) + 1e-6)).astype(np.float32)


def softmax_regression(inputs, labels, rate, epochs=12):
    """Mini-batch gradient descent on softmax regression in NumPy: the mean loss of each epoch and the accuracy."""
    random = np.random.default_rng(0)
    num_classes = labels.max() + 1
    inputs = np.hstack([inputs, np.ones((len(inputs), 1))])
    weights = random.normal(0, 0.01, (inputs.shape[1], num_classes))
    history = []
    for _ in range(epochs):
        order, losses = random.permutation(len(labels)), []
        for rows in np.array_split(order, len(order) // 16):
            logits = inputs[rows] @ weights
            logits -= logits.max(axis=1, keepdims=True)
            probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            losses.append(-np.log(np.maximum(probabilities[np.arange(len(rows)), labels[rows]], 1e-30)).mean())
            weights -= rate * inputs[rows].T @ (probabilities - np.eye(num_classes)[labels[rows]]) / len(rows)
        history.append(np.mean(losses))
    return {"loss": history}, float(((inputs @ weights).argmax(axis=1) == labels).mean())


@pytest.mark.parametrize(
    ("rate", "label"),
    [
        (1e-4, "learning rate too low"),
        (1e-3, "learning rate too low"),
        (0.1, "healthy"),
        (0.5, "healthy"),
        (200.0, "learning rate too high"),
    ],
)
def test_softmax_regression(rate, label):
    inputs, labels = digits()
    history, accuracy = softmax_regression(inputs, labels, rate)
    found = diagnose(
        history, train_accuracy=accuracy, validation_accuracy=accuracy, guess=float(np.log(labels.max() + 1))
    )
    assert found.label == label, (history, accuracy, found)


def network(inputs, labels, optimizer, epochs, hidden, validation):
    """A real Keras training; gives what `diagnose` asks for."""
    keras.utils.set_random_seed(0)
    num_classes = int(labels.max()) + 1
    layers = [keras.layers.Dense(units, "relu") for units in hidden]
    model = keras.Sequential([keras.Input(inputs.shape[1:]), *layers, keras.layers.Dense(num_classes)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    split = len(inputs) - validation
    held_out = (inputs[split:], labels[split:])
    options = {"batch_size": 32, "epochs": epochs, "verbose": 0, "validation_data": held_out}
    history = model.fit(inputs[:split], labels[:split], **options).history
    return {
        "history": history,
        "train_accuracy": model.evaluate(inputs[:split], labels[:split], verbose=0)[1],
        "validation_accuracy": model.evaluate(*held_out, verbose=0)[1],
        "guess": float(np.log(num_classes)),
        "num_validation": validation,
    }


def digits():
    # Shuffled: the last rows were written by other people, and a split by writer has high variance indeed.
    inputs, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    return scaled(inputs)[order], labels[order]


def noisy(rows):
    """Two classes that depend on 5 of 20 numbers; 3 in 10 labels are drawn anew, so 0.85 is the most to be had."""
    inputs, labels = make_classification(rows, 20, n_informative=5, flip_y=0.3, class_sep=2.0, random_state=1)
    return scaled(inputs), labels


CASES = {
    "healthy": (digits, lambda: keras.optimizers.Adam(2e-3), 10, (64,), 400, False),
    "learning rate too high": (digits, lambda: keras.optimizers.Adam(1.0), 8, (32,), 400, False),
    "diverging": (digits, lambda: keras.optimizers.SGD(5.0), 6, (32,), 400, False),
    "learning rate too low": (digits, lambda: keras.optimizers.Adam(1e-5), 8, (32,), 400, False),
    "barely moving": (digits, lambda: keras.optimizers.SGD(1e-4), 8, (32,), 400, False),
    "high bias": (digits, lambda: keras.optimizers.Adam(2e-2), 12, (2,), 400, False),
    "high variance": (lambda: noisy(600), lambda: keras.optimizers.Adam(1e-2), 20, (128,), 300, True),
    "healthy with noise": (
        lambda: noisy(4000),
        lambda: keras.optimizers.Adam(1e-3),
        8,
        (16,),
        1000,
        True,
    ),
}
QUICK = ("high variance", "healthy with noise")
EXPECTED = {
    "diverging": "learning rate too high",
    "barely moving": "learning rate too low",
    "healthy with noise": "healthy",
}


@pytest.mark.whole
@pytest.mark.parametrize("case", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in CASES])
def test_keras_networks(case):
    data, optimizer, epochs, hidden, validation, has_baselines = CASES[case]
    inputs, labels = data()
    known = None
    if has_baselines:
        train, held_out = [(inputs[part], labels[part]) for part in (slice(-validation), slice(-validation, None))]
        known = max(result.validation_accuracy for result in score(train, held_out, held_out, labels.max() + 1))
    result = network(inputs, labels, optimizer(), epochs, hidden, validation)
    found = diagnose(**result, baseline=known)
    assert found.label == EXPECTED.get(case, case), (result, found)


def test_a_score_that_is_not_defined_is_said_not_refused():
    nan = float("nan")
    history = {"loss": [1.0, 0.5, 0.4], "val_loss": [1.0, 0.6, 0.5]}
    found = diagnose(history, train_accuracy=0.9, validation_accuracy=nan, baseline=nan, measure="R2")
    assert found.label == "not known" and found.flag is None
    assert "R2 is not defined" in found.readings[0]
