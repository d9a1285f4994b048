"""Masks of new pictures by a finished run of apps.segment: rows, and, where asked for, files."""

import os

import numpy as np

from tasks.asked_images import complete, whole
from tasks.records import refuse_text_flags
from tasks.request import Prediction


def segmented(trained, request: Prediction) -> list[dict]:
    """One dict per picture that can be read: origin, the most frequent class (`label`) and its share of the pixels,
    the mean confidence, `top` with the next most frequent ones, and, where they are written, `mask` and `overlay`.

    Args:
        trained: `TrainedSegmenter`.
        request: What shall be answered, and which files are to be written.

    Raises:
        DataError: There are no pictures, or none of them can be read.
        Incomplete: Some pictures cannot be read, and are named on stderr; it has the others' rows.
        UserError: A flag is for other runs, or a folder cannot be written.
    """
    from data.masks.writing import CocoWriter, MaskFolder

    refuse_text_flags(request)
    folder = MaskFolder(request.masks, trained.palette) if request.masks else None
    coco = CocoWriter(request.coco, trained.classes) if request.coco else None
    skipped: list[str] = []
    paths = whole(request.files, skipped)
    segmenter, rows = trained.asked(request).segmenter(), []
    names = unique_names(paths)
    for path, name in zip(paths, names, strict=True):
        answer = segmenter(path, path)
        rows.append({"origin": path, **summary(answer, trained.classes, request.top or 3)})
        if folder:
            rows[-1] |= folder.write(name, answer.ids, trained.prepare.read(path))
        if coco:
            coco.add(path, answer.ids)
    if coco:
        coco.close()
    return complete(rows, skipped)


def summary(answer, classes: tuple[str, ...], top: int) -> dict:
    """The classes of the most pixels with their shares, and the mean confidence."""
    shares = np.bincount(answer.ids.ravel(), minlength=len(classes)) / answer.ids.size
    order = [int(k) for k in np.argsort(-shares, kind="stable")[:top] if shares[k]]
    ranked = [{"label": classes[k], "share": round(float(shares[k]), 6)} for k in order]
    return {**ranked[0], "confidence": round(float(answer.confidence.mean()), 6), "top": ranked}


def unique_names(paths) -> list[str]:
    """A file name for each path, without its ending; those that two have get a number."""
    found, used = [], set()
    for path in paths:
        stem = os.path.splitext(os.path.basename(str(path)))[0]
        name, number = stem, 2
        while name.lower() in used:
            name, number = f"{stem}-{number}", number + 1
        used.add(name.lower())
        found.append(name)
    return found
