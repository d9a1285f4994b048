"""Makes three parts of sentence pairs that never overlap, and leaves out of training what would not teach.

Training pairs are filtered: those found twice, those too long, those of which one side is many times longer than the
other. What is scored is not: validation and test pairs that the user names stay whole.
"""

import numpy as np

from cli.errors import UserError
from data import splitting
from data.errors import DataError
from data.text.sentence_pairs import SentencePairs, TranslationSplits

FEWEST_PAIRS = 10  # below this there is nothing to hold out
CARVED_SHARE, MOST_CARVED = 0.1, 2000  # of the pairs, for each of validation and test
SHORT = 20  # characters: below this a ratio of lengths says little


def make(name, read, languages, seed, *, longest=1000, ratio=9.0):
    """Makes the splits of pairs already read.

    Args:
        name: of the dataset.
        read: part -> `RawPairs` (or `SentencePairs`), "train" and, where the user named them, "validation" and "test".
        languages: what source and target are called, "" where it is not known.
        seed: of what is carved.
        longest: characters; a training pair with a longer side is left out.
        ratio: a training pair of which one side has more than so many times the characters of the other is left out.

    Raises:
        DataError: too few pairs, or none left.
        UserError: a limit is out of range.
    """
    if longest < 1 or ratio < 1:
        raise UserError(f"`longest` and `ratio` must be at least 1. Received: longest={longest}, ratio={ratio}")
    parts = {part: SentencePairs.of(pairs.sources, pairs.targets, pairs.origins) for part, pairs in read.items()}
    notes = [note for pairs in read.values() for note in getattr(pairs, "notes", ())]
    parts["train"] = _without(parts["train"], _repeated(parts["train"]), "found before in the training pairs", notes)
    own = [part for part in ("test", "validation") if part in parts]
    for later, earlier in (("validation", "test"), ("train", "test"), ("train", "validation")):
        if later in own + ["train"] and earlier in own:
            shared = _is_in(parts[later], parts[earlier])
            parts[later] = _without(parts[later], shared, f"also in the {earlier} pairs", notes, later)
    train = parts["train"]
    lengths = np.array([[len(s), len(t)] for s, t in zip(train.sources, train.targets, strict=True)]).reshape(-1, 2)
    short, long = lengths.min(axis=1), lengths.max(axis=1)
    too_long, uneven = long > longest, (long > ratio * short) & (long > SHORT)
    parts["train"] = _without(train, too_long, f"longer than {longest} characters", notes)
    uneven = uneven[~too_long]
    parts["train"] = _without(parts["train"], uneven, f"one side more than {ratio:g} times the other", notes)
    carve = [part for part in ("validation", "test") if part not in parts]
    if len(parts["train"]) < FEWEST_PAIRS:
        raise DataError(
            f"{name}: {len(parts['train'])} training pairs are left, and at least {FEWEST_PAIRS} are needed. "
            f"Give more pairs. {' '.join(notes)}".rstrip()
        )
    if carve:
        parts |= _carved(parts["train"], carve, seed)
        held_out = " and ".join(carve).capitalize()
        notes.append(
            f"{held_out} held out of the training pairs at random with seed {seed}; equal sources stay together."
        )
    _report_sources(parts, notes)
    copies = int(np.sum(parts["train"].sources == parts["train"].targets))
    if copies:
        notes.append(f"{copies} training pairs have equal source and target (names, perhaps untranslated lines).")
    order = ("train", "validation", "test")
    notes.append(f"{' / '.join(str(len(parts[part])) for part in order)} pairs for training / validation / test.")
    languages = tuple(given or usual for given, usual in zip(languages, ("source", "target"), strict=True))
    return TranslationSplits(name, languages, **{part: parts[part] for part in order}, notes=tuple(notes))


def _without(pairs, gone, why, notes, part="train"):
    """Returns the pairs that are not `gone` (bool), and notes how many went."""
    if not gone.any():
        return pairs
    kind = "training" if part == "train" else part
    notes.append(
        f"{gone.sum()} of {len(pairs)} {kind} pairs are left out: {why} (first: {pairs.origins[np.argmax(gone)]})."
    )
    kept = pairs.take(~gone)
    if not len(kept):
        raise DataError(f"no {kind} pair is left. {' '.join(notes)} Give other pairs.")
    return kept


def _repeated(pairs):
    seen, repeated = set(), np.zeros(len(pairs), bool)
    for row, pair in enumerate(zip(pairs.sources, pairs.targets, strict=True)):
        repeated[row] = pair in seen
        seen.add(pair)
    return repeated


def _is_in(pairs, others):
    known = set(zip(others.sources, others.targets, strict=True))
    return np.array([pair in known for pair in zip(pairs.sources, pairs.targets, strict=True)], bool)


def _carved(pairs, carve, seed):
    """Deals sources out at random, equal ones together: part -> pairs, "train" among them."""
    numbers = {}
    units = np.array([numbers.setdefault(source, len(numbers)) for source in pairs.sources])
    count = len(numbers)
    if count <= len(carve):
        raise DataError(
            f"{count} different source sentence(s) cannot be held out for {' and '.join(carve)}. "
            f"Give pairs with different sources, or --validation and --test."
        )
    held_out = max(1, min(MOST_CARVED, round(CARVED_SHARE * count)))
    held_out = min(held_out, (count - 1) // len(carve))
    return {part: pairs.take(rows) for part, rows in splitting.carved(units, carve, held_out, seed).items()}


def _report_sources(parts, notes):
    """Notes how many sources of what is scored were learned with another translation."""
    known = set(parts["train"].sources)
    for part in ("validation", "test"):
        seen = sum(source in known for source in parts[part].sources)
        if seen:
            notes.append(f"{seen} of {len(parts[part])} {part} sources are also in training, with another translation.")
