"""Figures are held tightly: a constant changed by a hundredth, or a right form taken for a wrong one, fails its row."""

import inspect
import re

import pytest

from lectures import chapters

# Row and constant, whose figures are exact: it is raised by 1%, or by 1 where it counts something.
CONSTANTS = {
    "S01": ("threshold_and", "threshold_or"),
    "S02": ("w1", "threshold"),
    "S03": ("w1", "threshold"),
    "S07": ("bias_or", "bias_and", "bias_out"),
    "S08": ("sides",),
    "S13": ("feedback",),
    "S15": ("inputs", "hidden"),
    "S23": ("slope_below",),
    "E08": ("classes",),
    "S27": ("outliers",),
    "S29": ("classes",),
    "S30": ("outlier",),
    "S31": ("sure",),
    "S33": ("x", "w", "b", "target"),
    "S37": ("w1", "w2", "x"),
    "S46": ("alpha",),
    "E13": ("a0",),
    "S40": ("rate", "momentum_rate", "adagrad_rate", "adam_rate"),
    "S55": ("alpha",),
    "E06": ("keep",),
    "S62": ("low", "high"),
    "S74": ("categories",),
    "S75": ("categories",),
    "S81": ("classes", "width"),
    "S84": ("hidden",),
}
# Row, and the names of its right and its wrong form.
EXCHANGES = {
    "E04": ("right", "wrong"),
    "E07": ("right", "wrong"),
    "E08": ("right", "wrong"),
    "E13": ("right", "printed"),
    "E14": ("right", "printed"),
    "E15": ("right", "printed"),
    "E20": ("right", "printed"),
    "E23": ("right", "printed"),
    "E28": ("right", "printed"),
}


def ok(function, **constants):
    return all(check.ok for check in function(**constants).checks)


@pytest.mark.whole
@pytest.mark.parametrize(("name", "constant"), [(name, one) for name, some in CONSTANTS.items() for one in some])
def test_a_constant_that_is_a_little_off_is_caught(name, constant):
    (row,) = chapters.chosen((name,))
    usual = row.constants[constant]
    assert not ok(row.function, **{constant: usual + 1 if isinstance(usual, int) else 1.01 * usual})


@pytest.mark.parametrize(("name", "right", "wrong"), [(name, *forms) for name, forms in EXCHANGES.items()])
def test_a_right_form_taken_for_a_wrong_one_is_caught(name, right, wrong):
    (row,) = chapters.chosen((name,))
    assert ok(row.function)
    computed, drawn = inspect.getsource(row.function).split("# Picture\n")
    swapped = re.sub(rf"\b({right}|{wrong})\b", lambda word: wrong if word[0] == right else right, computed)
    module = dict(vars(inspect.getmodule(row.function)))
    exec(f"{swapped}# Picture\n{drawn}", module)  # noqa: S102, the suite's own source
    assert not ok(module[row.function.__name__])


def test_at_least_twenty_places_are_tried():
    assert sum(map(len, CONSTANTS.values())) + len(EXCHANGES) >= 40
