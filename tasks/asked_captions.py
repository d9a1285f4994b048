"""The captions that a finished run is scored on."""

from collections.abc import Callable

from tasks.records import own_data
from tasks.request import Evaluation
from training.run_directory import RunDirectory


def part(
    directory: RunDirectory, request: Evaluation, kind: type, refused: str, check: Callable = lambda captions: captions
):
    """Name of the data, and the `Captions` to score: all of a file, the test split of anything else.

    Args:
        directory: Of the run.
        request: What it is asked.
        kind: The settings of its data, `CaptionData` or one with the same fields.
        refused: The beginning of the message where other flags are given, or several files.
        check: Captions of a file -> those that can be scored.

    Raises:
        DataError: The data is missing or holds no captions, or a flag is for another kind of run.
    """
    from data.captions.caption_source import everything, resolve
    from data.errors import DataError
    from tasks.folder import data_name

    seed = directory.read_json("config.json").get("trainer", {}).get("seed", 0)
    if len(request.data) > 1 or request.source or request.target:
        raise DataError(f"{refused} Received: {' '.join(request.data)}")
    if not request.data:
        return "own-test", resolve(own_data(directory, kind), seed=seed).test
    given = kind(
        request.data[0],
        images=request.images,
        image=request.image,
        caption=request.caption,
        download=request.download,
    )
    notes: list[str] = []
    captions = check(everything(given, notes, seed=seed))
    print("\n".join(notes), end="\n" * bool(notes))
    return data_name(request.data[0]), captions
