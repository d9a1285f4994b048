"""Yields splits of a folder of images: `ROOT/class/image.jpg`, or `ROOT/train/class/image.jpg` with `val` and `test`.

For autoencoding the images may lie there without class folders; they then have no labels.

Files are known by path; their headers are looked at once, their bytes are hashed once (for duplicates), their pixels
are decoded once if all fit in memory (`pipeline.MEMORY_LIMIT`), else once per epoch.
"""

import os
from collections import Counter
from dataclasses import dataclass
from itertools import chain

import numpy as np

from data import duplicates, splitting
from data.errors import DataError, MissingData, listing, suggestion
from data.images import file_structure, folder_layout, image_content, image_files, image_sizes, looks
from data.splits import Split, Splits
from data.targets import ClassTarget, natural

FEWEST_IMAGES = 10
NEEDED = f"Allowed: {' '.join(image_files.READABLE)}"


@dataclass(frozen=True)
class Found:
    """The images of one part.

    Attributes:
        paths, names: (N,) of the files, and of their classes.
        keys: (N,) of their content.
        headers: N `Header`s.
    """

    paths: np.ndarray
    names: np.ndarray
    keys: np.ndarray
    headers: list

    def __len__(self):
        return len(self.paths)


def splits(config, seed, prepare_for, target=ClassTarget):
    """Yields the `Splits` of a folder of images.

    Args:
        config: the `Data` fields data, validation, test, image_size.
        seed: of the random split.
        prepare_for: `(natural size, natural channels, training split, bits of 16) -> ImagePrepare`.
        target: `ClassTarget`, or `NoTarget`, which needs no classes.

    Raises:
        DataError: there are no images, to classify one class only, or a file that is no whole image.
    """
    root = os.path.normpath(config.data)
    notes = []
    folders = folder_layout.part_folders(root, notes, target is ClassTarget)
    for part, folder in (("validation", config.validation), ("test", config.test)):
        if folder:
            if not os.path.isdir(folder):
                raise MissingData(f"{folder}: no such folder. --{part} must name a folder with one folder per class.")
            folders[part] = os.path.normpath(folder)
    if "test" not in folders and "validation" in folders and not config.validation:
        folders["test"] = folders.pop("validation")
        notes.append(f"{folders['test']} is the test split; validation is carved from the training images.")
    labelled = target is ClassTarget or all(map(folder_layout.has_classes, folders.values()))
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

    headers = [one for other in found.values() for one in other.headers]
    grey = all(one.is_grey for one in headers)
    sizes = Counter(one.size for one in headers)
    bits, said = image_sizes.bits_used(split["train"].inputs["image"], headers)
    prepare = prepare_for(image_sizes.natural_size(sizes), 1 if grey else 3, split["train"], bits)
    kinds = f"{len(classes)} classes" if labelled else "No classes"
    fitted = image_sizes.fitted(sizes, prepare.size, config.image_size)
    notes += [f"{kinds}, {'grey' if grey else 'colour'} images; {fitted}", *said, *_converted(headers)]
    name = os.path.basename(os.path.abspath(root))
    return Splits(name, "image", **split, prepare=prepare, classes=classes, notes=tuple(notes))


def find(folder, notes, labelled=True):
    """Finds the images below the class folders of `folder`, and looks at each once.

    Args:
        folder: where to look.
        notes: sentences for the user, added to.
        labelled: False takes every image below `folder`, all of the class "".

    Raises:
        DataError: there is no class folder, a class has no image, or a file is no whole image.
    """
    names = image_files.folders(folder) if labelled else [""]
    paths, labels = [], []
    parts = [image_files.below(os.path.join(folder, name)) for name in names]
    if labelled:
        parts.append(image_files.below(folder, deep=False))
    everything = image_files.Below(*(list(chain(*files)) for files in zip(*parts, strict=True)))
    if foreign := everything.foreign:
        raise DataError(
            f"{foreign[0]}: this kind of image cannot be read ({len(foreign)} such file(s) in {folder!r}). {NEEDED}. "
            f"Convert or remove them."
        )
    for name, part in zip(names, parts, strict=False):
        if not part.images and labelled:
            raise DataError(
                f"{os.path.join(folder, name)}: no image in this class folder. {NEEDED}. Add images or remove the "
                f"folder."
            )
        paths += part.images
        labels += [name] * len(part.images)
    loose = parts[-1].images if labelled else []
    if not paths:
        raise DataError(
            f"{folder}: {'images, but no class folders' if loose else 'no images'}. "
            f"Needed: {'one folder per class' if labelled else 'images'}, such as "
            f"{os.path.join(folder, 'cat', '1.jpg')}. {NEEDED}."
        )
    if loose:
        notes.append(f"{len(loose)} image(s) in {folder} are in no class folder and left out (such as {loose[0]}).")
    notes += everything.notes(folder)
    seen = looks.look(paths)
    if broken := [f"{path}: {one.why}" for path, one in zip(paths, seen, strict=True) if one.why]:
        more = f" {len(broken) - 1} more: {listing(broken[1:], 5)}." if len(broken) > 1 else ""
        raise DataError(f"{broken[0]}. Allowed: whole {image_content.KINDS} files. Repair, convert or remove it.{more}")
    keys, headers = np.array([one.key for one in seen], dtype="S16"), [one.header for one in seen]
    found = Found(np.array(paths, dtype=object), np.array(labels, dtype=object), keys, headers)
    notes += _conflicts(found)
    return found


def _conflicts(found):
    """Returns a sentence about equal images of different classes, if there are any."""
    classes = {}
    for key, name in zip(found.keys, found.names, strict=True):
        classes.setdefault(key, set()).add(name)
    shared = {key for key, names in classes.items() if len(names) > 1}
    if not shared:
        return []
    example = [path for path, key in zip(found.paths, found.keys, strict=True) if key == min(shared)]
    pair = f"{example[0]} = {example[-1]}"
    return [f"{len(shared)} image(s) are in more than one class (for example {pair}): check them."]


def _converted(headers):
    """Returns a sentence about images that an export does not take as they are, if there are any."""
    kinds = Counter(one.kind for one in headers if not one.is_taken)
    if not kinds:
        return []
    counts = " and ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return [f"{counts} file(s) are of a kind that the SavedModel does not take: it takes {file_structure.TAKEN}."]


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
