import csv
import json
import os

import numpy as np
import pytest
import tensorflow as tf

from apps import predict
from cli.errors import Incomplete, UserError
from cli.run import INCOMPLETE, errors_told
from data.errors import DataError
from models.decoding_settings import DecodingSettings
from tasks import answers
from tasks.request import Prediction
from tasks.texts import search_of


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def photos(digits_run, tmp_path):
    test = digits_run[1].test
    for folder, rows in (("a", range(20)), ("b/deeper", range(20, 30))):
        (tmp_path / "photos" / folder).mkdir(parents=True)
        for row in rows:
            file = tmp_path / "photos" / folder / f"{row:02}.png"
            file.write_bytes(tf.io.encode_png(test.inputs["image"][row]).numpy())
    (tmp_path / "photos" / "notes.txt").write_text("not an image")
    return tmp_path / "photos"


def test_images(digits_run, photos, capsys):
    run, splits = digits_run
    found = predict.main(Prediction(str(run), (str(photos / "a"), str(photos / "b/deeper/20.png")), top=2))
    printed = rows_of(capsys.readouterr().out)
    assert list(printed[0]) == ["origin", "label", "probability", "label_2", "probability_2"]
    assert [row["origin"] for row in printed] == [str(photos / f"a/{n:02}.png") for n in range(20)] + [
        str(photos / "b/deeper/20.png")
    ]
    right = [row["label"] == splits.classes[label] for row, label in zip(found, splits.test.labels[:21], strict=True)]
    assert np.mean(right) > 0.85
    assert all(float(row["probability"]) >= float(row["probability_2"]) for row in printed)
    assert [row["label"] for row in found] == [row["label"] for row in printed]


def test_a_folder_is_searched_in_depth(digits_run, photos):
    assert len(predict.main(Prediction(str(digits_run[0]), (str(photos),)))) == 30


def test_a_table_to_json_lines(people_run, people_csv, tmp_path, capsys):
    run, _ = people_run
    rows = rows_of(people_csv.read_text("utf-8"))
    table = tmp_path / "new.jsonl"  # other format, other order of columns, no target
    wanted = [json.dumps({"town": r["town"], "age": int(r["age"]), "net income": int(r["net income"])}) for r in rows]
    table.write_text("\n".join(wanted), "utf-8")
    output = tmp_path / "predictions.jsonl"
    predict.main(Prediction(str(run), (str(table),), output=str(output)))
    found = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert capsys.readouterr().out.splitlines()[-1] == f"predictions=300 output={output}"
    assert np.mean([row["label"] == r["buys"] for row, r in zip(found, rows, strict=True)]) > 0.9
    assert found[1]["origin"].startswith("new.jsonl:")
    assert sum(ranked["probability"] for ranked in found[0]["top"]) == pytest.approx(1, abs=2e-6)
    assert len(found[0]["top"]) == 2  # there are but two classes


def test_tables_of_one_name_in_two_folders(people_run, people_csv, tmp_path):
    files = []
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        files.append(str(tmp_path / folder / "people.csv"))
        (tmp_path / folder / "people.csv").write_text(
            "\n".join(people_csv.read_text("utf-8").splitlines()[:3]), "utf-8"
        )
    found = predict.main(Prediction(str(people_run[0]), tuple(files)))
    assert [row["origin"] for row in found] == [f"{folder}/people.csv:{n}" for folder in ("old", "new") for n in (2, 3)]


def test_numbers_far_outside_training_are_told_by_row(people_run, tmp_path, capsys):
    rows = ["30,50,Ulm", "30,1e39,Ulm", *["9e9,50,Bonn"] * 25]
    (tmp_path / "new.csv").write_text("\n".join(["age,net income,town", *rows]))
    assert len(predict.main(Prediction(str(people_run[0]), (str(tmp_path / "new.csv"),)))) == len(rows)
    told = capsys.readouterr().err.splitlines()
    assert "new.csv:4: 9e+09 in column 'age' is far outside what training saw: its answer means little" in told
    assert len(told) == 21 and "6 more numbers" in told[-1]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("age,town\n30,Ulm\n", "column 'net income' is missing"),
        ("age,net income,town\nold,50,Ulm\n", "'old'"),
        ("", "empty"),
    ],
)
def test_bad_tables(people_run, tmp_path, table, message):
    (tmp_path / "new.csv").write_text(table)
    with pytest.raises(DataError, match=message) as refusal:
        predict.main(Prediction(str(people_run[0]), (str(tmp_path / "new.csv"),)))
    assert "new.csv" in str(refusal.value)


