"""Numbers to estimate: read from any form of column, refused by cell and line where they cannot be."""

import numpy as np
import pytest

from data.errors import DataError, MissingData
from data.settings import Data
from data.source import resolve
from data.tables import table_file
from data.tables.writing import Writing
from data.targets import NoTarget, NumberTarget

ROWS = 40
TABLE = "x,y,price\n" + "".join(f"{row + (row > 30)},{row % 7},{100 + 3 * row}\n" for row in range(ROWS))


def regression(path, **fields):
    return resolve(Data(path, **fields), seed=0, target=NumberTarget)


def test_targets_keep_their_units_and_rows_stay_together(write):
    splits = regression(write("t.csv", TABLE), target="price")
    parts = (splits.train, splits.validation, splits.test)
    assert splits.classes == () and splits.target == "price"
    assert set(splits.train.inputs) == {"x", "y"}
    for part in parts:
        assert part.labels.dtype == np.float32
        rows = np.array([int(origin.split(":")[1]) - 2 for origin in part.origins])
        np.testing.assert_array_equal(part.labels, 100 + 3 * rows)
        np.testing.assert_array_equal(part.inputs["y"], rows % 7)
    assert sum(map(len, parts)) == ROWS


def test_each_part_has_small_and_large_targets(write):
    splits = regression(write("t.csv", TABLE), target="price")
    for part in (splits.train, splits.validation, splits.test):
        assert abs(part.labels.mean() - (100 + 3 * (ROWS - 1) / 2)) < 15


def test_a_decimal_comma_is_read(write):
    text = "x;price\n" + "".join(f"{row % 7};{row},5\n" for row in range(ROWS))
    splits = regression(write("t.csv", text), target="price")
    assert set(splits.test.labels % 1) == {0.5}


def test_rows_without_a_target_are_left_out_and_said(write):
    splits = regression(write("t.csv", TABLE.replace("5,5,115", "5,5,").replace("9,2,127", "9,2,NA")), target="price")
    assert len(splits.train) + len(splits.validation) + len(splits.test) == ROWS - 2
    assert any("2 row(s) without a value" in note and "t.csv:7" in note for note in splits.notes)


def test_nothing_is_predicted_without_a_target(write):
    splits = resolve(Data(write("t.csv", TABLE)), seed=0, target=NoTarget)
    assert splits.target is None and splits.classes == ()
    assert set(splits.train.inputs) == {"x", "y", "price"}
    assert not splits.train.labels.any()
    assert NoTarget().encode(table_file.read(write("u.csv", TABLE))).shape == (ROWS,)


def test_own_splits_group_and_time_hold_for_numbers_too(write):
    path = write("t.csv", TABLE)
    own = regression(path, target="price", validation=write("v.csv", TABLE), test=write("w.csv", TABLE))
    assert (len(own.train), len(own.validation), len(own.test)) == (ROWS, ROWS, ROWS)
    late = regression(path, target="price", time="x")
    assert late.train.labels.max() < late.validation.labels.min() < late.test.labels.min()
    grouped = regression(path, target="price", group="y")
    assert "y" not in grouped.train.inputs


def test_json_lines_hold_targets(write):
    lines = "".join(f'{{"x": {row % 7}, "price": {row / 2}}}\n' for row in range(ROWS))
    splits = regression(write("t.jsonl", lines), target="price")
    assert sorted(np.concatenate([splits.train.labels, splits.validation.labels, splits.test.labels])) == [
        row / 2 for row in range(ROWS)
    ]


