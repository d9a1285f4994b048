"""Captions from files and TensorFlow datasets: what is read, what is left out and said, what is refused."""

import json
import subprocess
import sys

import numpy as np
import pytest

from data.captions import caption_source
from data.captions.caption_source import resolve
from data.captions.raw_captions import left_out
from data.errors import DataError, MissingData
from data.settings import CaptionData

COUNT = 20
NAMES = [f"{number:02}.jpg" for number in range(COUNT)]
SAID = {name: [f"a dog number {place}", f"Dog {place}, brown and white ."] for place, name in enumerate(NAMES)}
PAIRS = [(name, caption) for name, captions in SAID.items() for caption in captions]
TOKENS = "".join(f"{name}#{i}\t{caption}\n" for name in NAMES for i, caption in enumerate(SAID[name]))
QUOTED = [f'{name},"{caption}"' for name, caption in PAIRS]
TABLE = "\n".join(["image,caption", *QUOTED]) + "\n"
WIDE = "\n".join(
    ["id,file,caption_1,caption_2", *(f'{i},{n},"{SAID[n][0]}","{SAID[n][1]}"' for i, n in enumerate(NAMES))]
)
IMAGES = [{"id": place + 7, "file_name": name} for place, name in enumerate(NAMES)]
NOTES = [{"id": row, "image_id": NAMES.index(name) + 7, "caption": text} for row, (name, text) in enumerate(PAIRS)]
COCO = {"info": {}, "images": IMAGES, "annotations": NOTES}
PARTS = {0: "val", 1: "test", 2: "restval"}
KARPATHY = {
    "dataset": "tiny",
    "images": [
        {"filename": name, "imgid": place, "split": PARTS.get(place, "train"),
         "sentences": [{"raw": text, "tokens": text.split()} for text in SAID[name]]}
        for place, name in enumerate(NAMES)
    ],
}  # fmt: skip
LATIN = TOKENS.replace("white", "weiß", 1).encode("latin-1")


def coco(**changed):
    return json.dumps({**COCO, **changed})


def without(record, field):
    return {name: value for name, value in record.items() if name != field}


