"""Reads off the data argument what images with captions it names, and yields their splits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.captions.caption_pairs import Captions, CaptionSplits

SILENT = frozenset(["captions", "train", "dataset", "annotations", "results"])  # names that say nothing
DRAWN = ("scenes", "birds")  # made without a network
KINDS = (
    "scenes; birds; COCO's or Karpathy's JSON; Flickr8k's token file (name.jpg#0, a tab, the caption); a table (.csv "
    ".tsv .jsonl) with a column of image names and one of captions; tfds:NAME"
)


def resolve(config, *, seed: int) -> CaptionSplits:
    """Yields the splits of what `config.data` names.

    Args:
        config: `data.settings.CaptionData`, what the user said.
        seed: of the random splits, and of the scenes.

    Raises:
        DataError: the data cannot be used; the message says where and what to do.
    """
    from data.errors import DataError, refuse_given

    path = config.data
    if config.image_size is not None and config.image_size < 8:
        raise DataError(f"--image-size must be 8 or more pixels. Received: {config.image_size}.")
    size = (config.image_size,) * 2 if config.image_size else None
    if path in DRAWN:
        from data.birds import birds
        from data.captions import scenes

        given = ("images", "validation", "test", "image", "caption", "download", "image_size")
        refuse_given(config, given, f"{path}, which are drawn as they are")
        return (scenes if path == "scenes" else birds).make(seed)

    from data import dataset_name
    from data.captions import caption_splits

    if path.startswith("tfds:"):
        from data.tfds import tfds_captions

        refuse_given(config, ("images", "validation", "test", "image", "caption"), f"{path}, which has its own")
        name, read = tfds_captions.read(path.removeprefix("tfds:"), config.download)
        return caption_splits.make(name, read, {}, seed, image_size=size)
    refuse_given(config, ("download",), "files")
    read, lists = _files(config)
    name = dataset_name.of_file(path, SILENT, "captions")
    return caption_splits.make(name, read, lists, seed, config.images, size)


def everything(config, notes: list[str], *, seed: int) -> Captions:
    """Yields all captioned images of the files that `config.data` names; of data with splits of its own the test split.

    Args:
        config: `data.settings.CaptionData`; `validation` and `test` are not used.
        notes: sentences for the user, added to.
        seed: of the scenes.

    Raises:
        DataError: the data cannot be used; the message says where and what to do.
    """
    if config.data in DRAWN or config.data.startswith("tfds:"):
        return resolve(config, seed=seed).test
    from data.captions import caption_splits

    return caption_splits.whole(_captions(config.data, config), notes, config.images)


def image_files(config) -> list[str]:
    """Yields the paths of the images that the files of captions name, in their order, without looking into them.

    Where they cannot be found it is the folder given as `images`, or nothing: `resolve` tells why.
    """
    from data.errors import DataError
    from data.images import caption_images

    if config.data in DRAWN or config.data.startswith("tfds:"):
        return []
    try:
        read = [raw for raw in _files(config)[0].values() if not raw.contents]
        found = [(caption_images.folder_for(raw.path, raw.captions, config.images), raw.captions) for raw in read]
        return [path for folder, names in found for path in caption_images.find(folder, names).values()]
    except (DataError, OSError):
        return [config.images] if config.images else []


def _files(config):
    """Returns part -> `RawCaptions`, and part -> list of names, of the files that the user named."""
    from data.captions import caption_text
    from data.errors import DataError

    read = {"train": _captions(config.data, config)}
    if (config.validation or config.test) and read["train"].parts:
        given = "--validation" if config.validation else "--test"
        raise DataError(
            f"{given} cannot be used with {config.data}, which says the split of each image. Leave it out, or remove "
            f"'split' from the file."
        )
    lists = {}
    for part in ("validation", "test"):
        path = getattr(config, part)
        if not path:
            continue
        if not os.path.isdir(path) and caption_text.is_list(path):
            lists[part] = caption_text.read_names(path)
        else:
            read[part] = _captions(path, config)
    return read, lists


def _captions(path, config):
    """Returns the `RawCaptions` of one file of any kind."""
    from data.captions import caption_json, caption_text
    from data.errors import DataError, MissingData, suggestion
    from data.images import caption_images

    caption_images.refuse_folder(path)
    if not os.path.exists(path):
        near = suggestion(path, DRAWN) if os.sep not in path and "." not in path else ""
        raise MissingData(f"{path}: no such file.{near} Allowed: {KINDS}.")
    extension = os.path.splitext(path.lower().removesuffix(".gz"))[1]
    if extension == ".json" and (raw := caption_json.read(path)) is not None:
        if config.image or config.caption:
            raise DataError(f"--image and --caption name columns of a table, and {path} is none. Leave them out.")
        return raw
    if extension not in {".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".tab", ".txt", ".token"}:
        raise DataError(
            f"{path}: captions cannot be read from {extension or 'a name without ending'}. Allowed: {KINDS}."
        )
    return caption_text.read(path, config.image, config.caption)
