"""COCO's JSON of regions: polygons and run lengths, also compressed, drawn into masks.

Where regions of a picture overlap, the smaller lies above the larger. What no region covers is "background".
"""

import os

import numpy as np

from data import text_file
from data.errors import DataError, listing
from data.images import caption_images
from data.masks import polygons, run_lengths
from data.masks.class_table import ClassTable
from data.masks.mask_sources import Pair, RawMasks
from data.masks.masked_images import MOST_CLASSES, standard_palette

BACKGROUND = "background"
REMEDY = "COCO's JSON has images, annotations and categories."


def read(path: str, images: str | None = None) -> RawMasks:
    """The pairs of a file.

    Args:
        path: Of the file.
        images: Folder of the pictures; None looks beside the file.

    Raises:
        DataError: It is no such file, an annotation names an unknown picture or category, or has no region.
    """
    text, _ = text_file.read(path, "COCO's JSON")
    content = text_file.parse_json(text, path, REMEDY)
    parts = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(part), list) for part in parts):
        raise DataError(f"{path}: is no JSON of regions. {REMEDY}")
    try:
        names = {one["id"]: str(one["name"]) for one in content["categories"]}
        files = {one["id"]: one["file_name"] for one in content["images"]}
        sizes = {one["id"]: (one["height"], one["width"]) for one in content["images"]}
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: a picture or a category lacks {error}. {REMEDY}") from error
    if len(names) > MOST_CLASSES - 1 or not names:
        raise DataError(f"{path}: has {len(names)} categories. Allowed: 1 to {MOST_CLASSES - 1}.")
    index = {number: place for place, number in enumerate(sorted(names, key=str if _mixed(names) else None), start=1)}
    regions: dict[object, list] = {number: [] for number in files}
    for place, one in enumerate(content["annotations"]):
        where = f"{path}: annotations[{place}]"
        if not isinstance(one, dict) or one.get("image_id") not in files:
            got = one.get("image_id") if isinstance(one, dict) else one
            raise DataError(f"{where}: image_id {got!r} is that of no picture.")
        if one.get("category_id") not in index:
            raise DataError(
                f"{where}: category_id {one.get('category_id')!r} is none of the categories {listing(sorted(index))}."
            )
        if not one.get("segmentation"):
            raise DataError(
                f"{where}: has no `segmentation`, only a box or nothing, which says no pixels. Give outlines."
            )
        regions[one["image_id"]].append((where, index[one["category_id"]], one["segmentation"]))
    folder = caption_images.folder_for(path, dict.fromkeys(files.values(), ()), images)
    found = caption_images.find(folder, list(files.values()))
    pairs, without = [], 0
    for number, name in files.items():
        if name not in found:
            raise DataError(f"{path}: {name} is not in {folder}. Name the folder of the pictures: --images DIR.")
        if not regions[number]:
            without += 1
        pairs.append(Pair(found[name], _mask(regions[number], sizes[number], f"{path}: {name}"), found[name]))
    order = [BACKGROUND, *(names[number] for number in index)]
    if len(set(order)) < len(order):
        twice = next(name for name in order if order.count(name) > 1)
        raise DataError(f"{path}: two categories are called {twice!r}. Rename one.")
    table = ClassTable(tuple(order), tuple(range(len(order))), standard_palette(len(order)), path)
    notes = [f"{without} picture(s) have no region: all of each is {BACKGROUND}."] if without else []
    return RawMasks({"train": pairs}, table, path, notes)


def _mixed(names) -> bool:
    return len({type(one) for one in names}) > 1


def _mask(regions: list, size: tuple[int, int], place: str):
    """The function that draws the regions of a picture."""

    def draw(shape: tuple[int, int]) -> np.ndarray:
        if tuple(size) != tuple(shape):
            raise DataError(
                f"{place}: is {shape[1]} wide and {shape[0]} high, and the file says {size[1]} and {size[0]}."
            )
        drawn = []
        for where, value, region in regions:
            own = np.zeros(shape, np.uint8)
            try:
                if isinstance(region, dict):
                    if list(region.get("size", ())) != list(shape):
                        raise DataError(
                            f"run lengths are of the size {region.get('size')}, the picture of {list(shape)}"
                        )
                    own[run_lengths.decoded(region.get("counts", ()), *shape)] = 1
                else:
                    for points in region:
                        polygons.draw(own, points, 1)
            except DataError as error:
                raise DataError(f"{where}: {error}") from None
            drawn.append((int(own.sum()), value, own))
        ids = np.zeros(shape, np.uint8)
        for _, value, own in sorted(drawn, key=lambda one: -one[0]):
            ids[own > 0] = value
        return ids

    return draw


def is_coco(path: str) -> bool:
    """Whether a path is named as such a file."""
    return os.path.splitext(path.lower().removesuffix(".gz"))[1] == ".json"
