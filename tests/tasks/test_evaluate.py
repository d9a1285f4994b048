import errno
import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from apps import evaluate
from data.errors import DataError
from tasks.request import Evaluation
from tasks.trained import read

pytestmark = pytest.mark.whole


def test_own_test_split(digits_run, capsys):
    run, splits = digits_run
    scores = evaluate.main(Evaluation(str(run)))
    trained = read(str(run))
    right = trained.probabilities(splits.test.inputs, splits.test.origins).argmax(axis=1) == splits.test.labels
    assert scores["accuracy"] == pytest.approx(right.mean())
    assert scores["accuracy"] > 0.9
    written = json.loads((run / "evaluation-own-test.json").read_text())
    assert written["rows"] == len(splits.test)
    assert written["scores"] == scores
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"rows={len(splits.test)} accuracy={scores['accuracy']:.6g} ")


def test_a_folder_of_some_classes_in_another_order(digits_run, tmp_path, capsys):
    """Classes are matched by name: 7 and 2 are numbers 1 and 0 of the folder, and there are no others."""
    run, splits = digits_run
    for name in ("7", "2"):
        (tmp_path / "few" / name).mkdir(parents=True)
        for row in np.flatnonzero(splits.test.labels == int(name))[:10]:
            file = tmp_path / "few" / name / (f"{row}.png" if row % 2 else str(row))  # by ending, or by content
            file.write_bytes(tf.io.encode_png(splits.test.inputs["image"][row]).numpy())
    (tmp_path / "few" / "readme.txt").write_text("x")
    (tmp_path / "few" / ".DS_Store").write_text("x")
    scores = evaluate.main(Evaluation(str(run), data=(str(tmp_path / "few"),)))
    assert scores["accuracy"] > 0.8
    assert "auc" not in scores
    said = capsys.readouterr().out
    assert "AUC needs rows of every class" in said
    assert "1 file(s)" in said
    assert "1 hidden file(s)" in said
    written = json.loads((run / "evaluation-few.json").read_text())
    assert [one["support"] for one in written["classes"]] == [0, 0, 10, 0, 0, 0, 0, 10, 0, 0]


def test_another_table(people_run, people_csv, tmp_path):
    lines = people_csv.read_text("utf-8").splitlines()
    swapped = [",".join([cells[3], cells[2], cells[1], cells[0]]) for cells in (line.split(",") for line in lines)]
    (tmp_path / "other.csv").write_text("\n".join(swapped[:100]), "utf-8")
    scores = evaluate.main(Evaluation(str(people_run[0]), data=(str(tmp_path / "other.csv"),)))
    assert scores["accuracy"] > 0.9
    wrong = [line.replace("yes", "X").replace("no", "yes").replace("X", "no") for line in swapped[1:100]]
    (tmp_path / "wrong.csv").write_text("\n".join(swapped[:1] + wrong), "utf-8")
    opposite = evaluate.main(Evaluation(str(people_run[0]), data=(str(tmp_path / "wrong.csv"),)))
    assert opposite["accuracy"] == pytest.approx(1 - scores["accuracy"])


def test_bad_data(digits_run, people_run, people_csv, tmp_path):
    digits, people = str(digits_run[0]), str(people_run[0])
    with pytest.raises(DataError, match="was trained on images, and this is a table"):
        evaluate.main(Evaluation(digits, data=(str(people_csv),)))
    with pytest.raises(DataError, match="was trained on a table, and this is a folder"):
        evaluate.main(Evaluation(people, data=(str(tmp_path),)))
    with pytest.raises(DataError, match="absent.csv"):
        evaluate.main(Evaluation(people, data=(str(tmp_path / "absent.csv"),)))
    (tmp_path / "foreign.csv").write_text("age,net income,town,buys\n30,50,Ulm,maybe\n30,50,Ulm,yes\n")
    with pytest.raises(DataError, match=r"foreign.csv:2: class 'maybe'"):
        evaluate.main(Evaluation(people, data=(str(tmp_path / "foreign.csv"),)))
    with pytest.raises(DataError, match="no column 'bought' for --target"):
        evaluate.main(Evaluation(people, data=(str(people_csv),), target="bought"))
    (tmp_path / "letters/A").mkdir(parents=True)
    (tmp_path / "letters/A/1.png").write_bytes(tf.io.encode_png(np.zeros((8, 8, 1), "uint8")).numpy())
    with pytest.raises(DataError, match="class 'A' is not one of the run's"):
        evaluate.main(Evaluation(digits, data=(str(tmp_path / "letters"),)))
    with pytest.raises(DataError, match="lacks age, net income, town"):
        evaluate.main(Evaluation(people, data=("moons",)))


def test_two_files_of_one_name_have_scores_each(people_run, people_csv, tmp_path):
    run, files = people_run[0], []
    for folder, rows in (("a", 50), ("b", 80)):
        files.append(tmp_path / folder / "survey.csv")
        files[-1].parent.mkdir()
        files[-1].write_text("".join(people_csv.read_text("utf-8").splitlines(keepends=True)[: rows + 1]), "utf-8")
    for path in (*files, *files):  # the second time the same files are written anew
        evaluate.main(Evaluation(str(run), data=(str(path),)))
    rows = {path.name: json.loads(path.read_text())["rows"] for path in run.glob("evaluation-survey*.json")}
    assert rows == {"evaluation-survey.json": 50, "evaluation-survey-2.json": 80}


def test_scores_go_where_output_says(people_run, people_csv, tmp_path):
    run, output = people_run[0], tmp_path / "scores.json"
    before = sorted(run.iterdir())
    scores = evaluate.main(Evaluation(str(run), data=(str(people_csv),), output=str(output)))
    assert json.loads(output.read_text())["scores"] == scores and sorted(run.iterdir()) == before
    for name, message in [
        ("scores.csv", "must end in .json"),
        ("no/scores.json", "there is no folder"),
        ("", "a folder"),
    ]:
        with pytest.raises(ValueError, match=message):
            evaluate.main(Evaluation(str(run), data=(str(people_csv),), output=str(tmp_path / name)))


def test_a_run_that_cannot_be_written_is_scored_on_the_screen(people_run, people_csv, monkeypatch, capsys):
    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tasks.scores.held", read_only)
    scores = evaluate.main(Evaluation(str(people_run[0]), data=(str(people_csv),)))
    printed = capsys.readouterr().out
    assert f"accuracy={scores['accuracy']:.6g}" in printed.splitlines()[-1]
    assert "not written: " in printed and "Read-only file system. `--output FILE.json` writes them elsewhere" in printed


def test_the_own_test_split_needs_the_data_as_it_was(people_run, people_csv, tmp_path):
    from data.fingerprint import fingerprint

    run = shutil.copytree(people_run[0], tmp_path / "run")
    table = str(shutil.copy(people_csv, tmp_path / "people.csv"))
    config = json.loads((run / "config.json").read_text())
    config |= {"data": {**config["data"], "data": table}, "files": {"data.data": fingerprint(table)}}
    (run / "config.json").write_text(json.dumps(config))
    assert evaluate.main(Evaluation(str(run)))
    with open(table, "a") as file:
        file.write("30,50,Ulm,yes\n")
    with pytest.raises(ValueError, match="people.csv: has changed since .*run was trained on it.*Give --data"):
        evaluate.main(Evaluation(str(run)))
    assert evaluate.main(Evaluation(str(run), data=(table,)))
