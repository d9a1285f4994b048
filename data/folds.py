"""Folds for cross-validation: training and validation records dealt out anew, the test split untouched."""

from dataclasses import replace

import numpy as np

from cli.errors import UserError
from data import duplicates, pipeline
from data.captions.caption_pairs import Captions, CaptionSplits
from data.masks.masked_images import MaskedImages
from data.splits import Split, Splits
from data.splitting import by_group, dealt
from data.tables.table_features import TablePrepare
from data.targets import NumberTarget
from data.text.sentence_pairs import SentencePairs
from data.text.text_prepare import TextPrepare

MOST_SAMPLED = 2048  # images that statistics are taken from where not all fit in memory


def fold(splits, number: int, folds: int, seed: int):
    """`splits` with the records of fold `number` of `folds` for validation, those of the others for training.

    Every record of the two splits validates in one fold. Classes keep their proportions, numbers their distribution;
    rows of a group, equal images and pairs of equal source stay together. Statistics of the preparing function are
    those of the new training records.

    Args:
        splits: `Splits`, `TranslationSplits`, `CaptionSplits` or `MaskSplits`.
        number: From 0.
        folds: At least 2.
        seed: Of the dealing.

    Raises:
        DataError: there are fewer records, or groups, than folds.
    """
    if not 0 <= number < folds or folds < 2:
        raise UserError(f"`number` must be in [0, folds), `folds` at least 2. Received: {number} of {folds}")
    pool = joined(splits.train, splits.validation)
    if getattr(pool, "groups", None) is not None:
        parts = by_group(pool.groups, (1 / folds,) * folds, seed)
    else:
        parts = dealt(strata(splits, pool), folds, seed, groups=units(splits, pool))
    held_out = np.isin(np.arange(len(pool)), parts[number])
    train, validation = pool.take(~held_out), pool.take(held_out)
    if not isinstance(splits, Splits):
        return replace(splits, train=train, validation=validation)
    return replace(
        splits, train=train, validation=validation, prepare=refitted(splits.prepare, train), cross_validated=True
    )


def joined(first, second):
    """The records of two parts, in their order."""
    if isinstance(first, SentencePairs):
        columns = ("sources", "targets", "origins")
        return SentencePairs(*(np.concatenate([getattr(first, c), getattr(second, c)]) for c in columns))
    if isinstance(first, Captions):
        images = np.concatenate([first.images, second.images])
        return Captions(images, first.captions + second.captions, np.concatenate([first.origins, second.origins]))
    if isinstance(first, MaskedImages):
        columns = ("images", "masks", "origins")
        return MaskedImages(*(np.concatenate([getattr(first, c), getattr(second, c)]) for c in columns), first.index)
    inputs = {name: np.concatenate([values, second.inputs[name]]) for name, values in first.inputs.items()}
    grouped = first.groups is not None and second.groups is not None
    groups = np.concatenate([first.groups, second.groups]) if grouped else None
    labels, origins = (np.concatenate([getattr(first, c), getattr(second, c)]) for c in ("labels", "origins"))
    return Split(inputs, labels, origins, groups)


def strata(splits, pool) -> np.ndarray:
    """(N,) whole numbers that every fold holds in the same proportion."""
    if not isinstance(splits, Splits):
        return np.zeros(len(pool), int)
    numbers = not splits.classes and pool.labels.dtype.kind == "f"
    return NumberTarget("").strata(pool.labels) if numbers else pool.labels


def units(splits, pool):
    """(N,) keys of records that stay together, or None."""
    if isinstance(pool, SentencePairs):
        return pool.sources.astype(str)
    if isinstance(pool, Captions | MaskedImages):
        return duplicates.image_keys(pool.images)
    return duplicates.image_keys(pool.inputs["image"]) if splits.kind == "image" else None


def refitted(prepare, train: Split):
    """The same preparation with the statistics of other training records."""
    if isinstance(prepare, TablePrepare):
        return TablePrepare.fit(train.inputs, prepare.kinds)
    if isinstance(prepare, TextPrepare):
        return prepare.refitted(train.inputs)
    if not any(prepare.mean):
        return prepare  # pixels as they are, or between 0 and 1
    sample = train if pipeline.fits_in_memory(train, prepare) else train.spread(MOST_SAMPLED)
    return prepare.standardized_by(prepare.fixed(sample.inputs, sample.origins))


def withheld(splits):
    """`splits` without the test records: whatever asks for them, or for further parts to score, is stopped."""
    further = {"others": {}} if isinstance(splits, CaptionSplits) else {}
    return replace(splits, test=Withheld(), **further)


class WithheldError(RuntimeError):
    """Something asked for test records that it must not see."""


class Withheld:
    """Stands where test records would be. Every use of it raises WithheldError."""

    def _refuse(self, *_):
        raise WithheldError("The test split is out of reach while settings are chosen; only the final run reads it.")

    __len__ = __iter__ = __getitem__ = __bool__ = __array__ = _refuse

    def __getattr__(self, name):
        self._refuse()
