"""Reads off the data argument what pictures with masks it names, and yields their splits."""

import os

from data.masks.masked_images import MaskedImages, MaskSplits

LARGEST_SIDE = 1024  # pixels: larger pictures are scaled down, unless they are answered in tiles or asked for larger
LARGEST_CROP = 384
SILENT = frozenset(["annotations", "instances", "masks", "labels", "train"])
KINDS = "shapes; a folder of pictures and masks; COCO's JSON of regions; a folder of LabelMe's JSON; tfds:NAME"


def resolve(config, *, seed: int) -> MaskSplits:
    """The splits of what `config.data` names.

    Args:
        config: `data.settings.SegmentationData`, what the user said.
        seed: Of the random splits, and of the drawn scenes.

    Raises:
        DataError: The data cannot be used; the message says where and what to do.
    """
    from data.errors import DataError, refuse_given

    if config.data == "shapes":
        from data.masks import shapes

        given = ("images", "validation", "test", "ignore", "palette", "download", "image_size")
        refuse_given(config, given, "shapes, which are drawn as they are")
        return shapes.make(seed)
    from data import dataset_name
    from data.masks import mask_splits

    raw = pairs(config)
    for part in ("validation", "test"):
        if given := getattr(config, part):
            if part in raw.parts:
                raise DataError(f"--{part} cannot be used with {config.data}, which has a {part} part. Leave it out.")
            take(raw, part, given, config)
    name = config.data.replace("/", "-").replace(":", "-")
    if not config.data.startswith("tfds:"):
        name = dataset_name.of_file(os.path.normpath(config.data), SILENT, "masks")
    return mask_splits.make(name, raw, config.ignore, seed)


def everything(config, *, seed: int) -> tuple[MaskedImages, tuple[str, ...], list[str]]:
    """All pictures of what `config.data` names, of data with parts its test; the classes' names; notes.

    Raises DataError as `resolve` does.
    """
    if config.data == "shapes":
        splits = resolve(config, seed=seed)
        return splits.test, splits.classes, list(splits.notes)
    from data.masks import mask_splits

    return mask_splits.whole(pairs(config), config.ignore)


def pairs(config):
    """The `RawMasks` of `config.data`. Raises DataError on what is none of `KINDS`."""
    from data.errors import DataError, MissingData, refuse_given, suggestion
    from data.masks import class_table, coco_masks, labelme_masks, mask_folder

    path = config.data
    if path.startswith("tfds:"):
        from data.tfds import tfds_masks

        refuse_given(config, ("images", "validation", "test"), f"{path}, which has its own")
        raw = tfds_masks.read(path.removeprefix("tfds:"), config.download)
    else:
        refuse_given(config, ("download",), "files")
        if not os.path.exists(path):
            near = suggestion(path, ["shapes"]) if os.sep not in path and "." not in path else ""
            raise MissingData(f"{path}: no such file or folder.{near} Allowed: {KINDS}.")
        if coco_masks.is_coco(path):
            raw = coco_masks.read(path, config.images)
        elif not os.path.isdir(path):
            raise DataError(f"{path}: masks cannot be read from this file. Allowed: {KINDS}.")
        elif labelme_masks.is_labelme(path):
            refuse_given(config, ("images",), f"{path}, whose files name their pictures")
            raw = labelme_masks.read(path)
        else:
            raw = mask_folder.read(path, config.images)
    if config.palette:
        if not os.path.isfile(config.palette):
            raise MissingData(f"{config.palette}: no such file. --palette names a file of classes and colours.")
        raw.table = class_table.read(config.palette)
    return raw


def take(raw, part: str, given: str, config) -> None:
    """Give `raw` a part of the user's own: a folder or file of masks, or a list of names out of its training part."""
    from dataclasses import replace

    from data.errors import DataError, MissingData
    from data.masks import coco_masks, mask_folder

    if not os.path.exists(given):
        raise MissingData(f"{given}: no such file or folder. --{part} names a folder, a JSON file or a list of names.")
    if os.path.isdir(given) or coco_masks.is_coco(given):
        other = pairs(replace(config, data=given, validation=None, test=None))
        if raw.table and other.table and other.table.names != raw.table.names:
            raise DataError(
                f"{given}: its classes {other.table.names[:5]} are not those of {raw.place}, {raw.table.names[:5]}."
            )
        raw.parts[part] = other.parts["train"]
        return
    by_name = {os.path.splitext(os.path.basename(one.origin))[0]: one for one in raw.parts["train"]}
    chosen = []
    for line, name in mask_folder.listed(given):
        stem = os.path.splitext(os.path.basename(name))[0]
        if stem not in by_name:
            raise DataError(f"{given}:{line}: {name} is no picture of the training part of {raw.place}.")
        chosen.append(by_name[stem])
    raw.parts[part] = chosen
    taken = {one.origin for one in chosen}
    raw.parts["train"] = [one for one in raw.parts["train"] if one.origin not in taken]


def crop_side(sizes, asked: int | None) -> int:
    """Side of the crops that are trained on: as asked, or the middle shorter side of the pictures, rounded to a
    multiple of 32, at most `LARGEST_CROP`.

    Args:
        sizes: int (N, 2), heights and widths of the training pictures as they are trained on.
        asked: What the user said, or None.
    """
    import numpy as np

    from data.masks.mask_batches import MULTIPLE

    if asked:
        return asked
    side = float(np.median(np.min(sizes, axis=1)))
    return int(np.clip(np.floor(side / MULTIPLE + 0.5), 1, LARGEST_CROP // MULTIPLE)) * MULTIPLE
