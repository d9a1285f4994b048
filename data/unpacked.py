"""The bytes of a file, unpacked where its name says that it is packed: .gz, .bz2, .xz, or a .zip of one file."""

import bz2
import gzip
import io
import lzma
import os
import re
import zipfile
import zlib

from data.errors import DataError, MissingData, listing

MOST_UNPACKED = 4 * 1024**3
"""Bytes that a packed file may hold: a few megabytes can hold any number, and all would be read into memory."""
MOST_TIMES = 200
"""Times its own size that a packed file may hold beyond `FREELY` bytes; tables are packed to about a tenth."""
FREELY = 256 * 1024**2
PIECE = 1024**2
OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
PACKED = (*OPENERS, ".zip")
BROKEN = (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError)
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
JUNK = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$)")


def read_bytes(path: str) -> bytes:
    """The content of a file, unpacked if its name ends as packed files do.

    Raises:
        DataError: The file is missing, cannot be read, is a broken archive or unpacks to too much.
    """
    refuse_no_file(path)
    packing = packing_of(path)
    try:
        if not packing:
            with open(path, "rb") as file:
                return file.read()
        if packing == ".zip":
            with zipfile.ZipFile(path) as archive:
                member = _member(path, archive)
                if member.flag_bits & 1:
                    raise DataError(f"{path}: is locked with a password. Unpack it, and give the file.")
                refuse_too_much(path, member.file_size, member.compress_size)
                with archive.open(member) as file:
                    return _all_of(path, file)
        with OPENERS[packing](path) as file:
            return _all_of(path, file)
    except (*BROKEN, NotImplementedError) as error:
        kind = {".gz": "gzip"}.get(packing, packing[1:])
        raise DataError(f"{path}: not a whole {kind} file ({error}). Unpack it to check, or copy it again.") from error
    except OSError as error:
        if packing == ".bz2" and error.errno is None:
            raise DataError(f"{path}: not a whole bz2 file ({error}). Unpack it to check, or copy it again.") from error
        raise DataError(f"{path}: cannot be read ({error.strerror}). Allow it, or copy it again.") from error


def refuse_no_file(path: str) -> None:
    """Raise a DataError where a path is no regular file: a web address, standard input, a pipe, or nothing at all."""
    if URL.match(path):
        raise DataError(f"{path}: is a web address, and nothing is downloaded. Download the file, and give its path.")
    if os.path.isfile(path):
        return
    if path == "-" or (os.path.exists(path) and not os.path.isdir(path)):
        raise DataError(f"{path}: is no regular file but a stream. It is read more than once: save it in a file first.")
    if os.path.isdir(path):
        raise DataError(f"{path}: is a folder, and a file is needed. Give one of its files.")
    raise MissingData(f"{path}: no such file. Check the path.")


def packing_of(path: str) -> str:
    """How a file is packed, by the ending of its name: one of `PACKED`, or "" where it is not."""
    ending = os.path.splitext(path.lower())[1]
    return ending if ending in PACKED else ""


def inner_name(path: str) -> str:
    """The name of what a file holds: "people.csv" for people.csv.gz, and the file inside of people.zip.

    Raises:
        DataError: It ends in .zip and is no archive of one file.
    """
    packing = packing_of(path)
    inner = path[: len(path) - len(packing)]
    if packing == ".zip" and os.path.isfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                return _member(path, archive).filename
        except zipfile.BadZipFile as error:
            raise DataError(f"{path}: not a whole zip file ({error}). Copy it again.") from error
    return inner


def _member(path, archive):
    members = [one for one in archive.infolist() if not one.is_dir() and not JUNK.search(one.filename)]
    if len(members) != 1:
        names = listing([one.filename for one in members], 4)
        raise DataError(
            f"{path}: an archive of {len(members)} files ({names or 'none'}), and one is needed. Unpack it, and give "
            f"the file, or the folder of images."
        )
    return members[0]


def _all_of(path, file):
    """What a packed file holds; where that is more than `FREELY`, it is counted before it is kept."""
    size, kept = os.path.getsize(path), io.BytesIO()
    while (piece := file.read(PIECE)) and kept.tell() + len(piece) <= min(FREELY, MOST_UNPACKED):
        kept.write(piece)
    if not piece:
        return kept.getvalue()
    total = kept.tell()
    kept.close()
    while piece:
        total += len(piece)
        refuse_too_much(path, total, size)
        piece = file.read(PIECE)
    file.seek(0)
    kept = io.BytesIO()
    while piece := file.read(PIECE):
        kept.write(piece)
    return kept.getvalue()


def refuse_too_much(path: str, unpacked: int, packed: int) -> None:
    """Raise a DataError where `packed` bytes hold more than a table could."""
    most = min(MOST_UNPACKED, max(FREELY, MOST_TIMES * packed))
    if unpacked > most:
        raise DataError(f"{path}: unpacks to more than {most:,} bytes. If that is right, give it unpacked.")