# case: ({file: content}, data, fields of CaptionData, exception, parts of the message); images lie in "photos"
REFUSED = {
    "no such name": ({}, "scnes", {}, MissingData, ["'scenes'", "Did you mean", "tfds:NAME"]),
    "no such file": ({}, "a/b.json", {}, MissingData, ["a/b.json: no such file", "Karpathy"]),
    "a folder": ({}, "photos", {}, DataError, ["photos: a folder", "--images the folder"]),
    "other ending": ({"a.pkl": TOKENS}, "a.pkl", {}, DataError, ["a.pkl", "from .pkl", "Allowed: scenes"]),
    "empty JSON": ({"a.json": ""}, "a.json", {}, DataError, ["a.json: the file is empty"]),
    "empty token file": ({"a.txt": ""}, "a.txt", {}, DataError, ["a.txt: the file is empty", "one caption a line"]),
    "broken JSON": ({"a.json": coco()[:-40]}, "a.json", {}, DataError, ["a.json:1: not JSON", "whole"]),
    "JSON in Latin-1": (
        {"a.json": coco().replace("dog", "hünd").encode("latin-1")},
        "a.json",
        {},
        DataError,
        ["a.json:1: byte 0xfc is not UTF-8"],
    ),
    "instances": (
        {"a.json": coco(annotations=[{"image_id": 7, "bbox": [1, 2, 3, 4], "category_id": 1}])},
        "a.json",
        {},
        DataError,
        ["annotation 1", "instances (boxes and masks)", "captions_train2017.json"],
    ),
    "no annotations": ({"a.json": json.dumps({"images": IMAGES})}, "a.json", {}, DataError, ["without sentences"]),
    "no images": ({"a.json": json.dumps({"annotations": NOTES})}, "a.json", {}, DataError, ["without images"]),
    "other JSON": ({"a.json": '{"x": {"y": 1}}'}, "a.json", {}, DataError, ["not a JSON file of captions", "'x'"]),
    "a number": ({"a.json": "3"}, "a.json", {}, DataError, ["not a JSON file of captions", "int '3'"]),
    "results": (
        {"a.json": json.dumps([{"image_id": 7, "caption": "a dog"}] * 12)},
        "a.json",
        {},
        DataError,
        ["results", "captions_val2017.json"],
    ),
    "image without file name": (
        {"a.json": coco(images=[*IMAGES[:3], without(IMAGES[3], "file_name")])},
        "a.json",
        {},
        DataError,
        ["a.json:image 4: 'file_name' must be a text"],
    ),
    "id twice": ({"a.json": coco(images=[*IMAGES, IMAGES[2]])}, "a.json", {}, DataError, ["image 21: id 9", "own id"]),
    "caption of no image": (
        {"a.json": coco(images=IMAGES[:-1])},
        "a.json",
        {},
        DataError,
        ["annotation 39 (image_id 26) and 1 more", "2 of 40", "at most 1%"],
    ),
    "caption is a number": (
        {"a.json": coco(annotations=[{**NOTES[0], "caption": 3}])},
        "a.json",
        {},
        DataError,
        ["annotation 1: 'caption' must be a text", "3"],
    ),
    "unknown split": (
        {"a.json": json.dumps({"images": [{**KARPATHY["images"][0], "split": "tset"}]})},
        "a.json",
        {},
        DataError,
        ["image 1: unknown split 'tset'", "'test'"],
    ),
    "own splits twice": (
        {"a.json": json.dumps(KARPATHY), "v.txt": "03.jpg\n"},
        "a.json",
        {"validation": "v.txt"},
        DataError,
        ["--validation cannot be used", "split of each image"],
    ),
    "escaping name": (
        {"a.txt": TOKENS.replace("03.jpg#0", "../../etc/passwd#0")},
        "a.txt",
        {},
        DataError,
        ["a.txt:7:", "leads out of the folder", "'../../etc/passwd'"],
    ),
    "absolute name": (
        {"a.json": coco(images=[{"id": 7, "file_name": "/etc/passwd"}])},
        "a.json",
        {},
        DataError,
        ["image 1: the image name leads out", "'/etc/passwd'"],
    ),
    "name of another system": (
        {"a.csv": TABLE.replace("05.jpg", "..\\\\05.jpg", 1)},
        "a.csv",
        {},
        DataError,
        ["a.csv:12", "leads out"],
    ),
    "empty name": ({"a.csv": TABLE.replace("05.jpg", "", 1)}, "a.csv", {}, DataError, ["a.csv:12", "name", "empty"]),
    "line without caption": (
        {"a.txt": TOKENS.replace("02.jpg#1\t", "02.jpg#1 ")},
        "a.txt",
        {},
        DataError,
        ["a.txt:6: this line is not an image name", "02.jpg#1 Dog"],
    ),
    "neither tokens nor table": (
        {"a.txt": "a dog\nruns\n"},
        "a.txt",
        {},
        DataError,
        ["a.txt:1", "dog.jpg#0", "'a dog'"],
    ),
    "wrong encoding": ({"a.txt": LATIN}, "a.txt", {}, DataError, ["a.txt:2: byte 0xdf is not UTF-8", "iconv"]),
    "binary": ({"a.txt": TOKENS.encode() + b"\0"}, "a.txt", {}, DataError, ["a.txt:41", "NUL"]),
    "all captions empty": (
        {"a.txt": "".join(f"{name}#0\t \n" for name in NAMES)},
        "a.txt",
        {},
        DataError,
        ["a.txt:1 and 19 more", "empty"],
    ),
    "an empty caption of few": (
        {"a.txt": TOKENS.replace("a dog number 3\n", "\n")},
        "a.txt",
        {},
        DataError,
        ["a.txt:7: caption empty: 1 of 40"],
    ),
    "ragged row": ({"a.csv": TABLE.replace("brown and", 'x",brown,"')}, "a.csv", {}, DataError, ["a.csv:3", "4 cells"]),
    "header only": ({"a.csv": "image,caption\n"}, "a.csv", {}, DataError, ["a.csv: only a header line"]),
    "no image column": (
        {"a.csv": TABLE.replace(".jpg", "").replace("image,", "what,")},
        "a.csv",
        {},
        DataError,
        ["which column names the images?", "--image", "'what', 'caption'"],
    ),
    "two text columns": (
        {"a.csv": "\n".join(["file,left,right", *(f"{line},two words" for line in QUOTED)])},
        "a.csv",
        {},
        DataError,
        ["which column holds the captions?", "--caption", "'left', 'right'"],
    ),
    "unknown column": (
        {"a.csv": TABLE},
        "a.csv",
        {"caption": "captoin"},
        DataError,
        ["'captoin' for --caption", "Did you mean 'caption'"],
    ),
    "same column twice": (
        {"a.csv": TABLE},
        "a.csv",
        {"image": "1", "caption": "image"},
        DataError,
        ["name the same column"],
    ),
    "columns of JSON": (
        {"a.json": coco()},
        "a.json",
        {"caption": "x"},
        DataError,
        ["columns of a table", "Leave them"],
    ),
    "no folder of images": ({"a.txt": TOKENS}, "a.txt", {"images": "fotos"}, MissingData, ["fotos: no such folder"]),
    "images is a file": (
        {"a.txt": TOKENS},
        "a.txt",
        {"images": "a.txt"},
        MissingData,
        ["a.txt: is a file", "--images"],
    ),
    "images elsewhere": (
        {"sub/a.txt": TOKENS},
        "sub/a.txt",
        {},
        MissingData,
        ["where are its images?", "'00.jpg'", "Give --images"],
    ),
    "missing image": (
        {"a.txt": TOKENS.replace("04.jpg", "44.jpg")},
        "a.txt",
        {"images": "photos"},
        DataError,
        ["a.txt:9 (44.jpg)", "missing: 1 of 20", "Looked in photos"],
    ),
    "broken image": (
        {"a.txt": TOKENS, "photos/06.jpg": b"\xff\xd8\xff\xe0 no more"},
        "a.txt",
        {},
        DataError,
        ["photos/06.jpg (the JPEG image is cut off", "broken: 1 of 20", "Repair or remove"],
    ),
    "empty image": ({"a.txt": TOKENS, "photos/06.jpg": b""}, "a.txt", {}, DataError, ["06.jpg", "0 bytes"]),
    "text as image": (
        {"a.txt": TOKENS, "photos/06.jpg": b"<html>"},
        "a.txt",
        {},
        DataError,
        ["06.jpg", "not an image"],
    ),
    "unknown image in a list": (
        {"a.txt": TOKENS, "t.txt": "01.jpg\n\n031.jpg\n"},
        "a.txt",
        {"test": "t.txt"},
        DataError,
        ["t.txt:3: '031.jpg' is no image in a.txt", "Did you mean '03.jpg'?"],
    ),
    "listed image without caption": (
        {"a.json": coco(annotations=[note for note in NOTES if note["image_id"] != 8]), "t.txt": "01.jpg\n"},
        "a.json",
        {"test": "t.txt"},
        DataError,
        ["t.txt:1: '01.jpg' has no caption in a.json"],
    ),
    "lists overlap": (
        {"a.txt": TOKENS, "v.txt": "02.jpg\n03.jpg\n", "t.txt": "01.jpg\n03.jpg\n"},
        "a.txt",
        {"validation": "v.txt", "test": "t.txt"},
        DataError,
        ["t.txt:2: '03.jpg' is also at v.txt:2", "one split only"],
    ),
    "twice in a list": (
        {"a.txt": TOKENS, "t.txt": "01.jpg\n01.jpg\n"},
        "a.txt",
        {"test": "t.txt"},
        DataError,
        ["t.txt:2", "also at t.txt:1"],
    ),
    "empty list": ({"a.txt": TOKENS, "t.txt": ""}, "a.txt", {"test": "t.txt"}, DataError, ["t.txt: the file is empty"]),
    "missing list": ({"a.txt": TOKENS}, "a.txt", {"test": "t.txt"}, MissingData, ["t.txt", "no such file"]),
    "list of everything": (
        {"a.txt": TOKENS, "t.txt": "\n".join(NAMES)},
        "a.txt",
        {"test": "t.txt"},
        DataError,
        ["none is left for training"],
    ),
    "image in two files": (
        {"a.txt": TOKENS, "t.csv": TABLE},
        "a.txt",
        {"test": "t.csv"},
        DataError,
        ["in the train and the test split"],
    ),
    "too few images": (
        {"a.txt": "".join(TOKENS.splitlines(True)[:10])},
        "a.txt",
        {},
        DataError,
        ["5 different images", "At least 10"],
    ),
    "options of files": ({}, "scenes", {"test": "t.txt"}, DataError, ["--test cannot be used with scenes", "t.txt"]),
    "download of files": ({"a.txt": TOKENS}, "a.txt", {"download": True}, DataError, ["--download", "files"]),
    "tiny images": ({}, "scenes", {"image_size": 4}, DataError, ["--image-size", "8 or more", "Received: 4"]),
}


