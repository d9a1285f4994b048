"""How a folder of images is laid out: split folders, class folders, images; and what in it belongs to none of them."""

import os

from data.errors import DataError, listing
from data.images import image_files

PARTS = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip


def part_folders(root: str, notes: list[str], labelled: bool = True) -> dict[str, str]:
    """Part -> folder: `root` itself is "train" unless it holds folders named as splits.

    A class may be called as a split: then it holds images, no class folders, and lies beside other classes.

    Args:
        root: Folder of images.
        notes: Sentences for the user, added to.
        labelled: Whether the images of a split lie in class folders.

    Raises:
        DataError: Two folders name one split.
    """
    named, others = {}, []
    for name in image_files.folders(root):
        part = PARTS.get(name.lower())
        named.setdefault(part, []).append(name)
    others = named.pop(None, [])
    if "train" not in named:
        return {"train": root}
    splits = [name for names in named.values() for name in names]
    are_classes = not any(image_files.folders(os.path.join(root, name)) for name in splits)
    if others and are_classes and (labelled or set(named) == {"train"}):
        notes.append(
            f"{listing(splits)} in {root}: taken for classes, since they hold no class folders and lie beside "
            f"{listing(others, 3)}."
        )
        return {"train": root}
    for part, names in named.items():
        if len(names) > 1:
            raise DataError(f"{root}: both {names[0]!r} and {names[1]!r} name the {part} split. Rename one.")
    if others:
        notes.append(
            f"{listing(others)} in {root}: left out, beside the split folder(s) {listing(splits)}. Splits are called "
            f"{', '.join(PARTS)}."
        )
    return {part: os.path.join(root, names[0]) for part, names in named.items()}


def has_classes(folder: str) -> bool:
    """Whether `folder` holds class folders, at least two, and no image beside them."""
    return len(image_files.folders(folder)) > 1 and not image_files.below(folder, deep=False).images
