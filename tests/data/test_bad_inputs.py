"""Bad input stops with the file, the line or record, what is allowed, and what to do: one row per kind."""

import gzip

import numpy as np
import pytest

from data.errors import DataError, MissingData

ROWS = "".join(f"{row},{row * 1.5},{'yes' if row % 3 else 'no'}\n" for row in range(40))
TABLE = "age,score,label\n" + ROWS
MIXED = TABLE.replace("8,12.0,yes", "8,twelve,yes")
DATED = "day,x,label\n" + "".join(f"2024-01-{row + 1:02},{row % 7},{row % 2}\n" for row in range(20))

# name of the case: (file name, content, fields of Data, exception, parts of the message)
TABLES = {
    "empty file": ("t.csv", "", {"target": "label"}, DataError, ["t.csv", "empty"]),
    "blank lines only": ("t.csv", "\n\n", {"target": "label"}, DataError, ["t.csv", "empty"]),
    "header only": ("t.csv", "age,label\n", {"target": "label"}, DataError, ["t.csv", "only a header", "rows"]),
    "no target named": ("t.csv", TABLE, {}, DataError, ["--target", "'age', 'score', 'label'", "last"]),
    "unknown target": ("t.csv", TABLE, {"target": "lable"}, DataError, ["'lable'", "Did you mean 'label'?", "1 to 3"]),
    "target number too large": ("t.csv", TABLE, {"target": "4"}, DataError, ["'4'", "1 to 3"]),
    "target always missing": ("t.csv", "a,b\n" + "1,\n2,?\n3,NA\n" * 5, {"target": "b"}, DataError,
                              ["no row has a value"]),
    "one class only": ("t.csv", "a,b\n" + "".join(f"{r},x\n" for r in range(20)), {"target": "b"}, DataError,
                       ["same value 'x'", "two classes"]),
    "a number to estimate": ("t.csv", TABLE, {"target": "score"}, DataError, ["40 different values", "apps.regress"]),
    "too many classes": ("t.csv", "a,b\n" + "".join(f"{r},name{r}\n" for r in range(40)), {"target": "b"}, DataError,
                         ["40 different values", "too many for classes"]),
    "ragged row": ("t.csv", TABLE.replace("5,7.5,yes", "5,7.5"), {"target": "label"}, DataError,
                   ["t.csv:7:", "2 cells", "first row has 3"]),
    "ragged after a quoted line break": ("t.csv", 'a,b\n"x\ny",1\n"z",2,3\n', {"target": "b"}, DataError, ["t.csv:4:"]),
    "quote not closed": ("t.csv", TABLE.replace("5,7.5,yes", '5,"7.5,yes'), {"target": "label"}, DataError,
                         ["t.csv:7:", "quote"]),
    "text in a number column": ("t.csv", MIXED, {"target": "label"}, DataError,
                                ["t.csv:10:", "'score'", "'twelve'", "leave the cell empty"]),
    "infinity in a number column": ("t.csv", TABLE.replace("12.0", "inf"), {"target": "label"}, DataError,
                                    ["t.csv:10:", "'inf'"]),
    "equal column names": ("t.csv", "a,a,b\n1,2,x\n3,4,y\n", {"target": "b"}, DataError, ["t.csv:1:", "'a'", "Rename"]),
    "one column": ("t.csv", "label\nyes\nno\nyes\n", {"target": "last"}, DataError, ["one column", "semicolon"]),
    "too few rows": ("t.csv", "a,b\n1,x\n2,y\n4,y\n", {"target": "b"}, DataError, ["3 rows", "10", "--validation"]),
    "nothing but the target": ("t.csv", "a,b\n" + "k,x\nk,y\n" * 9, {"target": "b"}, DataError,
                               ["no column is left", "always 'k'"]),
    "NUL byte": ("t.csv", b"a,b\n1,x\n\x00,y\n", {"target": "b"}, DataError, ["t.csv:3:", "NUL", "save it as CSV"]),
    "broken gzip": ("t.csv.gz", gzip.compress(TABLE.encode())[:60], {"target": "label"}, DataError, ["gzip"]),
    "group column missing": ("t.csv", TABLE, {"target": "label", "group": "patient"}, DataError,
                             ["'patient'", "--group", "'age'"]),
    "too few groups": ("t.csv", TABLE, {"target": "label", "group": "label"}, DataError, ["2 group", "--group"]),
    "time column missing": ("t.csv", TABLE, {"target": "label", "time": "aeg"}, DataError, ["--time", "'age'?"]),
    "time not parseable": ("t.csv", DATED.replace("2024-01-05", "soon"), {"target": "label", "time": "day"}, DataError,
                           ["t.csv:6:", "'soon'", "2024-05-31"]),
    "one moment only": ("t.csv", "t,x,b\n" + "5,1,x\n5,2,y\n" * 9, {"target": "b", "time": "t"}, DataError,
                        ["1 moment", "--time"]),
    "group and time": ("t.csv", TABLE, {"target": "label", "time": "age", "group": "age"}, DataError, ["exclude"]),
    "bad JSON line": ("t.jsonl", '{"a": 1, "b": "x"}\n{"a": 2,\n', {"target": "b"}, DataError,
                      ["t.jsonl:2:", "not JSON", "one JSON object"]),
    "JSON line is no object": ("t.jsonl", '{"a": 1, "b": "x"}\n[1, 2]\n', {"target": "b"}, DataError,
                               ["t.jsonl:2:", "object", "[1, 2]"]),
    "record of a JSON list": ("t.json", '[{"a": 1, "b": "x"}, 7]', {"target": "b"}, DataError, ["record 2", "7"]),
    "broken JSON list": ("t.json", '[{"a": 1,\n "b": x}]', {"target": "b"}, DataError, ["t.json:2:", "not JSON"]),
    "empty JSON list": ("t.json", "[]", {"target": "b"}, DataError, ["empty"]),
    "unknown ending": ("t.xlsx", "x", {"target": "b"}, DataError, ["'.xlsx'", ".csv", "folder"]),
    "option of images": ("t.csv", TABLE, {"target": "label", "image_size": 32}, DataError, ["--image-size", "32"]),
    "augmented table": ("t.csv", TABLE, {"target": "label", "augment": "flip"}, DataError,
                        ["--augment flip", "images"]),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_table_is_refused_with_the_place(case, write, load):
    name, content, fields, error, parts = TABLES[case]
    path = write(name, content)
    with pytest.raises(error) as caught:
        load(path, **fields)
    for part in parts:
        assert part in str(caught.value), str(caught.value)


OWN = {
    "missing column": ("age,label\n1,yes\n", ["own.csv", "'score'", "'age', 'label'", "as in training"]),
    "missing target": ("age,score\n1,2\n", ["own.csv", "target column 'label'", "'age', 'score'"]),
    "unknown class": ("age,score,label\n1,2,yes\n2,3,yess\n", ["own.csv:3:", "'yess'", "Did you mean 'yes'?"]),
    "text in a number column": ("age,score,label\n1,2,yes\n2,much,no\n", ["own.csv:3:", "'much'", "'score'"]),
}


@pytest.mark.parametrize("part", ["validation", "test"])
@pytest.mark.parametrize("case", OWN)
def test_a_bad_own_split_is_refused_with_the_place(case, part, write, load):
    content, parts = OWN[case]
    with pytest.raises(DataError) as caught:
        load(write("t.csv", TABLE), target="label", **{part: write("own.csv", content)})
    for part in parts:
        assert part in str(caught.value), str(caught.value)


def test_a_missing_own_split_is_refused(write, load):
    with pytest.raises(MissingData, match=r"gone\.csv: no such file"):
        load(write("t.csv", TABLE), target="label", test="gone.csv")


WRONG_NAMES = {
    "missing file": ("gone.csv", MissingData, ["gone.csv", "no such file"]),
    "missing folder": ("gone/photos", MissingData, ["gone/photos", "no such file or folder"]),
    "misspelt name": ("digts", DataError, ["Did you mean 'digits'?", "xor", "tfds:NAME", ".csv"]),
}


@pytest.mark.parametrize("case", WRONG_NAMES)
def test_a_wrong_data_argument_names_the_choices(case, load):
    name, error, parts = WRONG_NAMES[case]
    with pytest.raises(error) as caught:
        load(name)
    for part in parts:
        assert part in str(caught.value), str(caught.value)


@pytest.mark.parametrize("field", ["target", "validation", "test", "group", "time"])
def test_an_option_that_would_be_ignored_is_refused(field, load):
    with pytest.raises(DataError, match=f"--{field} cannot be used with 'digits'"):
        load("digits", **{field: "x"})


PIXELS = np.full((6, 5, 3), 90, np.uint8)


def _photos(draw, classes=("cat", "dog"), count=8):
    for name in classes:
        for number in range(count):
            draw(f"photos/{name}/{number}.png", PIXELS + number + 100 * (name == "dog"))


FOLDERS = {
    "no images": (lambda draw, write: write("photos/readme.md", "x"), ["no images", "one folder per class", ".jpg"]),
    "no class folders": (lambda draw, write: draw("photos/1.png", PIXELS), ["images, but no class folders"]),
    "one class": (lambda draw, write: _photos(draw, ["cat"]), ["one class only ('cat')"]),
    "too few images": (lambda draw, write: _photos(draw, count=2), ["4 images are too few", "10"]),
    "empty class folder": (lambda draw, write: (_photos(draw), write("photos/cow/x.txt", "x")), ["cow: no image"]),
    "zero bytes": (lambda draw, write: (_photos(draw), write("photos/cat/9.jpg", b"")), ["cat/9.jpg", "0 bytes"]),
    "no image inside": (lambda draw, write: (_photos(draw), write("photos/cat/9.jpg", b"text")),
                        ["cat/9.jpg", "not an image", "Repair, convert or remove"]),
    "three broken": (lambda draw, write: (_photos(draw), [write(f"photos/cat/x{n}.png", b"x") for n in range(3)]),
                     ["cat/x0.png", "2 more", "cat/x1.png: not an image", "cat/x2.png"]),
    "other kind of image": (lambda draw, write: (_photos(draw), write("photos/cat/9.heic", b"x")),
                            ["9.heic", "cannot be read", "Convert"]),
    "two names for a split": (lambda draw, write: [draw(f"photos/{part}/cat/1.png", PIXELS)
                                                   for part in ("train", "val", "valid")], ["'val'", "'valid'"]),
    "class only in test": (lambda draw, write: [draw(f"photos/{path}/1.png", PIXELS) for path in
                                                ("train/cat", "train/dog", "test/cat", "test/cow", "val/cat")],
                           ["'cow'", "not among the training", "'cat', 'dog'"]),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLDERS)
def test_a_bad_folder_is_refused_with_the_place(case, draw, write, load, tmp_path):
    make, parts = FOLDERS[case]
    make(draw, write)
    with pytest.raises(DataError) as caught:
        load(str(tmp_path / "photos"))
    for part in parts:
        assert part in str(caught.value), str(caught.value)


def test_an_image_that_is_cut_off_is_refused(draw, load, tmp_path):
    _photos(draw)
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    for ending in ("jpg", "png"):
        path = draw(f"photos/cat/cut.{ending}", noise)
        with open(path, "rb") as file:
            whole = file.read()
        with open(path, "wb") as file:
            file.write(whole[: len(whole) // 2])
        with pytest.raises(DataError, match=rf"cut\.{ending}: the \w+ image is cut off"):
            load(str(tmp_path / "photos"))
        with open(path, "wb") as file:
            file.write(whole)


def test_an_image_with_a_broken_middle_is_refused_by_the_decoder(draw, load, tmp_path):
    _photos(draw)
    path = draw("photos/cat/broken.png", np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8))
    with open(path, "r+b") as file:
        file.seek(300)
        file.write(b"\x00" * 200)
    with pytest.raises(DataError, match=r"photos/cat/broken\.png: the PNG image cannot be decoded"):
        load(str(tmp_path / "photos"))


def test_every_message_says_what_to_do():
    assert len(TABLES) + len(OWN) + len(WRONG_NAMES) + len(FOLDERS) >= 40
