"""Names in thirty languages: each is written in one of them, in the same order every time."""

from collections import Counter

import numpy as np
import pytest

from data import languages


@pytest.fixture(scope="module")
def splits():
    return languages.make(0)


def rows_of(splits):
    parts = (splits.train, splits.validation, splits.test)
    names = np.concatenate([part.inputs["name"] for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    places = [int(origin[len("languages[") : -1]) for part in parts for origin in part.origins]
    order = np.argsort(places)
    return [(names[row], splits.classes[labels[row]]) for row in order]


def test_the_names_are_those_of_the_languages(splits):
    rows = set(rows_of(splits))
    assert rows > {
        ("Samstag", "German"),
        ("måndag", "Swedish"),
        ("segunda-feira", "Portuguese"),
        ("понедельник", "Russian"),
        ("Suomi", "Finnish"),
        ("Ελβετία", "Greek"),
        ("フィンランド", "Japanese"),
    }
    assert sum(language == "Japanese" and "語" in name for name, language in rows) > 100
    assert not {"Zimbabwe", "Schweiz"} & {name for name, _ in rows}, "Danish has them, too"
    assert {"Danish", "Norwegian Bokmål", "Czech", "Slovak", "Dutch", "Afrikaans"} < set(splits.classes)
    assert splits.prepare.kinds["name"].kind == "text" and len(splits.classes) == 30


def test_each_name_has_one_right_answer(splits):
    rows = rows_of(splits)
    assert 5_000 < len(rows) < 12_000
    assert max(Counter(name.casefold() for name, _ in rows).values()) == 1
    assert not any(character.isdigit() for name, _ in rows for character in name)
    assert "that several of the languages write in the same way are left out" in splits.notes[0]
    assert min(Counter(language for _, language in rows).values()) > 100


def test_the_seed_changes_the_splits_only(splits):
    other = languages.make(1)
    assert rows_of(other) == rows_of(splits) == rows_of(languages.make(0))
    assert other.test.origins.tolist() != splits.test.origins.tolist()
