"""The sentences of a part, and all that they are scored by: for training, results and evaluation alike."""

from dataclasses import dataclass

import numpy as np

from models.explaining import Explaining
from tasks.captioner import ImageCaptioner
from tasks.explain.reading import told_of

TRUTHS = ("picture_truth", "class_truth", "class_posterior", "contrast")


@dataclass(frozen=True, eq=False)
class Judged:
    """Sentences, one for each picture.

    Attributes:
        sentences: (N,).
        classes: int (N,), the class that each explains.
        rivals: int (N,), the most probable other class of the picture.
        told: float32 (N, classes), p(class | sentence) of the sentence classifier.
        judgements: Of each a `data.birds.truth.Judgement`; none where the truth is not known.
        figures: Name -> score, see `evaluation.explaining`.
    """

    sentences: list[str]
    classes: np.ndarray
    rivals: np.ndarray
    told: np.ndarray
    judgements: list
    figures: dict[str, float]


class Examiner:
    """Writes and scores sentences.

    Args:
        generator: `keras.Model` that writes.
        reader: The sentence classifier.
        class_vectors: float32 (classes, class_units).
        subwords: `Subwords`.
        search: `DecodingSettings`.
        longest: Most tokens of a sentence.
        classes: Their names.
        class_sentences: `evaluation.consensus.Consensus` of the training sentences of each.
    """

    def __init__(self, generator, reader, class_vectors, subwords, search, longest, classes, class_sentences):
        self.reader, self.class_vectors, self.classes = reader, class_vectors, classes
        self.class_sentences = class_sentences
        self.captioner = ImageCaptioner(generator, None, subwords, search, longest)

    def __call__(self, captions, feature: np.ndarray, logits: np.ndarray, classes: np.ndarray) -> Judged:
        """The sentences that say why pictures are of `classes`, and their scores.

        Args:
            captions: `Captions`.
            feature, logits: Of the picture classifier, (N, ...).
            classes: int (N,) to explain.
        """
        return self.scored(captions, self.written(feature, classes), captions.captions, classes, logits)

    def written(self, feature: np.ndarray, classes: np.ndarray) -> list[str]:
        """The sentences that say why pictures of such features (N, feature) are of `classes` (N,)."""
        given = np.concatenate([feature, self.class_vectors[classes]], axis=1)
        return [one.texts[0] for one in self.captioner.of_values(given)]

    def scored(self, captions, texts: list[str], references, classes: np.ndarray, logits: np.ndarray) -> Judged:
        """The scores of any sentences about pictures, with references of each; the rest as above."""
        from evaluation import explaining

        told = told_of(self.reader, padded(self.captioner.subwords.encode(texts)))
        others = logits.copy()
        others[np.arange(len(classes)), classes] = -np.inf
        rivals = others.argmax(1)
        figures = explaining.scores(texts, references, classes, self.class_sentences, told)
        judgements = self.judged(captions, texts, classes, rivals)
        for name in TRUTHS if judgements else ():
            values = [getattr(one, name.replace("class_posterior", "posterior")) for one in judgements]
            figures[name] = float(np.nanmean(values)) if not np.isnan(values).all() else 0.0
        return Judged(texts, classes, rivals, told, judgements, figures)

    def judged(self, captions, texts, classes, rivals) -> list:
        """A `Judgement` of each sentence, where the truth is known."""
        from data.birds.truth import Judge

        if captions.marks is None:
            return []
        judge, names = Judge(captions.marks), self.classes
        pairs = zip(texts, classes, rivals, strict=True)
        return [judge(row, text, names[own], names[rival]) for row, (text, own, rival) in enumerate(pairs)]


def padded(ids: list[np.ndarray]) -> np.ndarray:
    """Tokens int32 (n, longest)."""
    found = np.zeros((len(ids), max([1, *map(len, ids)])), np.int32)
    for row, one in enumerate(ids):
        found[row, : len(one)] = one
    return found


def examiner_of(parts: Explaining, subwords, search, longest, classes, class_sentences) -> Examiner:
    """The `Examiner` of a whole network."""
    vectors = np.asarray(parts.classes.get_weights()[0])[:, : parts.class_units]
    settings = (subwords, search, longest, classes, class_sentences)
    return Examiner(parts.generator, parts.sentence_classifier, vectors, *settings)