def pixels(number):
    return np.random.default_rng(number).integers(0, 256, (12, 16, 3), dtype=np.uint8)


@pytest.fixture
def read(write, draw, tmp_path, monkeypatch):
    """`read({file: content}, data, **fields) -> CaptionSplits`, with 20 photographs in "photos", with seed 0."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(NAMES):
        draw(f"photos/{name}", pixels(number))

    def read(files, data, seed=0, **fields):
        for name, content in files.items():
            write(name, content)
        return resolve(CaptionData(data, **fields), seed=seed)

    return read


def everything(splits):
    return {
        path.rpartition("/")[2]: list(captions)
        for part in splits.parts.values()
        for path, captions in zip(part.images, part.captions, strict=True)
    }


@pytest.mark.parametrize("case", REFUSED)
def test_bad_captions_are_refused_with_the_place_and_the_remedy(case, read):
    files, data, fields, error, parts = REFUSED[case]
    with pytest.raises(error) as caught:
        read(files, data, **fields)
    for part in parts:
        assert part in str(caught.value), str(caught.value)


KINDS = {
    "COCO": ("a.json", coco()),
    "Karpathy": ("a.json", json.dumps(KARPATHY)),
    "mapping": ("a.json", json.dumps(SAID)),
    "records": ("a.json", json.dumps([{"image": name, "caption": text} for name, text in PAIRS])),
    "lines": ("a.jsonl", "\n".join(json.dumps({"image": name, "caption": text}) for name, text in PAIRS)),
    "tokens": ("a.txt", TOKENS),
    "tokens of Windows": ("a.token", "\ufeff" + TOKENS.replace("\n", "\r\n")),
    "table": ("a.csv", TABLE),
    "table without header": ("a.csv", "\n".join(QUOTED)),
    "tabs": ("a.tsv", "".join(f"{name}\t{text}\n" for name, text in PAIRS)),
    "bars": ("a.csv", "\n".join(["image_name| number| comment", *(f"{n}| 0| {text}" for n, text in PAIRS)])),
    "wide": ("a.csv", WIDE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_to_write_the_same_captions_gives_them(kind, read):
    name, content = KINDS[kind]
    splits = read({name: content}, name)
    assert everything(splits) == SAID
    sizes = [len(part) for part in (splits.train, splits.validation, splits.test)]
    assert sizes == ([18, 1, 1] if kind == "Karpathy" else [16, 2, 2])
    assert splits.name == "a"
    assert splits.train.origins[0].startswith("photos/")


@pytest.mark.parametrize(
    ("in_images", "in_notes"), [(str, int), (int, str), (int, float), (float, int), (lambda n: f"{n} ", int)]
)
def test_ids_of_coco_match_whatever_their_type(in_images, in_notes, read):
    images = [{**image, "id": in_images(image["id"])} for image in IMAGES]
    notes = [{**note, "image_id": in_notes(note["image_id"])} for note in NOTES]
    splits = read({"a.json": json.dumps({"images": images, "annotations": notes})}, "a.json")
    assert everything(splits) == SAID


def test_captions_of_one_word_are_found_by_the_name_of_their_column(read):
    rows = "".join(f"{name},{'dog' if number % 2 else 'cat'}\n" for number, name in enumerate(NAMES))
    splits = read({"a.csv": "image,caption\n" + rows}, "a.csv")
    assert {text for texts in everything(splits).values() for text in texts} == {"dog", "cat"}


@pytest.mark.parametrize(
    ("missing", "total", "refused"), [(1, 81, False), (1, 131, False), (2, 81, True), (1, 20, True)]
)
def test_one_image_of_some_may_be_missing(missing, total, refused):
    notes = []
    places = [f"a.csv:{row}" for row in range(missing)]
    if refused:
        with pytest.raises(DataError, match=f"missing: {missing} of {total}"):
            left_out(places, total, "image", "missing", "Copy them.", notes)
    else:
        left_out(places, total, "image", "missing", "Copy them.", notes)
        assert notes == [f"1 image of {total} left out: missing (first: a.csv:0)."]


@pytest.mark.whole
def test_what_is_scored_alone_says_what_it_leaves_out(read, write):
    read({}, "scenes")
    write("a.csv", ("image,caption\n" + "".join(f"{name},ein Hünd\n" for name in NAMES)).encode("latin-1"))
    notes = []
    captions = caption_source.everything(CaptionData("a.csv"), notes, seed=0)
    assert len(captions) == len(NAMES) and any("read as Latin-1" in note for note in notes)


def test_karpathys_splits_are_kept(read):
    splits = read({"a.json": json.dumps(KARPATHY)}, "a.json")
    assert [splits.validation.origins[0], splits.test.origins[0]] == ["photos/00.jpg", "photos/01.jpg"]
    assert "photos/02.jpg" in splits.train.origins  # restval
    only = {"images": [{**image, "split": image["split"].replace("test", "train")} for image in KARPATHY["images"]]}
    splits = read({"b.json": json.dumps(only)}, "b.json")
    assert splits.test.origins.tolist() == ["photos/00.jpg"]  # what is held out tests
    assert len(splits.validation) == 2


def test_lists_and_files_name_the_splits(read):
    other = [line for line in QUOTED if line.startswith("05")]
    less = TOKENS.replace(TOKENS[TOKENS.index("05.jpg#0") : TOKENS.index("06.jpg#0")], "")
    files = {"a.txt": less, "v.txt": "03.jpg\n19\n", "t.csv": "image,caption\n" + "\n".join(other)}
    splits = read(files, "a.txt", validation="v.txt", test="t.csv")
    assert splits.validation.origins.tolist() == ["photos/03.jpg", "photos/19.jpg"]  # also without its ending
    assert splits.test.origins.tolist() == ["photos/05.jpg"]
    assert len(splits.train) == 17
    assert everything(splits) == SAID


def test_images_are_found_beside_the_file_and_in_folders_inside(read, draw):
    for number, name in enumerate(NAMES):
        draw(f"sub/pictures/{'train' if number % 2 else 'val'}/{name}", pixels(number))
    splits = read({"captions/a.txt": TOKENS}, "captions/a.txt", images="sub/pictures")
    assert everything(splits) == SAID
    assert {origin.split("/")[1] for origin in splits.train.origins} == {"train", "val"}
    inside = coco(images=[{**image, "file_name": f"photos/{image['file_name']}"} for image in IMAGES])
    assert everything(read({"b.json": inside}, "b.json")) == SAID


def test_columns_are_chosen_by_name_and_number(read):
    table = "\n".join(["file,title,said", *(f"{line[: line.index(',')]},some words,{line[7:]}" for line in QUOTED)])
    for image, caption in (("file", "said"), ("1", "3"), (None, "last")):
        assert everything(read({"a.csv": table}, "a.csv", image=image, caption=caption)) == SAID


def test_what_is_decided_is_said(read, draw, tmp_path):
    """200 images, of which one is missing, one broken, one silent; a caption is empty."""
    names = [f"{number:03}.jpg" for number in range(200)]
    for number, name in enumerate(names):
        if name != "150.jpg":
            draw(f"many/{name}", pixels(number))
    (tmp_path / "many/160.jpg").write_bytes((tmp_path / "many/161.jpg").read_bytes()[:200])
    (tmp_path / "many/171.jpg").write_bytes((tmp_path / "many/170.jpg").read_bytes())
    images = [{"id": number, "file_name": name} for number, name in enumerate([*names, "never.jpg"])]
    notes = [{"image_id": number, "caption": f" a  dog {number}"} for number in range(200)]
    notes += [{"image_id": 3, "caption": " "}, {"image_id": 999, "caption": "lost"}]
    files = {"many.json": json.dumps({"images": images, "annotations": notes}), "t.txt": "171.jpg"}
    splits = read(files, "many.json", test="t.txt")
    said = " ".join(splits.notes)
    for part in (
        "1 caption of 201 left out: empty (first: many.json:annotation 201)",
        "1 caption of 202 left out: without its image in the list of images (first: many.json:annotation 202 ",
        "1 image without a caption left out (first: many.json:image 201)",
        "1 train image of 199 left out: missing (first: many.json:image 151 (150.jpg))",
        "1 train image of 198 left out: broken (first: ",
        "many/160.jpg (the JPEG image is cut off",
        "Validation held out of the training images at random with seed 0",
        "177 / 20 / 1 images with 177 / 20 / 1 captions for training / validation / test",
        "Duplicates: 1 image of 1 in the test split also in the",
    ):
        assert part in said, said
    assert splits.train.captions[0] == (f"a dog {int(splits.train.origins[0][5:8])}",)


def test_equal_images_stay_together_and_the_seed_decides(read, tmp_path):
    for name in NAMES[10:]:
        (tmp_path / "photos" / name).write_bytes((tmp_path / "photos" / NAMES[NAMES.index(name) - 10]).read_bytes())
    splits = read({"a.txt": TOKENS}, "a.txt")
    assert not any("Duplicates" in note for note in splits.notes)
    numbers = [{int(origin[7:9]) % 10 for origin in part.origins} for part in splits.parts.values()]
    assert not (numbers[0] & numbers[1] or numbers[0] & numbers[2] or numbers[1] & numbers[2])
    assert [len(part) for part in splits.parts.values()] == [16, 2, 2]
    assert read({}, "a.txt").test.origins.tolist() == splits.test.origins.tolist()
    others = [read({}, "a.txt", seed=seed).test.origins.tolist() for seed in range(1, 5)]
    assert any(origins != splits.test.origins.tolist() for origins in others)


def test_letters_are_composed(read):
    splits = read({"a.txt": TOKENS.replace("brown", "u\u0308ber")}, "a.txt")
    assert "über" in splits.train.captions[0][1]


def test_configuration_does_not_import_tensorflow():
    command = (
        "import sys, data.captions.caption_source; sys.exit(any(m in sys.modules for m in ('tensorflow', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", command]).returncode == 0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with a prepared TensorFlow dataset of 30 and 6 images, shaped as coco_captions."""
    import tensorflow_datasets
    from tensorflow_datasets import features

    class TinyCaptions(tensorflow_datasets.core.GeneratorBasedBuilder):
        VERSION = tensorflow_datasets.core.Version("1.0.0")
        name = "tiny_captions"

        def _info(self):
            texts = features.Sequence({"id": np.int64, "text": features.Text()})
            return self.dataset_info_from_configs(features=features.FeaturesDict(
                {"image": features.Image(encoding_format="png"), "captions": texts}
            ))  # fmt: skip

        def _split_generators(self, manager):
            return {"train": self._generate_examples(0, 24), "restval": self._generate_examples(24, 6),
                    "val": self._generate_examples(30, 6)}  # fmt: skip

        def _generate_examples(self, first, count):
            for number in range(first, first + count):
                texts = [{"id": i, "text": f"a dog {number} {i}"} for i in range(1 + number % 3)]
                yield number, {"image": pixels(number), "captions": texts}

    folder = tmp_path_factory.mktemp("tfds")
    TinyCaptions(data_dir=folder).download_and_prepare()
    return str(folder)


