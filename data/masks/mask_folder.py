"""Folders of pictures and masks: how they are laid out, and which mask belongs to which picture.

images/ masks/                     also images/train/ masks/train/, and train/images/ train/masks/
train/ trainannot/ val/ valannot/  CamVid
leftImg8bit/train/ gtFine/train/   Cityscapes
JPEGImages/ SegmentationClass/     VOC and CVAT, with lists in ImageSets/Segmentation/
train.txt val.txt                  lists of "picture mask", a line each
"""

import os

from data import text_file
from data.errors import DataError, MissingData, listing
from data.images import image_files
from data.images.folder_layout import PARTS
from data.masks import class_table
from data.masks.class_table import CAMVID, CITYSCAPES, CITYSCAPES_TRAIN
from data.masks.mask_sources import Pair, RawMasks

PICTURES = ("images", "image", "imgs", "img", "pictures", "photos", "jpegimages", "leftimg8bit")
MASKS = ("masks", "mask", "labels", "label", "annotations", "annots", "annot", "segmentationclass", "gtfine", "gt")
ENDS = ("_mask", "-mask", "_masks", "_label", "_labels", "_L", "_gt", "_seg", "_segmentation", "_annotation")
"""What may stand behind the name of a picture in that of its mask."""
STREET_ENDS = ("_gtFine_labelTrainIds", "_gtFine_labelIds", "_gtCoarse_labelIds")
STREET_PICTURE = "_leftImg8bit"
LISTS = ("ImageSets/Segmentation", "ImageSets", "")
LAYOUTS = (
    "images/ and masks/ (also inside of train/, val/ and test/), train/ and trainannot/ (CamVid), leftImg8bit/ and "
    "gtFine/ (Cityscapes), JPEGImages/ and SegmentationClass/ (VOC, CVAT), or train.txt with lines of a picture and a "
    "mask"
)


def read(root: str, images: str | None = None) -> RawMasks:
    """The pairs of a folder.

    Args:
        root: Of the folder.
        images: Folder of the pictures, where it is elsewhere.

    Raises:
        DataError: There are no pairs, a picture has two masks, or a list names what is not there.
    """
    folders = {name.lower(): os.path.join(root, name) for name in image_files.folders(root)}
    raw = RawMasks({}, class_table.find(root), root)
    masks = next((folders[name] for name in MASKS if name in folders), None)
    pictures = images or next((folders[name] for name in PICTURES if name in folders), None)
    if masks and pictures:
        _two_folders(raw, root, pictures, masks)
    elif not _lists_of_pairs(raw, root) and not _side_by_side(raw, root, folders):
        inner = {part: folders[name] for name, part in PARTS.items() if name in folders and _has_pairs(folders[name])}
        if not inner:
            raise DataError(f"{root}: no pictures with masks are found. Allowed: {LAYOUTS}. Found: {_found(root)}.")
        for part, folder in inner.items():
            found = read(folder)
            raw.parts[part] = found.parts["train"]
            raw.notes += found.notes
            raw.table = raw.table or found.table
    if not raw.parts.get("train"):
        raise DataError(f"{root}: no picture of the training part has a mask. Allowed: {LAYOUTS}.")
    return raw


def _found(root):
    names = sorted(os.listdir(root))
    return listing(names, 8) if names else "an empty folder"


def _has_pairs(folder):
    names = {name.lower() for name in image_files.folders(folder)}
    return bool(names & set(MASKS)) and bool(names & set(PICTURES))


def _two_folders(raw: RawMasks, root: str, pictures: str, masks: str) -> None:
    """Pictures in one folder, masks in another; parts by folders inside of both, or by lists."""
    named = {name: PARTS[name.lower()] for name in image_files.folders(pictures) if name.lower() in PARTS}
    inside = {name for name in named if os.path.isdir(os.path.join(masks, name))}
    if "train" in {named[name] for name in inside}:
        is_street = os.path.basename(pictures).lower() == "leftimg8bit"
        for name in sorted(inside):
            if is_street and named[name] == "test":
                raw.notes.append(
                    f"{os.path.join(pictures, name)}: left out, since the truth of Cityscapes' test is held back."
                )
                continue
            folders = os.path.join(pictures, name), os.path.join(masks, name)
            raw.parts[named[name]] = paired(*folders, raw.notes)
        _street_classes(raw)
        return
    pairs = paired(pictures, masks, raw.notes)
    lists = _part_lists(root)
    if not lists:
        raw.parts["train"] = pairs
        _street_classes(raw)
        return
    by_stem = {_stem(os.path.basename(pair.image)): pair for pair in pairs}
    for part, path in lists.items():
        names = listed(path)
        missing = [(line, name) for line, name in names if _stem(name) not in by_stem]
        if missing:
            line, name = missing[0]
            raise DataError(
                f"{path}:{line}: {name} has no picture with a mask in {root} ({len(missing)} such line(s))."
            )
        raw.parts[part] = [by_stem[_stem(name)] for _, name in names]


