"""Scores of pixels against counts by hand, a count with loops, and scikit-learn's."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt
from sklearn.metrics import confusion_matrix, jaccard_score

from evaluation.boundary import boundary_f1, edge_counts, edges
from evaluation.pixel_scores import PixelScores, worst
from evaluation.segmentation import VOID, confusion, interval, ious, metrics, omitted, per_class

V = VOID
TRUTH = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, V, V], [2, 2, V, 1]])
ANSWER = np.array([[0, 0, 1, 1], [0, 1, 1, 0], [2, 2, 0, 1], [0, 2, 2, 1]])


def by_loops(truth, answers, classes):
    """IoU of each class with sets of pixels, and figures of the rest, one pixel after the other."""
    places = [p for p in np.ndindex(truth.shape) if truth[p] != VOID]
    overlaps = {}
    for k in range(classes):
        true, given = {p for p in places if truth[p] == k}, {p for p in places if answers[p] == k}
        if true | given:
            overlaps[k] = len(true & given) / len(true | given)
    right = sum(truth[p] == answers[p] for p in places)
    recalls = []
    for k in range(classes):
        own = [p for p in places if truth[p] == k]
        if own:
            recalls.append(sum(answers[p] == k for p in own) / len(own))
    weighted = sum(overlaps.get(int(truth[p]), 0) for p in places) / len(places)
    return {
        "miou": np.mean(list(overlaps.values())),
        "pixel_accuracy": right / len(places),
        "class_accuracy": np.mean(recalls),
        "frequency_weighted_iou": weighted,
    }


def test_by_hand():
    counts = confusion(TRUTH, ANSWER, 3)
    assert counts.tolist() == [[3, 1, 0], [1, 4, 0], [1, 0, 3]] and counts.dtype == np.int64
    assert ious(counts).tolist() == [3 / 6, 4 / 6, 3 / 4]
    assert metrics(counts)["miou"] == pytest.approx((0.5 + 2 / 3 + 0.75) / 3)
    assert metrics(counts)["pixel_accuracy"] == 10 / 13


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_loops_over_pixels(seed):
    random = np.random.default_rng(seed)
    truth, answers = random.integers(0, 4, (4, 4)), random.integers(0, 5, (4, 4))
    truth[random.random((4, 4)) < 0.2] = VOID
    assert metrics(confusion(truth, answers, 5)) == pytest.approx(by_loops(truth, answers, 5))


def test_a_class_that_neither_has_is_left_out_and_named():
    counts = confusion(TRUTH, ANSWER, 5)
    assert metrics(counts) == pytest.approx(metrics(counts[:3, :3]))
    assert np.isnan(ious(counts)[3:]).all()
    assert omitted(counts, list("abcde")) == [
        "Left out of the means, since neither truth nor answer has a pixel of them: d, e."
    ]


def test_a_class_that_is_only_answered_counts_as_nothing_right():
    counts = confusion(TRUTH, np.where(TRUTH == 2, 3, TRUTH), 4)
    assert ious(counts).tolist() == [1, 1, 0, 0] and metrics(counts)["miou"] == 0.5
    assert "answered, so that their IoU is 0: d" in omitted(counts, list("abcd"))[0]


def test_all_wrong_and_all_void():
    assert metrics(confusion(TRUTH, np.where(TRUTH == 0, 1, 0), 3))["miou"] == 0
    nothing = metrics(confusion(np.full((4, 4), VOID), ANSWER, 3))
    assert all(np.isnan(value) for value in nothing.values())
    scores = PixelScores(3)
    scores.add(np.full((4, 4), VOID), ANSWER, np.ones((4, 4)), np.ones((4, 4)))
    assert all(np.isnan(value) for value in scores.metrics().values()) and worst(scores, 3) == []


def test_the_same_as_scikit_learn():
    random = np.random.default_rng(0)
    truth = random.integers(0, 6, (3, 50, 70))
    answers = np.where(random.random(truth.shape) < 0.7, truth, random.integers(0, 6, truth.shape))
    truth[random.random(truth.shape) < 0.1] = VOID
    scores = PixelScores(6)
    for one, other in zip(truth, answers, strict=True):
        scores.add(one, other)
    counted = truth != VOID
    assert np.array_equal(scores.counts, confusion_matrix(truth[counted], answers[counted]))
    expected = jaccard_score(truth[counted], answers[counted], average=None)
    assert ious(scores.counts) == pytest.approx(expected)


def test_one_count_over_all_pictures_is_no_mean_over_pictures():
    scores = PixelScores(2)
    scores.add(np.zeros((1, 9), int), np.zeros((1, 9), int))
    scores.add(np.array([[1]]), np.array([[0]]))
    assert scores.metrics()["miou"] == pytest.approx((9 / 10 + 0) / 2)
    assert scores.picture_ious().tolist() == [1, 0] and worst(scores, 1) == [1]


@pytest.mark.parametrize(
    ("truth", "answers", "message"),
    [
        ([[3]], [[0]], "`truth` must hold class indices below 3. Received: 3 to 3"),
        ([[0]], [[255]], "`answers` must hold class indices below 3"),
        ([[0, 1]], [[0]], "must have one shape"),
    ],
)
def test_ids_out_of_range_are_refused(truth, answers, message):
    with pytest.raises(ValueError, match=message):
        confusion(truth, answers, 3)


def test_of_each_class():
    rows = per_class(confusion(TRUTH, ANSWER, 4), list("abcd"))
    assert (rows[0].recall, rows[0].precision, rows[0].pixels, rows[0].answered) == (3 / 4, 3 / 5, 4, 5)
    assert np.isnan(rows[3].recall) and rows[3].pixels == 0


def test_calibration_is_that_of_pixels():
    truth, answers = np.array([[0, 0, 1, V]]), np.array([[0, 1, 1, 0]])
    scores = PixelScores(2)
    scores.add(truth, answers, np.array([[0.9, 0.9, 0.9, 0.1]]), np.array([[0.9, 0.1, 0.9, 0.3]]))
    found = scores.metrics()
    assert found["ece"] == pytest.approx(abs(0.9 - 2 / 3))
    assert found["nll"] == pytest.approx(-(2 * np.log(0.9) + np.log(0.1)) / 3)
    assert scores.reliability().counts.sum() == 3


def test_an_interval_holds_the_score_and_narrows():
    random = np.random.default_rng(0)
    true = np.full((40, 2), 50)
    right = random.integers(20, 50, (40, 2))
    by_picture = np.stack([right, true, true], 1)
    middle = (right.sum(0) / (2 * true.sum(0) - right.sum(0))).mean()
    low, high = interval(by_picture)
    wider = interval(by_picture[:8])
    assert low < middle < high and high - low < wider[1] - wider[0]


def test_edges_are_met_within_three_pixels():
    truth = np.zeros((20, 20), int)
    truth[:, 10:] = 1
    assert edges(truth, truth >= 0).sum() == 40
    for shift, met in ((0, 1.0), (3, 1.0), (4, 0.0)):
        moved = np.zeros((20, 20), int)
        moved[:, 10 + shift :] = 1
        assert boundary_f1(edge_counts(truth, moved, 2)) == met, shift


def test_edges_by_distance():
    """The same by a distance transform, which `boundary` has no part of."""
    random = np.random.default_rng(3)
    blocks = random.integers(0, 3, (2, 5, 5))
    truth, answers = (np.kron(one, np.ones((6, 6), int)).astype(np.uint8) for one in blocks)
    found, counted = edge_counts(truth, answers, 3), truth >= 0
    for k in range(3):
        true, given = (edges(one, counted) & (one == k) for one in (truth, answers))
        near_true, near_given = (distance_transform_edt(~one) <= 3 for one in (true, given))
        assert found[:, k].tolist() == [(given & near_true).sum(), given.sum(), (true & near_given).sum(), true.sum()]


def test_thick_void_has_no_edge_and_a_thin_rim_is_one():
    truth = np.zeros((20, 30), np.uint8)
    truth[:, 10:] = VOID
    assert edge_counts(truth, np.where(truth == VOID, 1, 0), 2).sum() == 0
    truth[:, 12:] = 1  # a rim of two pixels between the classes
    for start, met in ((10, 1.0), (12, 1.0), (18, 0.0)):
        answer = np.zeros((20, 30), np.uint8)
        answer[:, start:] = 1
        assert boundary_f1(edge_counts(truth, answer, 2)) == met
    assert np.isnan(boundary_f1(np.zeros((4, 2))))
