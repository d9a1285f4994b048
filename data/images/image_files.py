"""Image files on disk: which there are below a path, by one rule for training, evaluation and prediction."""

import os
from typing import NamedTuple

from data.errors import DataError, listing
from data.images import image_content

READABLE = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".bmp", ".dib", ".tif", ".tiff")
FOREIGN = (".heic", ".heif", ".avif", ".jp2", ".jxl", ".psd", ".svg", ".cr2", ".nef", ".arw", ".dng", ".raw")
"""Images that are not read."""
STRONG = {"JPEG", "PNG", "GIF", "WEBP"}
"""Kinds that a file of any name is known by; cameras' raw files begin as a TIFF does, and some texts as a BMP."""
LEFT_BY_SYSTEMS = {
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "#recycle", "$recycle.bin",
    "system volume information", "lost+found", "__pycache__",
}  # fmt: skip
"""What operating systems leave in folders, in lower case; all that begins with a dot is passed over as well."""
MOST_BYTES = 2**30
"""Of one file: a longer one is not read."""


class Below(NamedTuple):
    """The files below a path, sorted."""

    images: list[str]
    """Regular files, named as images that can be read or beginning as one."""
    irregular: list[str]
    """Named so, but pipes, devices, or links to these or to nothing; and links to a folder that was read already."""
    others: list[str]
    passed_over: list[str]
    """Hidden files and folders, and what operating systems leave."""

    @property
    def foreign(self) -> list[str]:
        """Images, by their names, of kinds that are not read."""
        return [path for path in self.others if path.lower().endswith(FOREIGN)]

    def counts(self, folder: str) -> list[str]:
        """Sentences for the user: how many files are no images, and how many are passed over."""
        foreign, found = set(self.foreign), []
        plain = [path for path in self.others if path not in foreign]
        if plain:
            found.append(f"{len(plain)} file(s) in {folder} are no images and left out (such as {plain[0]}).")
        if self.passed_over:
            found.append(
                f"{len(self.passed_over)} hidden file(s) or folder(s) in {folder}, or such as operating systems leave, "
                f"are left out (such as {shown(self.passed_over[0])})."
            )
        return found

    def notes(self, folder: str) -> list[str]:
        """Sentences for the user: which files are left out, and why."""
        if not self.irregular:
            return self.counts(folder)
        return [
            *self.counts(folder),
            f"Left out, since they are no regular files, links to nothing, or folders that were read already: "
            f"{listing(self.irregular)}.",
        ]


def below(path: str, deep: bool = True) -> Below:
    """The files below a folder; links to folders are followed, to each folder once.

    Args:
        path: Of the folder.
        deep: False takes only the files that lie in it directly.

    Raises:
        DataError: A folder cannot be looked into, or a name is not UTF-8.
    """
    images, irregular, others, passed_over, seen = [], [], [], [], set()
    for folder, inside, names in os.walk(path, onerror=_refuse_unreadable, followlinks=True):
        hidden = [name for name in [*inside, *names] if is_passed_over(name)]
        passed_over += [os.path.join(folder, name) for name in hidden]
        seen.add(_identity(folder))
        inside[:] = sorted(set(inside) - set(hidden)) if deep else []
        for name in list(inside):
            if (found := _identity(os.path.join(folder, name))) in seen:
                inside.remove(name)
                irregular.append(os.path.join(folder, name))
            seen.add(found)
        for file in (os.path.join(folder, name) for name in names if name not in hidden):
            refuse_undecodable(file)
            named = file.lower().endswith(READABLE)
            if not os.path.isfile(file):
                (irregular if named or os.path.islink(file) else others).append(file)
            else:
                (images if named or _begins_as_image(file) else others).append(file)
    return Below(sorted(images), sorted(irregular), sorted(others), sorted(passed_over))


def folders(path: str) -> list[str]:
    """The names of the folders in a folder, sorted, without those that are passed over."""
    names = sorted(entry.name for entry in os.scandir(path) if not is_passed_over(entry.name))
    return [name for name in names if os.path.isdir(os.path.join(path, name))]  # not for a link that leads to itself


def is_passed_over(name: str) -> bool:
    """Whether a file or folder is hidden, or one that operating systems leave."""
    return name.startswith(".") or name.lower() in LEFT_BY_SYSTEMS


def refuse_undecodable(path: str) -> None:
    """Raise DataError where a name is not UTF-8: neither a report nor a prediction could say it."""
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{shown(path)}: the name is not UTF-8. Rename the file or its folder.") from error


def shown(path: str) -> str:
    """A path for messages: bytes that are not UTF-8 by their numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read(path: str) -> bytes:
    """The content of a file. Raises DataError where it cannot be read; the message is without a place."""
    try:
        if os.path.getsize(path) > MOST_BYTES:
            raise DataError(f"the file has {os.path.getsize(path):,} bytes, and at most {MOST_BYTES:,} are read")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})") from error


def _identity(path):
    status = os.stat(path)
    return status.st_dev, status.st_ino


def _begins_as_image(path):
    try:
        with open(path, "rb") as file:
            return image_content.kind_of(file.read(16)) in STRONG
    except OSError:  # a file that is not named as an image is no loss
        return False


def _refuse_unreadable(error: OSError) -> None:
    raise DataError(f"{error.filename}: cannot be read ({error.strerror}). Allow it, or remove it.") from error
