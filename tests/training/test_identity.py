"""What tells two runs apart, and how it is told."""

import pytest

from training.identity import differences, gone

RUN = {
    "format": 3,
    "data": {"data": "people.csv", "target": "income", "test": None},
    "model": {"name": "mlp", "hidden": [8]},
    "seed": 1,
    "files": {"data.data": "aa"},
}


def changed(**values):
    now = {name: dict(value) if isinstance(value, dict) else value for name, value in RUN.items()}
    for dotted, value in values.items():
        outer, _, inner = dotted.partition("__")
        if inner:
            now[outer][inner.replace("__", ".")] = value
        else:
            now[outer] = value
    return now


TELLING = {
    "nothing": ({}, []),
    "a path": ({"data__data": "/abs/copy.csv"}, []),
    "a number": ({"seed": 2}, ["seed (1 then, 2 now)"]),
    "a list": ({"model__hidden": [8, 4]}, ["model.hidden (8 then, 8 4 now)"]),
    "an empty list": ({"model__hidden": []}, ["model.hidden (8 then, none now)"]),
    "a new setting": ({"model__depth": 3}, ["model.depth (nothing then, 3 now)"]),
    "content": ({"files": {"data.data": "bb"}}, ["data.data (people.csv: its content has changed)"]),
    "another file": (
        {"data__data": "b.csv", "files": {"data.data": "bb"}},
        ["data.data (people.csv then, b.csv now: their contents differ)"],
    ),
    "a bundled name": ({"data__data": "digits", "files": {}}, ["data.data (people.csv then, digits now)"]),
    "a file more": (
        {"data__test": "t.csv", "files": {"data.data": "aa", "data.test": "cc"}},
        ["data.test (None then, t.csv now)"],
    ),
    "two": ({"seed": 2, "data__target": "town"}, ["data.target (income then, town now)", "seed (1 then, 2 now)"]),
}


@pytest.mark.parametrize(("values", "told"), TELLING.values(), ids=TELLING)
def test_what_differs_is_told_with_both_values(values, told):
    assert differences(RUN, changed(**values)) == told


def test_of_an_earlier_version_only_the_one_hash_is_known():
    earlier = changed(files="0123")
    assert differences(earlier, earlier) == []
    assert differences(earlier, changed(files="4567")) == ["files (0123 then, 4567 now)"]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"files": {}}, ["people.csv"]),
        ({}, []),
        ({"files": {}, "seed": 2}, []),
        ({"files": {}, "data__data": "typo.csv"}, []),
    ],
)
def test_files_that_are_not_there_any_more(values, found):
    assert gone(RUN, changed(**values)) == found
