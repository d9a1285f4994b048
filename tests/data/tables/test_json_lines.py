"""JSON lines of nested objects: flattened by path; what fits no column is refused with its line and its path."""

import json

import pytest

from data.errors import DataError
from data.tables import json_fields, json_lines, table_file
from tests.data.tables.nested_log import lines_of, log


def test_a_log_is_flattened_by_path(write):
    records = list(log())
    table = json_lines.read(write("log.jsonl", lines_of(records)), strict=True)
    assert set(table.columns) == {
        *("timestamp", "level", "message", "took_ms", "user", "user.id", "user.country", "user.plan.name"),
        *("request.method", "request.headers.host", "request.headers.accept.types", "request.headers.accept.q"),
        *("request.tags", "request.size"),
    }
    assert table.lists == ("request.tags", "request.headers.accept.types")
    for row, record in enumerate(records):
        request, user = record["request"], record["user"] or {}
        assert table.columns["request.tags"][row] == " ".join(request["tags"])
        assert table.columns["request.headers.host"][row] == request["headers"].get("host", "")
        assert table.columns["user.plan.name"][row] == user.get("plan", {}).get("name", "")
        assert table.columns["user.country"][row] == (user.get("country") or "")


def test_lists_are_texts_whatever_they_hold(write, load):
    """[120, 800] is not the number 120,800, as "120 800" would be, and a list of one word is a text as others are."""
    rows = [{"size": [100 + n, 800 - n], "tags": ["a", "b"][: 1 + n % 2], "y": "xy"[n % 2]} for n in range(40)]
    splits = load(write("t.jsonl", lines_of(rows)), target="y")
    assert {name: kind.kind for name, kind in splits.prepare.kinds.items()} == {"size": "text", "tags": "text"}
    assert any("Lists are texts, their items joined by blanks: 'size', 'tags'." in note for note in splits.notes)
    asked = load(write("t.jsonl", lines_of(rows)), target="y", columns="tags=category")
    assert asked.prepare.kinds["tags"].kind == "category"
    assert load(write("t.jsonl", lines_of(rows)), target="tags").classes == ("a", "a b")


REFUSED = {
    "list of objects": ([{"a": {"b": [{"c": 1}]}, "y": 1}], "t.jsonl:2: 'a.b' is a list of objects", "a.b=out"),
    "list of lists": ([{"a": [[1, 2], [3]], "y": 1}], "t.jsonl:2: 'a' is a list of lists", "a=out"),
    "words and objects": ([{"a": ["x", {"b": 1}], "y": 1}], "t.jsonl:2: 'a' is a list of objects", "a=out"),
    "object, then number": (
        [{"a": {"b": {"c": 1}}}, {"a": {"b": 7}}],
        "t.jsonl:3: 'a.b' is no object, and in {path}:2 it is one; a column is of one kind. Received: 7.",
        "a.b=out",
    ),
    "number, then object": ([{"a": 0}, {"a": {"b": 7}}], "t.jsonl:3: 'a' is an object, and in {path}:2 it is", "a=out"),
    "list, then object": ([{"a": ["x"]}, {"a": {"b": 7}}], "t.jsonl:3: 'a' is an object", "a=out"),
    "several": ([{"a": [[1]], "b": {"c": [{}]}}], "t.jsonl:2: 'a' is a list of lists", "a=out,b.c=out"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_fits_no_column_is_refused_with_its_path(case, write, load):
    records, message, flag = REFUSED[case]
    whole = [{"z": n, "w": n * 7 % 5, "y": n % 2} for n in range(30)]
    path = write("t.jsonl", lines_of([whole[0], *records, *whole[1:]]))
    with pytest.raises(DataError) as caught:
        load(path, target="y")
    assert message.format(path=path) in str(caught.value) and f"`--columns {flag}`" in str(caught.value)
    splits = load(path, target="y", columns=flag)  # what the message says helps
    assert list(splits.prepare.kinds) == ["z", "w"]
    listed = write("t.json", json.dumps([whole[0], *records, *whole[1:]]))
    with pytest.raises(DataError, match=r"t.json:record [23]: '"):
        load(listed, target="y")


def test_what_says_nothing_is_of_every_kind(write):
    records = [{"a": empty} for empty in (None, "", [], {})] + [{"a": {"b": 1}}, {"a": None}, {"a": []}]
    table = json_lines.read(write("t.jsonl", lines_of(records)), strict=True)
    assert table.columns["a.b"].tolist() == [""] * 4 + ["1", "", ""]


def test_a_path_that_is_out_is_not_read_with_all_within(write, load):
    records = [{"a": {"b": {"c": [[n]], "d": n}, "e": n % 5}, "x": n * 7 % 11, "y": n % 2} for n in range(30)]
    path = write("t.jsonl", lines_of(records))
    splits = load(path, target="y", columns="a.b=out,x=number")
    assert list(splits.prepare.kinds) == ["a.e", "x"]
    assert "Not read, as asked: 'a.b'." in splits.notes
    with pytest.raises(DataError, match=r"no column 'a.f' for --columns"):
        load(path, target="y", columns="a.b=out,a.f=out")


def test_a_finished_run_takes_what_it_does_not_need(write):
    """New data may have lists of objects, too: only training refuses them."""
    table = table_file.read(write("t.jsonl", '{"a": [{"b": 1}], "c": 2}'), wanted={"c": None})
    assert {name: cells.tolist() for name, cells in table.columns.items()} == {"a": ['[{"b": 1}]'], "c": ["2"]}


def test_depth_and_columns_are_bounded(write, monkeypatch):
    deep = 1
    for level in range(json_fields.MOST_LEVELS, -1, -1):
        deep = {f"l{level}": deep}
    path = ".".join(f"l{level}" for level in range(json_fields.MOST_LEVELS))
    with pytest.raises(DataError, match=rf"t.jsonl:2: '{path}' is an object within 20 .*`--columns {path}=out`"):
        json_lines.read(write("t.jsonl", lines_of([{"a": 1}, deep])))
    assert list(json_lines.read(write("t.jsonl", lines_of([{"a": 1}, deep])), (path,)).columns) == ["a"]
    assert json_lines.read(write("t.jsonl", lines_of([deep["l0"]]))).columns
    monkeypatch.setattr(json_fields, "MOST_COLUMNS", 20)
    users = [{"data": {"users": {f"u{n}": {"age": n, "name": "x"}}}, "z": 1} for n in range(12)]
    with pytest.raises(DataError, match=r"t.jsonl:10: more than 20 .*'data.users' has 20 .*`--columns data.users=out`"):
        json_lines.read(write("t.jsonl", lines_of(users)))
    assert list(json_lines.read(write("t.jsonl", lines_of(users)), ("data.users",)).columns) == ["z"]
    with pytest.raises(DataError, match=r"t.jsonl:1: more than 20 fields by now, the last '29'\. A field is a column"):
        json_lines.read(write("t.jsonl", lines_of([dict.fromkeys(map(str, range(30)), 1)])))
