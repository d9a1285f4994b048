"""What a captioner keeps of its training images, so that their captions help to choose among those that it finds."""

import numpy as np

from cli.errors import UserError
from data.evenly import evenly
from training.run_directory import RunDirectory
from training.run_lock import RunError

FILE = "neighbours.npz"
MOST_IMAGES = 20_000  # that are kept, evenly spread: 80 MB for vectors of 1,024 numbers
MOST_CAPTIONS = 5  # of each
IMAGES_AT_ONCE = 64


def require_enough(count: int, images: int) -> None:
    """Raises UserError where `count` neighbours are asked of fewer training images."""
    if count > min(images, MOST_IMAGES):
        raise UserError(
            f"`--neighbours` must be at most {min(images, MOST_IMAGES)} for these {images} training images. "
            f"Received: {count}"
        )


def write(prepared, model, inputs, directory: RunDirectory):
    """The `layers.Neighbours` of a captioner just trained, also as a file of its run; None without them.

    Args:
        prepared: `tasks.caption.prepared.Prepared`.
        model: `keras.Model` from what `inputs` gives.
        inputs: `ImageInputs` or `PixelInputs`.
        directory: Of the run.
    """
    from data.captions.caption_batches import encode
    from layers import Neighbours
    from models.captioner import Captioner

    if not prepared.neighbours:
        return None
    captions = prepared.splits.train
    rows = evenly(len(captions), MOST_IMAGES)
    ids = [some[:MOST_CAPTIONS] for some in encode(prepared.texts(captions.take(rows)), prepared.subwords)]
    ids = [[one[: prepared.longest] for one in some] for some in ids]
    tokens = np.zeros((len(ids), max(map(len, ids)), max(len(one) for some in ids for one in some)), "int32")
    for row, some in enumerate(ids):
        for place, one in enumerate(some):
            tokens[row, place, : len(one)] = one
    parts = Captioner.of(model)
    vectors = []
    for start in range(0, len(rows), IMAGES_AT_ONCE):
        values = inputs.finished(captions, rows[start : start + IMAGES_AT_ONCE])
        vectors.append(np.asarray(parts.vectors(parts.encoder(np.asarray(values, "float32"), training=False))))
    Neighbours(np.concatenate(vectors), tokens, prepared.neighbours).save(directory / FILE)
    return read(directory, prepared.neighbours)


def read(directory: RunDirectory, count: int):
    """The `layers.Neighbours` of a run. Raises RunError where its file is missing or broken."""
    from layers import Neighbours

    try:
        return Neighbours.load(directory / FILE, count)
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise RunError(
            f"{directory / FILE}: missing or broken ({error}). Train the run again with `--fresh`."
        ) from error
