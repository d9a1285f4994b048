"""A finished run of apps.explain scored on pictures with sentences and classes."""

import numpy as np

from tasks.explain import stages
from tasks.explain.judging import examiner_of


def known(captions, classes: tuple[str, ...], name: str):
    """`captions`, once each is known to have a class of the run. Raises DataError otherwise."""
    from data.errors import DataError, listing, suggestion

    if captions.classes is None or (captions.classes == "").any():
        missing = 0 if captions.classes is None else int(np.flatnonzero(captions.classes == "")[0])
        raise DataError(
            f"{name}: pictures have no class (first: {captions.origins[missing]}). Give the class of each: 'class' "
            "beside the file name in JSON, a column 'class' in a table."
        )
    if strange := sorted(set(captions.classes) - set(classes)):
        raise DataError(
            f"{name}: class {strange[0]!r} is none of the run's.{suggestion(strange[0], classes)} Allowed: "
            f"{listing(classes)}"
        )
    return captions


def scored(trained, captions) -> tuple[dict[str, float], dict]:
    """Print the scores of `Captions` by a `TrainedExplainer`; return them, and the sentences that were written."""
    from evaluation.consensus import Consensus
    from evaluation.explaining import NAMES

    own = Consensus([trained.directory.read_json("references.json")[name] for name in trained.classes])
    examiner = examiner_of(trained.parts, trained.subwords, trained.search, trained.longest, trained.classes, own)
    feature, logits = stages.features_of(trained.prepare, trained.parts.classifier, captions)
    found = logits.argmax(1)
    labels = np.array([trained.classes.index(name) for name in captions.classes])
    judged = examiner(captions, feature, logits, found)
    figures = {**judged.figures, "accuracy": float((found == labels).mean())}
    for name, value in figures.items():
        print(f"{NAMES.get(name, 'picture classifier right'):<28}{value:>10.6g}")
    if len(captions) == 1:
        print("CIDEr of a single picture is 0 whatever its sentence: it weighs words by the pictures that have them")
    return figures, {"explanations": dict(zip(map(str, captions.origins), judged.sentences, strict=True))}
