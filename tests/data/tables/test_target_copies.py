"""Columns that alone tell the target are found, and those that only go with it are not."""

import numpy as np
import pytest

from data.tables.target_copies import tells

RANDOM = np.random.default_rng(0)
CLASSES = RANDOM.integers(0, 3, 300)
NOISE = RANDOM.normal(size=300)
NUMBERS = 5 + 2 * NOISE


def words(values):
    return np.array([f"word {value}" for value in values], dtype=object)


TELLING = {
    "the class as a number": (CLASSES.astype(np.float32), CLASSES, 3),
    "numbers in another order": (-CLASSES * 10.0, CLASSES, 3),
    "the class as a word": (words(CLASSES), CLASSES, 3),
    "with a little noise": (CLASSES + 0.01 * NOISE, CLASSES, 3),
    "one row astray": (np.where(np.arange(300) == 7, 2.0, CLASSES), CLASSES, 3),
    "with gaps": (np.where(np.arange(300) % 9, CLASSES, np.nan), CLASSES, 3),
    "in other units": (1.1 * NUMBERS - 3, NUMBERS, 0),
    "its logarithm": (np.log(NUMBERS + 100), NUMBERS, 0),
    "downwards": (-NUMBERS, NUMBERS, 0),
}
SILENT = {
    "noise": (NOISE, CLASSES, 3),
    "half right": (np.where(NOISE > 0, CLASSES, 1), CLASSES, 3),
    "names of rows": (words(range(300)), CLASSES, 3),
    "mostly missing": (np.where(np.arange(300) % 9, np.nan, CLASSES), CLASSES, 3),
    "close to the number": (NUMBERS + 0.3 * NOISE[::-1], NUMBERS, 0),
    "words of a number": (words(NUMBERS), NUMBERS, 0),
    "constant": (np.ones(300), NUMBERS, 0),
    "a rare class": (NOISE, (np.arange(300) < 3).astype(int), 2),
}


@pytest.mark.parametrize("case", TELLING)
def test_a_copy_is_found(case):
    assert tells(*TELLING[case])


@pytest.mark.parametrize("case", SILENT)
def test_what_is_no_copy_is_not(case):
    assert not tells(*SILENT[case])
    assert not tells(*(values[:15] for values in TELLING["the class as a number"][:2]), 3), "too few rows to tell"
