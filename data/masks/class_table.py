"""Names, ids and colours of classes, as a file gives them or as a dataset is known to have them."""

import os
import re
from dataclasses import dataclass

from data import text_file
from data.errors import DataError, listing

FILES = (
    "labelmap.txt", "label_colors.txt", "class_dict.csv", "classes.txt", "class_names.txt", "labels.txt", "codes.txt",
)  # fmt: skip
"""Names under which a folder may hold its classes."""
HEADERS = {"name", "class", "label", "r", "id"}


@dataclass(frozen=True)
class ClassTable:
    """Classes in their order.

    Attributes:
        names, ids: Of the classes; ids are what masks hold.
        colours: (red, green, blue) of each class, or None where the masks are not in colour.
        source: Where it is from, for messages.
        void: Ids that belong to no class.
    """

    names: tuple[str, ...]
    ids: tuple[int, ...]
    colours: tuple[tuple[int, int, int], ...] | None
    source: str
    void: tuple[int, ...] = (255,)

    @property
    def by_colour(self) -> dict[tuple[int, int, int], int] | None:
        """Colour -> id, None where there are no colours."""
        return dict(zip(self.colours, self.ids, strict=True)) if self.colours else None


CAMVID = ClassTable(
    ("sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist"),
    tuple(range(11)),
    ((128, 128, 128), (128, 0, 0), (192, 192, 128), (128, 64, 128), (60, 40, 222), (128, 128, 0), (192, 128, 128),
     (64, 64, 128), (64, 0, 128), (64, 64, 0), (0, 128, 192)),
    "CamVid's 11 classes",
    (11, 255),
)  # fmt: skip
"""The classes and colours of Badrinarayanan et al. 2017, SegNet (arXiv:1511.00561)."""
STREET = (
    "road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation", "terrain",
    "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle",
)  # fmt: skip
STREET_COLOURS = (
    (128, 64, 128), (244, 35, 232), (70, 70, 70), (102, 102, 156), (190, 153, 153), (153, 153, 153), (250, 170, 30),
    (220, 220, 0), (107, 142, 35), (152, 251, 152), (70, 130, 180), (220, 20, 60), (255, 0, 0), (0, 0, 142), (0, 0, 70),
    (0, 60, 100), (0, 80, 100), (0, 0, 230), (119, 11, 32),
)  # fmt: skip
STREET_IDS = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)
CITYSCAPES = ClassTable(
    STREET, STREET_IDS, STREET_COLOURS, "Cityscapes' 19 classes", tuple(sorted({*range(256)} - {*STREET_IDS}))
)
"""The classes that are scored of Cordts et al. 2016 (arXiv:1604.01685); all others are void."""
CITYSCAPES_TRAIN = ClassTable(STREET, tuple(range(19)), STREET_COLOURS, "Cityscapes' 19 classes")
VOC_NAMES = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable",
    "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip


def voc() -> ClassTable:
    """The classes of Everingham et al. 2010, Pascal VOC, in its colours; the white rim is void."""
    from data.masks.masked_images import standard_palette

    count = len(VOC_NAMES)
    return ClassTable(VOC_NAMES, tuple(range(count)), standard_palette(count), "VOC's 21 classes")


def find(folder: str) -> ClassTable | None:
    """The table in a folder, under one of the names `FILES`."""
    paths = [os.path.join(folder, name) for name in FILES]
    return next((read(path) for path in paths if os.path.isfile(path)), None)