def test_a_field_that_all_records_leave_out_is_missing_in_all(people_run, tmp_path, capsys):
    run, paths = (
        str(people_run[0]),
        [tmp_path / name for name in ("left.jsonl", "null.jsonl", "spelt.jsonl", "other.jsonl")],
    )
    left, null, spelt, other = paths
    left.write_text('{"age": 30, "town": "Ulm"}\n{"age": 40, "town": "Bonn"}\n')
    null.write_text('{"age": 30, "town": "Ulm", "net income": null}\n{"age": 40, "town": "Bonn"}\n')
    spelt.write_text('{"age": 30, "town": "Ulm", "net_income": 50}\n')
    other.write_text('{"width": 30}\n')
    answers = [predict.main(Prediction(run, (str(path),))) for path in (left, null)]
    assert [row["probability"] for row in answers[0]] == [row["probability"] for row in answers[1]]
    assert capsys.readouterr().err.count("left.jsonl: no record has 'net income': missing in all") == 1
    for path, message in ((spelt, "Did you mean 'net_income'"), (other, "is missing .3 in all")):
        with pytest.raises(DataError, match=message):
            predict.main(Prediction(run, (str(path),)))


def test_bad_images(digits_run, photos, tmp_path, capsys):
    run = str(digits_run[0])
    with pytest.raises(DataError, match="absent.png: no such file or folder"):
        predict.main(Prediction(run, (str(photos / "absent.png"),)))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: the folder holds no images"):
        predict.main(Prediction(run, (str(tmp_path / "empty"),)))
    (tmp_path / "broken.png").write_bytes((photos / "a/07.png").read_bytes()[:40])
    with pytest.raises(DataError, match=r"broken.png: the PNG image is cut off.*No image is left"):
        predict.main(Prediction(run, (str(tmp_path / "broken.png"),)))


BAD = {
    "a/cut.png": b"\x89PNG\r\n\x1a\n cut",
    "a/empty.jpg": b"",
    "a/text.gif": b"text",
    "a/photo.heic": b"\0\0\0\x18ftypheic",
}


def test_broken_images_among_many_are_named_and_the_others_answered(digits_run, photos, tmp_path, capsys):
    for name, content in BAD.items():
        (photos / name).write_bytes(content)
    os.symlink("nowhere.png", photos / "a/link.png")
    (photos / "a/._00.png").write_bytes(b"what macOS leaves")
    (photos / "__MACOSX").mkdir()
    (photos / "00").write_bytes((photos / "a/00.png").read_bytes())  # without an ending
    output = tmp_path / "out.csv"
    with pytest.raises(Incomplete, match=r"skipped 5 of 36 records") as caught:
        predict.main(Prediction(str(digits_run[0]), (str(photos),), output=str(output)))
    assert len(rows_of(output.read_text("utf-8"))) == len(caught.value.rows) == 31
    said = capsys.readouterr().err
    assert all(f"{photos / name}: skipped, " in said for name in (*BAD, "a/link.png"))
    assert "2 hidden file(s) or folder(s)" in said
    assert "1 file(s)" in said  # notes.txt


def test_an_exit_code_says_that_images_were_skipped():
    with pytest.raises(SystemExit) as end, errors_told():
        raise Incomplete("skipped 1 of 2 images", [{}])
    assert end.value.code == INCOMPLETE == 3


