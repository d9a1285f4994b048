"""Baselines know the place and the colour of a pixel, and nothing around it."""

import numpy as np

from evaluation.segmentation import VOID, confusion, metrics
from evaluation.segmentation_baselines import LOGISTIC, PLACES, fitted


def pictures(colours: bool, count: int = 8):
    """Left half class 0, right half class 1; bright where it is 1, or of random brightness."""
    random = np.random.default_rng(0)
    for _ in range(count):
        truth = np.zeros((40, 64), np.uint8)
        truth[:, 32:] = 1
        truth[:3] = VOID
        shown = truth if colours else random.integers(0, 2, truth.shape)
        pixels = (100 + 60 * (shown == 1))[..., None] + random.integers(-20, 20, (40, 64, 3))
        yield pixels.astype(np.uint8), truth


def test_a_place_tells_a_class():
    methods = {one.name: one for one in fitted(pictures(False), 8, 3)}
    assert list(methods) == [PLACES, LOGISTIC]
    pixels, truth = next(pictures(False))
    answer = methods[PLACES].answer(pixels)
    assert answer.dtype == np.uint8 and metrics(confusion(truth, answer, 3))["miou"] == 1
    assert metrics(confusion(truth[:20, :], methods[PLACES].answer(pixels[:20]), 3))["miou"] == 1  # another size


def test_a_colour_tells_a_class_where_the_place_does_not():
    def moved():
        for number, (pixels, truth) in enumerate(pictures(True)):
            yield (pixels, truth) if number % 2 else (pixels[:, ::-1], truth[:, ::-1])

    methods = {one.name: one for one in fitted(moved(), 8, 2)}
    pixels, truth = next(pictures(True))
    assert metrics(confusion(truth, methods[LOGISTIC].answer(pixels), 2))["miou"] > 0.95
    assert metrics(confusion(truth, methods[PLACES].answer(pixels), 2))["miou"] < 0.7


def test_of_one_class_there_is_no_regression():
    one = [(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8))]
    assert [method.name for method in fitted(one, 1, 2)] == [PLACES]
