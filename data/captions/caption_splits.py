"""Makes the parts of captioned images: by image, as lists or the file say, else at random; equal images together."""

import os

import numpy as np

from data import duplicates, splitting
from data.captions.caption_pairs import Captions, CaptionSplits
from data.captions.raw_captions import left_out
from data.errors import DataError, suggestion
from data.images import caption_images, image_sizes
from data.images import looks as looking
from data.images.image_content import KINDS

PARTS = ("train", "validation", "test")
FEWEST_IMAGES = 10  # below this there is nothing to hold out
CARVED_SHARE, MOST_CARVED = 0.1, 1000  # of the images, for each of validation and test


def make(name, read, lists, seed, images=None, image_size=None):
    """Makes the splits of captions already read.

    Args:
        name: of the dataset.
        read: part -> `RawCaptions`: "train", and others where the user named a file of captions for them.
        lists: part -> image name -> place, where the user named a list of images of the first file.
        seed: of what is carved.
        images: the folder of the images, or None to look for it.
        image_size: (height, width) that the user wants, or None.

    Raises:
        DataError: a list names an unknown image, a name is in two lists, or images are missing, broken or too few.
    """
    notes = [note for raw in read.values() for note in raw.notes]
    chosen = {part: _by_file(part, raw) for part, raw in read.items()}
    if lists:
        chosen |= _by_lists(read["train"], lists)
    else:
        chosen = _by_split(read["train"], chosen)
    made, keys, headers = {}, {}, []
    for part in [part for part in PARTS if part in chosen]:
        raw, names = chosen[part]
        made[part], keys[part], seen = _captions(raw, names, images, part, notes)
        headers += seen
    _refuse_shared(made)
    carve = [part for part in PARTS[1:] if part not in made]
    if carve:
        _carve(name, made, keys, carve, seed, notes)
    for part in PARTS:
        if not len(made[part]):
            raise DataError(f"{name}: no {part} image is left. {' '.join(notes)} Give more images.")
    counts = " / ".join(str(len(made[part])) for part in PARTS)
    captions = " / ".join(str(made[part].num_captions) for part in PARTS)
    notes.append(f"{counts} images with {captions} captions for training / validation / test.")
    notes += duplicates.notes("image", [keys[part] for part in PARTS], [made[part] for part in PARTS])
    bits, said = image_sizes.bits_used(made["train"].images, headers)
    return CaptionSplits(name, **made, notes=(*notes, *said), image_size=image_size, bits=bits)


def whole(raw, notes, images=None):
    """Makes `Captions` of every image of a file already read (`RawCaptions`), to score on.

    Args:
        raw: of the file.
        notes: sentences for the user, added to.
        images: the folder of the images, or None to look for it.

    Raises:
        DataError: more than a few images are missing or broken.
    """
    notes += raw.notes
    return _captions(raw, list(raw.captions), images, "evaluation", notes)[0]


def _by_file(part, raw):
    return raw, list(raw.captions)


def _by_split(raw, chosen):
    """Part -> images, as the file itself says; an image of which it says nothing is for training."""
    if not raw.parts:
        return chosen
    names = {part: [name for name in raw.captions if raw.parts.get(name, "train") == part] for part in PARTS}
    if not names["train"]:
        raise DataError(f"{raw.path}: no image of its training split has a caption. Give a file with training images.")
    if names["validation"] and not names["test"]:  # as in a folder: what is held out tests, validation is carved
        names["test"], names["validation"] = names["validation"], []
    return chosen | {
        part: (raw, found) for part, found in names.items() if found and (part not in chosen or part == "train")
    }


