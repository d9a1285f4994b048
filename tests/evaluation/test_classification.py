"""The scores against scikit-learn's and against figures worked out by hand.

Faults planted and caught: ranks counted from 0 in top-k; balanced accuracy averaged over all K classes; AUC of
every column against class 1; Brier averaged over classes; confusion transposed; mistakes
by rising confidence; weights that count absent classes.
"""

import numpy as np
import pytest
from sklearn import metrics as reference

from evaluation import classification
from evaluation.mistakes import most_confident
from training.class_weights import balanced


def sample(num_classes, rows=400, seed=0):
    """Labels and probabilities of a classifier that is right more often than not."""
    random = np.random.default_rng(seed)
    labels = random.choice(num_classes, rows, p=np.arange(1, num_classes + 1) / np.arange(1, num_classes + 1).sum())
    logits = random.normal(size=(rows, num_classes)) + 1.5 * np.eye(num_classes)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, probabilities


@pytest.mark.parametrize("num_classes", [2, 3, 7, 12])
def test_metrics_equal_those_of_scikit_learn(num_classes):
    labels, probabilities = sample(num_classes)
    guess = probabilities.argmax(axis=1)
    column = probabilities[:, 1] if num_classes == 2 else probabilities
    expected = {
        "accuracy": reference.accuracy_score(labels, guess),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, guess),
        "macro_f1": reference.f1_score(labels, guess, average="macro"),
        "auc": reference.roc_auc_score(labels, column, multi_class="ovr"),
        "nll": reference.log_loss(labels, probabilities),
        "brier": reference.brier_score_loss(labels, probabilities, scale_by_half=False),
    }
    if num_classes > 6:
        expected["top3_accuracy"] = reference.top_k_accuracy_score(labels, probabilities, k=3)
    if num_classes > 10:
        expected["top5_accuracy"] = reference.top_k_accuracy_score(labels, probabilities, k=5)
    got = classification.metrics(labels, probabilities)
    assert set(got) == set(expected) | {"ece"}
    assert all(type(value) is float for value in got.values())
    for name, value in expected.items():
        assert got[name] == pytest.approx(value, abs=1e-12), name
    rounded = classification.metrics(labels.astype(np.int32), probabilities.astype(np.float32))
    assert rounded == pytest.approx(got, abs=1e-6)
    np.testing.assert_array_equal(
        classification.confusion(labels, probabilities),
        reference.confusion_matrix(labels, guess, labels=np.arange(num_classes)),
    )


def test_auc_is_left_out_with_a_reason_when_a_class_is_absent():
    labels, probabilities = sample(3)
    present = labels != 1
    assert "auc" not in classification.metrics(labels[present], probabilities[present])
    assert classification.omitted(labels[present], probabilities[present]) == {
        "auc": "AUC needs rows of every class; 1 of 3 have none: 1."
    }
    assert classification.omitted(labels, probabilities) == {}


def test_balanced_accuracy_and_f1_count_only_classes_that_occur():
    labels = np.array([0, 0, 1])
    probabilities = np.array([[0.8, 0.1, 0.1, 0], [0.1, 0.8, 0.1, 0], [0.1, 0.8, 0.1, 0]])
    scores = classification.metrics(labels, probabilities)
    assert scores["balanced_accuracy"] == pytest.approx(0.75)  # (1/2 + 1) / 2
    assert scores["macro_f1"] == pytest.approx(2 / 3)  # both F1 are 2/3


def test_equal_probabilities_are_won_by_the_first_class_in_top_k_too():
    probabilities = np.full((7, 7), 1 / 7)
    scores = classification.metrics(np.arange(7), probabilities)
    assert scores["accuracy"] == pytest.approx(1 / 7)
    assert scores["top3_accuracy"] == pytest.approx(3 / 7)


def test_one_row_is_enough():
    scores = classification.metrics([1], [[0.25, 0.75]])
    assert scores["accuracy"] == 1 and scores["nll"] == pytest.approx(-np.log(0.75)) and "auc" not in scores


@pytest.mark.parametrize(
    ("labels", "probabilities", "words"),
    [
        ([0, 1], [[0.5, 0.5]], r"shape \(1,\).*Received: shape=\(2,\)"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], r"Received: labels\[1\]=2"),
        ([0, -1], [[0.5, 0.5], [0.5, 0.5]], r"Received: labels\[1\]=-1"),
        ([0.0, 1.0], [[0.5, 0.5], [0.5, 0.5]], "dtype=float64"),
        ([0, 1], [[0.5, 0.5], [3.0, -2.0]], r"Received: probabilities\[1\]=\[ 3. -2.\]"),
        ([0, 1], [[0.5, 0.5], [np.nan, 0.5]], r"Received: probabilities\[1\]=\[nan 0.5\]"),
        ([0, 1], [[0.5], [0.5]], r"Received: shape=\(2, 1\)"),
        (np.zeros(0, int), np.zeros((0, 2)), "Received: 0 rows"),
    ],
)
def test_what_does_not_fit_is_refused(labels, probabilities, words):
    with pytest.raises(ValueError, match=words):
        classification.metrics(labels, probabilities)


def test_per_class_table_by_hand():
    labels = np.array([0, 0, 0, 1, 1])
    answers = np.array([0, 0, 1, 1, 0])
    probabilities = 0.9 * np.eye(3)[answers] + np.array([0.05, 0.05, 0])  # class 2 is neither true nor answered
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    first, second, third = classification.per_class(labels, probabilities, ["a", "b", "c"])
    assert (first.name, first.support, first.predicted) == ("a", 3, 3)
    assert (first.precision, first.recall, first.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (second.precision, second.recall) == pytest.approx((1 / 2, 1 / 2))
    assert second.auc == pytest.approx(reference.roc_auc_score(labels == 1, probabilities[:, 1]))
    assert np.isnan([third.precision, third.recall, third.f1, third.auc]).all()
    assert (third.support, third.predicted) == (0, 0)
    with pytest.raises(ValueError, match="3 names.*Received: 2 names"):
        classification.per_class(labels, probabilities, ["a", "b"])


def test_confusion_has_truth_in_rows():
    counts = classification.confusion([0, 0, 1], [[0.2, 0.8, 0], [0.9, 0.1, 0], [0.3, 0.7, 0]])
    np.testing.assert_array_equal(counts, [[1, 1, 0], [0, 1, 0], [0, 0, 0]])


def test_accuracy_interval_equals_published_values():
    # Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3.
    assert classification.accuracy_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert classification.accuracy_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    with pytest.raises(ValueError, match="correct=3, total=2"):
        classification.accuracy_interval(3, 2)


def test_balanced_weights_equal_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.array([0] * 6 + [2] * 2 + [3] * 4)
    expected = compute_class_weight("balanced", classes=np.array([0, 2, 3]), y=labels)
    weights = balanced(labels, 5)
    assert [weights[k] for k in (0, 2, 3)] == pytest.approx(list(expected))
    assert weights[1] == weights[4] == 1.0
    assert np.mean([weights[k] for k in labels]) == pytest.approx(1)
    with pytest.raises(ValueError, match="12 labels, largest 3"):
        balanced(labels, 3)


def test_most_confident_mistakes_come_first():
    probabilities = np.array([[0.6, 0.4], [0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.9, 0.1]])
    labels = np.array([1, 0, 0, 0, 1])
    np.testing.assert_array_equal(most_confident(labels, probabilities), [1, 4, 2, 0])
    np.testing.assert_array_equal(most_confident(labels, probabilities, limit=2), [1, 4])
    assert len(most_confident([0], probabilities[:1])) == 0
