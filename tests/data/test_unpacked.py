"""Packed files: read, or refused before they fill the memory; and what is no file at all."""

import bz2
import gzip
import lzma
import os
import zipfile

import pytest

from data import unpacked
from data.errors import DataError, MissingData

TEXT = b"a,b\n1,x\n2,y\n"
PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.fixture
def packed(tmp_path):
    """`packed(ending, content) -> path`."""

    def packed(ending, content):
        path = tmp_path / f"t.csv{ending}"
        if ending == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("t.csv", content)
        else:
            path.write_bytes(PACK[ending](content))
        return str(path)

    return packed


@pytest.mark.parametrize("ending", unpacked.PACKED)
def test_what_is_packed_is_read(ending, packed):
    path = packed(ending, TEXT)
    assert unpacked.read_bytes(path) == TEXT
    assert os.path.basename(unpacked.inner_name(path)) == "t.csv"


@pytest.mark.parametrize("ending", unpacked.PACKED)
def test_what_is_counted_first_is_read_whole(ending, packed, monkeypatch):
    monkeypatch.setattr(unpacked, "FREELY", 1000)
    monkeypatch.setattr(unpacked, "PIECE", 300)
    for size in (900, 1000, 1200, 1201, 5000):
        content = os.urandom(size)
        assert unpacked.read_bytes(packed(ending, content)) == content


@pytest.mark.parametrize("ending", unpacked.PACKED)
def test_a_bomb_is_refused_before_it_is_unpacked(ending, packed, monkeypatch):
    monkeypatch.setattr(unpacked, "FREELY", 10_000)
    monkeypatch.setattr(unpacked, "PIECE", 1000)
    path = packed(ending, b"0" * 10_000_000)
    read = []
    refuse = unpacked.refuse_too_much
    monkeypatch.setattr(unpacked, "refuse_too_much", lambda *sizes: (read.append(sizes[1]), refuse(*sizes)))
    with pytest.raises(DataError, match=r"unpacks to more than [\d,]+ bytes"):
        unpacked.read_bytes(path)
    assert ending == ".zip" or max(read) < 200 * os.path.getsize(path) + 20_000


@pytest.mark.parametrize("ending", unpacked.PACKED)
@pytest.mark.parametrize("change", [lambda content: content[: len(content) // 2], lambda content: b"junk" * 9])
def test_a_broken_archive_is_told(ending, change, packed):
    path = packed(ending, os.urandom(3000))
    with open(path, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(change(content))
    with pytest.raises(DataError, match=rf"t\.csv{ending}: not a whole"):
        unpacked.read_bytes(path)


def test_a_zip_with_a_password_is_told(packed):
    path = packed(".zip", TEXT)
    with open(path, "r+b") as file:
        content = bytearray(file.read())
        for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.index(signature) + flags] |= 1
        file.seek(0)
        file.write(content)
    with pytest.raises(DataError, match="locked with a password"):
        unpacked.read_bytes(path)


@pytest.mark.parametrize("name", ["https://example.org/t.csv", "s3://bucket/t.csv", "gs://b/t.parquet"])
def test_a_web_address_is_refused(name):
    with pytest.raises(DataError, match="is a web address, and nothing is downloaded. Download the file"):
        unpacked.read_bytes(name)


def test_a_stream_a_folder_and_nothing_are_told_apart(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("-", "/dev/null", str(tmp_path / "pipe.csv")):
        with pytest.raises(DataError, match="no regular file but a stream"):
            unpacked.read_bytes(name)
    with pytest.raises(DataError, match="is a folder"):
        unpacked.read_bytes(str(tmp_path))
    with pytest.raises(MissingData, match="no such file"):
        unpacked.read_bytes(str(tmp_path / "none.csv"))
