"""Finds the image files that captions name, and looks at each: missing and broken ones are named."""

import io
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from data import duplicates
from data.errors import DataError, MissingData
from data.images import image_files
from data.images.images import CORES

MOST_DECODED = 20_000  # images that are decoded at once to see whether they are whole: 4.5 s per 8,000 of 500x375


def folder_for(path, names, images=None):
    """Returns the folder in which the images are: the one given, else the one near the file that holds most of them.

    Args:
        path: of the file of captions.
        names: image names.
        images: what the user gave as --images, or None.

    Raises:
        DataError: there is no such folder, or none near the file that holds an image.
    """
    if images:
        if not os.path.isdir(images):
            what = "is a file" if os.path.exists(images) else "no such folder"
            raise MissingData(f"{images}: {what}. --images must name the folder of the images.")
        return images
    near = os.path.dirname(os.path.abspath(path))
    folders = [near, *sorted(entry.path for entry in os.scandir(near) if entry.is_dir())]
    some = list(names)[:200]
    held = [sum(_inside(folder, name) is not None for name in some) for folder in folders]
    if not max(held):
        raise MissingData(
            f"{path}: where are its images? None of {some[0]!r}, ... is in {near} or a folder in it. Give --images."
        )
    return folders[int(np.argmax(held))]


def find(folder, names):
    """Returns image name -> path of those that are there: in `folder`, by their last part, or in a folder inside."""
    inside = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())
    found = {}
    for name in names:
        path = next((path for where in (folder, *inside) if (path := _inside(where, name))), None)
        if path:
            found[name] = path
    return found


def _inside(folder, name):
    for tried in (name, os.path.basename(name)):
        path = os.path.join(folder, tried)
        if os.path.isfile(path):
            return path
    return None


def look(images, whole=None):
    """Looks at every image: the key of its content, and what is wrong with it.

    Args:
        images: sequence of paths (str) or contents (bytes) of files.
        whole: whether to decode them, not only to look at their ends; None is where there are not too many.

    Returns:
        Keys (N,), and position -> why it cannot be used.
    """
    whole = len(images) <= MOST_DECODED if whole is None else whole
    with ThreadPoolExecutor(CORES) as pool:
        looks = list(pool.map(lambda image: _look(image, whole), images))
    keys = np.array([key for key, _ in looks], dtype="S16")
    return keys, {position: why for position, (_, why) in enumerate(looks) if why}


def _look(image, whole):
    """Returns the key of an image file's content, and why it cannot be used or None."""
    import tensorflow as tf

    if isinstance(image, str):
        try:
            with open(image, "rb") as file:
                image = file.read()
        except OSError as error:
            return b"", f"cannot be read ({error.strerror})"
    key = duplicates.digest(image)
    if not image:
        return key, "the file is empty (0 bytes)"
    try:
        found = image_files.header(io.BytesIO(image))
    except DataError as error:
        return key, f"cannot be decoded ({error})"
    if found is None:
        return key, "cannot be decoded (no JPEG, PNG, GIF or BMP)"
    size, _, kind = found
    if why := image_files.too_many_pixels(size):
        return key, why
    if not image_files.is_whole(image, kind):
        return key, "cut off (its end is missing)"
    try:
        with tf.device("CPU:0"):
            if whole:
                tf.io.decode_image(image, expand_animations=False)
    except (tf.errors.InvalidArgumentError, tf.errors.UnknownError) as error:
        reason = str(error.message).split("[Op:")[0].strip().rsplit("}} ", 1)[-1][:120]
        return key, f"cannot be decoded ({reason})"
    return key, None


def refuse_folder(path):
    """Raises a DataError if the file of captions is a folder."""
    if os.path.isdir(path):
        raise DataError(
            f"{path}: a folder. --data must name the file of captions (JSON, CSV, token file); --images the folder."
        )