def test_answers_other_than_translations_are_tables(digits_run, tmp_path):
    with pytest.raises(UserError, match="must end in .csv, .tsv, .jsonl, also with .gz. Received: a.xlsx"):
        predict.main(Prediction(str(digits_run[0]), (str(tmp_path),), output="a.xlsx"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"files": ()}, "at least one FILE"),
        ({"top": 0}, "`--top` must be at least 1. Received: 0"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(UserError, match=message):
        Prediction("run", **{"files": ("x",), **settings})


def test_a_table_has_the_columns_of_every_row():
    one = {"origin": "a:1", "translation": "", "top": [{"translation": ""}]}
    two = {"origin": "a:2", "translation": "x", "top": [{"translation": "x"}, {"translation": "y"}]}
    assert answers.table([one, two]) == "origin,translation,translation_2\na:1,,\na:2,x,y\n"


def test_an_input_is_never_written_over(people_run, people_csv, tmp_path, monkeypatch):
    new = tmp_path / "new.csv"
    new.write_bytes(people_csv.read_bytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="`--output` must name another file than the input new.csv. Received: ./new"):
        predict.main(Prediction(str(people_run[0]), ("new.csv",), output="./new.csv"))
    assert new.read_bytes() == people_csv.read_bytes()


def test_an_output_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    output = tmp_path / "out.csv"
    output.write_text("earlier")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        answers.write_whole(str(output), b"later")
    monkeypatch.undo()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("out.csv", "earlier")]
    answers.write_whole(str(output), b"later")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("out.csv", "later")]
    answers.write_whole("/dev/null", b"later")  # no file that could be replaced


@pytest.mark.parametrize(
    ("setting", "flag"),
    [
        *(({"temperature": 0.5}, "--temperature"), ({"top_k": 5}, "--top-k"), ({"top_p": 0.5}, "--top-p")),
        *(({"seed": 3}, "--seed"), ({"length_penalty": 0.0}, "--length-penalty"), ({"beams": 2}, "--beams")),
    ],
)
def test_flags_of_texts_are_refused_by_classifiers(digits_run, setting, flag):
    with pytest.raises(UserError, match=f"`{flag}` is for runs that write texts"):
        predict.main(Prediction(str(digits_run[0]), ("x.png",), **setting))


def test_a_seed_without_draws_is_refused():
    with pytest.raises(UserError, match="`--seed` is for drawing at random: add `--sample`. Received: 3"):
        search_of(DecodingSettings(), Prediction("run", ("x",), seed=3), 1)


def test_standard_input_and_pipes(people_run, people_csv, tmp_path, monkeypatch):
    """A table through `-` and `<(cat new.csv)`: the answers are those of the file, and the origins say the stream."""
    content = people_csv.read_bytes()[:2000].rpartition(b"\n")[0] + b"\n"
    (tmp_path / "new.csv").write_bytes(content)
    expected = predict.main(Prediction(str(people_run[0]), (str(tmp_path / "new.csv"),)))
    for name in ("stdin", "pipe"):
        reader, writer = os.pipe()
        os.write(writer, content)
        os.close(writer)
        monkeypatch.setattr("tasks.streams.STDIN_NUMBER", reader)
        found = predict.main(Prediction(str(people_run[0]), ("-" if name == "stdin" else f"/dev/fd/{reader}",)))
        own = "stdin" if name == "stdin" else str(reader)
        assert found == [{**row, "origin": row["origin"].replace("new.csv", own)} for row in expected]
        os.close(reader)


def test_rows_that_cannot_be_read_stop_no_others(people_run, tmp_path, capsys):
    table = tmp_path / "new.csv"
    table.write_text("age,net income,town\n30,50,Ulm\nold,50,Ulm\n40,60,Bonn\n50,much,Ulm\n60,70,Ulm\n")
    output = tmp_path / "out.csv"
    with pytest.raises(Incomplete, match="skipped 2 of 5 records, named above"):
        predict.main(Prediction(str(people_run[0]), (str(table),), output=str(output)))
    assert [row["origin"] for row in rows_of(output.read_text())] == ["new.csv:2", "new.csv:4", "new.csv:6"]
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skipped, ")]
    assert len(told) == 2 and "new.csv:3: column 'age'" in told[0] and "new.csv:5: column 'net income'" in told[1]


def test_a_table_of_other_columns_is_refused_at_once(people_run, tmp_path):
    table = tmp_path / "new.csv"
    table.write_text("age,net income,town\n" + "old,50,Ulm\n" * 3)
    with pytest.raises(DataError, match="new.csv:2: column 'age'"):
        predict.main(Prediction(str(people_run[0]), (str(table),)))


def test_a_file_of_the_other_kind_is_told(people_run, people_csv, digits_run, tmp_path):
    with pytest.raises(DataError, match="a folder, and this run was trained on a table. Give files with its columns"):
        predict.main(Prediction(str(people_run[0]), (str(tmp_path),)))
    with pytest.raises(DataError, match="people.csv: a table, and this run was trained on images. Give image files"):
        predict.main(Prediction(str(digits_run[0]), (str(people_csv),)))
