"""Answers as files: their formats by ending, what a spreadsheet or a reader could take wrongly, and what is refused."""

import csv
import gzip
import io
import json
import os

import pandas
import pytest

from cli.errors import UserError
from tasks import answers

ROWS = [{"origin": "new.csv:2", "label": "yes", "probability": 0.75}, {"origin": "new.csv:3", "label": "no, or\t?"}]


@pytest.mark.parametrize(
    "name", ["a.csv", "A.CSV", "a.csv.gz", "a.tsv", "a.Tsv.GZ", "a.jsonl", "a.JSONL", "a.jsonl.gz"]
)
def test_every_format_is_read_back(name, tmp_path, capsys):
    path = tmp_path / name
    answers.require_ending(str(path))
    answers.write(ROWS, str(path))
    packed = name.lower().endswith(".gz")
    text = (gzip.decompress(path.read_bytes()) if packed else path.read_bytes()).decode()
    if ".jsonl" in name.lower():
        assert [json.loads(line) for line in text.splitlines()] == ROWS
    else:
        found = list(csv.DictReader(io.StringIO(text), delimiter="\t" if ".tsv" in name.lower() else ","))
        assert [row["label"] for row in found] == ["yes", "no, or\t?"]
    assert capsys.readouterr().out == f"predictions=2 output={path}\n"
    again = path.read_bytes()
    answers.write(ROWS, str(path))
    assert path.read_bytes() == again


@pytest.mark.parametrize(
    ("output", "plain", "good"),
    [
        *(("a.xlsx", False, False), ("a", False, False), ("a.gz", False, False), ("a.json", True, False)),
        *(("a.parquet", True, False), ("a.de", True, True), ("a.de.gz", True, True), ("a", True, True)),
        *(("/dev/stdout", False, True), ("/dev/null", True, True), (None, False, True)),
    ],
)
def test_endings(output, plain, good):
    if good:
        answers.require_ending(output, plain)
    else:
        with pytest.raises(UserError, match=f"must end in .csv, .tsv, .jsonl, also with .gz.* Received: {output}"):
            answers.require_ending(output, plain)


FORMULAS = ["=cmd|' /C calc'!A0", "+1+cmd", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_csv_is_a_formula(text):
    (row,) = csv.DictReader(io.StringIO(answers.table([{"origin": text, "label": text}]), newline=""))
    assert row == {"origin": f"'{text}", "label": f"'{text}"}


@pytest.mark.parametrize("value", ["-1", "+1", "-2.5e3", -0.5, "a=b", "", "'x'", "-inf"])
def test_numbers_and_other_texts_stay_as_they_are(value):
    (row,) = csv.DictReader(io.StringIO(answers.table([{"label": value}, {"label": "x"}])[:-2]))
    assert row["label"] == str(value)


def test_json_lines_have_formulas_as_they_are(tmp_path):
    answers.write([{"label": FORMULAS[0]}], str(tmp_path / "a.jsonl"))
    assert json.loads((tmp_path / "a.jsonl").read_text())["label"] == FORMULAS[0]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\u2028", "\x85", "\x0b"])
def test_ends_of_lines_in_cells_are_no_rows(end):
    """Python before 3.11.9 leaves a lone carriage return unquoted, and pandas then reads a row more."""
    rows = [{"origin": "a:1", "source": f"one{end}two"}, {"origin": "a:2", "source": "three"}]
    found = pandas.read_csv(io.StringIO(answers.table(rows), newline=""))
    assert list(found["origin"]) == ["a:1", "a:2"] and found["source"][0].split() == ["one", "two"]


def test_translations_alone_are_a_line_each(tmp_path):
    rows = [{"origin": "a:1", "translation": text} for text in ("Hallo.", "", "=1", "a\r\nb", "a\u2028b")]
    answers.write(rows, str(tmp_path / "new.de"))
    assert (tmp_path / "new.de").read_text("utf-8").split("\n") == ["Hallo.", "", "=1", "a b", "a\u2028b", ""]


def test_halves_of_letters_are_written_out(tmp_path):
    for name in ("a.csv", "a.jsonl", "a.de"):
        answers.write([{"origin": os.fsdecode(b"caf\xe9.png"), "translation": "x\udce9"}], str(tmp_path / name))
        assert "\\udce9" in (tmp_path / name).read_text("utf-8")


def folder_missing(path):
    return path / "missing" / "out.csv"


def folder_given(path):
    return path


def of_no_writer(path):
    (path / "out.csv").write_text("")
    (path / "out.csv").chmod(0o400)
    return path / "out.csv"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (folder_missing, "there is no folder .*missing. Make it, or name another"),
        (folder_given, "must name a file. Received: .*, a folder"),
        (lambda path: path / "new.csv", "must name another file than the input"),
        (of_no_writer, "out.csv cannot be written. Allow it, or name another"),
        (lambda path: "/proc/out.csv", "cannot be written"),
    ],
)
def test_outputs_that_cannot_be_written_are_refused(place, message, tmp_path, monkeypatch):
    (tmp_path / "new.csv").write_text("")
    access = os.access  # root may write anything
    monkeypatch.setattr(os, "access", lambda path, mode: access(path, mode) and not (mode == os.W_OK and locked(path)))
    with pytest.raises(UserError, match=message):
        answers.require_output([str(tmp_path / "new.csv")], str(place(tmp_path)))


def test_what_standard_input_comes_from_is_no_output(tmp_path, monkeypatch):
    """`apps.predict RUN - --output new.en < new.en`"""
    (tmp_path / "new.en").write_text("Hello.\n")
    with open(tmp_path / "new.en") as file:
        monkeypatch.setattr("tasks.streams.STDIN_NUMBER", file.fileno())
        with pytest.raises(UserError, match="must name another file than the input -"):
            answers.require_output(["-"], str(tmp_path / "new.en"))
        answers.require_output(["-"], str(tmp_path / "new.de"))


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "A.CSV.gz", "a.jsonl.gz"])
def test_only_what_this_command_wrote_is_replaced(name, tmp_path):
    path = tmp_path / name
    answers.write(ROWS, str(path))
    answers.require_output([], str(path))
    path.write_bytes(b"")
    answers.require_output([], str(path))
    for content in (b"age,income\n1,2\n", b'{"age": 1}\n', gzip.compress(b"age\n")):
        path.write_bytes(content)
        with pytest.raises(UserError, match=f"{name} is there and was not written by this command. Move it"):
            answers.require_output([], str(path))
        assert path.read_bytes() == content


def locked(path) -> bool:
    return not os.stat(path).st_mode & 0o200 or str(path).startswith("/proc")


def test_a_device_gets_the_answers_alone(tmp_path, capfd):
    answers.write([{"origin": "a:1", "translation": "Hallo."}], "/dev/stdout")
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("Hallo.\n", "predictions=1 output=/dev/stdout\n")
    reader, writer = os.pipe()
    answers.write(ROWS, f"/dev/fd/{writer}")
    os.close(writer)
    with open(reader) as pipe:
        assert pipe.readline() == "origin,label,probability\n"
