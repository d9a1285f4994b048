"""Tables as they come: delimiters, headers, kinds of columns, missing values, splits, own files."""

import gzip
import json

import numpy as np
import pytest

from data.errors import DataError
from data.settings import Data
from data.source import resolve
from data.tables import table_file, tables
from data.tables.header import has_header
from data.targets import ClassTarget, NoTarget, NumberTarget

ROWS = 60


def table(separator=",", header=True, rows=ROWS):
    """age (number), colour (category), remark (text), id (a name per row), always (constant), label."""
    lines = [["id", "age", "colour", "remark", "always", "label"]] if header else []
    for row in range(rows):
        remark = f"remark number {row} about thing{row % 7} and more"
        lines.append(
            [f"p{row:03}", str(20 + row * 7 % 31), ("red", "blue")[row % 2], remark, "k", ("no", "yes")[row % 3 == 0]]
        )
    return "\n".join(separator.join(line) for line in lines) + "\n"


def everything(splits):
    return sum(len(part) for part in (splits.train, splits.validation, splits.test))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", [".csv", ".tsv.gz"])
def test_any_delimiter_is_read_also_compressed(separator, ending, write, load):
    content = table(separator).encode()
    splits = load(write("people" + ending, gzip.compress(content) if "gz" in ending else content), target="label")
    assert splits.name == "people"
    assert splits.classes == ("no", "yes")
    assert {name: kind.kind for name, kind in splits.prepare.kinds.items()} == {
        "age": "number", "colour": "category", "remark": "text"
    }  # fmt: skip
    assert everything(splits) == ROWS


def test_columns_that_tell_nothing_are_left_out_with_a_note(write, load):
    notes = " ".join(load(write("t.csv", table()), target="label").notes)
    assert "'id' is left out: a different word in every row" in notes
    assert "'always' is left out: always 'k'" in notes


