"""What a finished run of apps.segment is scored on."""

from dataclasses import replace

import numpy as np

from tasks.folder import data_name
from tasks.records import own_data
from tasks.request import Evaluation


def part(trained, request: Evaluation):
    """Name of the data, and the `MaskedImages` to score, with classes as the run has them.

    Without `--data` it is the run's own test split, of other data all pictures with masks, of data that has parts its
    test split. Classes are matched by name; what is void in the data stays void.

    Raises:
        DataError: The data is missing or has no masks, a class is unknown, or a flag is for another kind of run.
    """
    from data.errors import DataError
    from data.masks.mask_source import everything, resolve
    from data.settings import SegmentationData

    seed = trained.directory.read_json("config.json").get("trainer", {}).get("seed", 0)
    for flag in ("source", "target", "image", "caption"):
        if value := getattr(request, flag):
            raise DataError(
                f"`--{flag}` is for other runs, and {request.run} is one of apps.segment. Received: {value}"
            )
    if not request.data:
        return "own-test", resolve(own_data(trained.directory, SegmentationData), seed=seed).test
    if len(request.data) > 1:
        raise DataError(f"Give one folder or file of masks. Received: {' '.join(request.data)}")
    own = own_settings(trained.directory)
    given = SegmentationData(
        request.data[0], images=request.images, ignore=own.ignore, palette=own.palette, download=request.download
    )
    split, classes, notes = everything(given, seed=seed)
    print("\n".join(notes), end="\n" * bool(notes))
    return data_name(request.data[0]), matched(split, classes, trained.classes, request.data[0])


def own_settings(directory):
    """Which classes a run ignores, and its palette where that is still there; nothing else of its data counts."""
    import os

    from data.settings import SegmentationData

    given = directory.read_json("config.json")["data"]
    palette = given.get("palette")
    return SegmentationData(
        ignore=tuple(given.get("ignore", ())), palette=palette if palette and os.path.isfile(palette) else None
    )


def matched(split, classes: tuple[str, ...], own: tuple[str, ...], where: str):
    """`MaskedImages` with the class indices of a run. Raises DataError on a class that the run does not know."""
    from data.errors import DataError, listing, suggestion
    from data.masks.masked_images import VOID

    unknown = [name for name in classes if name not in own]
    if unknown:
        raise DataError(
            f"{where}: class {unknown[0]!r} is not one of the run's ({len(unknown)} such class(es))."
            f"{suggestion(unknown[0], own)} Allowed: {listing(own)}"
        )
    table = np.full(256, VOID, np.uint8)
    table[: len(classes)] = [own.index(name) for name in classes]
    return replace(split, index=table[split.index])