def _street_classes(raw: RawMasks) -> None:
    masks = [pair.mask for pairs in raw.parts.values() for pair in pairs[:1]]
    if raw.table is None and masks and all("_gt" in os.path.basename(mask) for mask in masks):
        has_train_ids = all(mask.endswith("TrainIds.png") for mask in masks)
        raw.table = CITYSCAPES_TRAIN if has_train_ids else CITYSCAPES


def _part_lists(root: str) -> dict[str, str]:
    """Part -> file of names, in the folder where VOC and CVAT have them."""
    for folder in LISTS:
        place = os.path.join(root, folder)
        files = sorted(os.listdir(place)) if os.path.isdir(place) else ()
        found = {PARTS[stem.lower()]: os.path.join(place, name) for name in files
                 if name.endswith(".txt") and (stem := name[:-4]).lower() in PARTS}  # fmt: skip
        if "train" in found:
            return found
    return {}


def listed(path: str) -> list[tuple[int, str]]:
    """Line number and name of each line of a list of pictures; further words of a line are passed over."""
    text, _ = text_file.read(path, "the name of a picture in each line", latin=True)
    return [(number, line.split()[0]) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _lists_of_pairs(raw: RawMasks, root: str) -> bool:
    """Parts from lists with a picture and a mask in each line, as SegNet's; whether there are such."""
    for part, path in _part_lists(root).items():
        text, _ = text_file.read(path, "a picture and a mask in each line", latin=True)
        for number, line in enumerate(text.splitlines(), start=1):
            words = line.split()
            if not words:
                continue
            if len(words) != 2:
                raise DataError(f"{path}:{number}: needs a picture and a mask. Received: {line[:80]}")
            image, mask = (_located(root, word, f"{path}:{number}") for word in words)
            raw.parts.setdefault(part, []).append(Pair(image, mask, image))
    _camvid_classes(raw)
    return bool(raw.parts)


def _located(root: str, word: str, place: str) -> str:
    """A path of a list: as it is, below the folder, or by its last two names: lists are moved from where they were."""
    parts = word.replace("\\", "/").split("/")
    tried = [word, os.path.join(root, word.lstrip("/")), os.path.join(root, *parts[-2:])]
    found = next((path for path in tried if os.path.isfile(path)), None)
    if found is None:
        raise MissingData(f"{place}: {word} is not there, neither below {root}. Mend the path.")
    return found


def _side_by_side(raw: RawMasks, root: str, folders: dict[str, str]) -> bool:
    """CamVid's layout: for each part a folder of pictures, and one of masks that ends in "annot"."""
    for name, part in PARTS.items():
        if name in folders and f"{name}annot" in folders:
            raw.parts[part] = paired(folders[name], folders[f"{name}annot"], raw.notes)
    _camvid_classes(raw)
    return bool(raw.parts)


def _camvid_classes(raw: RawMasks) -> None:
    """The classes that CamVid's masks are known to have, where they lie as SegNet's authors gave them out."""
    masks = [os.path.dirname(pair.mask) for pairs in raw.parts.values() for pair in pairs[:1]]
    if raw.table is None and masks and all(folder.endswith("annot") for folder in masks):
        raw.table = CAMVID


def paired(pictures: str, masks: str, notes: list[str]) -> list[Pair]:
    """Pictures and masks of two folders, by their names without endings.

    Raises DataError where two files have one name, or no picture has a mask.
    """
    images = _by_stem(pictures, STREET_PICTURE)
    found = _by_stem(masks, "")
    pairs, used = [], set()
    for stem, path in images.items():
        own = [name for name in (stem, *(stem + end for end in (*STREET_ENDS, *ENDS))) if name in found]
        if own and own[0].endswith(STREET_ENDS):  # the first is the one that is wanted; others are colours, instances
            used |= {name for name in found if name.startswith(stem)}
            own = own[:1]
        if len(own) > 1:
            raise DataError(f"{path}: has two masks, {found[own[0]]} and {found[own[1]]}. Remove one.")
        if own:
            used.add(own[0])
            pairs.append(Pair(path, found[own[0]], path))
    alone = [path for path in images.values() if path not in {pair.image for pair in pairs}]
    if not pairs:
        raise DataError(
            f"{pictures}: none of {len(images)} picture(s) has a mask of its name among {len(found)} in {masks}. "
            f"Names must be equal but for the ending, or for {', '.join(ENDS[:4])} ... behind it."
        )
    if alone:
        notes.append(f"{len(alone)} picture(s) without a mask are left out (such as {alone[0]}).")
    if rest := sorted(found[name] for name in found.keys() - used):
        notes.append(f"{len(rest)} mask(s) without a picture are left out (such as {rest[0]}).")
    return pairs


def _by_stem(folder: str, end: str) -> dict[str, str]:
    """Name of each image below a folder, without endings and `end` -> its path."""
    found: dict[str, str] = {}
    for path in image_files.below(folder).images:
        stem = os.path.splitext(os.path.relpath(path, folder))[0].removesuffix(end)
        if stem in found:
            raise DataError(f"{path}: has the name of {found[stem]}. Rename one of them.")
        found[stem] = path
    return found


def _stem(name: str) -> str:
    return os.path.splitext(os.path.basename(name))[0]
