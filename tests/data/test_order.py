"""What is made does not depend on the seed of Python's hashes: sets of strings have another order in every process."""

import os
import subprocess
import sys

import numpy as np
import pytest

from data.tables import text_column
from data.tables.text_column import TextColumn
from data.targets import natural

MADE = """
import hashlib
from data.captions import scenes
from data.targets import natural
scenes.SIZES = {"combinations": 40}
part = scenes._part("combinations", [0, 3])
print(hashlib.sha256(part.images.tobytes()).hexdigest(), hash("seed") and sorted({"01", "1", "1.0", "+1"}, key=natural))
"""


def test_scenes_and_classes_are_the_same_under_every_hash_seed():
    children = [
        subprocess.Popen([sys.executable, "-c", MADE], env=os.environ | {"PYTHONHASHSEED": str(seed)}, text=True,
                         stdout=subprocess.PIPE)
        for seed in range(4)
    ]  # fmt: skip
    made = [child.communicate()[0] for child in children]
    assert all(child.returncode == 0 for child in children)
    assert len(set(made)) == 1, made


def test_of_equally_frequent_words_those_are_kept_that_come_first(monkeypatch):
    monkeypatch.setattr(text_column, "MOST_WORDS", 3)
    words = [f"w{number:02}" for number in range(60)]
    assert TextColumn.fit("t", np.array([" ".join(words)] * 10, object)).words == ("w00", "w01", "w02")


@pytest.mark.parametrize(
    "names",
    [
        ["+1", "01", "1", "1.0", "1.00"],
        ["a", "a1", "a2", "a10", "b"],  # a name may be the beginning of another
        ["class", "class 2", "class 10"],
        ["0", "1", "inf", "nan", "x"],  # "nan" is a name: as a number it has no place in an order
        ["1", "x2", "²"],
        ["1" * 5000, "x" + "1" * 5000],
    ],
)
def test_names_have_one_natural_order(names):
    for start in range(len(names)):
        assert sorted(names[start:] + names[:start], key=natural) == names
        assert sorted(names[:start] + names[:start:-1] + names[start : start + 1], key=natural) == names
