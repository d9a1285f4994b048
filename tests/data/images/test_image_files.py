"""Image files on disk: only whole ones of a bearable size are taken; all others are named, and nothing hangs."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from data.errors import DataError
from data.fingerprint import fingerprint
from data.images import image_content
from data.images.looks import look
from tasks.asked_images import whole

RANDOM = np.random.default_rng(0)
VIDEO = b"\0\0\0\x18ftypmp42" + RANDOM.bytes(20_000).replace(b"\xff\xd9", b"..")


def packed(kind, size=16, **options):
    file = io.BytesIO()
    Image.fromarray(RANDOM.integers(0, 256, (size, size, 3), dtype=np.uint8)).save(file, kind, **options)
    return file.getvalue()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb(width, height):
    """A PNG of few bytes that says it has many pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.fixture
def photos(write, tmp_path):
    for name in ("cat", "dog"):
        for number in range(8):
            write(f"photos/{name}/{number}.png", packed("PNG"))
    return tmp_path / "photos"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_follows_the_end_of_an_image_does_not_matter_and_its_end_may_not_lack(kind, write, photos, load):
    thumbnail = packed("JPEG", 8)  # cameras put one in, with an end of its own
    content = packed(kind, 64, **({"exif": b"Exif\0\0" + thumbnail} if kind == "JPEG" else {}))
    path = write(f"photos/cat/motion.{kind.lower()}", content + VIDEO)
    assert len(load(str(photos)).train)
    assert look([path])[0].why is None
    for cut in (len(content) // 2, len(content) - 2):
        write(f"photos/cat/motion.{kind.lower()}", content[:cut])
        with pytest.raises(DataError, match=rf"motion\.{kind.lower()}: the {kind} image is cut off"):
            load(str(photos))
        assert "cut off" in look([path])[0].why


def test_only_regular_files_are_taken_and_others_are_named(photos, load, capsys):
    os.mkfifo(photos / "cat" / "pipe.png")
    os.symlink("/dev/zero", photos / "cat" / "zero.png")
    os.symlink("nowhere.png", photos / "dog" / "dangling.png")
    (photos / "dog" / "._1.png").write_bytes(b"\0\5\26\7 what macOS keeps of a file")
    splits = load(str(photos))
    assert sum(map(len, (splits.train, splits.validation, splits.test))) == 16
    note = next(note for note in splits.notes if "no regular" in note)
    assert all(name in note for name in ("cat/pipe.png", "cat/zero.png", "dog/dangling.png"))
    fingerprint(str(photos))
    skipped = []
    assert len(whole([str(photos)], skipped)) == 16
    assert len(skipped) == 3
    said = capsys.readouterr().err
    assert all(name in said for name in ("cat/pipe.png", "cat/zero.png", "dog/dangling.png"))
    with pytest.raises(DataError, match=r"pipe\.png: neither a regular file nor a folder"):
        whole([str(photos / "cat" / "pipe.png")], [])


def test_a_kind_of_image_that_is_not_read_is_named_in_prediction(photos, write, capsys):
    write("photos/cat/new.heic", b"\0\0\0\x18ftypheic")
    skipped = []
    assert len(whole([str(photos)], skipped)) == 16
    assert len(skipped) == 1
    assert "new.heic: skipped" in capsys.readouterr().err


@pytest.mark.parametrize("folder", [b"cat", b"c\xe4t"])
def test_a_name_that_is_not_utf8_is_told(folder, photos, load):
    where = os.path.join(os.fsencode(photos), folder)
    os.makedirs(where, exist_ok=True)
    with open(os.path.join(where, b"k\xe4tzchen.png"), "wb") as file:
        file.write(packed("PNG"))
    for read in (load, lambda path: whole([path], [])):
        with pytest.raises(DataError, match=r"the name is not UTF-8.*Rename") as caught:
            read(str(photos))
        str(caught.value).encode()


def test_a_file_that_cannot_be_read_is_told(photos, load):
    os.symlink("/proc/self/clear_refs", photos / "cat" / "locked.png")  # may be written only, even by root
    with pytest.raises(DataError, match=r"locked\.png: cannot be read"):
        load(str(photos))


def test_a_png_with_much_text_is_told(photos, load, write):
    image = packed("PNG")
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b" " * 100_000_000))
    write("photos/cat/text.png", image[:33] + text + image[33:])
    with pytest.raises(DataError, match=r"text\.png: not an image"):
        load(str(photos))


@pytest.mark.parametrize("size", [(10_000, 10_000), (22_000, 22_000), (2**31 - 1, 2**31 - 1)])
def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(size, photos, load, write):
    path = write("photos/cat/bomb.png", bomb(*size))
    message = rf"bomb\.png: {size[0]}x{size[1]} pixels.*at most {image_content.MOST_PIXELS:,}"
    with pytest.raises(DataError, match=message):
        load(str(photos))
    with pytest.raises(DataError, match=message):
        whole([path], [])
    assert len(whole([str(photos)], [])) == 16
    assert "pixels" in look([path])[0].why


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF"])
def test_a_header_says_size_and_whether_it_is_grey(kind):
    for mode, grey in (("L", True), ("RGB", False)):
        file = io.BytesIO()
        Image.new(mode, (7, 5)).convert("P" if kind == "GIF" and not grey else mode).save(file, kind)
        found = image_content.header(file.getvalue())
        assert found[:2] == (kind, (5, 7))
        assert found.is_grey == grey or kind == "GIF"
