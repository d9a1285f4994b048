"""What a code is worth: how well a small classifier tells the labels from it.

split_accuracy(train_codes, train_labels, test_codes, test_labels, seed=0) -> float
fold_accuracy(codes, labels, folds=10, seed=0) -> float
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from evaluation.evenly import evenly

MOST_ROWS = 5000  # more are thinned out: the classifier compares codes, it need not be the best


def classifier(seed: int):
    """A hidden layer of 32 units on standardised codes."""
    return make_pipeline(
        StandardScaler(), MLPClassifier((32,), learning_rate_init=0.01, max_iter=200, random_state=seed)
    )


def split_accuracy(train_codes, train_labels, test_codes, test_labels, seed: int = 0) -> float:
    """Accuracy on the test codes (M, K) of a classifier fitted on the training codes (N, K)."""
    rows = evenly(len(train_codes), MOST_ROWS)
    codes, labels = np.asarray(train_codes)[rows], np.asarray(train_labels)[rows]
    if len(np.unique(labels)) < 2:
        raise ValueError(f"`train_labels` must hold two classes or more. Received: {np.unique(labels)}")
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return float(classifier(seed).fit(codes, labels).score(test_codes, test_labels))


def fold_accuracy(codes, labels, folds: int = 10, seed: int = 0) -> float:
    """Mean accuracy over stratified folds of codes (N, K)."""
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        parts = StratifiedKFold(folds, shuffle=True, random_state=seed)
        return float(cross_val_score(classifier(seed), codes, labels, cv=parts).mean())
