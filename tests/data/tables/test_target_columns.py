"""The column of the target: what its labels may hide is told, and numbers are read as they are written."""

import numpy as np
import pytest

from data.errors import DataError
from data.settings import Data
from data.source import resolve
from data.targets import NumberTarget
from tests.data.tables.cells import ROWS, file


@pytest.mark.parametrize(
    ("labels", "columns", "classes", "part"),
    [
        (["NA", "EU", "NA"], None, None, "As no value count 'NA' (40); `--columns y=category` makes them classes"),
        (["NA", "EU", "null", "nan"], "y=category", ("EU", "NA", "nan", "null"), ""),
        (["yes", "Yes", "no"], None, ("Yes", "no", "yes"), "'Yes' and 'yes' differ only in case"),
        (["New York", "New  York"], None, ("New  York", "New York"), "differ only in case or blanks"),
        (["a|b", "b", "c|b", "c"], None, ("a|b", "b", "c", "c|b"), "'a|b' counts as one class of its own"),
        (["a|b", "b|a", "c|b"], None, ("a|b", "b|a", "c|b"), "'a|b' counts as one class of its own"),
        (["Paris, France", "Lyon, France", "Rome"], None, ("Lyon, France", "Paris, France", "Rome"), ""),
        (["10²", "5²"], None, ("5²", "10²"), ""),
        (["1", "1.0", "01"], None, ("01", "1", "1.0"), "'01' and '1' are the same number and count as two"),
    ],
)
def test_classes_that_may_not_be_what_they_look_like_are_told(labels, columns, classes, part, write, load):
    content = "x,y\n" + "".join(f'{row * 5 % 13},"{labels[row % len(labels)]}"\n' for row in range(ROWS))
    path = write("t.csv", content)
    if classes is None:
        with pytest.raises(DataError, match="same value 'EU'"):
            load(path, target="y")
        content = content.replace('"EU"', '"EU"\n3,AF', 20)
        splits = load(write("t.csv", content), target="y")
    else:
        splits = load(path, target="y", columns=columns)
        assert splits.classes == classes or sorted(splits.classes) == sorted(classes)
    notes = " ".join(splits.notes)
    assert part in notes and (part or "count" not in notes)


@pytest.mark.parametrize(
    ("cells", "columns", "first", "note"),
    [
        (["28,470", "757", "1,200"], None, 28470, "'28,470' is 28470"),
        (["28.470,50", "3,5"], None, 28470.5, "is 28470.5"),
        (["$1,200.00", "$3.00"], None, 1200, "is 1200"),
        (["1,234", "2,345"], "v=decimal-comma", 1.234, "decimal comma"),
        (["1,234", "2,345"], "v=decimal-point", 1234, "is 1234"),
        (["0", "1"], None, 0, "only 2 different whole numbers (0, 1)"),
    ],
)
def test_a_target_is_read_as_it_is_written(cells, columns, first, note, write):
    splits = resolve(Data(write("t.csv", file(cells)), target="v", columns=columns), NumberTarget, seed=0)
    rows = np.concatenate([part.labels[part.origins == "t.csv:2"] for part in
                           (splits.train, splits.validation, splits.test)])  # fmt: skip
    assert rows[0] == pytest.approx(first) and note in " ".join(splits.notes)


def test_an_unclear_target_is_refused(write):
    with pytest.raises(DataError, match="1234 or 1.234.*v=decimal-point"):
        resolve(Data(write("t.csv", file(["1,234", "2,345"])), target="v"), NumberTarget, seed=0)


def test_two_targets_are_refused(write, load):
    with pytest.raises(DataError, match="--target must name one column; a run predicts one. Received: a,v"):
        load(write("t.csv", file(["1", "2"])), target="a,v")