def read(path: str) -> ClassTable:
    """The classes of a file, a line each: a name; an id and a name; or a name and its colour, in either order, as
    "road:128,64,128::", "road,128,64,128" or "128 64 128 road". Without ids they count from 0.

    Raises:
        DataError: A line is none of these, or a name, id or colour comes twice; with file and line.
    """
    found: list[tuple[int, str, int | None, tuple | None]] = []
    text, _ = text_file.read(path, "a class in each line", latin=True)
    for number, line in enumerate(text.splitlines(), start=1):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        words = re.split(r"[\s,;:\t]+", text.strip(":"))
        if number == 1 and words[0].lower() in HEADERS and len(words) > 1 and not any(map(str.isdigit, words)):
            continue
        found.append((number, *_parsed(text, f"{path}:{number}")))
    if len(found) < 2:
        raise DataError(f"{path}: holds {len(found)} class(es). Give two or more, a line each.")
    coloured = [colour for *_, colour in found if colour]
    if coloured and len(coloured) < len(found):
        number = next(number for number, *_, colour in found if not colour)
        raise DataError(f"{path}:{number}: has no colour, and other lines have one. Give all or none.")
    ids = [place if one is None else one for place, (_, _, one, _) in enumerate(found)]
    names = [name for _, name, _, _ in found]
    for what, values in (("name", names), ("id", ids), ("colour", coloured)):
        first = {}
        for (number, *_), value in zip(found, values, strict=False):
            if value in first:
                raise DataError(
                    f"{path}:{number}: the {what} {value!r} is that of line {first[value]}, too. Change one."
                )
            first[value] = number
    if len(names) > 255:
        raise DataError(f"{path}: holds {len(names)} classes, and masks of 8 bits have 255 at most.")
    void = () if 255 in ids else (255,)
    return ClassTable(tuple(names), tuple(ids), tuple(coloured) or None, path, void)


def _parsed(text: str, place: str):
    """Name, id or None, colour or None of a line."""
    number = r"(\d{1,9})"
    gap = r"[\s,;:]+"
    after = re.fullmatch(rf"(.+?){gap}{number}{gap}{number}{gap}{number}[\s:;,]*", text)
    before = re.fullmatch(rf"{number}{gap}{number}{gap}{number}{gap}(.+?)[\s:;,]*", text)
    if after or before:
        name, colour = (after[1], after.groups()[1:]) if after else (before[4], before.groups()[:3])
        colour = tuple(map(int, colour))
        if max(colour) > 255:
            raise DataError(f"{place}: colours are three numbers from 0 to 255. Received: {' '.join(map(str, colour))}")
        return name.strip(), None, colour
    numbered = re.fullmatch(rf"{number}{gap}(\D.*?)[\s:;,]*", text)
    if numbered:
        if int(numbered[1]) > 255:
            raise DataError(f"{place}: ids are numbers from 0 to 255. Received: {numbered[1]}")
        return numbered[2].strip(), int(numbered[1]), None
    if re.fullmatch(r"[\d\s,;:]+", text):
        raise DataError(
            f'{place}: has no name. Allowed: a name, "id name", or a name with three numbers of its colour. '
            f"Received: {text[:60]}"
        )
    return text.strip(" :;,"), None, None


def ignored(table: ClassTable, ignore: tuple[str, ...]) -> ClassTable:
    """The table without the classes that the user ignores, by name or id. Raises DataError on one that is none."""
    dropped = set()
    for asked in ignore:
        same = [i for i, name in zip(table.ids, table.names, strict=True) if name.lower() == asked.lower()]
        if not same and asked.isdigit() and int(asked) in {*table.ids, *range(256)}:
            same = [int(asked)]
        if not same:
            raise DataError(
                f"`--ignore` must name classes or ids from 0 to 255. Received: {asked}. Allowed: "
                f"{listing([*table.names, *table.void])} ({table.source})."
            )
        dropped |= set(same)
    kept = [k for k, one in enumerate(table.ids) if one not in dropped]
    if len(kept) < 2:
        raise DataError(f"`--ignore` leaves {len(kept)} class(es) of {table.source}. At least two are needed.")
    colours = tuple(table.colours[k] for k in kept) if table.colours else None
    names, ids = (tuple(values[k] for k in kept) for values in (table.names, table.ids))
    return ClassTable(names, ids, colours, table.source, tuple(sorted({*table.void, *dropped})))
