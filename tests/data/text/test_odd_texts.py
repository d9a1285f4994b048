"""Odd texts in tables: each reaches training as it stands, and the column stays a text; what is no text is refused."""

import csv
import io
import json

import pytest

from data.errors import DataError
from data.tables import json_lines
from data.tables.column_kinds import convert
from tests.data.text.odd_texts import BAD_JSON, ODD_NAMES, ODD_TEXTS

ORDINARY = [f"an ordinary text of some words, number {n}" for n in range(30)]
MISSING = {"empty", "blanks only", "a word that means missing"}
BINARY = {"NUL"}
"""Files of delimited text that hold these bytes are refused as binary."""


def of(splits):
    parts = (splits.train, splits.validation, splits.test)
    return {text for part in parts for text in part.inputs["text"].tolist()}


def as_csv(texts, column="text"):
    file = io.StringIO()
    rows = csv.writer(file, quoting=csv.QUOTE_ALL)
    rows.writerows([(column, "y"), *((text, "xz"[n % 2]) for n, text in enumerate(texts))])
    return file.getvalue()


def as_json(texts, column="text"):
    return "\n".join(json.dumps({column: text, "y": "xz"[n % 2]}) for n, text in enumerate(texts))


def test_there_are_many_and_each_once():
    assert len(ODD_TEXTS) + len(BAD_JSON) >= 20
    assert len({name for name, _ in ODD_TEXTS}) == len(dict.fromkeys(text for _, text in ODD_TEXTS)) == len(ODD_TEXTS)
    assert len(dict(ODD_TEXTS)["a megabyte"].encode()) >= 2**20


@pytest.mark.parametrize(("name", "text"), ODD_TEXTS, ids=[name for name, _ in ODD_TEXTS])
@pytest.mark.parametrize("form", ["t.csv", "t.jsonl"])
def test_an_odd_text_among_others_is_kept_as_it_is(form, name, text, write, load):
    content = (as_csv if form == "t.csv" else as_json)([*ORDINARY, text])
    if form == "t.csv" and name in BINARY:
        with pytest.raises(DataError, match=r"t\.csv"):
            load(write(form, content), target="y")
        return
    splits = load(write(form, content), target="y")
    assert splits.prepare.kinds["text"].kind == "text" and splits.prepare.kinds["text"].form == ""
    assert of(splits) == {*ORDINARY, "" if name in MISSING else text.strip()}


def test_all_odd_texts_together(write, load):
    texts = [text for _, text in ODD_TEXTS] * 2
    splits = load(write("t.jsonl", as_json(texts)), target="y", columns="text=text")
    assert splits.prepare.kinds["text"].kind == "text"
    assert of(splits) == {"" if name in MISSING else text.strip() for name, text in ODD_TEXTS}


@pytest.mark.parametrize(("name", "text"), BAD_JSON, ids=[name for name, _ in BAD_JSON])
def test_what_is_no_text_is_refused_with_its_line(name, text, write):
    with pytest.raises(DataError, match=r"t.jsonl:2: half of a surrogate pair.*Write the letter"):
        json_lines.read(write("t.jsonl", '{"text": "x"}\n{"text": ' + text + "}"))


@pytest.mark.parametrize("name", ODD_NAMES)
def test_columns_of_odd_names(name, write, load):
    splits = load(write("t.csv", as_csv(ORDINARY, name)), target="y", header="yes")
    assert {column: kind.kind for column, kind in splits.prepare.kinds.items()} == {name: "text"}
    read = json_lines.read(write("t.jsonl", as_json(ORDINARY, name)))
    assert convert(name, read, splits.prepare.kinds[name]).tolist() == ORDINARY
