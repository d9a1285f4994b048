"""Makes the rules by which sentences are normalised before they are cut into subwords.

The rules are a table from a few code points to others. The longest rule that fits at a place is applied, from left to
right, and what it yields is not looked at again: that is how SentencePiece normalises, so it can be handed the same
table. NFC rather than SentencePiece's own NFKC, because a target sentence must be able to say "m²" and "½".
"""

import sys
import unicodedata
from functools import cache

WHITESPACE = {9, 10, 11, 12, 13, 0x85, 0x2028, 0x2029}  # besides the category Zs
INVISIBLE = {0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF}  # soft hyphen, zero-width space, marks of direction
WORD_START = "\u2581"  # SentencePiece's sign for a space: as input it would be taken for one
HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)


@cache
def make(lower=False):
    """Returns source -> replacement (strings of 1-4 and 0-4 characters): NFC, one kind of space, no control characters.

    Marks are composed with the letter before them where Unicode has the composed letter. Marks in an unusual order
    and Korean syllables in single letters are left to full NFC, which `parallel_text` applies on reading.

    Args:
        lower: whether upper-case letters become lower-case (letter by letter; a German ß stays).
    """
    rules = {}
    for point in range(1, sys.maxunicode + 1):
        if 0xD800 <= point < 0xE000:
            continue  # surrogates are no characters
        character = chr(point)
        category = unicodedata.category(character)
        if category == "Zs" or point in WHITESPACE or character == WORD_START:
            replacement = " "
        elif category == "Cc" or point in INVISIBLE:
            replacement = ""
        else:
            replacement = _clean(character, lower)
        if replacement != character:
            rules[character] = replacement
        if point not in HANGUL_SYLLABLES and unicodedata.normalize("NFC", character) == character:
            for spelling in _spellings(character):
                rules[spelling] = _clean(character, lower)
    rules.pop(" ", None)
    return rules


def _clean(text, lower):
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", text.lower()) if lower else text


def _spellings(character):
    """Returns the ways to write a composed letter with fewer composed ones: "ế" as "ê" + mark and "e" + two marks."""
    parts = unicodedata.decomposition(character)
    if not parts or parts.startswith("<") or " " not in parts:
        return []
    first, second = (chr(int(part, 16)) for part in parts.split())
    return [spelling + second for spelling in (first, *_spellings(first))]


def as_table(rules):
    """Returns the rules as SentencePiece reads them: a line each, code points in hexadecimal, a tab between."""

    def points(text):
        return " ".join(f"{ord(character):X}" for character in text)

    return "".join(f"{points(source)}\t{points(rules[source])}\n" for source in sorted(rules))
