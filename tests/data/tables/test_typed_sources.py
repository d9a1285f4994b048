"""Parquet, Feather, Excel and SQLite: typed values reach the columns as they are, or as the text of a cell."""

import datetime
import decimal
import sqlite3
import zipfile

import numpy as np
import openpyxl
import pyarrow
import pytest
from pyarrow import feather, parquet

from data.errors import DataError
from data.tables import arrow_table, table_file

MOMENT = datetime.datetime(2024, 1, 31, 14, 5)
DAY = datetime.datetime(2024, 1, 31)
NAN = float("nan")

# Arrow's type: (values, numbers or cells)
TYPES = {
    "int32": ([1, None, -3], [1, NAN, -3]),
    "int64 that float64 tells apart": ([2**53, -(2**53), None], [2.0**53, -(2.0**53), NAN]),
    "int64": ([2**53 + 1, -(2**60) - 1, None], ["9007199254740993", "-1152921504606846977", ""]),
    "uint64": ([2**63 + 5, 1, 2], ["9223372036854775813", "1", "2"]),
    "double": ([1.5, None, NAN], [1.5, NAN, NAN]),
    "duration[s]": ([3600, None, 90], [3600, NAN, 90]),
    "bool": ([True, None, False], ["true", "", "false"]),
    "string": ([" x ", None, "NA"], ["x", "", "NA"]),
    "large_string": (["a", None, "b"], ["a", "", "b"]),
    "date32": ([DAY.date(), None, datetime.date(1969, 12, 31)], ["2024-01-31", "", "1969-12-31"]),
    "timestamp[ns]": ([MOMENT, None, DAY], ["2024-01-31 14:05:00", "", "2024-01-31 00:00:00"]),
    "timestamp[us]": ([DAY, None, DAY], ["2024-01-31", "", "2024-01-31"]),
    "timestamp[ms, UTC]": ([MOMENT, None, None], ["2024-01-31 14:05:00Z", "", ""]),
    "time64[us]": ([MOMENT.time(), None, MOMENT.time()], ["14:05:00", "", "14:05:00"]),
    "decimal128(20, 2)": ([decimal.Decimal("12.50"), None, decimal.Decimal(3)], ["12.50", "", "3.00"]),
    "list<string>": ([["a", "b"], None, []], ["a b", "", ""]),
    "list<list<int64>>": ([[[1, 2], [3]], None, []], ["[[1, 2], [3]]", "", ""]),
    "binary, text": ([b"x", None, "é".encode()], ["x", "", "é"]),
    "null": ([None, None, None], ["", "", ""]),
}
ARROW = {
    "int64 that float64 tells apart": pyarrow.int64(),
    "duration[s]": pyarrow.duration("s"),
    "timestamp[ns]": pyarrow.timestamp("ns"),
    "timestamp[us]": pyarrow.timestamp("us"),
    "timestamp[ms, UTC]": pyarrow.timestamp("ms", "UTC"),
    "time64[us]": pyarrow.time64("us"),
    "date32": pyarrow.date32(),
    "decimal128(20, 2)": pyarrow.decimal128(20, 2),
    "list<string>": pyarrow.list_(pyarrow.string()),
    "list<list<int64>>": pyarrow.list_(pyarrow.list_(pyarrow.int64())),
    "binary, text": pyarrow.binary(),
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("ending", [".parquet", ".feather"])
def test_every_type_is_numbers_or_text(kind, ending, tmp_path):
    values, expected = TYPES[kind]
    table = pyarrow.table({"x": pyarrow.array(values, ARROW.get(kind, kind)), "y": [1, 2, 3]})
    path = str(tmp_path / f"t{ending}")
    (parquet.write_table if ending == ".parquet" else feather.write_feather)(table, path)
    read = table_file.read(path)
    if isinstance(expected[0], str):
        assert read.columns["x"].tolist() == expected
    else:
        assert read.columns["x"].dtype == np.float64
        np.testing.assert_array_equal(read.columns["x"], expected)
    assert read.origins().tolist() == [f"t{ending}:row {row}" for row in (1, 2, 3)]


def test_dictionaries_structures_bytes_and_an_index(tmp_path):
    columns = {
        "word": pyarrow.array(["u", "v", None]).dictionary_encode(),
        "code": pyarrow.array([7, 8, None]).dictionary_encode(),
        "place": pyarrow.array([{"x": 1, "at": {"z": "q"}}, None, {"x": 2, "at": None}]),
        "picture": pyarrow.array([b"\xff", None, b"\0"]),
        "__index_level_0__": [5, 6, 9],
    }
    path = str(tmp_path / "t.parquet")
    parquet.write_table(pyarrow.table(columns), path)
    read = table_file.read(path)
    assert list(read.columns) == ["word", "code", "place.x", "place.at.z"]
    assert read.columns["word"].tolist() == ["u", "v", ""] and read.columns["place.at.z"].tolist() == ["q", "", ""]
    np.testing.assert_array_equal(read.columns["code"], [7, 8, NAN])
    assert "bytes: 'picture'" in read.notes[0] and "index of the rows: '__index_level_0__'" in read.notes[1]


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return str(path)


ROWS = [["age", "when", "ok", "name"], [1, DAY, True, "x"], [2.5, MOMENT, False, "NA"], [], [2**40, DAY, None, " y "]]


def test_a_sheet_is_read(tmp_path):
    path = workbook(tmp_path / "b.xlsx", {"Sheet": [["Report"], [], *ROWS], "Empty": []})
    table = table_file.read(path)
    assert {name: cells.tolist() for name, cells in table.columns.items()} == {
        "age": ["1", "2.5", str(2**40)],
        "when": ["2024-01-31", "2024-01-31 14:05:00", "2024-01-31"],
        "ok": ["true", "false", ""],
        "name": ["x", "NA", "y"],
    }
    assert table.origins().tolist() == ["b.xlsx:4", "b.xlsx:5", "b.xlsx:7"]
    assert "above line 3 ('Report' ...)" in table.notes[0]
    assert list(table_file.read(path, "no").columns) == ["1", "2", "3", "4"]


def test_one_of_several_sheets_is_named(tmp_path):
    path = workbook(tmp_path / "b.xlsx", {"One": ROWS, "Two": [["a", "b"], [1, "x"]]})
    assert list(table_file.read(f"{path}:Two").columns) == ["a", "b"]
    with pytest.raises(DataError, match=r"2 sheets hold something \('One', 'Two'\): name one, such as .*b.xlsx:One"):
        table_file.read(path)
    with pytest.raises(DataError, match="no sheet 'Tow'. Did you mean 'Two'"):
        table_file.read(f"{path}:Tow")


@pytest.fixture
def database(tmp_path):
    path = str(tmp_path / "d.sqlite")
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE people (age int, name text, picture blob)")
        rows = [(1, " x", b"\0"), (2**60 + 1, None, None), (1.5, "y", None)]
        made.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)
    made.close()
    return path


