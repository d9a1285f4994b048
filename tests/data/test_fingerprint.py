"""Files are known by their content: what is the same data, and what is not."""

import os
import shutil

import pytest

from data import fingerprint as module
from data.fingerprint import fingerprint


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in {"cat/1.png": b"a", "cat/2.png": b"b", "dog/1.png": b"c"}.items():
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(content)
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    return tmp_path / "photos"


def copied(photos):
    shutil.copytree(photos, photos.with_name("elsewhere"))
    return "elsewhere"


def touched(photos):
    for path in photos.rglob("*"):
        os.utime(path, (1, 1))
    return "photos"


def written_anew(photos):
    for path in photos.rglob("*.png"):
        path.write_bytes(path.read_bytes())
    return "photos"


def linked(photos):
    photos.with_name("link").symlink_to(photos)
    return "link"


def of_linked_classes(photos):
    photos.with_name("links").mkdir()
    for one in photos.iterdir():
        (photos.with_name("links") / one.name).symlink_to(one)
    return "links"


def with_junk(photos):
    for name in (".DS_Store", "cat/Thumbs.db", "cat/._1.png", "desktop.ini", ".ipynb_checkpoints/1.png"):
        (photos / name).parent.mkdir(exist_ok=True)
        (photos / name).write_text("junk")
    return "photos"


SAME = {
    "absolute": str,
    "another spelling": lambda photos: "./photos/",
    "copied": copied,
    "touched": touched,
    "written anew": written_anew,
    "a link": linked,
    "links inside": of_linked_classes,
    "junk of systems": with_junk,
}


@pytest.mark.parametrize("act", SAME.values(), ids=SAME)
def test_the_same_data(photos, act):
    before = fingerprint("photos")
    assert fingerprint(str(act(photos))) == before


def test_a_circle_of_links_ends(photos):
    (photos / "cat" / "again").symlink_to(photos)
    assert fingerprint("photos") == fingerprint("photos")


def exchanged(photos):
    (photos / "cat/1.png").write_bytes(b"b")
    (photos / "cat/2.png").write_bytes(b"a")


OTHER = {
    "a byte": lambda photos: (photos / "cat/1.png").write_bytes(b"x"),
    "two exchanged": lambda photos: (
        (photos / "cat/1.png").write_bytes(b"b") and (photos / "cat/2.png").write_bytes(b"a")
    ),
    "another class": lambda photos: (photos / "cat").rename(photos / "kitten"),
    "one moved": lambda photos: (photos / "cat/2.png").rename(photos / "dog/2.png"),
    "one more": lambda photos: (photos / "dog/3.png").write_bytes(b"d"),
    "one less": lambda photos: (photos / "dog/1.png").unlink(),
}


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_other_data_under_the_same_name(photos, change):
    before = fingerprint("photos")
    status = os.stat(photos / "cat/1.png")
    change(photos)
    if (photos / "cat/1.png").exists():
        os.utime(photos / "cat/1.png", ns=(status.st_atime_ns, status.st_mtime_ns))  # as cp -p, rsync and tar do
    assert fingerprint("photos") != before


def test_files_and_names(photos):
    of_people = fingerprint("people.csv")
    shutil.copy("people.csv", "other.csv")
    shutil.copy("people.csv", "people.tsv")
    assert fingerprint("other.csv") == of_people != fingerprint("people.tsv")  # read in another way
    assert fingerprint("people.csv:one") != fingerprint("people.csv:two") != of_people
    assert fingerprint("digits") is fingerprint("tfds:mnist") is fingerprint(None) is None
    assert fingerprint("people.csv", "photos") != fingerprint("photos", "people.csv")


def test_large_data_is_read_once_while_it_stays_as_it_is(photos, monkeypatch):
    read = []
    digest = module._digest
    monkeypatch.setattr(module, "_digest", lambda path: read.append(path) or digest(path))
    monkeypatch.setattr(module, "LARGE", 0)
    monkeypatch.setattr(module, "SETTLED", -1.0)
    first = fingerprint("photos")
    assert len(read) == 3 and fingerprint(str(photos)) == first and len(read) == 3
    status = os.stat(photos / "cat/1.png")
    (photos / "cat/1.png").write_bytes(b"x")
    os.utime(photos / "cat/1.png", ns=(status.st_atime_ns, status.st_mtime_ns))  # size and time are as they were
    assert fingerprint("photos") != first and len(read) == 6


def test_what_has_just_changed_is_not_remembered(photos, monkeypatch):
    monkeypatch.setattr(module, "LARGE", 0)
    fingerprint("photos")
    assert not module.MEMORY.exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"x": 1}', None])
def test_a_broken_memory_is_no_matter(photos, monkeypatch, content):
    monkeypatch.setattr(module, "LARGE", 0)
    monkeypatch.setattr(module, "SETTLED", -1.0)
    if content is None:
        (photos.parent / "runs").write_text("a file where the folder should be")
    else:
        (photos.parent / "runs").mkdir()
        module.MEMORY.write_text(content)
    assert fingerprint("photos") == fingerprint("photos")
