"""What simple methods reach on the same texts: scikit-learn's own n-grams, naive Bayes, linear models."""

from functools import partial

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

from evaluation import baselines
from evaluation.baselines import Baseline

ROWS = 50_000  # training rows that are looked at
STEPS = 200  # of logistic regression
CHARACTERS = 200_000  # of a text that are read
WORD = r"(?u)\w+|[^\w\s]+"


def score(train, validation, test, prepare, num_classes: int, seed: int = 0) -> list[Baseline]:
    """The most frequent class, naive Bayes on counts of words, logistic regression on tf-idf of words and pairs.

    Args:
        train, validation, test: `Split` objects with raw text columns; other columns are put beside the tf-idf.
        prepare: their `TextPrepare`, for the names of the text columns and the features of the others.
        num_classes: Classes.
        seed: Of the rows that are looked at.
    """
    results = baselines.majority(train.labels, validation.labels, test.labels, num_classes)
    if len(np.unique(train.labels)) < 2:
        return results
    chosen = baselines.stratified(train.labels, ROWS, seed)
    note = "" if len(chosen) == len(train) else f"{len(chosen):,} of {len(train):,} training rows"
    some = train.take(chosen)
    try:
        counts, others, _ = counted(some, (validation, test), prepare)
    except ValueError:  # no word stands in two rows
        return results
    labels = (validation.labels, test.labels)

    def fitted(name, model, rows, held_out, after=str):
        pieces = [(partial(_whole, part), truth) for part, truth in zip(held_out, labels, strict=True)]
        return baselines.fitted(name, model, rows, some.labels, pieces, num_classes, [note], after)

    results.append(fitted("naive Bayes", MultinomialNB(), counts, others))
    rows = weighted([counts, *others], (some, validation, test), prepare)
    linear = LogisticRegression(C=10, max_iter=STEPS)
    stopped = f"stopped after {STEPS} steps"
    results.append(
        fitted(
            "logistic regression",
            linear,
            rows[0],
            rows[1:],
            lambda: stopped if linear.n_iter_.max() >= STEPS else "",
        )
    )
    return results


def counted(train, others, prepare):
    """Counts of words and pairs of words that stand in two training rows: sparse (N, words), those of other splits, and
    the words. Raises ValueError where there are none."""
    vectorizer = CountVectorizer(token_pattern=WORD, ngram_range=(1, 2), min_df=2)
    counts = vectorizer.fit_transform(lines(train, prepare))
    others = [vectorizer.transform(lines(part, prepare)) for part in others]
    return counts, others, vectorizer.get_feature_names_out()


def weighted(counts: list, parts, prepare) -> list:
    """tf-idf of counts, the training rows first, with the features of the other columns beside: sparse (N, features).

    Args:
        counts: as `counted` gives them, of each part.
        parts: the `Split` of each.
        prepare: their `TextPrepare`.
    """
    train, *others = counts
    tfidf = TfidfTransformer(sublinear_tf=True)
    found = [tfidf.fit_transform(train), *map(tfidf.transform, others)]
    if not prepare.rest:
        return found
    beside = (csr_matrix(prepare.rest.fixed(part.inputs)) for part in parts)
    return [hstack(pair).tocsr() for pair in zip(found, beside, strict=True)]


def lines(split, prepare) -> list[str]:
    """The text columns of each row as one string."""
    columns = (split.inputs[name] for name in prepare.forms)
    return [" ".join(row)[:CHARACTERS] for row in zip(*columns, strict=True)]


def _whole(rows):
    yield rows
