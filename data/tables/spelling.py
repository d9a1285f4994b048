"""Words that differ only in how they are written."""


def alike(words):
    """The first two words that differ only in upper and lower case or in blanks, or None.

    Args:
        words: different strings.
    """
    seen = {}
    for word in words:
        key = " ".join(word.casefold().split())
        if key in seen:
            return seen[key], word
        seen[key] = word
    return None


def alike_note(column, words):
    """A sentence on that for the user, of the words of a column; "" where there are none."""
    pair = alike(words)
    if pair is None:
        return ""
    return (
        f"Column {column!r}: {pair[0]!r} and {pair[1]!r} differ only in case or blanks and count as two. "
        f"Write them alike if they are one."
    )
