"""The folder of a run: what names it, and what config.json says."""

import copy
import dataclasses
import json
import os
import typing
from pathlib import Path

import pytest

from data.settings import CaptionData, Data, TranslationData
from models.image_encoder import ImageEncoder
from models.pretrained import Pretrained
from tasks.folder import FORMAT, described, open_run
from tasks.task import by_name, names
from training.run_directory import RunDirectory
from training.run_lock import RunError

NAMES_NO_RUN = {
    *("trainer.microscope", "trainer.preflight"),
    *("run_dir", "fresh", "features", "members.jobs", "trainer.checkpoint_minutes"),
    "data.show_columns",
    *("trainer.machines.hosts", "trainer.machines.rank", "trainer.machines.coordinator", "trainer.check_device"),
}
ANOTHER = {
    str: lambda one: one + "x",
    bool: lambda one: not one,
    int: lambda one: one + 1,
    float: lambda one: one + 0.25,
}
ANOTHER |= {tuple: lambda one: (*one, *(one[:1] or ("x",))), type(None): lambda _: "x"}


def with_one_field_changed(config, prefix=""):
    """Yields (dotted name, copy) for each field, inner ones included; what is allowed together is not looked at."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            changes = with_one_field_changed(value, f"{prefix}{field.name}.")
        else:
            changes = [(prefix + field.name, ANOTHER[type(value)](value))]
        for name, changed in changes:
            other = copy.copy(config)
            object.__setattr__(other, field.name, changed)
            yield name, other


def configs(name: str):
    """The default configuration of a task with each of its networks."""
    kind = by_name(name).config
    for choice in typing.get_args(typing.get_type_hints(kind, include_extras=True)["model"]):
        other = copy.copy(kind())
        object.__setattr__(other, "model", typing.get_args(choice)[0]())
        yield other


def folder(name: str, config) -> Path:
    """Where a run of these settings lies, wherever it is asked to."""
    return RunDirectory.for_config(name, "x", open_run(name, *described(config))[1]).path


@pytest.mark.parametrize("name", names())
def test_every_setting_names_the_run_but_for_those_that_change_no_result(name):
    folders = []
    for config in configs(name):
        folders.append(folder(name, config))
        for field, other in with_one_field_changed(config):
            assert (folder(name, other) == folders[-1]) is (field in NAMES_NO_RUN), field
    assert len(set(folders)) == len(folders) >= 2


@pytest.mark.parametrize("name", names())
def test_the_settings_are_json_that_says_all(name):
    config = by_name(name).config()
    settings = open_run(name, *described(config))[1]
    assert json.loads(json.dumps(settings, allow_nan=False)) == settings
    assert list(settings)[:2] == ["format", "app"]
    assert (settings["format"], settings["app"]) == (FORMAT, name)
    assert settings["model"]["name"] == type(config.model).__name__.lower()
    naming = {field.name for field in dataclasses.fields(config.data) if field.metadata.get("names_run", True)}
    assert settings["data"].keys() == naming
    if hasattr(config, "search"):
        assert settings["search"] == dataclasses.asdict(config.search)
    if hasattr(config, "members"):
        assert settings["members"] == {"count": 1}


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("classify", lambda path: {"warm_start": str(path.parent)}),
        ("classify", lambda path: {"model": Pretrained(weights=str(path))}),
        ("caption", lambda path: {"encoder": ImageEncoder("mobilenet_v2", weights=str(path))}),
        ("caption", lambda path: {"data": CaptionData("captions.csv", images=str(path.parent))}),
        ("classify", lambda path: {"data": Data("digits", test=str(path))}),
        ("translate", lambda path: {"data": TranslationData(("a", str(path)))}),
    ],
)
def test_other_content_of_a_file_names_another_run(name, setting, tmp_path):
    path = tmp_path / "run" / "model.keras"
    path.parent.mkdir()
    path.write_text("one")
    config = dataclasses.replace(by_name(name).config(), **setting(path))
    before = folder(name, config)
    path.write_text("two or more")
    assert folder(name, config) != before


def test_an_evaluation_of_the_run_behind_from_changes_nothing(tmp_path):
    (tmp_path / "model.keras").write_text("one")
    config = by_name("classify").config(warm_start=str(tmp_path))
    before = folder("classify", config)
    (tmp_path / "evaluation-own-test.json").write_text("{}")
    assert folder("classify", config) == before


def moved(path: Path) -> Data:
    """The same table somewhere else."""
    (path.parent / "elsewhere").mkdir()
    return Data(str(path.rename(path.parent / "elsewhere" / path.name)))


def touched(path: Path) -> Data:
    os.utime(path, (1, 1))
    return Data("people.csv")


SAME_DATA = {
    "a relative path": lambda path: Data("./people.csv"),
    "an absolute path": lambda path: Data(str(path)),
    "moved": moved,
    "touched": touched,
}


@pytest.mark.parametrize("act", SAME_DATA.values(), ids=SAME_DATA)
def test_a_run_is_known_by_the_content_of_its_data(act, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    task = by_name("classify")
    run, settings = open_run("classify", *described(task.config(data=Data("people.csv"))))
    run.start(settings, {})
    again, now = open_run("classify", *described(task.config(data=act(tmp_path / "people.csv"))))
    again.check(now)
    assert again.path == run.path
    RunDirectory(run.path.resolve()).check(now)  # as `--run-dir`


def test_other_content_is_told_and_vanished_data_still_finds_its_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    config = by_name("classify").config(data=Data("people.csv"))
    run, settings = open_run("classify", *described(config))
    run.start(settings, {})
    (tmp_path / "people.csv").write_text("a,b\n1,3\n")
    other, now = open_run("classify", *described(config))
    assert other.path != run.path
    with pytest.raises(RunError, match=r"differ in data.data \(people.csv: its content has changed\)"):
        run.check(now)
    (tmp_path / "people.csv").unlink()
    found, now = open_run("classify", *described(config))
    found.check(now)
    assert found.path == run.path
    changed = dataclasses.replace(config, trainer=dataclasses.replace(config.trainer, seed=1))
    assert open_run("classify", *described(changed))[0].path != run.path


def test_a_run_of_an_earlier_version_is_told_as_such(tmp_path):
    config = dataclasses.replace(by_name("classify").config(), run_dir=str(tmp_path / "run"))
    run, settings = open_run("classify", *described(config), config.run_dir)
    run.start({**settings, "format": FORMAT - 1, "files": "0123456789abcdef"}, {})
    with pytest.raises(RunError, match="another version of this suite, which can be used.*not gone on with.*--fresh"):
        run.check(settings)
    run.check(settings, fresh=True)
