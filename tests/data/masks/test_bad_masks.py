"""What cannot be used is refused with its file, and its pixel or line."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from data.errors import DataError
from data.masks.mask_source import resolve
from data.settings import SegmentationData
from tests.data.masks import sources
from tests.data.masks.sources import SIZE, coco, labelme, pairs, picture, save


def names(root, content="sky\nsea\nland\n"):
    (pairs(root) / "classes.txt").write_text(content)
    return root


def mask(root, values, mode=None, name="03.png", **options):
    """A folder of pairs with names, one of whose masks is replaced."""
    (names(root) / "masks/03.png").unlink()
    save(root / "masks" / name, values, mode, **options)
    return root


def changed(values, row, column, value):
    values = values.copy()
    values[row, column] = value
    return values


def edited(path, change):
    """A JSON file after a change."""
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    change(content)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
    return path


IDS = sources.ids(3)
TRANSPARENT = np.dstack([IDS, changed(np.full(SIZE, 255, np.uint8), 2, 5, 0)])
COLOUR = np.dstack([IDS, IDS * 2, IDS])

MASKS = {
    "an id outside the list": (
        lambda r: mask(r, changed(IDS, 4, 7, 9)),
        r"03\.png: the pixel at row 4, column 7 has the id 9",
    ),
    "a palette turned into grey": (
        lambda r: mask(r, np.array([0, 38, 75, 113], np.uint8)[IDS]),
        "palette turned into grey",
    ),
    "instances of 16 bits": (
        lambda r: mask(r, changed(IDS.astype(np.uint16), 1, 2, 4001)),
        "row 1, column 2 has the id 4001",
    ),
    "a JPEG": (lambda r: mask(r, IDS, name="03.jpg"), r"03\.jpg: a JPEG image changes the values"),
    "a WEBP": (lambda r: mask(r, COLOUR, name="03.webp"), r"03\.webp: a WEBP image changes the values"),
    "another size": (lambda r: mask(r, IDS[:, :-1]), "the mask is 31 wide and 24 high, and its picture"),
    "colours without a table": (lambda r: mask(r, COLOUR), "its palette was lost"),
    "transparent pixels": (lambda r: mask(r, TRANSPARENT, "LA"), "the pixel at row 2, column 5 is transparent"),
    "ink instead of ids": (
        lambda r: mask(r, Image.new("CMYK", SIZE[::-1]), name="03.tif"),
        "its pixels are CMYK, no ids",
    ),
    "fractions": (lambda r: mask(r, IDS.astype(np.float32), name="03.tif"), "its pixels are F, no ids"),
}


@pytest.mark.parametrize(("make", "message"), MASKS.values(), ids=MASKS)
def test_masks(tmp_path, make, message):
    refuse(make(tmp_path), message)


def refuse(path, message, **settings):
    with pytest.raises(DataError, match=message) as error:
        resolve(SegmentationData(str(path), **settings), seed=0)
    assert len(str(error.value)) < 900


def cut(root, name):
    path = pairs(root) / name
    path.write_bytes(path.read_bytes()[:-20])
    return root


def empty(root, name):
    (pairs(root) / name).write_bytes(b"")
    return root


def coloured(root):
    """Masks in colours of a table, one of which has a pixel of a colour between two."""
    colours = np.array([[0, 0, 0], [200, 0, 0], [0, 200, 0]], np.uint8)
    names(root, "a 0 0 0\nb 200 0 0\nc 0 200 0\n")
    for number in range(12):
        values = colours[sources.ids(number)]
        if number == 5:
            values[6, 9] = 100, 0, 0
        save(root / "masks" / f"{number:02}.png", values)
    return root


def turned(root):
    """A picture that EXIF turns, and a mask as the file lies."""
    exif = Image.Exif()
    exif[0x0112] = 6
    pairs(root)
    (root / "images/03.png").unlink()
    save(root / "images/03.jpg", picture(3), exif=exif)
    return root


def listed(root):
    pairs(root, 6, "JPEGImages", "SegmentationClass")
    lists = root / "ImageSets/Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("00\n01\n77\n")
    return root


def of_one_class(root):
    pairs(root)
    for number in range(12):
        save(root / "masks" / f"{number:02}.png", np.zeros(SIZE, np.uint8))
    return root


def two_masks(root):
    save(pairs(root) / "masks/03_mask.png", IDS)
    return root


def twice(root):
    save(pairs(root) / "images/03.jpg", picture(3))
    return root


def unpaired(root):
    for path in (pairs(root) / "masks").iterdir():
        path.rename(path.with_name(f"other{path.name}"))
    return root


def bad_list(root):
    pairs(root, 6, "a", "b")
    (root / "train.txt").write_text("a/00.png b/00.png\na/01.png\n")
    return root


FOLDERS = {
    "a mask that is cut off": (lambda r: cut(r, "masks/02.png"), r"masks/02\.png: the PNG image is cut off"),
    "a picture that is cut off": (lambda r: cut(r, "images/02.png"), r"images/02\.png: the PNG image is cut off"),
    "an empty mask": (lambda r: empty(r, "masks/02.png"), r"masks/02\.png: not a mask image"),
    "a smoothed colour": (coloured, r"05\.png: the pixel at row 6, column 9 has the colour 100 0 0"),
    "a picture that EXIF turns": (turned, "The picture is turned as its EXIF says, and the mask is not"),
    "a list of what is not there": (listed, r"train\.txt:3: 77 has no picture with a mask"),
    "a list of pictures alone": (bad_list, r"train\.txt:2: needs a picture and a mask"),
    "masks of other names": (unpaired, r"none of 12 picture\(s\) has a mask of its name"),
    "two masks of a picture": (two_masks, "has two masks"),
    "two pictures of a name": (twice, "has the name of"),
    "one class": (of_one_class, r"the masks have 1 class\(es\), '0'"),
    "an empty folder": (lambda r: r, "no pictures with masks are found"),
    "pictures alone": (
        lambda r: save(r / "images/0.png", picture(0)).parent.parent,
        "no pictures with masks are found",
    ),
}


@pytest.mark.parametrize(("make", "message"), FOLDERS.values(), ids=FOLDERS)
def test_folders(tmp_path, make, message):
    refuse(make(tmp_path), message)


TABLES = {
    "a name twice": ("sky\nsea\nsky\n", r"classes.txt:3: the name 'sky' is that of line 1"),
    "an id twice": ("0 sky\n0 sea\n", r"classes.txt:2: the id 0 is that of line 1"),
    "a colour twice": ("sky 1 2 3\nsea 1 2 3\n", r"classes.txt:2: the colour \(1, 2, 3\) is that of line 1"),
    "a colour beyond 255": ("sky 1 2 300\nsea 1 2 3\n", r"classes.txt:1: colours are three numbers from 0 to 255"),
    "some without a colour": ("sky 1 2 3\nsea\n", r"classes.txt:2: has no colour"),
    "an id beyond 255": ("0 sky\n300 sea\n", r"classes.txt:2: ids are numbers from 0 to 255"),
    "a line without a name": ("sky\n1 2 3\n", r"classes.txt:2: has no name"),
    "one class": ("sky\n", r"classes.txt: holds 1 class"),
}


@pytest.mark.parametrize(("content", "message"), TABLES.values(), ids=TABLES)
def test_files_of_classes(tmp_path, content, message):
    refuse(names(tmp_path, content), message)


def of_coco(change):
    return lambda root: edited(coco(root), change)


COCO = {
    "no JSON": (lambda r: (r / "a.json").write_text("{") and r / "a.json", r"a\.json:1: not JSON"),
    "JSON of something else": (lambda r: (r / "a.json").write_text("{}") and r / "a.json", "is no JSON of regions"),
    "an unknown picture": (
        of_coco(lambda c: c["annotations"][1].update(image_id=99)),
        r"annotations\[1\]: image_id 99",
    ),
    "an unknown category": (
        of_coco(lambda c: c["annotations"][2].update(category_id=5)),
        r"annotations\[2\]: category_id 5",
    ),
    "boxes alone": (
        of_coco(lambda c: c["annotations"][0].pop("segmentation")),
        r"annotations\[0\]: has no `segmentation`",
    ),
    "two points": (
        of_coco(lambda c: c["annotations"][0].update(segmentation=[[1, 1, 2, 2]])),
        r"annotations\[0\]: a polygon needs 3",
    ),
    "an odd number": (
        of_coco(lambda c: c["annotations"][0].update(segmentation=[[1, 1, 2, 2, 3]])),
        "needs pairs of numbers",
    ),
    "runs that are too short": (
        of_coco(lambda c: c["annotations"][2]["segmentation"].update(counts=[5])),
        "must add up to 24x32",
    ),
    "damaged runs": (
        of_coco(lambda c: c["annotations"][2]["segmentation"].update(counts="~~")),
        "compressed run lengths are damaged",
    ),
    "another size": (
        of_coco(lambda c: c["images"][0].update(height=20)),
        "is 32 wide and 24 high, and the file says 32 and 20",
    ),
    "a picture that is missing": (
        of_coco(lambda c: c["images"][0].update(file_name="none.png")),
        r"none\.png is not in",
    ),
    "a category twice": (of_coco(lambda c: c["categories"][0].update(name="roof")), "two categories are called 'roof'"),
    "no name of a category": (of_coco(lambda c: c["categories"][0].pop("name")), "lacks 'name'"),
}


@pytest.mark.parametrize(("make", "message"), COCO.values(), ids=COCO)
def test_coco(tmp_path, make, message):
    refuse(make(tmp_path), message)


def of_labelme(**changes):
    return lambda root: labelme(root, **changes)


LABELME = {
    "a line": (
        of_labelme(shapes=[{"label": "a", "points": [[1, 1], [2, 2]], "shape_type": "line"}]),
        "a line covers no pixels",
    ),
    "no points": (of_labelme(shapes=[{"label": "a"}]), r"shapes\[0\]: needs a label and points"),
    "a polygon of two points": (
        of_labelme(shapes=[{"label": "a", "points": [[1, 1], [2, 2]]}]),
        "a polygon needs 3 points",
    ),
    "no picture": (of_labelme(imagePath="none.png"), "is not there, nor inside of the file"),
    "a picture that is no base64": (of_labelme(imagePath="none.png", imageData="%%"), "imageData is no picture"),
    "no shapes": (of_labelme(shapes=None), "is no JSON of LabelMe"),
    "no labels": (of_labelme(shapes=[]), "has 0 labels"),
}


@pytest.mark.parametrize(("make", "message"), LABELME.values(), ids=LABELME)
def test_labelme(tmp_path, make, message):
    refuse(make(tmp_path), message)


SETTINGS = {
    "an unknown class": ({"ignore": ("tree",)}, "`--ignore` must name classes or ids"),
    "all classes but one": ({"ignore": ("sky", "sea")}, r"`--ignore` leaves 1 class"),
    "a palette that is not there": ({"palette": "none.txt"}, "none.txt: no such file"),
    "a test that is not there": ({"test": "none"}, "--test names a folder"),
    "a download of files": ({"download": True}, "--download cannot be used with files"),
}


@pytest.mark.parametrize(("settings", "message"), SETTINGS.values(), ids=SETTINGS)
def test_settings(tmp_path, settings, message):
    refuse(names(tmp_path), message, **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"crop": 50}, "`--crop` must be a multiple of 32 pixels. Received: 50"),
        ({"image_size": 10}, "`--image-size` must be at least 32 pixels. Received: 10"),
    ],
)
def test_sizes(settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        SegmentationData(**settings)


def test_shapes_are_drawn_as_they_are():
    refuse("shapes", "--ignore cannot be used with shapes", ignore=("ring",))


def test_a_file_that_is_no_source(write):
    refuse(write("a.csv", "x"), "masks cannot be read from this file")


def test_parts_are_given_once(tmp_path):
    for part in ("train", "test"):
        pairs(tmp_path / part, 6)
    refuse(tmp_path, "which has a test part", test=str(tmp_path / "test"))
