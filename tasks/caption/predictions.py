"""Captions of new images by a finished run of apps.caption."""

import sys

import numpy as np

from cli.errors import UserError
from tasks.answers import require_ending
from tasks.records import images
from tasks.request import Prediction
from tasks.texts import ranking, search_of


def captioned(trained, request: Prediction) -> list[dict]:
    """One dict per image that can be read: origin, caption, score, complete, and `top` with the n best.

    A file that is no whole image is named on stderr and left out, so that one of a thousand stops nothing.

    Args:
        trained: `TrainedCaptioner`.
        request: What shall be captioned, and how.

    Raises:
        DataError: There are no images, or none of them can be read.
        UserError: A flag is for other runs, or a setting of the search is out of range.
    """
    from data.errors import DataError
    from data.images import caption_images

    if request.text:
        raise UserError(f"`--text` is for translators; {request.run} is a run of apps.caption. Give image files.")
    require_ending(request.output)
    top = request.top or 1
    search = search_of(trained.search, request, top)
    paths = np.array([path for name in request.files for path in images(name)], dtype=object)
    _, broken = caption_images.look(paths, whole=True)
    for row, why in broken.items():
        print(f"{paths[row]}: skipped, {why}", file=sys.stderr)
    if len(broken) == len(paths):
        raise DataError(
            f"{paths[0]}: {broken[0]}. None of {len(paths)} files can be read as an image. Allowed: whole JPEG, PNG, "
            "GIF or BMP files."
        )
    paths = paths[[row for row in range(len(paths)) if row not in broken]]
    rows = []
    for path, one in zip(paths, trained.captioner(search, request.seed)(paths, paths), strict=True):
        ranked = ranking(one, "caption", top)
        rows.append({"origin": path, **ranked[0], "top": ranked})
        if not one.complete[0]:
            print(f"{path}: the caption came to the limit of its length without an end", file=sys.stderr)
    if broken:
        print(f"skipped {len(broken)} of {len(broken) + len(paths)} files", file=sys.stderr)
    return rows
