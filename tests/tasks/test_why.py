"""apps.explain on finished runs: sentences, page, numbers, and what it refuses."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from apps import explain
from cli.errors import Incomplete, UserError
from tasks.explaining import explain as explained
from tasks.question import Question
from tasks.trained import read


@pytest.fixture(scope="module")
def photos(digits_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for row in range(3):
        picture = digits_run[1].test.inputs["image"][row]
        (folder / f"{row}.png").write_bytes(tf.io.encode_png(picture).numpy())
    return folder


@pytest.fixture
def table(tmp_path):
    (tmp_path / "new.csv").write_text("age,net income,town\n80,30,Ulm\n20,95,Bonn\n20,20,Ulm\n")
    return tmp_path / "new.csv"


def test_pictures(digits_run, photos, tmp_path, capsys):
    page = tmp_path / "why.html"
    found = explain.main(Question(str(digits_run[0]), (str(photos),), html=str(page)))
    said = capsys.readouterr().out
    assert all(f"{photos}/{row}.png: {one.answer.name} (" in said for row, one in enumerate(found))
    assert "rows " in said and f"page written to {page}" in said
    for one in found:
        places = one.places
        assert places.pixels.shape == (8, 8, 1) and places.occlusion.shape == (8, 8) and places.patch == 2
        assert places.grad_cam is None  # of an mlp
        assert one.answer.rival not in (None, one.answer.name)
    text = page.read_text("utf-8")
    assert text.count("data:image/png") == 9 and "http" not in text.replace("http-equiv", "")
    assert "How to read this" in text


def test_what_is_hidden_is_what_the_sentence_says(digits_run, photos):
    """The patch that it names, hidden by hand, gives the probability that it names."""
    run = read(str(digits_run[0]))
    paths = np.array([str(photos / "1.png")], dtype=object)
    (one,) = explained(run.subject, {"image": paths}, paths)
    pixels = run.prepare.fixed({"image": paths}).astype("float64")
    row, column = one.places.place
    prepared = np.array(run.prepare.finish(pixels))
    prepared[:, row : row + 2, column : column + 2] = prepared.mean()
    hidden = run.decode.reference(run.model.predict_on_batch(prepared))["probabilities"][0, one.answer.index]
    assert one.places.hidden == pytest.approx(hidden, abs=1e-5)
    assert hidden < one.answer.value


def test_why_not_another_class(digits_run, photos, tmp_path):
    asked = Question(str(digits_run[0]), (str(photos / "0.png"),), asked="7", html=str(tmp_path / "a.html"))
    (one,) = explain.main(asked)
    assert one.answer.name == "7" and one.answer.rival == one.answer.predicted != "7"
    assert one.answer.value < one.answer.predicted_value
    assert f"{one.answer.predicted} (" in one.sentence and "not 7 (" in one.sentence


def test_rows_of_a_table(people_run, table, tmp_path, capsys):
    output = tmp_path / "why.jsonl"
    found = explain.main(
        Question(str(people_run[0]), (str(table),), output=str(output), html=str(tmp_path / "why.html"))
    )
    lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert [line["origin"] for line in lines] == ["new.csv:2", "new.csv:3", "new.csv:4"]
    for one, line in zip(found, lines, strict=True):
        assert sum(line["contributions"].values()) == pytest.approx(one.answer.value - line["base"], abs=1e-5)
        assert line["value"] == max(line["value"], line["rival_probability"])
    # Old or rich is yes, and the town says nothing.
    assert next(iter(lines[0]["contributions"])) == "age" and next(iter(lines[1]["contributions"])) == "net income"
    assert all(abs(line["contributions"]["town"]) < 0.15 for line in lines)
    assert "age=80 adds" in found[0].sentence and "training rows" in (tmp_path / "why.html").read_text("utf-8")


def test_a_run_whose_data_is_gone_has_its_examples(people_run, people_csv, table, tmp_path):
    folder = shutil.copytree(people_run[0], tmp_path / "moved")
    config = json.loads((folder / "config.json").read_text())
    config["data"]["data"] = str(tmp_path / "gone.csv")
    (folder / "config.json").write_text(json.dumps(config))
    (one, *_) = explain.main(Question(str(folder), (str(table),)))
    assert one.columns.shares.background == 32 and "rows of its test split" in one.columns.background
    assert (folder / "explanation.html").is_file()


def test_the_same_question_has_the_same_answer(people_run, table, tmp_path):
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for page in pages:
        explain.main(Question(str(people_run[0]), (str(table),), html=str(page)))
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_of_many_records_the_first_are_explained_and_the_rest_is_told(digits_run, photos, tmp_path, capsys):
    found = explain.main(Question(str(digits_run[0]), (str(photos),), most=2, html=str(tmp_path / "a.html")))
    assert len(found) == 2
    assert "The first 2 records were explained; `--most 3` explains all." in capsys.readouterr().out


def test_what_cannot_be_read_is_named_and_the_others_are_explained(digits_run, photos, tmp_path, capsys):
    folder = shutil.copytree(photos, tmp_path / "some")
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:40])
    page = tmp_path / "a.html"
    with pytest.raises(Incomplete, match="skipped 1 of 4 records") as caught:
        explain.main(Question(str(digits_run[0]), (str(folder),), html=str(page)))
    assert len(caught.value.rows) == 3 and page.is_file()
    assert "cut.png: skipped" in capsys.readouterr().err


BAD = {
    "no file": ({"files": ()}, "at least one FILE"),
    "missing run": ({"run": "nowhere"}, "nowhere"),
    "missing picture": ({"files": ("absent.png",)}, "absent.png: no such file"),
    "class that is none": ({"asked": "77"}, r"`--class` must be one of the run's classes: .*Did you mean '7'\?"),
    "empty class": ({"asked": ""}, "`--class` must be one of the run's classes"),
    "text for pictures": ({"files": (), "text": ("a film",)}, "`--text` is for runs .* needs images"),
    "table for pictures": ({"files": ("new.csv",)}, "a table, and this run was trained on images"),
    "patch of nothing": ({"patch": 0}, "`--patch` must be at least 1. Received: 0"),
    "patch over all": ({"patch": 8}, "`--patch` must be below the shorter side .* 8 pixels. Received: 8"),
    "no record": ({"most": 0}, "`--most` must be at least 1. Received: 0"),
    "page of another kind": ({"html": "why.pdf"}, "`--html` must end in .html. Received: why.pdf"),
    "page in no folder": ({"html": "no/why.html"}, "`--html`.*there is no folder no"),
    "page of somebody else": ({"html": "own.html"}, "own.html is there and was not written by this command"),
    "numbers of another kind": ({"output": "why.csv"}, "`--output` must end in .jsonl. Received: why.csv"),
    "numbers over others": ({"output": "own.jsonl"}, "own.jsonl is there and was not written by this command"),
    "files and texts": ({"text": ("a",)}, "Give files or `--text`, not both"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_questions(fault, digits_run, photos, tmp_path, monkeypatch):
    settings, message = BAD[fault]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text("age\n3\n")
    (tmp_path / "own.html").write_text("<!DOCTYPE html><title>My page</title>")
    (tmp_path / "own.jsonl").write_text('{"mine": 1}\n')
    (tmp_path / "why.html").write_text("<!DOCTYPE html><title>Why digits</title>")
    with pytest.raises(UserError, match=message):
        explain.main(Question(**{"run": str(digits_run[0]), "files": (str(photos),), "html": "why.html", **settings}))
    assert (tmp_path / "own.html").read_text().endswith("My page</title>")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("age,town\n30,Ulm\n", "column 'net income' is missing"),
        ("age,net income,town\nold,50,Ulm\n", "'old'"),
    ],
)
def test_bad_tables(people_run, tmp_path, content, message):
    (tmp_path / "new.csv").write_text(content)
    with pytest.raises(UserError, match=message):
        explain.main(Question(str(people_run[0]), (str(tmp_path / "new.csv"),), html=str(tmp_path / "a.html")))


def test_a_patch_is_for_pictures(people_run, table, tmp_path):
    with pytest.raises(UserError, match="`--patch` hides places of pictures"):
        explain.main(Question(str(people_run[0]), (str(table),), patch=2, html=str(tmp_path / "a.html")))


def test_a_damaged_run_is_refused(damaged, photos):
    (damaged / "model.keras").write_bytes(b"no network")
    with pytest.raises(UserError, match="model.keras"):
        explain.main(Question(str(damaged), (str(photos),)))


def test_runs_of_other_kinds_are_refused_by_name(damaged, photos):
    config = json.loads((damaged / "config.json").read_text())
    (damaged / "config.json").write_text(json.dumps(config | {"app": "autoencode"}))
    with pytest.raises(UserError, match=r"is a run of apps.autoencode, and runs of apps.classify and apps.regress are"):
        explain.main(Question(str(damaged), (str(photos),)))


@pytest.mark.parametrize(
    ("arguments", "asks"),
    [
        ([], False),
        (["--variant", "description"], False),
        (["explainer", "--units", "8"], False),
        (["--help"], False),
        (["runs/classify/x", "a.png"], True),
        (["runs/classify/x", "--help"], True),
    ],
)
def test_with_a_run_the_door_explains_and_without_it_trains(arguments, asks):
    assert (explain.for_arguments(arguments) is Question) == asks
