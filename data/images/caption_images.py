"""Finds the image files that captions name."""

import os

import numpy as np

from data.errors import DataError, MissingData
from data.images import image_files


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
    folders = [near, *(os.path.join(near, name) for name in image_files.folders(near))]
    some = list(names)[:200]
    held = [sum(_inside(folder, name) is not None for name in some) for folder in folders]
    if not max(held):
        raise MissingData(
            f"{path}: where are its images? None of {some[0]!r}, ... is in {near} or a folder in it. Give --images."
        )
    return folders[int(np.argmax(held))]


def find(folder, names):
    """Returns image name -> path of those that are there: in `folder`, by their last part, or in a folder inside."""
    inside = [os.path.join(folder, name) for name in image_files.folders(folder)]
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


def refuse_folder(path):
    """Raises a DataError if the file of captions is a folder."""
    if os.path.isdir(path):
        raise DataError(
            f"{path}: a folder. --data must name the file of captions (JSON, CSV, token file); --images the folder."
        )
