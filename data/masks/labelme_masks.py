"""LabelMe's JSON, a file for each picture: polygons, rectangles and circles drawn into masks, in their order.

What no region covers is "background"; the label `__ignore__` is void. The picture is the file that `imagePath` names,
or the one inside of the JSON.
"""

import base64
import binascii
import os

import numpy as np

from data import text_file
from data.errors import DataError
from data.images import image_files
from data.masks import polygons
from data.masks.class_table import ClassTable
from data.masks.mask_sources import Pair, RawMasks
from data.masks.masked_images import MOST_CLASSES, VOID, standard_palette

BACKGROUND, IGNORED = "background", "__ignore__"
SAME = {"_background_": BACKGROUND}
SHAPES = ("polygon", "rectangle", "circle")
REMEDY = "LabelMe's JSON has shapes and imagePath."


def read(folder: str) -> RawMasks:
    """The pairs of a folder of such files.

    Raises:
        DataError: A file is none, its picture is missing, or a shape has no region.
    """
    paths = sorted(one for one in image_files.below(folder).others if one.lower().endswith(".json"))
    found, labels = [], set()
    for path in paths:
        text, _ = text_file.read(path, "LabelMe's JSON")
        content = text_file.parse_json(text, path, REMEDY)
        if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
            raise DataError(f"{path}: is no JSON of LabelMe. {REMEDY}")
        shapes = []
        for number, one in enumerate(content["shapes"]):
            where = f"{path}: shapes[{number}]"
            if not isinstance(one, dict) or not one.get("label") or "points" not in one:
                raise DataError(f"{where}: needs a label and points.")
            kind = one.get("shape_type") or "polygon"
            if kind not in SHAPES:
                raise DataError(
                    f"{where}: a {kind} covers no pixels. Allowed: {', '.join(SHAPES)}. Change it, or remove it."
                )
            label = SAME.get(str(one["label"]), str(one["label"]))
            labels.add(label)
            shapes.append((where, label, one["points"], kind))
        found.append((path, _picture(path, content), shapes))
    names = [BACKGROUND, *sorted(labels - {BACKGROUND, IGNORED})]
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DataError(f"{folder}: has {len(names) - 1} labels. Allowed: 1 to {MOST_CLASSES - 1}.")
    index = {name: number for number, name in enumerate(names)} | {IGNORED: VOID}
    pairs = [
        Pair(image, _mask([(w, index[label], p, k) for w, label, p, k in shapes]), path)
        for path, image, shapes in found
    ]
    table = ClassTable(tuple(names), tuple(range(len(names))), standard_palette(len(names)), folder)
    return RawMasks({"train": pairs}, table, folder)


def _picture(path: str, content: dict) -> str | bytes:
    """Path or content of the picture of a file."""
    beside = os.path.join(os.path.dirname(path), str(content.get("imagePath") or "").replace("\\", "/"))
    if content.get("imagePath") and os.path.isfile(beside):
        return beside
    if content.get("imageData"):
        try:
            return base64.b64decode(content["imageData"], validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise DataError(f"{path}: imageData is no picture in base64 ({error}).") from error
    raise DataError(f"{path}: its picture {content.get('imagePath')!r} is not there, nor inside of the file.")


def _mask(shapes: list):
    """The function that draws the shapes of a picture."""

    def draw(size: tuple[int, int]) -> np.ndarray:
        ids = np.zeros(size, np.uint8)
        for where, value, points, kind in shapes:
            try:
                polygons.draw(ids, points, value, kind)
            except DataError as error:
                raise DataError(f"{where}: {error}") from None
        return ids

    return draw


def is_labelme(folder: str) -> bool:
    """Whether a folder holds JSON files, and no folder of masks or pictures in a known layout."""
    return os.path.isdir(folder) and any(one.lower().endswith(".json") for one in os.listdir(folder))
