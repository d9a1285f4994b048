"""Captions of validation images by a network as it is."""

from collections.abc import Callable

import numpy as np

from data.evenly import evenly
from models.decoding_settings import DecodingSettings
from tasks.caption.prepared import Prepared
from tasks.captioner import ImageCaptioner

IMAGES = 300  # that are captioned after each epoch


def scores(prepared: Prepared, model, inputs, search: DecodingSettings) -> Callable[[], dict[str, float]]:
    """A function that gives the scores of what `search` finds for some validation images by `model` as it then is.

    Args:
        prepared: What is trained on what.
        model: `keras.Model`.
        inputs: What it takes: `ImageInputs` or `PixelInputs`.
        search: `DecodingSettings`.
    """
    from evaluation import captioning

    write, references = _captions(prepared, model, inputs, search)

    def measure() -> dict[str, float]:
        figures = captioning.scores(write(), references)
        return {name: figures[name] for name in ("cider", "bleu4", "exact_match")}

    return measure


def scores_of_each(prepared: Prepared, model, inputs, search: DecodingSettings) -> Callable[[], np.ndarray]:
    """A function like that of `scores` that gives the figure (N,) of each image that the weights are kept by."""
    from evaluation.captioning import cider, exact

    write, references = _captions(prepared, model, inputs, search)
    score = {"cider": cider, "exact_match": exact}[prepared.best_by]
    return lambda: score(write(), references).astype(float)


def _captions(prepared: Prepared, model, inputs, search: DecodingSettings):
    """A function that writes captions of some validation images, and their references."""
    part = prepared.splits.validation
    chosen = evenly(len(part), IMAGES)
    values, references = inputs.finished(part, chosen), [part.captions[row] for row in chosen]
    captioner = ImageCaptioner(model, None, prepared.subwords, search, prepared.longest)
    return lambda: [one.texts[0] for one in captioner.of_values(values)], references
