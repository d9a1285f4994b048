"""What is never called healthy, whatever the curves look like: planted scores, without a training.

`python -m benchmarks.diagnosis` says how often real trainings are judged so. Faults planted and caught: a trivial rival
that is only equalled; classes in the order of the baselines; a tie called a defeat; chance in few rows left out; recall
of one class bought with that of another.
"""

import numpy as np
import pytest

from evaluation.class_recall import recalls
from evaluation.diagnosis import diagnose
from evaluation.faults import Flags
from evaluation.rivals import Rival, guessing, paired
from evaluation.text_diagnosis import beside, diagnose_texts

CURVES = {
    "loss": [0.7, 0.3, 0.2, 0.15, 0.14, 0.135, 0.134, 0.134],
    "val_loss": [0.7, 0.4, 0.3, 0.28, 0.27, 0.27, 0.27, 0.27],
}
SHAKING = CURVES | {"loss": [0.30, 0.25, 0.29, 0.24, 0.28, 0.24, 0.28, 0.24]}
WEIGHTS = Flags(class_weights="--class-weights balanced")


def rare(rows, share, found, false_alarms=0):
    """Labels with a rare class 1, and answers that find some of its rows."""
    labels = np.zeros(rows, int)
    labels[: round(rows * share)] = 1
    answers = np.zeros(rows, int)
    answers[:found] = 1
    answers[rows - false_alarms :] = 1
    return labels, answers


def judged(held_out, train=None, rivals=None, history=CURVES, flags=WEIGHTS, counts=None, **options):
    """The diagnosis of a classifier of two classes that answered so."""
    train = held_out if train is None else train
    labels, answers = held_out
    counts = np.bincount(train[0], minlength=2).tolist() if counts is None else counts
    most = np.zeros_like(labels)
    score = float(np.mean(labels == answers))
    given = {"baseline": 0.99} | options
    return diagnose(
        history,
        train_accuracy=float(np.mean(train[0] == train[1])),
        validation_accuracy=score,
        num_validation=len(labels),
        flags=flags,
        rivals=[
            guessing(labels, answers, 2),
            Rival("most frequent class", score, float(np.mean(labels == most)), 0.0, len(labels)),
            *(paired(name, labels == answers, labels == given) for name, given in (rivals or {}).items()),
        ],
        classes=recalls(["no", "yes"], counts, train, held_out, len(labels), rivals or {}),
        **given,
    )


@pytest.mark.parametrize("history", [CURVES, SHAKING])
@pytest.mark.parametrize(("rows", "found", "theirs"), [(1000, 0, 7), (3000, 0, 20), (1000, 2, 8), (400, 0, 2)])
def test_a_rare_class_that_is_missed_is_named_with_what_helps(history, rows, found, theirs):
    held_out = rare(rows, 0.01, found)
    boosting = rare(rows, 0.01, theirs)[1]
    told = judged(held_out, rivals={"gradient boosting": boosting}, history=history)
    assert told.label == "rare class missed" and told.flag == "--class-weights balanced"
    for words in ("'yes'", "--class-weights balanced", "threshold", "more rows", f"gradient boosting finds {theirs}"):
        assert words in told.advice, told.advice
    assert any(f"{found} of {round(rows * 0.01)} rows held out are found" in reading for reading in told.readings)
    assert "Nothing has to change" not in told.advice


def test_what_a_weighed_loss_can_still_do():
    told = judged(rare(1000, 0.01, 1), flags=Flags())
    assert told.label == "rare class missed" and told.flag is None and "class-weights" not in told.advice


def test_a_rate_that_ruins_the_training_comes_before_the_class():
    told = judged(rare(1000, 0.01, 0), history={"loss": [0.1, 0.2, 0.3, 0.4, 0.5]})
    assert told.label == "learning rate too high" and "--class-weights balanced" in told.advice


@pytest.mark.parametrize(("found", "false_alarms"), [(8, 0), (10, 1), (6, 0)])
def test_a_rare_class_that_is_found_is_healthy(found, false_alarms):
    boosting = rare(1000, 0.01, 7, 1)[1]
    told = judged(rare(1000, 0.01, found, false_alarms), rivals={"gradient boosting": boosting})
    assert told.label == "healthy", told


def test_a_class_that_no_test_row_gets_is_missed_though_validation_rows_do():
    labels, answers = rare(400, 0.01, 3)
    for tested, missed in ((400, False), (397, True)):  # of the last rows, one of the class is there and not found
        (_, yes) = recalls(["no", "yes"], [396, 4], (labels, labels), (labels, answers), tested, {})
        assert yes.missed is missed and yes.found == 3


def test_a_frequent_class_of_low_recall_is_no_fault_where_another_gains():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 800)
    answers = np.where(random.random(800) < 0.85, labels, 1 - labels)
    told = judged((labels, answers), rivals={"all": np.zeros(800, int)}, baseline=0.85)
    assert told.label == "healthy", told


@pytest.mark.parametrize("rows", [23, 200, 5000])
def test_an_accuracy_below_the_most_frequent_class_is_never_healthy(rows):
    random = np.random.default_rng(rows)
    labels = (random.random(rows) < 0.3).astype(int)
    answers = (random.random(rows) < 0.4).astype(int)
    assert np.mean(labels == answers) < 1 - labels.mean()
    told = judged((labels, answers), baseline=0.5)
    assert told.label in ("no better than guessing", "worse than a baseline"), told
    assert "most frequent class" in " ".join(told.readings) and "Nothing has to change" not in told.advice


def test_answers_that_hang_together_with_nothing_are_guesses():
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 400)
    told = judged((labels, random.permutation(labels)), baseline=0.45)
    assert told.label == "no better than guessing" and "inputs" in told.advice


