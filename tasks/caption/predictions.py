"""Captions of new images by a finished run of apps.caption."""

import sys

from cli.errors import UserError
from tasks.answers import require_ending
from tasks.asked_images import complete, whole
from tasks.request import Prediction
from tasks.texts import ranking, search_of


def captioned(trained, request: Prediction) -> list[dict]:
    """One dict per image that can be read: origin, caption, score, complete, and `top` with the n best.

    Args:
        trained: `TrainedCaptioner`.
        request: What shall be captioned, and how.

    Raises:
        DataError: There are no images, or none of them can be read.
        Incomplete: Some images cannot be read, and are named on stderr; it has the others' rows.
        UserError: A flag is for other runs, or a setting of the search is out of range.
    """
    if request.text:
        raise UserError(f"`--text` is for translators; {request.run} is a run of apps.caption. Give image files.")
    require_ending(request.output)
    top = request.top or 1
    search = search_of(trained.search, request, top)
    skipped: list[str] = []
    paths = whole(request.files, skipped)
    rows = []
    for path, one in zip(paths, trained.captioner(search, request.seed)(paths, paths), strict=True):
        ranked = ranking(one, "caption", top)
        rows.append({"origin": path, **ranked[0], "top": ranked})
        if not one.complete[0]:
            print(f"{path}: the caption came to the limit of its length without an end", file=sys.stderr)
    return complete(rows, skipped)
