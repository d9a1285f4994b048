"""Text of files, whoever reads it: what is no text, or is JSON that Python cannot hold, is told with its place."""

import gzip
import json

import pytest

from data import unpacked
from data.captions import caption_text
from data.captions.raw_captions import read_json
from data.errors import DataError, MissingData
from data.images import feature_cache
from data.tables import json_lines, table_file
from data.tables.raw_table import RawTable
from data.text import parallel_text

LINES = "a\tb\n" + "eins\tone\n" * 8
READERS = {
    "table": (table_file.read, "t.tsv"),
    "pairs": (parallel_text.lines_of, "t.tsv"),
    "captions": (read_json, "t.json"),
    "JSON lines": (json_lines.read, "t.jsonl"),
    "names": (caption_text.read_names, "t.txt"),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf16_that_breaks_off_is_told(name, mark, write):
    read, file = READERS[name]
    content = ("\ufeff" + LINES).encode(mark)
    half = "\ud83d".encode(mark, "surrogatepass")
    for broken in (content[:-1], content + half, content[: len(content) // 2 // 2 * 2] + half + "x\n".encode(mark)):
        with pytest.raises(DataError, match=rf"{file}:\d+: .*UTF-16") as caught:
            read(write(file, broken))
        str(caught.value).encode()


DEEP = "[" * 20_000 + "]" * 20_000
JSON = {
    "nested": (DEEP, "nested"),
    "objects": ('{"a": ' * 20_000 + "1" + "}" * 20_000, "nested"),
    "as deep as Python bears": ("[" * 900 + "]" * 900, "nested"),
    "integer": ("1" * 5000, "4,300 digits"),
    "surrogate": (r'"\ud800"', "surrogate"),
    "low surrogate": (r'"x\uDFFF"', "surrogate"),
}


@pytest.mark.parametrize("kind", JSON)
def test_json_that_python_cannot_hold_is_told_with_its_line(kind, write):
    value, message = JSON[kind]
    rows = [f'{{"a": {number}, "b": "x"}}' for number in range(3)]
    files = {
        "t.jsonl": (json_lines.read, "\n".join([*rows, f'{{"a": {value}, "b": "x"}}', *rows])),
        "t.json": (json_lines.read, "[" + ",\n".join([*rows, f'{{"a": {value}, "b": "x"}}', *rows]) + "]"),
        "c.json": (read_json, '{"images": [],\n"annotations": [],\n\n"info": ' + value + "}"),
    }
    for name, (read, text) in files.items():
        with pytest.raises(DataError, match=rf"{name}:4: .*{message}") as caught:
            read(write(name, text))
        str(caught.value).encode()


def test_a_surrogate_pair_is_a_letter(write):
    table = json_lines.read(write("t.jsonl", r'{"a": "\ud83d\ude00"}'))
    assert table.columns["a"].tolist() == ["😀"]
    assert read_json(write("t.json", json.dumps(["😀", "\\ud800"]))) == ["😀", "\\ud800"]


@pytest.mark.parametrize("name", READERS)
def test_what_unpacks_to_too_much_is_refused(name, write, monkeypatch):
    monkeypatch.setattr(unpacked, "MOST_UNPACKED", 1000)
    read, file = READERS[name]
    path = write(f"{file}.gz", gzip.compress(b"a\tb\n" * 300))
    with pytest.raises(DataError, match=rf"{file}\.gz: unpacks to more than 1,000 bytes"):
        read(path)
    write(f"{file}.gz", gzip.compress((LINES if name in {"table", "pairs", "names"} else '{"a": 1}').encode()))
    if name != "names":
        read(path)


def test_a_file_that_cannot_be_read_is_told():
    for read in (table_file.read, parallel_text.lines_of, read_json):
        with pytest.raises(DataError, match=r"/proc/self/clear_refs: cannot be read \(Invalid argument\)"):
            read("/proc/self/clear_refs")


@pytest.mark.parametrize("wanted", ["²", "①", "1" * 5000, "٣", "0"])
def test_what_is_no_number_of_a_column_is_refused(wanted, write):
    table = RawTable("t.csv", {"a": None, "b": None}, [])
    with pytest.raises(DataError, match="no column"):
        table.column_name(wanted, "--target")
    with pytest.raises(DataError, match="no column"):
        parallel_text.read([write("p.tsv", LINES)], "1", wanted)


@pytest.mark.parametrize("error", [OSError("image file is truncated"), MissingData("x.jpg: no such file")])
def test_an_error_of_computing_features_is_not_one_of_keeping_them(error, tmp_path):
    import numpy as np

    def compute(images):
        raise error

    with pytest.raises(type(error), match=str(error)):
        feature_cache.features(str(tmp_path), np.zeros((2, 4, 4, 3), np.uint8), {"name": "net"}, compute)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file/features.*cannot be kept there"):
        feature_cache.features(str(tmp_path / "file/features"), np.zeros((2, 4, 4, 3), np.uint8), {}, compute)
