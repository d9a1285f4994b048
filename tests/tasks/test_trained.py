"""Broken run directories: one sentence each, whichever app reads them."""

import json
import shutil
import zipfile

import pytest

from apps import evaluate, export, predict
from cli.errors import UserError
from tasks.request import Evaluation, Prediction
from tasks.trained import read


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
    "preparing of another kind": (preparing(kind="sound"), "`kind` must be image or table. Received: 'sound'"),
    "preparing garbled": (preparing(prepare={"size": 8}), "preparing.json: lacks or garbles"),
    "model missing": (without("model.keras"), "model.keras: missing, so this run is not finished"),
    "model cut short": (cut_short, "model.keras: not a .keras file .* or cut short"),
    "model of another program": (of_another_program, "model.keras: does not load as a model of this suite"),
    "another run's model": (of_other_classes, "model.keras and preparing.json are not of the same run"),
}


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
