"""Explanations of new images by a finished run of apps.explain."""

import sys

import numpy as np

from cli.errors import UserError
from export.explanation_words import because, would_be
from tasks.answers import require_ending
from tasks.asked_images import complete, whole
from tasks.request import Prediction
from tasks.texts import search_of


def answered(trained, request: Prediction) -> list[dict]:
    """One dict per image that can be read: origin, class, probability, explanation, counter, the class that it is not,
    told (p(class | sentence) of the sentence classifier), and `top` with the n best sentences.

    Args:
        trained: `TrainedExplainer`.
        request: What shall be explained, and how; `foil` asks why it is not that class.

    Raises:
        DataError: There are no images, or none of them can be read.
        Incomplete: Some images cannot be read, and are named on stderr; it has the others' rows.
        UserError: A flag is for other runs, a setting of the search is out of range, or there is no such class.
    """
    if request.text:
        raise UserError(f"`--text` is for translators; {request.run} is a run of apps.explain. Give image files.")
    if request.sample:
        raise UserError(f"`--sample` is for translators and captioners; {request.run} is a run of apps.explain.")
    require_ending(request.output)
    top = request.top or 1
    search, foil = search_of(trained.search, request, top), foil_of(trained.classes, request.foil)
    skipped: list[str] = []
    paths = whole(request.files, skipped)
    foils = np.full(len(paths), foil, np.int32)
    found = texts_of(trained, trained.explained(paths, foils, paths, search))
    rows = []
    for row, path in enumerate(paths):
        if found["class"][row] == found["not"][row]:
            print(f"{path}: is {found['class'][row]}, so there is nothing to say against it", file=sys.stderr)
        sentences = zip(found["sentences"][row], found["scores"][row], strict=True)
        ranked = [{"sentence": text, "score": float(f"{score:.6g}")} for text, score in sentences][:top]
        rows.append(
            {
                "origin": path,
                "class": found["class"][row],
                "probability": float(f"{found['probability'][row]:.6g}"),
                "explanation": found["explanation"][row],
                "not": found["not"][row],
                "counter": found["counter"][row],
                "told": float(f"{found['told'][row]:.6g}"),
                "top": ranked,
            }
        )
        if not found["complete"][row]:
            print(f"{path}: the sentence came to the limit of its length without an end", file=sys.stderr)
    return complete(rows, skipped)


def foil_of(classes: tuple[str, ...], name: str | None) -> int:
    """The number of a class; -1 for None. Raises UserError where there is no such class."""
    from data.errors import listing, suggestion

    if name is None:
        return -1
    if name not in classes:
        raise UserError(
            f"`--class` must be a class of the run.{suggestion(name, classes)} Received: {name!r}. Allowed: "
            f"{listing(classes)}"
        )
    return classes.index(name)


def texts_of(trained, found: list[dict]) -> dict[str, np.ndarray]:
    """What `TrainedExplainer.explained` gives, in words: arrays (N,), and sentences and scores (N, beams)."""
    joined = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    tokens = joined["tokens"]
    flat = trained.subwords.decode(tokens.reshape(-1, tokens.shape[-1]))
    sentences = np.array(flat, dtype=object).reshape(tokens.shape[:2])
    names = np.array(trained.classes, dtype=object)
    own, foil = names[joined["own"]], names[joined["foil"]]
    counter = trained.subwords.decode(joined["counter"])
    return {
        "class": own,
        "probability": np.take_along_axis(joined["probabilities"], joined["own"][:, None], axis=1)[:, 0],
        "sentence": sentences[:, 0],
        "explanation": np.array([because(*one) for one in zip(own, sentences[:, 0], strict=True)], dtype=object),
        "score": joined["scores"][:, 0],
        "complete": joined["complete"][:, 0],
        "told": joined["told"],
        "not": foil,
        "counter": np.array([would_be(*one) for one in zip(foil, counter, strict=True)], dtype=object),
        "sentences": sentences,
        "scores": joined["scores"],
    }
