"""Where in a picture the network looked: for its class, and for each thing that it says."""

from dataclasses import dataclass

import numpy as np

from data.birds import sentences
from data.captions.sentence_batches import started
from evaluation.explanation_report import spread
from evaluation.occlusion import occlusion
from models.explaining import Explaining
from tasks.explain.judging import Judged
from tasks.explain.prepared import Prepared

SHOWN = 4  # pictures: of each some hundred copies go through the network
WORDS = 3  # that are shown where nothing says which words belong together


@dataclass(frozen=True, eq=False)
class Looked:
    """Maps of one picture.

    Attributes:
        pixels: uint8 (height, width, 3).
        name: Class that was found.
        maps: Of the class and of each phrase its text, whether it is true (None: not known) and its map (height,
            width): by how much the log probability falls while a pixel is hidden.
    """

    pixels: np.ndarray
    name: str
    maps: list[tuple[str, bool | None, np.ndarray]]


def looked(prepared: Prepared, parts: Explaining, judged: Judged) -> list[Looked]:
    """The maps of some test pictures.

    Args:
        prepared: Of the run.
        parts: The networks.
        judged: `Judged` of the test pictures.
    """
    part = prepared.splits.test
    rows = spread(len(part), SHOWN)
    pixels = prepared.prepare.fixed({"image": part.images[rows]}, part.origins[rows])
    inputs = np.asarray(prepared.prepare.finish(pixels), np.float32)
    found = []
    for place, row in enumerate(rows):
        sentence, own = judged.sentences[row], int(judged.classes[row])
        known = judged.judgements[row].places if judged.judgements else None
        falls = occlusion(scorer(prepared, parts, sentence, own), inputs[place]).falls
        name, words = prepared.classes[own], falls[..., parts.num_classes :]
        maps = [(name, None, falls[..., own]), *phrases(sentence.split(), words, known)]
        found.append(Looked(pixels[place], name, maps))
    return found


def scorer(prepared: Prepared, parts: Explaining, sentence: str, own: int):
    """A function from pictures (n, height, width, 3) to log p of each class and of each word of a sentence that
    explains class `own`, given the words before it: (n, classes + words)."""
    from scipy.special import log_softmax

    (ids,) = prepared.subwords.encode([sentence])
    target, following = started([ids], len(ids) + 1)
    begins = [prepared.subwords.pieces[one].startswith("▁") for one in ids]
    words = len(sentence.split())
    word_of = np.clip(np.cumsum(begins) - 1, 0, max(words - 1, 0))
    vector = np.asarray(parts.classes(np.array([own])))[:, : parts.class_units]

    def scores(pictures: np.ndarray) -> np.ndarray:
        feature, logits = (np.asarray(one) for one in parts.classifier(pictures, training=False))
        given = np.concatenate([feature, np.repeat(vector, len(feature), axis=0)], axis=1)
        inputs = {"features": given, "target": np.repeat(target, len(feature), axis=0)}
        next_words = log_softmax(np.asarray(parts.generator(inputs, training=False), np.float64), axis=-1)
        tokens = next_words[:, np.arange(len(ids)), following[0, : len(ids)]]
        said = np.zeros((len(feature), words))
        np.add.at(said, (slice(None), word_of), tokens)
        return np.concatenate([log_softmax(logits.astype(np.float64), axis=-1), said], axis=1)

    return scores


def phrases(words: list[str], falls: np.ndarray, known) -> list[tuple[str, bool | None, np.ndarray]]:
    """The phrases of a sentence with their maps: the mentions where they are known, else the words that fall most.

    Args:
        words: Of the sentence.
        falls: (height, width, words).
        known: `Judgement.places`, which count commas as words; or None.
    """
    if known is None:
        most = np.sort(np.argsort(falls.max(axis=(0, 1)))[-WORDS:])
        return [(words[at].strip(","), None, falls[..., at]) for at in most]
    apart = sentences.words(" ".join(words))
    number = np.cumsum([word != "," for word in apart]) - 1
    return [
        (" ".join(apart[start:end]), is_true, falls[..., np.unique(number[start:end])].sum(axis=-1))
        for start, end, is_true in known
    ]
