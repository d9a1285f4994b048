"""Yields splits of a folder of images: `ROOT/class/image.jpg`, or `ROOT/train/class/image.jpg` with `val` and `test`.

For autoencoding the images may lie there without class folders; they then have no labels.

Files are known by path; their headers are looked at once, their bytes are hashed once (for duplicates), their pixels
are decoded once if all fit in memory (`pipeline.MEMORY_LIMIT`), else once per epoch.
"""

import io
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from data import duplicates, splitting
from data.errors import DataError, MissingData, listing, suggestion
from data.images import image_files
from data.images.images import CORES, READABLE
from data.splits import Split, Splits
from data.targets import ClassTarget, natural

PARTS = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
FALLBACK_SIZE = 64  # pixels, where the images differ in size and none is asked for
FEWEST_IMAGES = 10
KINDS = "JPEG, PNG, GIF, BMP"
GREY_MODES = {"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F"}


@dataclass(frozen=True)
class Found:
    """The images of one part: paths (N,), class names (N,), keys of their content (N,), sizes and grey or not."""

    paths: np.ndarray
    names: np.ndarray
    keys: np.ndarray
    sizes: Counter
    grey: bool

    def __len__(self):
        return len(self.paths)


def splits(config, seed, prepare_for, target=ClassTarget):
    """Yields the `Splits` of a folder of images.

    Args:
        config: the `Data` fields data, validation, test, image_size.
        seed: of the random split.
        prepare_for: `(natural size, natural channels, training split) -> ImagePrepare`.
        target: `ClassTarget`, or `NoTarget`, which needs no classes.

    Raises:
        DataError: there are no images, to classify one class only, or a file that is no whole image.
    """
    root = os.path.normpath(config.data)
    notes = []
    folders = part_folders(root)
    for part, folder in (("validation", config.validation), ("test", config.test)):
        if folder:
            if not os.path.isdir(folder):
                raise MissingData(f"{folder}: no such folder. --{part} must name a folder with one folder per class.")
            folders[part] = os.path.normpath(folder)
    if "test" not in folders and "validation" in folders and not config.validation:
        folders["test"] = folders.pop("validation")
        notes.append(f"{folders['test']} is the test split; validation is carved from the training images.")
    labelled = target is ClassTarget or all(map(has_classes, folders.values()))
    found = {part: find(folder, notes, labelled) for part, folder in folders.items()}
    classes = tuple(sorted(set(found["train"].names), key=natural)) if labelled else ()
    if labelled and len(classes) < 2:
        raise DataError(
            f"{folders['train']}: images of one class only ({classes[0]!r}). Put the images of each class into a "
            f"folder of its own: {root}/cat/1.jpg, {root}/dog/2.jpg."
        )
    for part, other in found.items():
        for name in sorted(set(other.names) - set(classes)) if labelled else ():
            raise DataError(
                f"{folders[part]}/{name}: class {name!r} is not among the training images."
                f"{suggestion(name, classes)} Allowed: {listing(classes)}. Rename or remove the folder."
            )
    rows = _rows(found, classes, seed, folders["train"], notes)
    split = {part: _split(found[source], classes, chosen, root) for part, (source, chosen) in rows.items()}
    keys = {part: found[source].keys[chosen] for part, (source, chosen) in rows.items()}
    order = ("train", "validation", "test")
    notes += duplicates.notes("image", [keys[part] for part in order], [split[part] for part in order])

    sizes = sum((other.sizes for other in found.values()), Counter())
    grey = all(other.grey for other in found.values())
    size, note = natural_size(sizes, config.image_size)
    prepare = prepare_for(size, 1 if grey else 3, split["train"])
    kinds = f"{len(classes)} classes" if labelled else "No classes"
    notes.append(f"{kinds}, {'grey' if grey else 'colour'} images; {note}")
    name = os.path.basename(os.path.abspath(root))
    return Splits(name, "image", **split, prepare=prepare, classes=classes, notes=tuple(notes))


def natural_size(sizes, image_size):
    """Returns (height, width) and a sentence: the common size of all images, or a square."""
    if len(sizes) == 1:
        size = next(iter(sizes))
        return size, f"all are {size[1]} wide and {size[0]} high."
    (height, width), count = sizes.most_common(1)[0]
    differ = f"sizes differ ({len(sizes)} of them, the most common {width}x{height}, {count} times)"
    if image_size:
        return (image_size, image_size), f"{differ}: cropped at the centre and resized as asked."
    size = (FALLBACK_SIZE, FALLBACK_SIZE)
    return size, f"{differ}: cropped at the centre and resized to a square (--image-size sets its side)."


def part_folders(root):
    """Returns part -> folder: `root` itself is "train" unless it holds folders named as splits."""
    folders = {}
    for entry in sorted(os.listdir(root)):
        part = PARTS.get(entry.lower())
        if part and os.path.isdir(os.path.join(root, entry)):
            if part in folders:
                raise DataError(
                    f"{root}: both {os.path.basename(folders[part])!r} and {entry!r} name the {part} split. Rename one."
                )
            folders[part] = os.path.join(root, entry)
    return folders if "train" in folders else {"train": root}


