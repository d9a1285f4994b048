"""The size of a dictionary: enough pieces for the characters of a language of thousands, and no others than before.

Faults planted and caught: coverage counted of different characters, not of the text; a named size changed; a named
coverage raised; the size of a small alphabet changed.
"""

import numpy as np
import pytest

from data.text import subwords
from data.text.dictionary_size import Characters, fitting

LATIN = ["the quick brown fox jumps over the lazy dog 0123456789"] * 20


def chinese(different=3000, rows=600, seed=0):
    """Sentences of Han letters, of which few are frequent (Zipf) and each stands somewhere."""
    random = np.random.default_rng(seed)
    shares = 1 / np.arange(1, different + 1)
    drawn = random.choice(different, (rows, 40), p=shares / shares.sum())
    drawn.reshape(-1)[:different] = np.arange(different)
    return ["".join(chr(0x4E00 + letter) for letter in row) for row in drawn]


def test_an_alphabet_has_the_size_of_before():
    assert fitting(LATIN, 500, None, None, lower=False) == (500, 1.0, "")
    assert fitting(LATIN, 500, 200, None, lower=False)[:2] == (200, 1.0)


def test_thousands_of_characters_get_pieces_and_room_for_words():
    sentences = chinese()
    size, coverage, note = fitting(sentences, 500, None, None, lower=False)
    covered = Characters.of(sentences, False).needed(coverage)
    assert coverage == 0.9995 and 2 * covered <= size + 100 and size <= 16_000
    for words in (f"{size:,} pieces", f"{covered:,} of 3,000", "`--vocab-size`", "`--coverage`"):
        assert words in note
    made = subwords.learn(sentences, size, coverage=coverage)
    assert len(made) <= size and sum(len(piece) == 1 for piece in made.pieces[4:]) == covered + 1  # and the word start
    assert sum(len(piece) > 1 for piece in made.pieces[4:]) > covered / 2


@pytest.mark.parametrize(("named", "least"), [(3200, 1.0), (2900, 0.98)])
def test_a_named_size_is_kept(named, least):
    sentences = chinese()
    size, coverage, note = fitting(sentences, 500, named, None, lower=False)
    assert size == named and least <= coverage <= 1 and f"{named:,} pieces" in note
    assert len(subwords.learn(sentences, size, coverage=coverage)) <= named


def test_a_named_coverage_is_kept():
    sentences = chinese()
    size, coverage, _ = fitting(sentences, 500, None, 0.985, lower=False)
    assert coverage == 0.985 and Characters.of(sentences, False).needed(0.985) < size
    assert len(subwords.learn(sentences, size, coverage=0.985)) <= size
    assert fitting(LATIN, 500, None, 0.99, lower=False)[:2] == (500, 0.99)


@pytest.mark.parametrize("given", [(100, None), (1600, None), (None, 0.5), (None, 1.5)])
def test_what_does_not_hold_the_characters_is_refused_by_flags_that_exist(given):
    with pytest.raises(ValueError, match=r"--coverage") as refused:
        fitting(chinese(), 500, *given, lower=False)
    assert given[1] in (0.5, 1.5) or "--vocab-size" in str(refused.value)


@pytest.mark.parametrize("coverage", [1.0, 0.999, 0.98])
def test_characters_are_counted_as_sentencepiece_counts_them(coverage):
    sentences = [*chinese(400), "Ａ\u00a0é é", "x\u200by\tz"]
    learned = subwords.learn(sentences, 3000, coverage=coverage)
    letters = {piece for piece in learned.pieces[4:] if len(piece) == 1} - {"▁"}
    assert len(letters) == pytest.approx(Characters.of(sentences, False).needed(coverage), abs=3)


def test_capitals_that_are_lowered_need_no_pieces():
    assert Characters.of(["Aa Bb", "aA"], True).needed(1.0) == 2
    assert Characters.of(["Aa Bb", "aA"], False).needed(1.0) == 4