def test_a_table_of_a_database_is_read(database):
    for path in (database, f"{database}:people"):
        table = table_file.read(path)
        assert {name: cells.tolist() for name, cells in table.columns.items()} == {
            "age": ["1", "1152921504606846977", "1.5"],
            "name": ["x", "", "y"],
        }
        assert table.origins()[0] == "d.sqlite:people:row 1" and "bytes: 'picture'" in table.notes[0]


def test_one_of_several_tables_of_a_database_is_named(database):
    with sqlite3.connect(database) as made:
        made.execute('CREATE VIEW "the ""old""" AS SELECT age FROM people')
    made.close()
    assert list(table_file.read(f'{database}:the "old"').columns) == ["age"]
    with pytest.raises(DataError, match=r"2 tables .*: name one, such as .*d\.sqlite:people"):
        table_file.read(database)
    with pytest.raises(DataError, match="no table 'peple'. Did you mean 'people'"):
        table_file.read(f"{database}:peple")


@pytest.mark.parametrize("name", ["t.parquet", "t.feather", "t.xlsx", "t.sqlite", "t.zip", "t.csv.bz2", "t.csv.xz"])
def test_junk_under_the_name_of_a_format_is_refused(name, write):
    with pytest.raises(DataError, match=rf"{name}: .*(not a whole|cannot be read as a)"):
        table_file.read(write(name, b"PAR1junk" * 100))


def test_a_part_is_no_whole_parquet_file(write, tmp_path):
    parquet.write_table(pyarrow.table({"x": range(1000)}), tmp_path / "t.parquet")
    content = (tmp_path / "t.parquet").read_bytes()
    for size in (len(content) - 30, len(content) // 2, 3):
        with pytest.raises(DataError, match="not a whole Parquet file"):
            table_file.read(write("t.parquet", content[:size]))


def test_a_parquet_file_of_too_many_cells_is_refused_before_it_is_read(tmp_path, monkeypatch):
    parquet.write_table(pyarrow.table({"x": [1] * 100}), tmp_path / "t.parquet")
    monkeypatch.setattr(arrow_table, "MOST_CELLS", 99)
    with pytest.raises(DataError, match="100 cells, and 99 are allowed"):
        table_file.read(str(tmp_path / "t.parquet"))


def test_formulas_that_were_never_computed_are_refused(tmp_path):
    path = workbook(tmp_path / "b.xlsx", {"One": [["a", "b"], [1, "=A2+1"]]})
    with pytest.raises(DataError, match=r"b\.xlsx: holds formulas that were never computed"):
        table_file.read(path)


@pytest.mark.parametrize("name", ["t.parquet", "t.jsonl", "d.sqlite"])
def test_a_header_is_for_formats_whose_columns_have_no_names(name):
    with pytest.raises(DataError, match="has names of columns. Leave out --header no"):
        table_file.read(name, "no")


def test_a_zip_archive_of_one_file_is_read_as_that(tmp_path):
    path = str(tmp_path / "t.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/people.jsonl", '{"a": 1}\n{"a": 2}\n')
        archive.writestr("__MACOSX/folder/._people.jsonl", b"\0")
    assert table_file.read(path).columns["a"].tolist() == ["1", "2"]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b.csv", "a,b\n")
    with pytest.raises(DataError, match=r"t\.zip: an archive of 2 files"):
        table_file.read(path)
