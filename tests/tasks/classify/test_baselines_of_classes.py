"""The baselines of a classification are given the records that they look at, and no more."""

from dataclasses import replace

import numpy as np
import pytest

from data import pipeline
from data.settings import Data
from data.source import resolve
from data.targets import ClassTarget
from evaluation import baselines
from tasks.classify.results import simple_methods


@pytest.fixture
def seen(monkeypatch):
    """How many records of which splits are prepared."""
    counts, batches = [], pipeline.batches

    def counted(split, *given, **settings):
        counts.append(len(split))
        return batches(split, *given, **settings)

    monkeypatch.setattr(pipeline, "batches", counted)
    return counts


@pytest.mark.whole
@pytest.mark.parametrize("limit", [100, 5000])
def test_a_sample_of_the_training_rows_gives_what_all_of_them_gave(seen, monkeypatch, limit):
    monkeypatch.setattr(baselines, "IMAGE_ROWS", limit)
    splits = resolve(Data("digits"), ClassTarget, seed=1)
    found = simple_methods(splits, seed=3)
    assert seen[0] <= min(limit + 10, len(splits.train))
    parts = [
        (np.asarray(splits.prepare.finish(splits.prepare.fixed(part.inputs))), part.labels)
        for part in (splits.train, splits.validation, splits.test)
    ]
    reference = baselines.score(*parts, 10, seed=3)
    assert [replace(one, seconds=0) for one in found] == [replace(one, seconds=0) for one in reference]
    assert ("of 1,1" in found[1].note) is (limit == 100)
    assert len(found) == 3


def test_of_large_images_none_is_read(seen, monkeypatch):
    monkeypatch.setattr(baselines, "MAX_FEATURES", 10)
    splits = resolve(Data("digits"), ClassTarget, seed=1)
    found = simple_methods(splits, seed=3)
    assert (seen, [one.name for one in found]) == ([], [baselines.MAJORITY])
    most = np.bincount(splits.train.labels).argmax()
    assert found[0].metrics["accuracy"] == np.mean(splits.test.labels == most)