def class_folders(folder):
    """Returns the names of the folders in `folder`, sorted, without hidden ones."""
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))


def has_classes(folder):
    """Says whether `folder` holds class folders, at least two, and no image beside them."""
    return len(class_folders(folder)) > 1 and not any(name.lower().endswith(READABLE) for name in os.listdir(folder))


def find(folder, notes, labelled=True):
    """Finds the images below the class folders of `folder`, and looks at each once.

    Args:
        folder: where to look.
        notes: sentences for the user, added to.
        labelled: False takes every image below `folder`, all of the class "".

    Raises:
        DataError: there is no class folder, a class has no image, or a file is no whole image.
    """
    names = class_folders(folder) if labelled else [""]
    paths, labels, ignored, irregular = [], [], [], []
    for name in names:
        found = image_files.below(os.path.join(folder, name))
        images, others = found.images, found.others
        foreign = [path for path in others if path.lower().endswith(image_files.FOREIGN)]
        if foreign:
            raise DataError(
                f"{foreign[0]}: this kind of image cannot be read ({len(foreign)} such file(s) in {name or folder!r}). "
                f"Allowed: {' '.join(READABLE)}. Convert or remove them."
            )
        if not images and labelled:
            raise DataError(
                f"{os.path.join(folder, name)}: no image in this class folder. Allowed: {' '.join(READABLE)}. "
                f"Add images or remove the folder."
            )
        ignored += others
        irregular += found.irregular
        paths += images
        labels += [name] * len(images)
    if not paths:
        loose = any(name.lower().endswith(READABLE) for name in os.listdir(folder))
        raise DataError(
            f"{folder}: {'images, but no class folders' if loose else 'no images'}. "
            f"Needed: {'one folder per class' if labelled else 'images'}, such as "
            f"{os.path.join(folder, 'cat', '1.jpg')}; allowed: {' '.join(READABLE)}."
        )
    if ignored:
        notes.append(f"{len(ignored)} file(s) in {folder} are no images and left out (such as {ignored[0]}).")
    if irregular:
        notes.append(f"Left out, since they are no regular files, or links to none: {listing(irregular)}.")
    with ThreadPoolExecutor(CORES) as pool:
        looks = list(pool.map(look, paths))
    sizes = Counter(size for size, _, _ in looks)
    keys = np.array([key for _, _, key in looks], dtype="S16")
    grey = all(grey for _, grey, _ in looks)
    return Found(np.array(paths, dtype=object), np.array(labels, dtype=object), keys, sizes, grey)


def look(path):
    """Returns ((height, width), whether grey, key of the content) of an image file, from its header.

    Raises:
        DataError: the file is empty, is no image, is cut off, or has too many pixels.
    """
    content = image_files.read(path)
    if not content:
        raise DataError(f"{path}: the file is empty (0 bytes). Copy it again or remove it.")
    try:
        found = image_files.header(io.BytesIO(content))
    except DataError as error:
        raise DataError(f"{path}: not an image ({error}). Allowed: {KINDS}. Repair or remove it.") from error
    if found is None:
        raise DataError(f"{path}: not an image that can be read. Allowed: {KINDS}. Repair or remove it, or convert it.")
    (width, height), mode, kind = found
    if not image_files.is_whole(content, kind):
        raise DataError(f"{path}: the {kind} image is cut off (its end is missing). Copy it again or remove it.")
    if why := image_files.too_many_pixels((width, height)):
        raise DataError(f"{path}: {why}. Make it smaller, or remove it.")
    return (height, width), mode in GREY_MODES, duplicates.digest(content)


def _rows(found, classes, seed, folder, notes):
    """Returns part -> (part that it is taken from, rows)."""
    train = found["train"]
    carve = splitting.missing_parts(found)
    rows = {part: (part, np.arange(len(other))) for part, other in found.items()}
    if carve:
        if len(train) < FEWEST_IMAGES:
            raise DataError(
                f"{folder}: {len(train)} images are too few to hold out {' and '.join(carve)}. "
                f"At least {FEWEST_IMAGES} are needed."
            )
        fractions = splitting.fractions(carve, len(train))
        parts = splitting.stratified(_labels(train.names, classes), fractions, seed, groups=train.keys)
        rows |= {part: ("train", chosen) for part, chosen in zip(("train", *carve), parts, strict=True)}
        notes.append(
            f"{' and '.join(carve).capitalize()} held out at random with seed {seed}"
            + (", stratified by class." if classes else ".")
        )
    sizes = " / ".join(str(len(rows[part][1])) for part in ("train", "validation", "test"))
    notes.append(f"{sizes} images for training / validation / test.")
    return rows


def _labels(names, classes):
    if not classes:
        return np.zeros(len(names), np.int32)
    index = {name: position for position, name in enumerate(classes)}
    return np.array([index[name] for name in names], np.int32)


def _split(found, classes, rows, root):
    paths = found.paths[rows]
    above = os.path.dirname(root)
    shown = [path[len(above) :].lstrip(os.sep) if above and path.startswith(above + os.sep) else path for path in paths]
    return Split({"image": paths}, _labels(found.names[rows], classes), np.array(shown, dtype=object))