def numbered(rows, start=1, step=1, unlabelled=()):
    """Id (numbers the rows), x, y; sorted by the class, as Kaggle's Iris is. No class in the rows `unlabelled`."""
    classes = ["" if row in unlabelled else "ab"[row >= rows // 2] for row in range(rows)]
    return "Id,x,y\n" + "".join(f"{start + step * row},{row * row % 17},{classes[row]}\n" for row in range(rows))


@pytest.mark.parametrize("own", [(), ("validation",), ("test",), ("validation", "test")])
@pytest.mark.parametrize("numbering", [{}, {"start": 0}, {"start": 900, "step": -1}, {"unlabelled": (3, 40)}])
def test_a_column_that_numbers_the_rows_is_left_out(own, numbering, write, load):
    named = {part: write(f"{part}.csv", numbered(60, start=5, step=2)) for part in own}
    splits = load(write("t.csv", numbered(60, **numbering)), target="y", **named)
    assert list(splits.prepare.kinds) == ["x"]
    assert any("'Id' is left out: it only numbers the rows" in note for note in splits.notes)


@pytest.mark.parametrize("asked", [{"group": "g"}, {"time": "t"}])
def test_a_column_that_numbers_the_rows_is_left_out_of_splits_by_group_and_time(asked, write, load):
    rows = "".join(f"{row},{row * row % 17},{row % 9},{row * 7 % 60},{'ab'[row >= 30]}\n" for row in range(60))
    assert "Id" not in load(write("t.csv", "Id,x,g,t,y\n" + rows), target="y", **asked).prepare.kinds


def test_a_column_that_numbers_other_rows_stays(write, load):
    """Training rows in an order of their own, or too few rows to tell, are no row numbers."""
    rows = [f"{row * 7 % 60},{row * row % 17},{'ab'[row % 2]}\n" for row in range(60)]
    assert "Id" in load(write("t.csv", "Id,x,y\n" + "".join(rows)), target="y").prepare.kinds
    assert "Id" in load(write("s.csv", numbered(18)), target="y").prepare.kinds


@pytest.mark.parametrize("beside", ["", ",k"])
@pytest.mark.parametrize("target", ["y", None])
def test_a_column_that_numbers_the_rows_is_kept_where_there_is_no_other(beside, target, write):
    """As in a table of y = f(x) at x = 0, 1, 2, ..."""
    rows = "".join(f"{x},{(x - 30) ** 2 if target else x}{beside}\n" for x in range(61))
    path = write("t.csv", f"x,y{',always' if beside else ''}\n" + rows)
    splits = resolve(Data(path, target=target), NumberTarget if target else NoTarget, seed=0)
    kept = ["x"] if target else ["x", "y"]
    assert list(splits.prepare.kinds) == kept
    notes = " ".join(splits.notes)
    assert all(f"Column {name!r} only numbers the rows and is kept" in notes for name in kept)
    assert "'x' is left out" not in notes and ("'always' is left out: always 'k'" in notes) == bool(beside)


def test_a_split_without_a_header_has_as_many_columns(write, load):
    """Its columns are known by their numbers alone: with another before them, each would be taken for its neighbour."""
    rows = [f"{x % 7},{x * x % 11},{x % 2}" for x in range(40)]
    path = write("t.csv", "\n".join(rows))
    own = write("own.csv", "\n".join(f"{row},{x % 2}" for x, row in enumerate(rows)))
    with pytest.raises(DataError, match=r"own\.csv: 4 columns, and .*t\.csv, which has no header, has 3"):
        load(path, target="last", test=own)
    assert load(path, target="last", test=write("own.csv", "\n".join(rows))).target == "3"


def test_raw_records_are_cells_and_origins_are_lines(write, load):
    splits = load(write("people.csv", table()), target="label")
    lines = table().splitlines()
    for part in (splits.train, splits.validation, splits.test):
        for row in range(len(part)):
            name, line = part.origins[row].split(":")
            cells = lines[int(line) - 1].split(",")
            assert name == "people.csv"
            assert part.inputs["age"][row] == float(cells[1])
            assert part.inputs["remark"][row] == cells[3]
            assert splits.classes[part.labels[row]] == cells[5]


@pytest.mark.parametrize("target", ["6", "last"])
def test_without_a_header_columns_have_numbers(target, write, load):
    splits = load(write("t.csv", table(header=False)), target=target)
    assert everything(splits) == ROWS
    assert list(splits.prepare.kinds) == ["2", "3", "4"]
    assert any("no header line" in note for note in splits.notes)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a,b\n1,x\n2,y\n", True),
        ("1,x\n2,y\n3,x\n", False),
        ("name,city\nann,rome\nbob,oslo\n", True),
        ("ann,rome\nbob,oslo\nann,oslo\n", False),
        ("0,1,2,c\n.5,.1,.2,x\n.1,.4,.6,y\n", True),
        ("country,2019,2020,value\nX,1,2,3\nY,3,4,5\n", True),
        ("?,1,x\n2,3,y\n", False),
        ("a,b\n", True),
    ],
)
def test_the_header_is_detected(text, header):
    assert has_header([line.split(",") for line in text.splitlines()]) is header


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks(write):
    read = table_file.read(write("t.csv", 'a,b\n"x, ""y""\nz",1\nplain,2\n'))
    assert read.columns["a"].tolist() == ['x, "y"\nz', "plain"]
    assert read.places.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("name,b\nJosé,1\nAnna,2\n".encode("utf-8-sig"), None),
        ("name,b\nJosé,1\nAnna,2\n".encode("cp1252"), "not UTF-8 (first at line 2)"),
        ("name,b\r\nJosé,1\r\nAnna,2\r\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_encodings_are_read_and_named(content, note, write):
    read = table_file.read(write("t.csv", content))
    assert list(read.columns) == ["name", "b"]
    assert read.columns["name"][0] == "José"
    assert (note is None and not read.notes) or note in read.notes[0]


def test_missing_markers_are_missing_in_numbers_and_categories(write, load):
    markers = ["", "NA", "n/a", "?", "-", "null", "NaN", "None", "."]
    content = "x,c,y\n" + "".join(
        f"{markers[r // 4] if r % 4 == 0 else r * 3 % 29},{markers[r // 4] if r % 4 == 1 else 'uv'[r % 2]},{r % 2}\n"
        for r in range(36)
    )
    own = {"validation": write("v.csv", content), "test": write("w.csv", content)}
    train = load(write("t.csv", content), target="y", **own).train
    assert np.isnan(train.inputs["x"]).sum() == 9
    assert (train.inputs["c"] == "").sum() == 9


def test_rows_without_a_label_are_left_out_with_a_note(write, load):
    splits = load(
        write(
            "t.csv",
            table().replace(
                "p007,38,blue,remark number 7 about thing0 and more,k,no",
                "p007,38,blue,remark number 7 about thing0 and more,k,",
            ),
        ),
        target="label",
    )
    assert everything(splits) == ROWS - 1
    assert any("1 row(s) without a value in the target column 'label'" in n and "t.csv:9" in n for n in splits.notes)


def test_dates_and_decimal_commas_become_numbers(write, load):
    content = "day;price;y\n" + "".join(f"2024-01-{r + 1:02};{r},5;{r % 2}\n" for r in range(30))
    own = {"validation": write("v.csv", content), "test": write("w.csv", content)}
    splits = load(write("t.csv", content), target="y", **own)
    assert {name: kind.form for name, kind in splits.prepare.kinds.items()} == {"day": "2024-05-31", "price": "comma"}
    assert splits.train.inputs["price"].tolist() == [r + 0.5 for r in range(30)]
    content = "day,y\n" + "".join(f"2024-0{r % 9 + 1}-{r + 1:02}T12:00:00Z,{r % 2}\n" for r in range(28))
    splits = load(write("t.csv", content), target="y", validation=write("v.csv", content), test=write("w.csv", content))
    assert splits.train.inputs["day"][0] == 19723.5


def test_few_numbers_among_words_make_a_category(write, load):
    content = "size,y\n" + "".join(f"{['S', 'M', '40', '42'][r % 4]},{r % 2}\n" for r in range(40))
    assert load(write("t.csv", content), target="y").prepare.kinds["size"].kind == "category"


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "2"], ("2", "9", "10")),
        (["class 10", "class 9", "Class 2"], ("Class 2", "class 9", "class 10")),
        (["True", "False"], ("False", "True")),
        (["none", "-", "+"], ("+", "-", "none")),
        (["1.5", "-1", "x"], ("-1", "1.5", "x")),
    ],
)
def test_classes_are_sorted_naturally(labels, classes, write, load):
    content = "x,y\n" + "".join(f"{r * 5 % 13},{labels[r % len(labels)]}\n" for r in range(60))
    assert load(write("t.csv", content), target="y").classes == classes