def _by_lists(raw, lists):
    """Part -> images, as the user's lists say; all others are for training."""
    by_stem = {}
    for name in raw.captions:
        by_stem.setdefault(os.path.splitext(os.path.basename(name))[0], name)
    taken, chosen = {}, {}
    for part, wanted in lists.items():
        names = []
        for given, place in wanted.items():
            name = given if given in raw.captions else by_stem.get(os.path.splitext(os.path.basename(given))[0])
            if name is None:
                silent = given in raw.places
                raise DataError(
                    f"{place}: {given!r} {'has no caption' if silent else 'is no image'} in {raw.path}."
                    f"{'' if silent else suggestion(given, list(raw.captions)[:5000])} "
                    f"Allowed: names of images that have captions there. Mend or remove the line."
                )
            if name in taken:
                raise DataError(
                    f"{place}: {given!r} is also at {taken[name]}. An image may be in one split only. Remove one line."
                )
            taken[name] = place
            names.append(name)
        chosen[part] = (raw, names)
    rest = [name for name in raw.captions if name not in taken]
    if not rest:
        raise DataError(f"{raw.path}: the lists name every image, so none is left for training. Shorten them.")
    return chosen | {"train": (raw, rest)}


def _captions(raw, names, images, part, notes):
    """Returns the `Captions` of some images of a file, the keys of their contents, and their `Header`s.

    Unusable images are left out.
    """
    if raw.contents:
        content = np.empty(len(names), dtype=object)
        content[:] = [raw.contents[name] for name in names]
        shown = [raw.places[name] for name in names]
    else:
        folder = caption_images.folder_for(raw.path, names, images)
        found = caption_images.find(folder, names)
        missing = [f"{raw.places[name]} ({name})" for name in names if name not in found]
        remedy = f"Looked in {folder}. Copy them there, or give another --images."
        left_out(missing, len(names), f"{part} image", "missing", remedy, notes)
        names = [name for name in names if name in found]
        content = np.empty(len(names), dtype=object)
        content[:] = [found[name] for name in names]
        shown = [
            os.path.join(os.path.basename(os.path.abspath(folder)), os.path.relpath(path, folder)) for path in content
        ]
    looks = looking.look(content)
    keys = np.array([one.key for one in looks], dtype="S16")
    broken = {row: one.why for row, one in enumerate(looks) if one.why}
    places = [f"{content[row] if isinstance(content[row], str) else shown[row]} ({why})" for row, why in broken.items()]
    left_out(places, len(names), f"{part} image", "broken", f"Repair or remove them. Allowed: {KINDS}.", notes)
    kept = np.array([row for row in range(len(names)) if row not in broken], int)
    captions = tuple(raw.captions[names[row]] for row in kept)
    classes = np.array([raw.classes.get(name, "") for name in names], dtype=object)[kept] if raw.classes else None
    found = Captions(content[kept], captions, np.array(shown, dtype=object)[kept], classes=classes)
    return found, keys[kept], [looks[row].header for row in kept]


def _refuse_shared(made):
    """Raises a DataError if a file is in two parts, as where two files of captions name it."""
    taken = {}
    for part, captions in made.items():
        for image, origin in zip(captions.images, captions.origins, strict=True):
            if isinstance(image, str) and taken.setdefault(os.path.realpath(image), part) != part:
                raise DataError(
                    f"{origin}: this image is in the {taken[os.path.realpath(image)]} and the {part} split. An image "
                    f"may be in one split only. Remove it from one of the files."
                )


def _carve(name, made, keys, carve, seed, notes):
    """Moves images from training to the parts in `carve`; equal images go together."""
    units = np.unique(keys["train"], return_inverse=True)[1]
    count = int(units.max(initial=-1)) + 1
    if count < FEWEST_IMAGES:
        raise DataError(
            f"{name}: {count} different images are too few to hold out {' and '.join(carve)}. At least {FEWEST_IMAGES} "
            f"are needed; or give --validation and --test."
        )
    held_out = max(1, min(MOST_CARVED, round(CARVED_SHARE * count)))
    train, train_keys = made["train"], keys["train"]
    for part, rows in splitting.carved(units, carve, held_out, seed).items():
        made[part], keys[part] = train.take(rows), train_keys[rows]
    notes.append(f"{' and '.join(carve).capitalize()} held out of the training images at random with seed {seed}.")