def test_kappa_is_tested_as_fleiss_cohen_and_everitt_do():
    """Against 4,000 random orders of the answers: their number of right ones deviates as the formula says."""
    random = np.random.default_rng(2)
    labels, answers = random.choice(3, 300, p=[0.7, 0.2, 0.1]), random.choice(3, 300, p=[0.5, 0.3, 0.2])
    drawn = [np.mean(labels == random.permutation(answers)) for _ in range(4000)]
    one = guessing(labels, answers, 3)
    assert one.theirs == pytest.approx(np.mean(drawn), abs=0.002)
    assert one.doubt / 2.576 == pytest.approx(np.std(drawn), rel=0.05)


@pytest.mark.parametrize(
    ("ours", "label"),
    [(0.80, "healthy"), (0.79, "healthy"), (0.72, "worse than a baseline")],
)
def test_a_baseline_that_does_better_is_told_unless_it_is_chance(ours, label):
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 1000)
    theirs = np.where(np.arange(1000) < 800, labels, 1 - labels)
    wrong = random.choice(1000, round(1000 * (1 - ours)), replace=False)
    answers = labels.copy()
    answers[wrong] = 1 - answers[wrong]
    told = judged((labels, answers), rivals={"gradient boosting": theirs}, baseline=ours)
    assert told.label == label, told
    assert ("gradient boosting" in told.advice) == (label != "healthy")


def regression(errors, others, validation=0.5, **options):
    """The diagnosis of a regression of these squared errors beside the mean's."""
    rivals = [paired("mean", 1 - errors, 1 - others, trivial=True), Rival("mean", validation, 0.0, 0.0, 100, True)]
    share = max(validation, 0.0)
    return diagnose(
        CURVES, train_accuracy=share, validation_accuracy=share, baseline=share, measure="R2", rivals=rivals, **options
    )


def test_a_regression_no_better_than_the_mean_is_never_healthy():
    random = np.random.default_rng(4)
    mean = random.normal(size=200) ** 2
    assert regression(0.3 * mean, mean).label == "healthy"
    assert regression(mean * random.uniform(0.6, 1.5, 200), mean).label == "no better than guessing"
    for validation in (0.0, -0.3):  # also where the test rows say otherwise
        told = regression(0.3 * mean, mean, validation)
        assert told.label == "no better than guessing" and "mean" in told.advice


def test_few_rows_tell_nothing():
    told = regression(np.array([0.1, 0.2]), np.array([1.0, 1.5]))
    assert told.label == "not known" and "2 rows are too few" in told.readings[0]


def test_the_spread_of_a_score_is_no_variance():
    for spread, label in ((0.02, "high variance"), (0.2, "healthy")):
        told = diagnose(CURVES, train_accuracy=0.9, validation_accuracy=0.8, baseline=0.8, measure="R2", spread=spread)
        assert told.label == label
    assert "chance alone moves the R2 by 20.0 points" in told.readings


PEOPLE = [
    f"a {colour} dog runs on {place}"
    for colour in ["red", "blue", "green", "black"]
    for place in ["sand", "grass", "snow"]
]


def texts(written, score, rivals=(("nearest", 0.3),), spread=0.1, ours=0.8, **options):
    random = np.random.default_rng(5)
    each = ours + spread * random.normal(size=len(written))
    others = [
        paired(name, each, theirs + spread * random.normal(size=len(written)), trivial=True) for name, theirs in rivals
    ]
    return diagnose_texts(
        options.pop("history", CURVES), written, PEOPLE[: len(written)], others, measure="CIDEr-D", score=score
    )


def test_texts_that_say_one_thing_again_and_again_are_never_healthy():
    told = texts(["a a a a a a"] * 12, 0.01, ours=0.0)
    assert told.label == "degenerate texts" and "'a a a a a a'" in told.readings[1]
    told = texts(["a dog runs"] * 12, 0.3)
    assert (
        told.label == "degenerate texts" and "12 of 12 texts are 'a dog runs', whatever the input" in told.readings[1]
    )
    assert texts([""] * 12, 0.0).label == "degenerate texts"
    assert texts(PEOPLE, 0.9).label == "healthy"


@pytest.mark.parametrize(
    ("changes", "label", "words"),
    [
        ({"score": 0.0}, "no better than guessing", "CIDEr-D is 0"),
        ({"ours": 0.31}, "no better than guessing", "no better than nearest"),
        ({"ours": 0.1, "rivals": (("typical", 0.2), ("nearest", 0.4))}, "no better than guessing", "nearest"),
        ({"ours": 0.1, "history": {"loss": [3.0, 4.0, 5.0, 6.0]}}, "learning rate too high", "no better than nearest"),
    ],
)
def test_texts_must_beat_what_needs_no_network(changes, label, words):
    told = texts(PEOPLE, **{"score": 0.9} | changes)
    assert told.label == label and words in " ".join([told.advice, *told.readings]), told
    assert "Nothing has to change" not in told.advice


def test_a_similar_record_may_be_equalled_not_be_better():
    ours = np.full(20, 0.5)
    assert not beside("nearest", ours, ours, blind=False).wins and beside("typical", ours, ours, blind=True).wins
    assert beside("nearest", ours, ours + 0.01, blind=False).wins
    assert not beside("nearest", ours[:1], ours[:1] + 0.3, blind=False).wins  # one record tells nothing


def test_one_sentence_says_nothing():
    told = texts(PEOPLE[:1], 0.0)
    assert told.label == "not known" and "1 rows are too few" in told.readings[0]
