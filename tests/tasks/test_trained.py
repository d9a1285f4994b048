"""Broken run directories: one sentence each, whichever app reads them."""

import json
import shutil
import zipfile

import pytest

from apps import evaluate, export, predict
from cli.errors import UserError
from tasks.request import Evaluation, Prediction
from tasks.trained import read
from training.run_directory import RunDirectory


def without(name):
    return lambda run: (run / name).unlink()


def with_text(name, text):
    return lambda run: (run / name).write_text(text)


def cut_short(run):
    content = (run / "model.keras").read_bytes()
    (run / "model.keras").write_bytes(content[: len(content) // 2])


def of_another_program(run):
    (run / "model.keras").unlink()
    with zipfile.ZipFile(run / "model.keras", "w") as file:
        file.writestr("readme.txt", "nothing")


def of_other_classes(run):
    preparing = json.loads((run / "preparing.json").read_text())
    (run / "preparing.json").write_text(json.dumps({**preparing, "classes": ["a", "b"]}))


def preparing(**changes):
    def change(run):
        content = json.loads((run / "preparing.json").read_text()) | changes
        (run / "preparing.json").write_text(json.dumps({k: v for k, v in content.items() if v is not None}))

    return change


DAMAGES = {
    "folder missing": (shutil.rmtree, "damaged: no such run directory"),
    "folder empty": (lambda run: [file.unlink() for file in run.iterdir()], "config.json: missing"),
    "config missing": (without("config.json"), "config.json: missing"),
    "config cut short": (with_text("config.json", '{"app": '), "config.json: not valid JSON"),
    "preparing missing": (without("preparing.json"), "preparing.json: missing"),
    "preparing cut short": (with_text("preparing.json", "{"), "preparing.json: not valid JSON"),
    "preparing without classes": (preparing(classes=None), "preparing.json: lacks or garbles 'classes'"),
    "preparing of another kind": (preparing(kind="sound"), "`kind` must be image, table or text. Received: 'sound'"),
    "preparing garbled": (preparing(prepare={"channels": 8}), "preparing.json: lacks or garbles"),
    "model missing": (without("model.keras"), "model.keras: missing, so this run is not finished"),
    "model cut short": (cut_short, "model.keras: not a .keras file .* or cut short"),
    "model of another program": (of_another_program, "model.keras: does not load as a model of this suite"),
    "another run's model": (of_other_classes, "model.keras and preparing.json are not of the same run"),
}


def of_a_column(**changes):
    def change(content):
        content["prepare"]["columns"][0].update(changes)

    return change


def of_all(**changes):
    return lambda content: content.update(changes)


def of_preparing(**changes):
    return lambda content: content["prepare"].update(changes)


NONSENSE = {
    "mean is null": (of_a_column(mean=None), r"`prepare.columns\[0\].mean` must be finite. Received: None"),
    "mean is a text": (of_a_column(mean="12"), r"mean` must be finite. Received: '12'"),
    "std is 0": (of_a_column(std=0), r"std` must be above 0. Received: 0"),
    "std is below 0": (of_a_column(std=-1.0), r"std` must be above 0"),
    "std is no number": (of_a_column(std=float("nan")), r"std` must be finite. Received: nan"),
    "std is infinite": (of_a_column(std=float("inf")), r"std` must be finite. Received: inf"),
    "std is true": (of_a_column(std=True), r"std` must be finite. Received: True"),
    "words are numbers": (of_a_column(words=[1, 2]), r"words` must be a list of texts"),
    "words twice": (of_a_column(words=["a", "a"]), r"words` must be different"),
    "an unknown key": (of_a_column(later=1), "has `later`, which this version of the suite does not know"),
    "an unknown kind": (of_a_column(kind="sound"), "preparing.json: lacks or garbles 'sound'"),
    "classes twice": (of_all(classes=["yes", "yes"]), "`classes` must be different"),
    "classes are a text": (of_all(classes="ab"), "`classes` must be a list of texts. Received: 'ab'"),
    "classes are numbers": (of_all(classes=[1, 2]), "`classes` must be a list of texts"),
    "temperature": (of_all(temperature=0), "`temperature` must be above 0"),
    "no columns": (of_preparing(columns=[]), "`prepare.columns` must be a list of columns, one at least"),
    "columns are an object": (of_preparing(columns={}), "`prepare.columns` must be a list of columns"),
    "preparing is a list": (of_all(prepare=[1]), "lacks or garbles"),
    "preparing is nothing": (of_all(prepare=None), "lacks or garbles"),
}


@pytest.mark.parametrize(("change", "message"), NONSENSE.values(), ids=NONSENSE)
def test_preparing_that_means_nothing_is_refused(people_run, tmp_path, change, message):
    run = shutil.copytree(people_run[0], tmp_path / "run")
    content = json.loads((run / "preparing.json").read_text())
    change(content)
    (run / "preparing.json").write_text(json.dumps(content))
    with pytest.raises(UserError, match=message) as refusal:
        read(str(run))
    assert str(run / "preparing.json") in str(refusal.value)


@pytest.mark.parametrize("size", [[0, 8], [8], "8x8", [8.5, 8], [100000, 100000]])
def test_sizes_that_mean_nothing_are_refused(damaged, size):
    content = json.loads((damaged / "preparing.json").read_text())
    content["prepare"]["size"] = size
    (damaged / "preparing.json").write_text(json.dumps(content))
    with pytest.raises(UserError, match="`prepare.size` must be height and width, from 1 to 10000 pixels"):
        read(str(damaged))


@pytest.mark.parametrize("app", [None, [], 3, "nothing", "../classify"])
def test_an_app_that_is_none_is_refused(damaged, app):
    (damaged / "config.json").write_text(json.dumps({"app": app}))
    with pytest.raises(UserError, match="config.json: `app` must be one of"):
        read(str(damaged))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(damaged, value):
    import keras

    model = keras.saving.load_model(damaged / "model.keras", compile=False)
    kernel = model.layers[-1].kernel.numpy()
    kernel[0, 0] = value
    model.layers[-1].kernel.assign(kernel)
    model.save(damaged / "model.keras")
    with pytest.raises(UserError, match="model.keras: weight .* has values that are no finite numbers"):
        _ = read(str(damaged)).model


def test_a_finished_run_that_lost_its_manifest_is_refused_and_an_earlier_one_is_not(damaged):
    run = RunDirectory(damaged)
    run.write_json("config.json", {**run.read_json("config.json"), "format": 3})
    read(str(damaged))  # not finished, or of an earlier version
    run.write_json("results.json", {"test": {}, "export": {}})
    with pytest.raises(UserError, match="manifest.json: missing, so damage of this run would not be noticed"):
        read(str(damaged))
    run.write_json("config.json", {**run.read_json("config.json"), "format": 2})
    assert read(str(damaged)).model


def test_the_folder_of_a_search_names_its_best_run(tmp_path):
    (tmp_path / "search.json").write_text("{}")
    with pytest.raises(UserError, match="is the folder of a search, not of a run. It has no run yet"):
        read(str(tmp_path))
    (tmp_path / "best-0007").mkdir()
    (tmp_path / "best-0007" / "model.keras").write_text("")
    with pytest.raises(UserError, match="Give the run of its best trial: .*best-0007"):
        read(str(tmp_path))


@pytest.mark.parametrize(("damage", "message"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_named(damaged, damage, message):
    damage(damaged)
    with pytest.raises(UserError, match=message):
        _ = read(damaged).model


@pytest.mark.parametrize(
    ("main", "config"),
    [
        (predict.main, lambda run: Prediction(run, ("x.png",))),
        (evaluate.main, Evaluation),
        (export.main, export.Config),
    ],
)
def test_every_app_refuses(tmp_path, main, config):
    with pytest.raises(UserError, match="no such run directory"):
        main(config(str(tmp_path / "nothing")))
