"""Texts to predict, by runs on one column of text: lines of a file or a stream, and `--text`."""

import gzip
import json
import os

import pytest

from apps import predict
from data.errors import DataError
from data.settings import Data
from tasks.request import Prediction
from tests.tasks.conftest import write_run

pytestmark = pytest.mark.whole

GOOD, BAD = "a good day and a fine one", "a bad day and a sad one"


def rows(columns, count=60):
    lines = [",".join([*columns, "mood"])]
    for n in range(count):
        cells = {"remark": f'"{(GOOD, BAD)[n % 2]} {n}"', "age": str(20 + n * 7 % 50)}
        lines.append(",".join([*(cells[name] for name in columns), ("up", "down")[n % 2]]))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("texts")


@pytest.fixture(scope="module")
def text_run(folder):
    (folder / "remarks.csv").write_text(rows(["remark"]))
    write_run(folder / "run", Data(str(folder / "remarks.csv"), target="mood"))
    return str(folder / "run")


def labels(*args, **fields):
    found = predict.main(Prediction(*args, **fields))
    return [row["origin"] for row in found], [row["label"] for row in found]


def test_lines_of_a_file_are_answered_as_the_column_of_a_table(text_run, tmp_path):
    texts = [BAD, "", GOOD, "日本語 😀", f"  {BAD}  ", "-"]
    (tmp_path / "new.txt").write_text("\n".join(texts) + "\n")
    (tmp_path / "new.txt.gz").write_bytes(gzip.compress("\r\n".join(texts).encode()))
    (tmp_path / "new.jsonl").write_text("\n".join(json.dumps({"remark": text}) for text in texts))
    lines = predict.main(Prediction(text_run, (str(tmp_path / "new.txt"),)))
    assert [row["origin"] for row in lines] == [f"new.txt:{n}" for n in range(1, 7)]
    assert [lines[n]["label"] for n in (0, 2, 4)] == ["down", "up", "down"]
    for other in ("new.txt.gz", "new.jsonl"):
        found = predict.main(Prediction(text_run, (str(tmp_path / other),)))
        assert [row["top"] for row in found] == [row["top"] for row in lines]


def test_texts_as_arguments(text_run):
    assert labels(text_run, text=(GOOD, BAD)) == (["--text 1", "--text 2"], ["up", "down"])


@pytest.mark.parametrize(
    "content", [f"{BAD}\n{GOOD}\n", f'remark\n"{BAD}"\n"{GOOD}"\n', f"x,remark\n1,{BAD}\n2,{GOOD}"]
)
def test_a_stream_is_lines_unless_it_has_a_header(content, text_run, monkeypatch):
    reader, writer = os.pipe()
    os.write(writer, content.format(BAD, GOOD).encode())
    os.close(writer)
    monkeypatch.setattr("tasks.streams.STDIN_NUMBER", reader)
    origins, found = labels(text_run, ("-",))
    os.close(reader)
    assert found == ["down", "up"] and origins[0] == f"stdin:{1 + ('remark' in content)}"


def test_a_table_as_txt_is_a_table(text_run, tmp_path):
    (tmp_path / "new.txt").write_text(f"n\tremark\n1\t{GOOD}\n2\t{BAD}\n")
    assert labels(text_run, (str(tmp_path / "new.txt"),)) == (["new.txt:2", "new.txt:3"], ["up", "down"])


def test_a_run_that_needs_more_refuses_lines_and_names_its_columns(folder, tmp_path, digits_run):
    (folder / "both.csv").write_text(rows(["remark", "age"]))
    write_run(folder / "both", Data(str(folder / "both.csv"), target="mood"))
    (tmp_path / "new.txt").write_text(f"{GOOD}\n{BAD}\n")
    with pytest.raises(DataError, match=r"new.txt: its first line names no column .* needs 2: 'remark', 'age'"):
        labels(str(folder / "both"), (str(tmp_path / "new.txt"),))
    with pytest.raises(DataError, match=r"`--text` is for .* needs columns: 'remark', 'age'\. Give files"):
        labels(str(folder / "both"), text=(GOOD,))
    (tmp_path / "table.txt").write_text(f"remark;age\n{BAD};30\n")
    assert labels(str(folder / "both"), (str(tmp_path / "table.txt"),))[1] == ["down"]
    with pytest.raises(DataError, match=r"`--text` is for .* needs images\. Give files"):
        labels(str(digits_run[0]), text=("3",))
