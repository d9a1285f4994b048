"""The words that a picture classifier learns beside the class, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from models.explainer import Explainer
from tasks.explain.describing import WEIGHT, ClassAndPhrases, describing, labels, phrases

SENTENCES = [["a red crown, long beak", "a red bird"], ["a blue crown"]]


def test_labels_are_the_class_and_the_share_of_sentences_that_have_each_phrase():
    known = phrases(SENTENCES)
    found = labels(np.array([3, 1]), SENTENCES, known)
    assert found.dtype == np.float32 and found[:, 0].tolist() == [3, 1]
    shares = {name: found[:, 1 + place].tolist() for name, place in known.vocabulary_.items()}
    assert shares["a"] == [1, 1] and shares["red crown"] == [0.5, 0] and shares["red"] == [1, 0]
    assert shares["blue crown"] == [0, 1] and "crown long" not in shares  # a comma stands between


def test_the_loss_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    classes, shares = np.array([2, 0, 1]), random.random((3, 4)).astype("float32")
    logits = random.normal(0, 3, (3, 7)).astype("float32")
    given = np.concatenate([classes[:, None], shares], axis=1).astype("float32")
    loss = ClassAndPhrases(3)
    p = np.exp(logits[:, :3]) / np.exp(logits[:, :3]).sum(1, keepdims=True)
    q = 1 / (1 + np.exp(-logits[:, 3:].astype(float)))
    told = -(shares * np.log(q) + (1 - shares) * np.log(1 - q)).sum(1).mean()
    assert float(loss(given, logits)) == pytest.approx(log_loss(classes, p) + WEIGHT * told, rel=1e-5)
    right = np.asarray(loss.accuracy(given, logits))
    np.testing.assert_array_equal(right, logits[:, :3].argmax(1) == classes)
    assert np.isfinite(float(loss(given, 1e4 * logits)))


def test_both_heads_are_those_of_the_classifier():
    classifier = Explainer(feature_units=16).classifier((24, 24, 3), 5, 7)
    pictures = np.random.default_rng(0).normal(size=(2, 24, 24, 3)).astype("float32")
    both = np.asarray(describing(classifier)(pictures))
    feature, logits = map(np.asarray, classifier(pictures))
    assert both.shape == (2, 12) and feature.shape == (2, 16 + 7)
    np.testing.assert_allclose(both[:, :5], logits, atol=1e-6)
    np.testing.assert_allclose(1 / (1 + np.exp(-both[:, 5:])), feature[:, 16:], rtol=1e-5)