def test_tensorflow_datasets_are_read(prepared, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", prepared)
    splits = resolve(CaptionData("tfds:tiny_captions"), seed=0)
    assert splits.name == "tfds-tiny_captions"
    assert [len(part) for part in splits.parts.values()] == [27, 3, 6]  # val tests, validation is carved
    for part in splits.parts.values():
        for image, captions in zip(part.images, part.captions, strict=True):
            assert image.startswith(b"\x89PNG")
            number = int(captions[0].split()[2])
            assert list(captions) == [f"a dog {number} {i}" for i in range(1 + number % 3)]
    assert splits.test.origins[0].startswith("tfds:tiny_captions/val[")


def test_tensorflow_datasets_without_captions_are_refused(prepared, monkeypatch):
    from data.tfds import tfds_captions

    monkeypatch.setenv("TFDS_DATA_DIR", prepared)
    with pytest.raises(DataError, match="--test cannot be used with tfds:tiny_captions"):
        resolve(CaptionData("tfds:tiny_captions", test="t.txt"), seed=0)
    monkeypatch.setattr(tfds_captions, "CAPTION_NAMES", ("subtitle",))
    with pytest.raises(DataError, match="has no images with captions.*Received: features 'image', 'captions'"):
        resolve(CaptionData("tfds:tiny_captions"), seed=0)


@pytest.mark.slow
@pytest.mark.data
def test_flickr8k_is_read_whole(real_data):
    folder = f"{real_data}/flickr8k"
    data = CaptionData(f"{folder}/Flickr8k.token.txt", test=f"{folder}/Flickr_8k.devImages.txt")
    splits = resolve(data, seed=0)
    assert splits.name == "Flickr8k"
    assert [len(part) for part in splits.parts.values()] == [5400, 600, 1000]
    assert all(len(captions) == 5 for part in splits.parts.values() for captions in part.captions)
    assert splits.test.origins[0] == "images/2090545563_a4e66ec76b.jpg"
    assert splits.test.captions[0][2] == "Two people play on a long skateboard ."
    assert not any("left out" in note for note in splits.notes)


def test_images_of_16_bits_say_how_many_of_them_they_use(write, draw):
    for number, name in enumerate(NAMES):
        draw(f"photos/{name}", np.full((8, 8), 4095 - number, np.uint16), format="PNG")
    splits = resolve(CaptionData(write("a.txt", TOKENS)), seed=0)
    assert splits.bits == 12
    assert any("white is 4,095 (12 bits)" in note for note in splits.notes)
