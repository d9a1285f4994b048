"""The manifest of a finished run: which damage it tells, and what it says nothing of."""

import json
import shutil

import pytest

from training import manifest
from training.manifest import DamageError
from training.run_directory import RunDirectory

FILES = ("config.json", "model.keras", "saved_model/saved_model.pb", "saved_model/variables/variables.index")


@pytest.fixture
def run(tmp_path):
    """A finished run, of which nothing but its files is real."""
    directory = RunDirectory(tmp_path / "run")
    directory.start({"app": "classify"}, {})
    for name in FILES[1:]:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(f"content of {name}")
    directory.finish({"test": {"accuracy": 1.0}, "export": {}})
    return directory


def overwrite(path):
    path.write_text("x")


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def folder(path):
    path.unlink()
    path.mkdir()


def dangling(path):
    path.unlink()
    path.symlink_to("nowhere")


DAMAGES = {
    "a bit": (flip_a_bit, "has changed since the run finished"),
    "other content": (overwrite, "has changed since the run finished"),
    "empty": (lambda path: path.write_text(""), "has changed since the run finished"),
    "longer": (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "has changed since the run finished"),
    "gone": (lambda path: path.unlink(), "is missing"),
    "a folder": (folder, "is no file any more"),
    "a link to nothing": (dangling, "is no file any more"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", [*FILES, "results.json"])
def test_damage_is_told_with_file_and_remedy(run, name, damage, message):
    run.verify(*FILES, "results.json", "saved_model")
    damage(run / name)
    with pytest.raises(DamageError, match=f"{name}: {message}.*Restore it from a copy, or train again with `--fresh`"):
        run.verify(name.partition("/")[0])
    others = [one for one in (*FILES, "results.json") if one != name]
    run.verify(*others)
    assert [path for path, _ in manifest.differences(run.path)] == [run / name]


@pytest.mark.parametrize("damage", [flip_a_bit, overwrite, folder, lambda path: path.write_text("[]")])
def test_a_damaged_manifest_is_told(run, damage):
    text = (run / manifest.FILE).read_text().rstrip()
    (run / manifest.FILE).write_text(text)  # so that its last byte counts
    run.verify(*FILES)
    damage(run / manifest.FILE)
    with pytest.raises(DamageError, match="manifest.json: is damaged"):
        run.verify("config.json")


def test_an_exchanged_sum_is_damage_of_the_manifest(run):
    content = json.loads((run / manifest.FILE).read_text())
    content["files"]["model.keras"] = content["files"]["config.json"]
    (run / manifest.FILE).write_text(json.dumps(content))
    with pytest.raises(DamageError, match="manifest.json: is damaged"):
        run.verify("model.keras")


def test_a_file_that_came_later_is_told_where_it_would_be_used(run):
    (run / "saved_model/variables/variables.data").write_text("of another model")
    (run / "notes.txt").write_text("mine")
    with pytest.raises(DamageError, match="variables.data: is not listed in manifest.json"):
        run.verify("saved_model")
    assert list(manifest.differences(run.path)) == []


def test_a_run_goes_on_without_a_manifest_and_an_earlier_one_has_none(run):
    run.start({"app": "classify"}, {})
    assert not (run / manifest.FILE).exists()
    overwrite(run / "model.keras")
    run.verify(*FILES)
    run.exported("saved_model", {})
    assert not (run / manifest.FILE).exists()


def test_an_export_written_later_gets_its_sums_and_no_other_file_does(run):
    flip_a_bit(run / "model.keras")
    shutil.rmtree(run / "saved_model")
    (run / "saved_model").mkdir()
    (run / "saved_model/saved_model.pb").write_text("another one")
    run.exported("saved_model", {"saved_model_difference": 0.0})
    run.verify("saved_model", "results.json", "config.json")
    assert [path for path, _ in manifest.differences(run.path)] == [run / "model.keras"]
    assert run.results()["export"] == {}


def test_a_good_export_takes_the_place_of_a_refused_one(run):
    run.finish({"test": {}, "export": {"refused": "why"}})
    run.exported("model.tflite", {"litert_difference": 0.0})
    assert run.results()["export"] == {"refused": "why"}
    run.exported("saved_model", {"saved_model_difference": 0.0})
    assert run.results()["export"] == {"saved_model_difference": 0.0}
    run.verify("results.json")


def test_what_changes_after_the_end_has_no_sum(run):
    for name in ("evaluation-two.json", "lock", "saved_model.refused/saved_model.pb", "report.html.partial"):
        (run / name).parent.mkdir(exist_ok=True)
        (run / name).write_text("{}")
    run.finish({"test": {}, "export": {}})
    sums = manifest.read(run.path)
    assert set(sums) == {*FILES, "results.json", "environment.json"}
    assert all(len(one) == 64 for one in sums.values())