def test_a_header_that_is_not_seen_is_named(write, load):
    """Its name is found again in its own column, so that only the user can tell."""
    rows = "".join(f"{('hi', 'buy')[row % 2]} {row % 7},{('ham', 'spam')[row % 2]}\n" for row in range(40))
    path = write("t.csv", "text,spam\n" + rows)
    for fields in ({"target": "spam"}, {"target": "last", "header": "yes"}):
        assert load(path, **fields).classes == ("ham", "spam") and load(path, **fields).target == "spam"
    assert load(path, target="last").target == "2"
    with pytest.raises(DataError, match="No header line was seen; --header yes"):
        load(path, target="label")


def test_json_lines_may_begin_with_a_field_late_and_end_with_returns(write):
    lines = "\r".join(['{"a": 1}', '{"a": 2, "b": "x"}', '{"b": "y"}'])
    read = table_file.read(write("t.jsonl", lines))
    assert {name: cells.tolist() for name, cells in read.columns.items()} == {"a": ["1", "2", ""], "b": ["", "x", "y"]}
    assert read.places.tolist() == [1, 2, 3]


@pytest.mark.parametrize("record", ['{"a.b": 1, "a": {"b": 2}}', '{"a.b": 1, "a.b": 1}', '{"x": {"a.b": 1, "a.b": 2}}'])
def test_a_field_that_is_there_twice_is_refused(record, write):
    for name, text in (("t.jsonl", f'{{"a": 1}}\n{record}'), ("t.json", f'[{{"a": 1}}, {record}]')):
        with pytest.raises(DataError, match=rf"{name}:.*2?: the field 'a\.b' is there twice"):
            table_file.read(write(name, text))


def test_json_lines_are_flattened(write, load):
    records = [
        {
            "user": {"age": r * 7 % 23, "city": {"name": "Rome" if r % 2 else "Oslo"}},
            "tags": ["a", r % 3],
            "ok": r % 4 == 0,
        }
        for r in range(40)
    ]
    del records[5]["user"]
    for name, text in (("t.jsonl", "\n".join(map(json.dumps, records))), ("t.json", json.dumps(records))):
        splits = load(write(name, text), target="ok")
        assert list(splits.prepare.kinds) == ["user.age", "user.city.name", "tags"]
        assert splits.classes == ("false", "true")
        assert set(splits.train.inputs["tags"]) == {"a 0", "a 1", "a 2"}
        assert everything(splits) == 40


def test_splits_depend_on_the_seed_and_never_overlap(write, load):
    path = write("t.csv", table())
    one, same, other = (load(path, seed=seed, target="label") for seed in (0, 0, 1))
    assert one.test.origins.tolist() == same.test.origins.tolist() != other.test.origins.tolist()
    parts = [set(part.origins) for part in (one.train, one.validation, one.test)]
    assert len(set.union(*parts)) == sum(map(len, parts)) == ROWS


def test_statistics_come_from_the_training_rows(write, load):
    splits = load(write("t.csv", table()), target="label")
    age = splits.prepare.columns[0]
    ages = splits.train.inputs["age"]
    np.testing.assert_allclose([age.mean, age.std], [ages.mean(), ages.std()], rtol=1e-6)


def test_own_splits_are_kept_and_the_rest_is_carved(write, load):
    path, own = write("t.csv", table()), write("own.csv", table(rows=9))
    splits = load(path, target="label", test=own)
    assert len(splits.test) == 9
    assert len(splits.train) + len(splits.validation) == ROWS
    assert set(splits.test.origins) == {f"own.csv:{line}" for line in range(2, 11)}
    assert any("Duplicates: 9 rows of 9 in the test split" in n or "in the test split also" in n for n in splits.notes)
    splits = load(path, target="label", validation=own, test=own)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (ROWS, 9, 9)


