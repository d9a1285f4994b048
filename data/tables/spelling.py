"""Words that differ only in how they are written."""

import math


def alike(words):
    """The first two words that differ only in upper and lower case or in blanks, or are the same number; or None.

    Args:
        words: different strings.
    """
    seen = {}
    for word in words:
        key = _meaning(word)
        if key in seen:
            return seen[key], word
        seen[key] = word
    return None


def alike_note(column, words):
    """A sentence on that for the user, of the words of a column; "" where there are none."""
    pair = alike(words)
    if pair is None:
        return ""
    how = "are the same number" if isinstance(_meaning(pair[0]), float) else "differ only in case or blanks"
    return f"Column {column!r}: {pair[0]!r} and {pair[1]!r} {how} and count as two. Write them alike if they are one."


def _meaning(word):
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    return " ".join(word.casefold().split()) if math.isnan(number) else number
