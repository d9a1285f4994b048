"""Baselines: fitted on the training split alone, repeatable, quiet, and within their budget.

Faults planted and caught: fitting on the test split; columns of probability in the order of the classes seen; rows cut
without regard to class; the first rows of a class in place of drawn ones; warnings let through.
"""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from evaluation import baselines


def split(inputs, labels):
    order = np.random.default_rng(0).permutation(len(labels))
    inputs, labels = inputs[order].astype(np.float32), labels[order]
    cut, end = int(0.6 * len(labels)), int(0.8 * len(labels))
    return [(inputs[part], labels[part]) for part in (slice(cut), slice(cut, end), slice(end, None))]


def test_a_table():
    train, validation, test = split(*load_breast_cancer(return_X_y=True))
    results = baselines.score(train, validation, test, 2)
    assert [result.name for result in results] == ["most frequent class", "logistic regression", "gradient boosting"]
    majority = np.bincount(train[1]).argmax()
    assert results[0].metrics["accuracy"] == pytest.approx(np.mean(test[1] == majority))
    assert results[0].validation_accuracy == pytest.approx(np.mean(validation[1] == majority))
    for result in results[1:]:
        assert 0.93 < result.metrics["accuracy"] < 1 and 0.93 < result.validation_accuracy <= 1
        assert result.note == "" and result.seconds > 0


@pytest.mark.whole
def test_the_same_seed_gives_the_same_numbers_and_images_are_flattened():
    images = load_digits().images[..., None]
    parts = split(images, load_digits().target)
    first, second = (baselines.score(*parts, 10, seed=3) for _ in range(2))
    assert [result.metrics for result in first] == [result.metrics for result in second]
    assert [result.metrics["accuracy"] > 0.9 for result in first] == [False, True, True]


def test_test_labels_are_not_learnt_from():
    train, validation, test = split(*load_breast_cancer(return_X_y=True))
    shuffled = np.random.default_rng(1).permutation(train[1])
    for result in baselines.score((train[0], shuffled), validation, test, 2):
        assert result.metrics["accuracy"] < 0.8


def test_classes_without_training_rows_keep_their_column():
    train, validation, test = split(*load_breast_cancer(return_X_y=True))
    moved = [(inputs, labels * 2) for inputs, labels in (train, validation, test)]  # classes 0 and 2 of 3
    for result in baselines.score(*moved, 3):
        assert result.metrics["accuracy"] > 0.5
    assert result.metrics["accuracy"] > 0.9


def test_one_class_and_big_images_leave_the_most_frequent_class():
    tiny = (np.zeros((4, 3)), np.zeros(4, int))
    assert len(baselines.score(tiny, tiny, tiny, 2)) == 1
    photos = (np.zeros((4, 64, 64, 3)), np.arange(4) % 2)
    assert [result.name for result in baselines.score(photos, photos, photos, 2)] == ["most frequent class"]


def test_rows_are_cut_by_class_and_the_note_says_so(monkeypatch):
    monkeypatch.setattr(baselines, "TABLE_ROWS", 100)
    train, validation, test = split(*load_breast_cancer(return_X_y=True))
    results = baselines.score(train, validation, test, 2)
    assert results[0].note == ""
    assert results[1].note == results[2].note == "100 of 341 training rows"
    labels = np.repeat([0, 1, 2], [9000, 990, 10])
    chosen = baselines.stratified(labels, 1000, seed=0)
    np.testing.assert_array_equal(np.bincount(labels[chosen]), [900, 99, 1])
    assert not np.array_equal(chosen, baselines.stratified(labels, 1000, seed=1))


def test_stopping_early_is_noted_without_a_warning(monkeypatch):
    monkeypatch.setattr(baselines, "LOGISTIC_STEPS", 2)
    monkeypatch.setattr(baselines, "BOOSTING_WORK", 4e6)
    results = baselines.score(*split(*load_breast_cancer(return_X_y=True)), 2)
    # 4e6 of work / (30 features * 1 tree * 31 leaves * (255 + 120)) = 11.4, fewer than the 20 rounds that make sense.
    assert [result.note for result in results[1:]] == ["stopped after 2 steps"]
    monkeypatch.setattr(baselines, "BOOSTING_WORK", 1e7)
    results = baselines.score(*split(*load_breast_cancer(return_X_y=True)), 2)
    assert [result.note for result in results[1:]] == ["stopped after 2 steps", "28 rounds"]


def test_missing_values_are_refused_by_row():
    inputs, labels = np.zeros((5, 2)), np.arange(5) % 2
    bad = inputs.copy()
    bad[3, 1] = np.nan
    with pytest.raises(ValueError, match="row 3 of the validation split"):
        baselines.score((inputs, labels), (bad, labels), (inputs, labels), 2)