def test_files_of_one_name_in_two_folders_are_told_apart(write, load):
    text = table(rows=20)
    splits = load(write("a/x/t.csv", text), target="label", test=write("b/x/t.csv", text))
    assert splits.train.origins[0].startswith("a/x/t.csv:") and splits.test.origins[0] == "b/x/t.csv:2"
    assert any("b/x/t.csv:" in note and "a/x/t.csv:" in note for note in splits.notes if "Duplicates" in note)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/t.csv"], ["t.csv"]),
        (["a/t.csv", "b/u.csv"], ["t.csv", "u.csv"]),
        (["a/t.csv", "b/t.csv", "c/u.csv"], ["a/t.csv", "b/t.csv", "u.csv"]),
        (["t.csv", "./b/t.csv", "c/b/t.csv"], ["t.csv", "b/t.csv", "c/b/t.csv"]),
        (["a/t.csv", "a/t.csv"], ["t.csv", "t.csv"]),
        (["d.sqlite:a", "d.sqlite:b"], ["d.sqlite:a", "d.sqlite:b"]),
    ],
)
def test_names_have_the_folders_that_tell_them_apart(paths, names):
    assert table_file.told_apart(paths) == names


def test_groups_and_times_split_and_are_no_input(write, load):
    content = "who,day,x,y\n" + "".join(f"w{r % 12},2024-01-{r % 28 + 1:02},{r * 5 % 11},{r % 2}\n" for r in range(120))
    path = write("t.csv", content)
    splits = load(path, target="y", group="who")
    assert list(splits.prepare.kinds) == ["day", "x"]
    lines = content.splitlines()
    who = [{lines[int(o.split(":")[1]) - 1].split(",")[0] for o in part.origins} for part in
           (splits.train, splits.validation, splits.test)]  # fmt: skip
    assert not (who[0] & who[1] or who[0] & who[2] or who[1] & who[2])
    splits = load(path, target="y", time="day")
    assert list(splits.prepare.kinds) == ["who", "x"]
    days = [sorted(lines[int(o.split(":")[1]) - 1].split(",")[1] for o in part.origins) for part in
            (splits.train, splits.validation, splits.test)]  # fmt: skip
    assert days[0][-1] < days[1][0] <= days[1][-1] < days[2][0]


def test_a_file_is_read_for_prediction_without_its_target(write, load):
    prepare = load(write("t.csv", table()), target="label").prepare
    read = table_file.read(write("new.csv", "remark,colour,age\nsome thing1,red,?\nelse,,30\n"))
    raw = tables.inputs(read, prepare.kinds)
    assert list(raw) == ["age", "colour", "remark"]
    assert np.isnan(raw["age"][0])
    assert raw["colour"].tolist() == ["red", ""]
    assert prepare.fixed(raw).shape == (2, *prepare.input_shape)


def test_a_table_to_score_needs_every_label(write, load):
    splits = load(write("t.csv", table()), target="label")
    read = table_file.read(write("new.csv", "remark,colour,age,label\nx,red,3,yes\ny,red,3,\n"))
    with pytest.raises(DataError, match=r"new\.csv:3: no value in the target column 'label'"):
        tables.split(read, ClassTarget("label", splits.classes), splits.prepare.kinds)


def test_equal_rows_in_two_splits_are_reported_with_an_example(write, load):
    content = "a,b,y\n" + "".join(f"{r % 10},{r % 10 * 3},{r % 2}\n" for r in range(60))
    splits = load(write("t.csv", content), target="y")
    note = next(note for note in splits.notes if note.startswith("Duplicates") and "test" in note)
    left, right = note.split("(for example ")[1].rstrip(").").split(" = ")
    cells = [content.splitlines()[int(origin.split(":")[1]) - 1] for origin in (left, right)]
    assert cells[0] == cells[1]


@pytest.mark.data
def test_real_banknotes_have_no_header_and_five_columns(real_data, load):
    splits = load(f"{real_data}/banknote/banknote_authentication.csv", target="last")
    assert splits.input_shape == (4,)
    assert everything(splits) == 1372
    counts = sum(np.bincount(part.labels) for part in (splits.train, splits.validation, splits.test))
    assert counts.tolist() == [762, 610]


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "target", "shape", "rows"),
    [
        ("winequality-red", "quality", 11, 1599),
        ("california_housing", "ocean_proximity", 10, 20640),
        ("auto_mpg", "origin", 8, 398),
    ],
)
def test_real_tables_with_delimiters_and_missing_values(name, target, shape, rows, real_data, load):
    splits = load(f"{real_data}/tables/{name}.csv", target=target)
    assert splits.input_shape == (shape,)
    assert everything(splits) == rows
    assert np.isfinite(splits.prepare.fixed(splits.train.inputs)).all()
