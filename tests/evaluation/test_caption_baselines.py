"""Captions without a network: the typical one, and that of the most similar image."""

import numpy as np

from evaluation import caption_baselines as baselines

CAPTIONS = [["a dog runs", "the dog is running"], ["a dog sits"], ["three birds over water"], ["a dog runs fast"]]


def test_the_typical_caption_shares_most_words():
    assert baselines.typical(CAPTIONS) == "a dog runs"


def test_pixels_are_compared_from_afar_and_without_brightness():
    random = np.random.default_rng(0)
    train = random.integers(0, 200, (3, 16, 20, 3)).astype(np.uint8)
    shifted = train[[2, 0]] + np.uint8(40)
    near = baselines.nearest(baselines.vectors(train), baselines.vectors(shifted))
    np.testing.assert_array_equal(near, [2, 0])


def test_features_are_compared_by_direction():
    train = np.zeros((2, 2, 2, 3), np.float16)
    train[0, ..., 0], train[1, ..., 1] = 1, 5
    vectors = baselines.vectors(train)
    np.testing.assert_allclose(vectors, [[1, 0, 0], [0, 1, 0]])
    assert baselines.nearest(vectors, np.array([[0.6, 0.5, 0]])).tolist() == [0]


def test_scores_of_both():
    train = np.zeros((4, 1, 1, 4), np.float32)
    train[np.arange(4), 0, 0, np.arange(4)] = 1
    found = baselines.score(train, CAPTIONS, train[[2, 3]], [["three birds over water"], ["a dog walks"]])
    assert [one.name for one in found] == [baselines.TYPICAL, baselines.NEAREST]
    assert found[0].captions == ("a dog runs",) * 2
    assert found[1].captions == ("three birds over water", "a dog runs fast")
    assert found[1].scores["exact_match"] == 0.5 and found[0].scores["exact_match"] == 0