# name of the case: (file name, content, fields of Data, exception, parts of the message)
BAD = {
    "constant target": ("t.csv", "x,y\n" + "".join(f"{r % 7},3\n" for r in range(20)), {"target": "y"}, DataError,
                        ["t.csv", "same value 3", "'y'", "--target"]),
    "words as target": ("t.csv", "x,y\n" + "1,red\n2,blue\n" * 10, {"target": "y"}, DataError,
                        ["t.csv:2", "holds no numbers", "'red'", "apps.classify"]),
    "one word among numbers": ("t.csv", TABLE.replace("5,5,115", "5,5,cheap"), {"target": "price"}, DataError,
                               ["t.csv:7", "'cheap'", "finite number", "Mend"]),
    "infinite target": ("t.csv", TABLE.replace("5,5,115", "5,5,inf"), {"target": "price"}, DataError,
                        ["t.csv:7", "'inf'", "finite"]),
    "target beyond single precision": ("t.csv", TABLE.replace("5,5,115", "5,5,1e300"), {"target": "price"}, DataError,
                                       ["t.csv:7", "1e300"]),
    "target too close together": ("t.csv", "x,y\n" + "".join(f"{r % 7},{1e9 + r / 100}\n" for r in range(20)),
                                  {"target": "y"}, DataError, ["single precision", "Subtract"]),
    "always missing": ("t.csv", "x,y\n" + "1,\n2,NA\n" * 10, {"target": "y"}, DataError, ["no row has a value"]),
    "infinite input": ("t.csv", TABLE.replace("5,5,115", "5,inf,115"), {"target": "price"}, DataError,
                       ["t.csv:7", "'y'", "'inf'"]),
    "one row": ("t.csv", "x,y\n1,2\n", {"target": "y"}, DataError, ["t.csv", "same value 2"]),
    "three rows": ("t.csv", "x,y\n1,2\n2,3\n5,4\n", {"target": "y"}, DataError, ["3 rows are too few", "10"]),
    "nothing but the target": ("t.csv", "x,y\n" + "".join(f"k,{r}\n" for r in range(20)), {"target": "y"}, DataError,
                               ["no column is left to learn from", "always 'k'"]),
    "no target named": ("t.csv", TABLE, {}, DataError, ["which column", "'x', 'y', 'price'", "last"]),
    "unknown target": ("t.csv", TABLE, {"target": "prize"}, DataError, ["'prize'", "Did you mean 'price'?"]),
    "a folder": ("photos/cat/1.jpg", b"x", {"data": "photos"}, DataError, ["is a folder", ".csv"]),
    "missing file": ("t.csv", TABLE, {"data": "u.csv"}, MissingData, ["u.csv", "no such file"]),
    "images of TensorFlow datasets": ("t.csv", TABLE, {"data": "tfds:no_such_thing"}, MissingData, ["no_such_thing"]),
    "classes that are bundled": ("t.csv", TABLE, {"data": "moons"}, DataError, ["apps.classify", "diabetes"]),
    "a target for bundled data": ("t.csv", TABLE, {"data": "diabetes", "target": "bmi"}, DataError,
                                  ["--target", "bundled data"]),
    "augmented table": ("t.csv", TABLE, {"target": "price", "augment": "flip"}, DataError, ["--augment flip", "table"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_place_and_remedy(case, write, monkeypatch, tmp_path):
    name, content, fields, kind, parts = BAD[case]
    monkeypatch.chdir(tmp_path)
    write(name, content)
    with pytest.raises(kind) as raised:
        regression(**{"path": fields.get("data", name), **{k: v for k, v in fields.items() if k != "data"}})
    assert all(part in str(raised.value) for part in parts), str(raised.value)


def test_a_validation_table_must_hold_numbers_too(write):
    other = TABLE.replace("5,5,115", "5,5,cheap")
    with pytest.raises(DataError, match=r"v\.csv:7.*'cheap'"):
        regression(write("t.csv", TABLE), target="price", validation=write("v.csv", other))


def test_a_target_is_refused_in_the_form_of_training(write):
    table = table_file.read(write("t.csv", "x;price\n" + "1;2,5\n2;3,5\n" * 8))
    assert NumberTarget.fit("price", table, Writing(table)) == NumberTarget("price", "comma")
