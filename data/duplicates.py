"""Finds records that are in more than one split: reported, because they make a test look better than it is.

Images with equal content are kept in one split where the split is ours to make. Equal rows of a table are not:
where columns take few values they are ordinary independent records, and removing them would bend the score.
"""

import hashlib

import numpy as np


def image_keys(images):
    """Returns one key per image, equal for equal content.

    Args:
        images: uint8 (N, height, width, channels), or (N,) bytes, or (N,) paths.
    """
    return np.array([digest(image) for image in images], dtype="S16")


def digest(image):
    """Returns the key of one image: an array, the bytes of a file, or its path."""
    if isinstance(image, str):
        with open(image, "rb") as file:
            image = file.read()
    elif isinstance(image, np.ndarray):
        image = np.ascontiguousarray(image).tobytes()
    # hex digits, because NumPy's fixed-width bytes lose trailing zeros
    return hashlib.blake2b(image, digest_size=8).hexdigest().encode()


def row_keys(inputs):
    """Returns one key per row of a table, equal for equal features: uint64 (N,)."""
    import pandas

    frame = pandas.DataFrame(inputs)
    return pandas.util.hash_pandas_object(frame, index=False).to_numpy()


def notes(noun, keys, splits):
    """Returns sentences about records of later splits that are also in an earlier one.

    Args:
        noun: what a record is called: "image" or "row".
        keys: per split, the keys of its records.
        splits: train, validation and test.
    """
    sentences = []
    names = ("training", "validation", "test")
    for later in (1, 2):
        for earlier in range(later):
            common, rows, others = np.intersect1d(keys[later], keys[earlier], return_indices=True)
            if not len(common):
                continue
            count = int(np.isin(keys[later], common).sum())
            example = f"{splits[later].origins[rows[0]]} = {splits[earlier].origins[others[0]]}"
            what = f"1 {noun}" if count == 1 else f"{count} {noun}s"
            sentences.append(
                f"Duplicates: {what} of {len(keys[later])} in the {names[later]} split also in the "
                f"{names[earlier]} split (for example {example})."
            )
    return sentences
