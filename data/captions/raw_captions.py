"""Captions as they stand in a file: per image name what is said of it, before any image is looked for."""

import os
import unicodedata
from dataclasses import dataclass, field

from data import text_file
from data.errors import DataError

MOST_LEFT_OUT = 0.01  # share of images or captions that may be unusable; above it, something is wrong as a whole
ONE_OF = 50  # of so many one may be unusable, though that is more


@dataclass(frozen=True, eq=False)
class RawCaptions:
    """Images and captions of one file.

    Attributes:
        path: of the file, as the user typed it.
        captions: image name -> its captions, at least one, in NFC and without spaces at the ends.
        places: image name -> where the file names it first, such as "captions.csv:17".
        parts: image name -> "train", "validation" or "test", where the file says it.
        contents: image name -> the bytes of its file, where the source holds them itself.
        classes: image name -> the name of its class, where the file says it.
        notes: what was decided on reading.
    """

    path: str
    captions: dict[str, tuple[str, ...]]
    places: dict[str, str]
    parts: dict[str, str]
    contents: dict[str, bytes]
    notes: tuple[str, ...] = ()
    classes: dict[str, str] = field(default_factory=dict)


class CaptionRows:
    """Gathers what a reader finds, row by row, and judges it when all is there.

    Args:
        path: of the file, for messages.
    """

    def __init__(self, path):
        self.path = path
        self.captions, self.places, self.parts, self.contents, self.notes = {}, {}, {}, {}, []
        self.classes = {}
        self._empty = []

    def name_image(self, name, place):
        """Takes down an image, whether or not anything is said of it.

        Raises:
            DataError: the name is empty or leads out of the folder of images.
        """
        if name in self.captions:
            return
        refuse_unsafe_name(name, place)
        self.captions[name] = []
        self.places[name] = place

    def add(self, name, caption, place):
        """Takes down what is said of an image."""
        self.name_image(name, place)
        text = " ".join(unicodedata.normalize("NFC", caption).split())
        if text:
            self.captions[name].append(text)
        else:
            self._empty.append(place)

    def name_class(self, name, value, place):
        """Takes down the class of an image; a missing one, None or empty, says nothing.

        Raises:
            DataError: it is no text or number, or another one than before.
        """
        if value is None or value == "":
            return
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise DataError(f"{place}: 'class' must be a text or a number. Received: {str(value)[:80]}")
        text = " ".join(unicodedata.normalize("NFC", str(value)).split())
        if text and self.classes.setdefault(name, text) != text:
            raise DataError(
                f"{place}: {name!r} is of class {text!r} here and of {self.classes[name]!r} before. An image has one "
                "class. Mend one of them."
            )

    def finish(self):
        """Returns the `RawCaptions`; empty captions and images without a caption are left out and said.

        Raises:
            DataError: nothing is left, or too much is left out.
        """
        total = sum(map(len, self.captions.values())) + len(self._empty)
        if not total:
            raise DataError(f"{self.path}: no captions. Give a file with at least one caption for each image.")
        left_out(self._empty, total, "caption", "empty", "Write them or remove their lines.", self.notes)
        silent = [self.places[name] for name, captions in self.captions.items() if not captions]
        if len(silent) == len(self.captions):
            raise DataError(f"{self.path}: no image has a caption. Give at least one caption for each image.")
        if silent:
            self.notes.append(f"{_count(silent, 'image')} without a caption left out (first: {silent[0]}).")
        return RawCaptions(
            self.path,
            {name: tuple(captions) for name, captions in self.captions.items() if captions},
            self.places,
            self.parts,
            self.contents,
            tuple(self.notes),
            self.classes,
        )


def left_out(places, total, noun, why, remedy, notes):
    """Notes what cannot be used, where it is little; refuses it where it is more.

    Args:
        places: where each unusable one is; nothing happens if there is none.
        total: number of all, usable or not.
        noun, why: what it is and what is wrong with it: "image", "missing".
        remedy: a sentence that says what to do.
        notes: sentences for the user, added to.

    Raises:
        DataError: more than `MOST_LEFT_OUT` of all cannot be used.
    """
    if not places:
        return
    if len(places) > max(MOST_LEFT_OUT * total, total >= ONE_OF):
        more = "" if len(places) == 1 else f" and {len(places) - 1} more"
        raise DataError(
            f"{places[0]}{more}: {noun} {why}: {len(places)} of {total}, and at most {MOST_LEFT_OUT:.0%} are left out "
            f"without asking. {remedy}"
        )
    notes.append(f"{_count(places, noun)} of {total} left out: {why} (first: {places[0]}).")


def _count(things, noun):
    return f"1 {noun}" if len(things) == 1 else f"{len(things)} {noun}s"


def refuse_unsafe_name(name, place):
    """Raises a DataError if the name of an image is empty, absolute, or leads out of its folder."""
    parts = name.replace("\\", "/").split("/")
    if not name.strip():
        raise DataError(f"{place}: the name of the image is empty. Allowed: a file name such as dog.jpg.")
    if os.path.isabs(name) or parts[0] == "" or ".." in parts or "\0" in name or parts[0].endswith(":"):
        raise DataError(
            f"{place}: the image name leads out of the folder of images. Allowed: names inside the folder that "
            f"--images names, such as dog.jpg or train/dog.jpg. Received: {name[:100]!r}."
        )


def read_json(path):
    """Returns what a JSON file holds.

    Raises:
        DataError: it is missing, empty, not text, or not JSON that Python can hold.
    """
    text, _ = text_file.read(path, "a JSON file of captions")
    return text_file.parse_json(text, path, "Is the file whole? Mend it.")
