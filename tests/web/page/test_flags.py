"""Flagged answers: what is written, and what is refused."""

import base64
import csv
import io

import pytest
from PIL import Image

from cli.errors import UserError
from tests.web.page.made_runs import write
from web.page import flags, form


def picture(kind="PNG") -> str:
    content = io.BytesIO()
    Image.new("RGB", (2, 2)).save(content, kind)
    return base64.b64encode(content.getvalue()).decode()


@pytest.fixture
def sentences(tmp_path):
    run = write(tmp_path, "translate")
    return run, form.of_run(run)["fields"]


def rows(run) -> list[list[str]]:
    return list(csv.reader(io.StringIO((run / "flagged.csv").read_text("utf-8"))))


def test_rows_are_appended_under_one_header(sentences):
    run, fields = sentences
    for text in ("Two dogs.", 'A "quoted", long\ntext'):
        flags.append(run, fields, {"values": {"text": text}, "answer": "Zwei Hunde.", "note": "good"})
    header, *found = rows(run)
    assert header == ["Sentence (en)", "flagged_at", "answer", "note"]
    assert [row[0] for row in found] == ["Two dogs.", 'A "quoted", long\ntext']
    assert [row[2:] for row in found] == [["Zwei Hunde.", "good"]] * 2 and found[0][1].endswith("+00:00")


def test_no_cell_is_a_formula(sentences):
    run, fields = sentences
    flags.append(run, fields, {"values": {"text": "=1+1"}, "answer": "@SUM(A1)", "note": "-5"})
    _, row = rows(run)
    assert (row[0], *row[2:]) == ("'=1+1", "'@SUM(A1)", "-5")


def test_pictures_are_kept_by_their_content(tmp_path):
    run = write(tmp_path, "classify")
    for kind in ("PNG", "JPEG", "PNG"):
        flags.append(
            run, form.of_run(run)["fields"], {"values": {"image": {"b64": picture(kind)}}, "answer": "cat", "note": ""}
        )
    _, *found = rows(run)
    assert [row[0].rpartition(".")[2] for row in found] == ["png", "jpeg", "png"] and found[0][0] == found[2][0]
    assert all((run / row[0]).is_file() for row in found) and len(list((run / "flagged").iterdir())) == 2


@pytest.mark.parametrize(
    "flag",
    [
        None,
        [],
        {},
        {"values": {}, "answer": "", "note": ""},
        {"values": {"text": "a", "more": "b"}, "answer": "", "note": ""},
        {"values": {"text": 1}, "answer": "", "note": ""},
        {"values": {"text": "a"}, "answer": None, "note": ""},
        {"values": {"text": "a"}, "answer": "", "note": "x" * 10_001},
        {"values": {"text": {"b64": "bm9wZQ=="}}, "answer": "", "note": ""},
        {"values": {"text": {"b64": 5}}, "answer": "", "note": ""},
        {"values": {"text": {}}, "answer": "", "note": ""},
    ],
)
def test_what_is_no_flag_is_refused_and_writes_nothing(sentences, flag):
    run, fields = sentences
    with pytest.raises(UserError):
        flags.append(run, fields, flag)
    assert not (run / "flagged.csv").exists() and not (run / "flagged").exists()


def test_another_table_is_left_alone(sentences):
    run, fields = sentences
    (run / "flagged.csv").write_text("mine\n1\n")
    with pytest.raises(UserError, match="other columns"):
        flags.append(run, fields, {"values": {"text": "a"}, "answer": "", "note": ""})
    assert (run / "flagged.csv").read_text() == "mine\n1\n"


def test_it_does_not_fill_the_disk(sentences, monkeypatch):
    run, fields = sentences
    monkeypatch.setattr(flags, "MOST_BYTES", 100)
    flag = {"values": {"text": "a" * 100}, "answer": "", "note": ""}
    flags.append(run, fields, flag)
    with pytest.raises(UserError, match="more than 100 bytes"):
        flags.append(run, fields, flag)
