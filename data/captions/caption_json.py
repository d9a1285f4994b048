"""Reads captions from JSON: COCO's (images and annotations), Karpathy's (images with sentences and their split).

COCO      {"images": [{"id": 9, "file_name": "9.jpg"}], "annotations": [{"image_id": 9, "caption": "A dog."}]}
Karpathy  {"images": [{"filename": "9.jpg", "split": "train", "sentences": [{"raw": "A dog."}]}]}
mapping   {"9.jpg": ["A dog.", "A brown dog."]}

An image of the first two may have a "class", which apps.explain needs.
"""

import os

from data.captions.raw_captions import CaptionRows, left_out, read_json
from data.errors import DataError, listing

SPLITS = {"train": "train", "restval": "train", "val": "validation", "dev": "validation", "validation": "validation",
          "test": "test"}  # fmt: skip
KINDS = (
    "COCO's captions (images, and annotations with image_id and caption), Karpathy's (images with filename, sentences "
    "and split), or an object of image names, each with a list of captions"
)


def read(path):
    """Returns the `RawCaptions` of a JSON file, or None if it is a list of records, as a table is.

    Raises:
        DataError: it is not JSON, another kind of JSON, or a record lacks what it needs.
    """
    content = read_json(path)
    if isinstance(content, list):
        return None
    rows = CaptionRows(path)
    if not isinstance(content, dict) or not content:
        raise _wrong_kind(path, f"{type(content).__name__} {str(content)[:60]!r}")
    if isinstance(content.get("annotations"), list) and "images" not in content:
        raise _wrong_kind(path, "annotations without images")
    if isinstance(content.get("images"), list):
        _read_coco(path, content, rows) if "annotations" in content else _read_karpathy(path, content, rows)
    elif all(isinstance(value, str | list) for value in content.values()):
        _read_mapping(path, content, rows)
    else:
        raise _wrong_kind(path, f"an object with {listing(content, 6)}")
    return rows.finish()


def is_results(records):
    """Says whether a list of records is what COCO calls results: answers of a model, without the images' names."""
    return bool(records) and isinstance(records[0], dict) and set(records[0]) == {"image_id", "caption"}


def _wrong_kind(path, received):
    return DataError(f"{path}: not a JSON file of captions. Allowed: {KINDS}. Received: {received}.")


def _field(path, record, place, name, kind):
    """Returns one field of a record, of a certain type."""
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise DataError(
            f"{path}:{place}: {name!r} must be {'a text' if kind is str else 'a number or a text'}. "
            f"Received: {str(record)[:100]}"
        )
    return value


def _identity(path, record, place, name):
    """Returns an id as a text: a number may stand as 1000 here, as "1000" or as 1000.0 (pandas) there."""
    value = _field(path, record, place, name, int | float | str)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _read_coco(path, content, rows):
    names = {}
    for number, image in enumerate(content["images"], 1):
        place = f"image {number}"
        key, name = _identity(path, image, place, "id"), _field(path, image, place, "file_name", str)
        if key in names:
            raise DataError(f"{path}:{place}: id {key} is also that of {names[key]!r}. Give each image its own id.")
        names[key] = name
        rows.name_image(name, f"{path}:{place}")
        rows.name_class(name, image.get("class"), f"{path}:{place}")
    lost = []
    for number, annotation in enumerate(content["annotations"], 1):
        place = f"annotation {number}"
        if isinstance(annotation, dict) and "caption" not in annotation:
            others = {"bbox": "instances (boxes and masks)", "keypoints": "key points", "question": "questions"}
            kind = next((text for name, text in others.items() if name in annotation), "annotations of another kind")
            raise DataError(
                f"{path}:{place}: no caption, so these are {kind}. Give the captions of the same images, such as "
                f"captions_train2017.json for instances_train2017.json."
            )
        key = _identity(path, annotation, place, "image_id")
        caption = _field(path, annotation, place, "caption", str)
        if key in names:
            rows.add(names[key], caption, f"{path}:{place}")
        else:
            lost.append(f"{path}:{place} (image_id {key})")
    total = len(content["annotations"])
    left_out(lost, total, "caption", "without its image in the list of images", "Add the images.", rows.notes)


def _read_karpathy(path, content, rows):
    if not any(isinstance(image, dict) and "sentences" in image for image in content["images"]):
        raise _wrong_kind(path, "images without sentences, and no annotations (a list of test images has no captions)")
    unknown = {}
    for number, image in enumerate(content["images"], 1):
        place = f"image {number}"
        name = _field(path, image, place, "filename", str)
        if image.get("filepath"):
            name = os.path.join(_field(path, image, place, "filepath", str), name)
        rows.name_image(name, f"{path}:{place}")
        rows.name_class(name, image.get("class"), f"{path}:{place}")
        for sentence in image.get("sentences", ()):
            rows.add(name, _field(path, sentence, place, "raw", str), f"{path}:{place}")
        split = str(image.get("split", "")).lower()
        if split in SPLITS:
            rows.parts[name] = SPLITS[split]
        elif split:
            unknown.setdefault(split, place)
    for split, place in unknown.items():
        raise DataError(f"{path}:{place}: unknown split {split!r}. Allowed: {listing(SPLITS)}.")


def _read_mapping(path, content, rows):
    for name, captions in content.items():
        place = f"{path}:{name}"
        rows.name_image(name, place)
        for caption in [captions] if isinstance(captions, str) else captions:
            if not isinstance(caption, str):
                raise DataError(f"{place}: a caption must be a text. Received: {str(caption)[:80]}")
            rows.add(name, caption, place)
