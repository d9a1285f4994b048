"""An export takes its name only once it has passed; nothing else that is good is lost for it."""

import threading

import pytest

from export.checked import settle
from export.errors import ExportError


def written(text):
    """A writer of a SavedModel that holds `text`."""

    def write(path):
        path.mkdir()
        (path / "saved_model.pb").write_text(text)

    return write


def good(path):
    return {"Python": 0.0}


def refuse(path):
    raise ExportError("refused")


def crash(path):
    raise KeyboardInterrupt


@pytest.mark.parametrize(("check", "error"), [(refuse, ExportError), (crash, KeyboardInterrupt)])
def test_the_good_export_stays_until_another_has_passed(tmp_path, check, error):
    final, _ = settle(tmp_path / "saved_model", written("good"), good)
    with pytest.raises(error):
        settle(final, written("bad"), check)
    assert (final / "saved_model.pb").read_text() == "good"
    assert {path.name for path in tmp_path.iterdir()} <= {"saved_model", "saved_model.refused"}
    settle(final, written("better"), good)
    assert (final / "saved_model.pb").read_text() == "better"


@pytest.mark.parametrize("name", ["saved_model", "saved_model.refused"])
def test_what_is_no_export_is_refused_before_anything_is_removed(tmp_path, name):
    precious = tmp_path / name / "other" / "precious"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    with pytest.raises(ExportError, match=f"{name}: is not an export.*`--output`"):
        settle(tmp_path / "saved_model", written("new"), good)
    assert precious.read_text() == "mine"


def test_two_exports_at_once_do_not_collide(tmp_path):
    meet, ended = threading.Barrier(2, timeout=20), []

    def check(path):
        meet.wait()
        return {"Python": 0.0, "text": (path / "saved_model.pb").read_text()}

    def export(text):
        _, found = settle(tmp_path / "saved_model", written(text), check)
        ended.append(found["text"] == text)

    threads = [threading.Thread(target=export, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [True, True]
    assert (tmp_path / "saved_model" / "saved_model.pb").read_text() in ("one", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["saved_model"]
