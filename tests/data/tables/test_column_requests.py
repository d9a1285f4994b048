"""What the user says that columns are goes before what they look like, and must fit."""

import numpy as np
import pytest

from data.errors import DataError
from data.tables import table_file, tables
from tests.data.tables.cells import file, numbers

# name of the case: (cells, what the user says, kind, first raw input)
SAID = {
    "decimal point": (["1,234", "2,345"], "decimal-point", "number", 1234),
    "decimal comma": (["1,234", "2,345"], "decimal-comma", "number", 1.234),
    "day first": (["03/04/2022", "05/06/2022"], "day-first", "date", 19085),
    "month first": (["03/04/2022", "05/06/2022"], "month-first", "date", 19055),
    "number": ([*numbers("{}"), *["unknown"] * 4], "number", "number", 0),
    "codes as numbers": (["02139", "10115"], "number", "number", 2139),
    "numbers as codes": (["2139", "10115"], "category", "category", "2139"),
    "numbers as text": (["2139", "10115"], "text", "text", "2139"),
    "compact dates": (["20240531", "20240601"], "date", "date", 19874),
    "not used": (["1", "2"], "out", None, None),
}


@pytest.mark.parametrize("case", SAID)
def test_the_user_says_what_a_column_is(case, write, load):
    cells, said, kind, first = SAID[case]
    splits = load(write("t.csv", file(cells)), target="y", columns=f"v={said}, a=number")
    if kind is None:
        assert "v" not in splits.prepare.kinds and "'v' is left out: as asked" in " ".join(splits.notes)
        return
    assert splits.prepare.kinds["v"].kind == kind
    place = np.flatnonzero(splits.train.origins == "t.csv:2")
    rows = [part.inputs["v"][part.origins == "t.csv:2"] for part in (splits.train, splits.validation, splits.test)]
    assert np.concatenate(rows)[0] == pytest.approx(first) if kind != "category" else first, place


def test_words_that_the_user_lets_pass_are_missing_and_said_and_others_are_refused(write, load):
    splits = load(write("t.csv", file([*numbers("{}.5"), *["unknown"] * 4])), target="y", columns="v=number")
    assert "4 cell(s) of column 'v' that are no numbers, such as 'unknown', count as missing" in " ".join(splits.notes)
    read = tables.inputs(table_file.read(write("n.csv", "a,v\n1,unknown\n")), splits.prepare.kinds)
    assert np.isnan(read["v"][0])
    with pytest.raises(DataError, match=r"n\.csv:2: column 'v' holds numbers, but this cell"):
        tables.inputs(table_file.read(write("n.csv", "a,v\n1,unheard of\n")), splits.prepare.kinds)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("v", ["COLUMN=KIND", "Received: 'v'", "decimal-comma"]),
        ("v=money", ["Received: 'v=money'"]),
        ("w=number", ["no column 'w' for --columns"]),
        ("v=number,v=date", ["'v' twice"]),
        ("v=date", ["t.csv:2", "are no dates", "'red'"]),
        ("y=date", ["`--columns y=date`", "the target"]),
    ],
)
def test_what_the_user_says_must_fit(said, parts, write, load):
    with pytest.raises(DataError) as caught:
        load(write("t.csv", file(["red", "blue"])), target="y", columns=said)
    for part in parts:
        assert part in str(caught.value), str(caught.value)


def test_names_may_hold_commas_and_signs(write, load):
    path = write("t.csv", file(["02139", "10115"], header='a,"price, in = euro",y'))
    splits = load(path, target="y", columns="price, in = euro=number,1=category")
    assert {name: kind.kind for name, kind in splits.prepare.kinds.items()} == {
        "a": "category", "price, in = euro": "number"
    }  # fmt: skip
