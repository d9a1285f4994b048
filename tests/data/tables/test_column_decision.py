"""What columns are taken for: right, or refused with what to say; the rows that a seed draws have no part in it."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from data.errors import DataError
from data.settings import Data
from data.source import resolve
from data.tables import decided_column, table_file, tables
from data.tables.table_features import TablePrepare
from data.targets import NumberTarget
from tests.data.tables.cells import ROWS, file, numbers

# name of the case: (cells of the column, its kind, its form, raw input of the first cell, part of a note)
TAKEN = {
    "thousands": (["28,470", "757", "1,200", "12,005"], "number", "1,234.5", 28470, "'28,470' is 28470"),
    "thousands and decimals": (["1,234.50", "3.25"], "number", "1,234.5", 1234.5, "'1,234.50' is 1234.5"),
    "German": (["28.470,50", "3,5"], "number", "1.234,5", 28470.5, "'28.470,50' is 28470.5"),
    "French": (["1 234,50", "3,5"], "number", "1 234,5", 1234.5, "'1 234,50' is 1234.5"),
    "Swiss": (["1'234.50", "3.5"], "number", "1'234.5", 1234.5, "is 1234.5"),
    "decimal comma": (["3,5", "4,25"], "number", "comma", 3.5, "decimal comma"),
    "dollars": (["$2,826.00", "$5.00"], "number", "$1,234.5", 2826, "'$2,826.00' is 2826"),
    "percent": (["45.3%", "7.1%"], "number", "1234.5%", 45.3, "'45.3%' is 45.3"),
    "kilograms": (["12 kg", "7.5 kg"], "number", "1234.5 kg", 12, "'12 kg' is 12"),
    "minus behind": (["12-", "7"], "number", "plain", -12, "'12-' is -12"),
    "brackets": (["(12)", "7"], "number", "plain", -12, "'(12)' is -12"),
    "time of day": (["14:30", "2:05"], "number", "14:05", 870, "minutes since midnight"),
    "half of the day": (["2:30 PM", "2:05 AM"], "number", "14:05", 870, "minutes since midnight"),
    "day first": (["31/12/2022", "01/02/2022"], "date", "31/05/2024", 19357, "'31/12/2022' is 2022-12-31"),
    "month first": (["12/31/2022 3:05 PM", "01/02/2022 1:00 AM"], "date", "05/31/2024", 19357 + 905 / 1440,
                    "is 2022-12-31"),
    "points": (["07.03.2018", "08.03.2018"], "date", "31/05/2024", 17597, "'07.03.2018' is 2018-03-07"),
    "year first": (["2018/07/07", "2018/07/08"], "date", "2024-05-31", 17719, "is 2018-07-07"),
    "names of months": (["Mar 7, 2018", "May 3, 2024"], "date", "2024-05-31", 17597, "is 2018-03-07"),
    "ISO": (["2018-03-07", "2024-05-03"], "date", "2024-05-31", 17597, "is 2018-03-07"),
    "postal codes": (["02139", "10115", "02140"], "category", "", "02139", "leading zeros, such as '02139'"),
    "long postal codes": ([*(f"0{code}" for code in range(2100, 2129)), "02139-1234"], "category", "", "02100",
                          "leading zeros, such as '02100'"),
    "sizes": (["S", "M", "40", "42"], "category", "", "S", ""),
    "seats": (["12A", "13B", "7C"], "category", "", "12A", ""),
    "versions": (["1.2.3", "1.2.4", "2.0.1"], "category", "", "1.2.3", ""),
    "cases": (["Rome", "rome", "Oslo"], "category", "", "Rome", "'Rome' and 'rome' differ only in case or blanks"),
    "blanks": (["New York", "New  York"], "category", "", "New York", "differ only in case or blanks"),
    "whole numbers": (["3", "5", "8"], "number", "plain", 3, ""),
    "tickets": ([*numbers("{}"), *(f"A/5 {number}" for number in range(15))], "category", "", "0",
                "cells are numbers, others are none, such as 'A/5 0'"),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN)
def test_a_column_is_taken_for_what_it_is(case, write, load):
    cells, kind, form, first, note = TAKEN[case]
    cells = cells * (ROWS // len(cells)) if case == "tickets" else cells
    splits = load(write("t.csv", file(cells)), target="y")
    decided = splits.prepare.kinds["v"]
    assert (decided.kind, decided.form) == (kind, form)
    whole = dict(zip(*(np.concatenate([getattr(part, name) if name == "origins" else part.inputs["v"]
                                       for part in (splits.train, splits.validation, splits.test)])
                       for name in ("origins", "v")), strict=True))  # fmt: skip
    assert whole["t.csv:2"] == (pytest.approx(first) if kind in {"number", "date"} else first)
    notes = " ".join(splits.notes)
    assert note in notes and (note or "'v'" not in notes)
    described = next(one for one in splits.columns if one.name == "v")
    assert (described.use, described.kind, described.form) == ("input", kind, form)
    again = table_file.read(write("new.csv", file(cells, rows=1)))
    assert tables.inputs(again, splits.prepare.kinds)["v"][0] == whole["t.csv:2"]


# name of the case: (cells, parts of the message)
REFUSED = {
    "thousands or decimals": (["1,234", "2,345"], ["t.csv: column 'v'", "1234 or 1.234", "v=decimal-point",
                                                   "v=decimal-comma"]),
    "two marks": (["1,5", "2.5"], ["t.csv:3: column 'v'", "'1,5' and '2.5'", "v=category"]),
    "two units": (["12 kg", "500 g"], ["column 'v'", "units g, kg", "v=category"]),
    "percent and shares": (["45%", "0.45"], ["t.csv:3", "with and without %"]),
    "day or month": (["03/04/2022", "05/06/2022"], ["'03/04/2022'", "v=day-first", "v=month-first"]),
    "German months": ([f"{day}. {name} 2024" for name in ("Mai", "März") for day in range(1, 31)],
                      ["looks like dates", "2024-05-31", "v=category", "v=text"]),
    "two orders": (["31/12/2022", "12/31/2022"], ["two ways", "v=category"]),
    "unknown": ([*numbers("{}.5"), *["unknown"] * 4], ["t.csv:32: column 'v' looks like numbers", "'unknown'",
                                                      "v=number", "v=category"]),
    "limits": ([*numbers("{}"), "<5", "<5", ">90"], ["looks like numbers", "'<5'", "v=number"]),
    "a slip": ([*numbers("{}.5"), *numbers("{}.25"), "twelve"][-60:], ["'twelve'", "leave the cell empty"]),
    "infinity among few": (["1", "2", "3", "inf"], ["t.csv:5", "'inf'"]),
    "a day that is none": ([f"{day:02}/{month:02}/2022" for day in range(1, 31) for month in (1, 2)], ["'29/02/2022'"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_looks_like_numbers_or_dates_and_cannot_be_read_is_refused(case, write, load):
    cells, parts = REFUSED[case]
    with pytest.raises(DataError) as caught:
        load(write("t.csv", file(cells)), target="y")
    for part in parts:
        assert part in str(caught.value), str(caught.value)


@pytest.mark.parametrize(("other", "first"), [("7.5", 1234), ("7,5", 1.234)])
def test_the_other_columns_clear_up_what_is_unclear(other, first, write, load):
    lines = [f"{other.replace('7', str(row % 9 + 1))};{row % 8 + 1},234;{row % 2}" for row in range(ROWS)]
    splits = load(write("t.csv", "a;v;y\n" + "\n".join(lines) + "\n"), target="y")
    assert min(splits.train.inputs["v"]) == pytest.approx(first)


def test_the_other_dates_clear_up_what_comes_first(write, load):
    lines = [f"{row % 9 + 1:02}/04/2022,{row % 28 + 1:02}/03/2022,{row % 2}" for row in range(ROWS)]
    splits = load(write("t.csv", "v,w,y\n" + "\n".join(lines) + "\n"), target="y")
    assert {kind.form for kind in splits.prepare.kinds.values()} == {"31/05/2024"}


@pytest.mark.parametrize("seed", range(3))
def test_kinds_do_not_hang_on_the_seed(seed, write):
    cells = [*["5"] * 58, "14:30", "x"]  # constant, but for a row that training may not have
    assert resolve(Data(write("t.csv", file(cells)), target="y"), seed=seed).prepare.kinds["v"].kind == "category"


LARGE = {
    "unix seconds": [1_700_000_000 + 30 * row for row in range(ROWS)],
    "milliseconds": [1_700_000_000_000 + 17 * row for row in range(ROWS)],
    "identifiers": [10**15 + 7 * row for row in range(ROWS)],
    "beyond float32": [(row - 30) * 1e39 for row in range(ROWS)],
    "close together": [48.85 + row * 1e-7 for row in range(ROWS)],
}


@pytest.mark.parametrize("case", LARGE)
def test_numbers_that_float32_cannot_tell_apart_are_subtracted_first(case, write, load):
    values = LARGE[case]
    lines = [f"{row * 7 % 31},{values[row * 17 % ROWS]!r},{row % 2}" for row in range(ROWS)]
    splits = load(write("t.csv", "a,v,y\n" + "\n".join(lines) + "\n"), target="y")
    train = splits.train.inputs["v"]
    assert splits.prepare.kinds["v"].double and train.dtype == np.float64
    found = splits.prepare.fixed(splits.train.inputs)[:, 1]
    np.testing.assert_allclose(found, (train - train.mean()) / train.std(), atol=1e-5)
    assert len(np.unique(found)) == len(train)


def test_plain_numbers_stay_single(write, load):
    kinds = load(write("t.csv", file(numbers("{}.125"))), target="y").prepare.kinds
    assert not any(kind.double for kind in kinds.values())


def test_every_column_is_described_as_data(write, load):
    content = "id,when,price,zip,junk,g,y\n" + "".join(
        f'p{row:03},{row % 28 + 1:02}/03/2022,"{row % 9 + 1},{row % 10}50.00",0{row % 5},k,{row % 7},'
        f"{'NA' if row == 5 else 'ab'[row % 2]}\n" for row in range(ROWS)
    )  # fmt: skip
    splits = load(write("t.csv", content), target="y", group="g")
    found = {one.name: one for one in splits.columns}
    assert [one.use for one in splits.columns] == ["left out", "input", "input", "input", "left out", "group", "target"]
    assert (found["when"].smallest, found["when"].largest) == ("2022-03-01", "2022-03-28")
    assert (found["price"].smallest, found["price"].largest) == (1050, 9850)
    assert found["zip"].commonest == (("01", 12), ("02", 12), ("03", 12))
    assert found["y"].kind == "class" and found["y"].different == 2
    assert "always 'k'" in found["junk"].note
    assert json.loads(json.dumps([asdict(one) for one in splits.columns], allow_nan=False))
    lines = decided_column.table(splits.columns)
    assert len(lines) == 1 + len(splits.columns) and "2022-03-01 to 2022-03-28" in "\n".join(lines)


def test_words_that_count_as_missing_are_named(write, load):
    splits = load(write("t.csv", file(["red", "NA", "blue", "none"])), target="y")
    found = next(one for one in splits.columns if one.name == "v")
    assert found.missing == 0.5 and found.missing_as == ("NA", "none")


def test_numbers_far_outside_training_are_told_by_row(write, load):
    splits = load(write("t.csv", file(numbers("{}.5"))), target="y")
    read = table_file.read(write("new.csv", "a,v\n3,5\n3,1e39\n4e9,7\n,\n"))
    inputs = tables.inputs(read, splits.prepare.kinds)
    told = list(tables.far_out(splits.prepare, inputs, read.origins()))
    assert [line.split(":")[1] for line in told] == ["4", "3"]
    assert "'a'" in told[0] and "a number beyond 3.4e+38 in column 'v'" in told[1]


REVIEWS = ["这本书很好看", "这本书不好看", "我很喜欢这家店", "我不喜欢这家店", "服务很好但是太贵", "服务不好而且太贵"]


CHINESE = [f"{REVIEWS[row % 6]}{chr(0x4E00 + row)}" for row in range(ROWS)]
EMOJI = [f"{'😀😡🎉'[row % 3]}{'🍕🚗'[row % 2]}{chr(0x1F400 + row % 40)}😀" for row in range(ROWS)]


@pytest.mark.parametrize("cells", [CHINESE, EMOJI], ids=["Chinese", "emoji"])
def test_text_without_blanks_is_text(cells, write, load):
    splits = load(write("t.csv", file(cells)), target="y")
    assert (splits.prepare.kinds["v"].kind, splits.prepare.kinds["v"].form) == ("text", "characters")
    assert splits.prepare.fixed(splits.train.inputs)[:, 1:].any(axis=1).all()


def test_texts_without_a_common_word_give_nothing_to_learn_from(write, load):
    lines = [f"word{row} other{row} third{row},{'ab'[row % 2]}" for row in range(ROWS)]
    with pytest.raises(DataError, match="1 text, but no word stands in two of the 38 training rows"):
        load(write("t.csv", "v,y\n" + "\n".join(lines) + "\n"), target="y")


def test_runs_of_before_still_read_and_prepare(write):
    """The content of preparing.json before dates, units and characters were known."""
    number = {"kind": "number", "mean": 1.0, "std": 2.0, "median": 0.0, "quartiles": 0.0, "missing": False}
    config = {
        "columns": [
            number | {"name": "day", "form": "date"},
            number | {"name": "price", "form": "comma"},
            number | {"name": "x", "form": "plain"},
            {"kind": "category", "name": "c", "words": ["a", "b"], "other": False, "missing": False},
            {"kind": "text", "name": "t", "words": ["cat", "dog"], "weights": [1.0, 1.0]},
        ]
    }
    prepare = TablePrepare.from_config(json.loads(json.dumps(config)))
    read = table_file.read(write("t.csv", "day;price;x;c;t\n2024-01-01;1,5;3;b;a dog\n2024-01-02;2;5;a;cat\n"))
    inputs = tables.inputs(read, prepare.kinds)
    assert {values.dtype.name for values in inputs.values()} == {"float32", "object"}
    right = [[(19723 - 1) / 2, 0.25, 1, 0, 1, 0, 1], [(19724 - 1) / 2, 0.5, 2, 1, 0, 1, 0]]
    np.testing.assert_allclose(prepare.fixed(inputs), right)


def test_a_column_that_tells_the_target_is_pointed_out(write, load):
    lines = [f"{row * 7 % 31},{'no' if row % 3 else 'yes'},{int(not row % 3)}" for row in range(ROWS)]
    path = write("t.csv", "a,y,y_enc\n" + "\n".join(lines) + "\n")
    said = "Alone tells the target of nearly every row: 'y_enc'. A copy, or known only afterwards?"
    assert said in " ".join(load(path, target="y").notes)
    assert "Alone tells" not in " ".join(load(path, target="y", columns="y_enc=out").notes)


@pytest.mark.parametrize("rows", [10, 12, 20, 25, 29, 30, 35])
def test_most_of_few_rows_train(rows, write):
    content = "x,y\n" + "".join(f"{row * 5 % 13},{row * row % 97}\n" for row in range(rows))
    splits = resolve(Data(write("t.csv", content), target="y"), NumberTarget, seed=0)
    sizes = [len(part) for part in (splits.train, splits.validation, splits.test)]
    assert min(sizes) >= 1 and sizes[0] >= 0.5 * rows


def test_two_rows_of_each_class_fill_every_part(write, load):
    content = "x,y\n" + "".join(f"{row * 5 % 13},class {row // 2}\n" for row in range(20))
    splits = load(write("t.csv", content), target="y")
    assert min(len(part) for part in (splits.train, splits.validation, splits.test)) >= 1
