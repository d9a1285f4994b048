"""Translations of validation sentences by a network as it is."""

from collections.abc import Callable

import numpy as np

from data.evenly import evenly
from models.decoding_settings import DecodingSettings
from tasks.translate.prepared import Prepared
from tasks.translate.translator import SentenceTranslator

SENTENCES = 500  # that are translated after each epoch


def bleu(prepared: Prepared, model, search: DecodingSettings) -> Callable[[], dict[str, float]]:
    """A function that gives the BLEU of what `search` finds for some validation pairs by `model` as it then is."""
    from evaluation.translation import scores

    translate, references = _translations(prepared, model, search)
    return lambda: {"bleu": scores(translate(), references, prepared.tokenize)["bleu"]}


def bleu_of_each(prepared: Prepared, model, search: DecodingSettings) -> Callable[[], np.ndarray]:
    """A function like that of `bleu` that gives the BLEU (N,) of each sentence."""
    from evaluation.translation import sentence_bleu

    translate, references = _translations(prepared, model, search)
    return lambda: sentence_bleu(translate(), references, prepared.tokenize)


def _translations(prepared: Prepared, model, search: DecodingSettings):
    """A function that translates some validation sentences, and their references."""
    pairs = prepared.splits.validation
    pairs = pairs.take(evenly(len(pairs), SENTENCES))
    translator = SentenceTranslator(model, prepared.source, prepared.target, search)
    return lambda: [one.texts[0] for one in translator(pairs.sources)], pairs.targets
