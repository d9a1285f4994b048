"""Tells a first line of names from a first pair of sentences."""

import re
from collections.abc import Sequence

CODE = re.compile(r"[a-z]{2}([_-][A-Za-z]{2,4})?")
"""A language: "en", "pt_BR"."""
PART = re.compile(r"[^\W_]+")
NAME = re.compile(
    "english|german|french|spanish|italian|portuguese|dutch|czech|russian|chinese|japanese|korean|arabic|turkish|polish|"
    "swedish|danish|deutsch|finnish|norwegian|greek|hebrew|hindi|thai|vietnamese|ukrainian|romanian|hungarian|"
    "source|target|src|tgt|trg|sentences?|translations?|input|output|texts?|words?|phrases?|original|translated|reference|"
    "lang|language|id|index|no|nr|number|line|column|segment"
)
MOST_PARTS = 4  # words of a name


def is_header(names: Sequence[str]) -> bool:
    """Whether cells name their columns: all are different, and language codes or made of words that name columns."""
    low = [name.lower() for name in names]
    codes = all(CODE.fullmatch(name) for name in names)
    return len(set(low)) == len(low) and (codes or all(map(_is_name, low)))


def _is_name(cell: str) -> bool:
    parts = PART.findall(cell)
    return 0 < len(parts) <= MOST_PARTS and all(NAME.fullmatch(part) or CODE.fullmatch(part) for part in parts)
