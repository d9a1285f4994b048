"""Sentences of a made-up language, whose translation is word by word."""

from pathlib import Path

import numpy as np

WORDS = {"one": "eins", "two": "zwei", "three": "drei", "red": "rot", "blue": "blau", "old": "alt", "cat": "katze"}
WORDS |= {"dog": "hund", "house": "haus", "and": "und", "sees": "sieht", "big": "gross"}


def sentence_pairs(count: int, seed: int) -> list[tuple[str, str]]:
    """Sources of two to four words, and their targets."""
    random = np.random.default_rng(seed)
    english = [" ".join(random.choice(list(WORDS), random.integers(2, 5))) for _ in range(count)]
    return [(text, " ".join(WORDS[word] for word in text.split())) for text in english]


def write_pairs(path: Path, count: int, seed: int) -> Path:
    """Such pairs as a file of two columns."""
    path.write_text("".join(f"{source}\t{target}\n" for source, target in sentence_pairs(count, seed)), "utf-8")
    return path
