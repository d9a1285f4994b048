"""The n-grams of words and characters of a column of text, and how much each counts (tf-idf)."""

import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from functools import cached_property

import numpy as np
import tensorflow as tf

from data.text.markup import is_html, readable
from data.text.vocabulary import Vocabulary

RARE = 2  # rows: n-grams that stand in fewer are left out
AT_ONCE = 2**20  # characters that are cut at once
MOST_COUNTED = 4_000_000  # different n-grams that are counted; beyond, those seen once are forgotten
OF_CHARACTERS = "\u2581"  # before an n-gram of characters, and the blank in it; no text keeps it
APART = "\u22ef"  # between the first words of a text and a later one; no text keeps it
SHAPED = "\u25a2"  # before an n-gram in which rare words are shapes, and before each shape; no text keeps it
START = "^"  # of a text, where words may be shapes
FREQUENT = 5  # rows: words that stand in fewer become shapes
CAPITALS = 0.2  # of the texts that hold a capital, from which shapes tell names from other words
OPENINGS, MOST_TEXTS = 10, 0.75  # first words, and texts that begin with one of them, where beginnings tell a kind
PUNCTUATION = r"([^\p{L}\p{M}\p{N}\s]+)"
SHAPES = (  # of a word: the first pattern that it matches whole
    (r"\p{Lu}", "X"),
    (r"[^\p{Ll}]*\p{Lu}[^\p{Ll}]*", "XX"),
    (r"\p{Lu}.*", "Xx"),
    (r".*\p{N}.*", "9"),
    (r"[\p{L}\p{M}]+", "x"),
)
WORDS, CHARACTERS, PAIRS, SHAPED_WORDS = GROUPS = range(4)


@dataclass(frozen=True)
class TermColumn:
    """Text as n-grams: which of them a row holds, each with a weight.

    Lower-cased words are runs of letters and digits of any script, and runs of other signs. Where blanks part no words,
    as in Chinese, each character is a word. N-grams of characters go across blanks. The first words of a question tell
    what the later ones ask for, so they are paired with each of these (as the question words of Huang, Thint and Qin
    2008, Question classification using head words and their hypernyms).

    A name that no training row has tells nothing as a word, but something by being a name: words of few rows are
    counted anew as their shape (XX, Xx, x, 9), equal ones in a row as one, between the frequent words; n-grams of
    characters then keep their case, too.

    `(1 + ln count) * (1 + ln((1 + rows) / (1 + rows with the n-gram)))`, divided by the Euclidean norm over the n-grams
    of words of the row, over those of characters, over the pairs, or over those with shapes (Salton and Buckley 1988).

    Attributes:
        name: of the column.
        terms: the n-grams of the training rows that count, the most frequent; those of characters begin with "▁", those
            with shapes with "▢".
        idf: their inverse document frequencies.
        words: longest n-gram of words.
        characters: shortest and longest n-gram of characters; () for none.
        html: whether tags are taken out.
        unspaced: whether each character is a word.
        opening: number of first words that are paired with each later one; 0 for none.
        shapes: longest n-gram of words of which the rare ones are shapes; 0 for none.
        frequent: the words that are not rare.
    """

    name: str
    terms: tuple[str, ...]
    idf: tuple[float, ...]
    words: int
    characters: tuple[int, ...]
    html: bool
    unspaced: bool
    opening: int = 0
    shapes: int = 0
    frequent: tuple[str, ...] = ()

    @classmethod
    def fit(cls, name, texts, kind, words, characters, most, opening=0, shapes=0):
        """Count the n-grams of the training rows.

        Args:
            name: of the column.
            texts: strings (N,) of the training rows.
            kind: its `ColumnKind`.
            words: longest n-gram of words.
            characters: shortest and longest n-gram of characters, or ().
            most: n-grams that are kept, the most frequent.
            opening: number of first words that are paired with each later one.
            shapes: longest n-gram of words of which the rare ones are shapes.
        """
        unspaced = kind.form == "characters"
        if unspaced:
            characters, opening, shapes = (), 0, 0
        column = cls(name, (), (), words, tuple(characters), is_html(texts), unspaced, opening, shapes)
        rows_with = column._rows_with(column._plain, texts)
        if shapes:
            often = (term.decode() for term, count in rows_with.items() if count >= FREQUENT)
            frequent = sorted(term for term in often if " " not in term and not term.startswith(OF_CHARACTERS))
            column = replace(column, frequent=tuple(frequent))
            rows_with.update(column._rows_with(column._shaped, texts))
        rarest = RARE if len(texts) >= 10 * RARE else 1
        kept = sorted((-count, term) for term, count in rows_with.items() if count >= rarest)[:most]
        idf = tuple(float(1 + np.log((1 + len(texts)) / (1 - count))) for count, _ in kept)
        return replace(column, terms=tuple(term.decode() for _, term in kept), idf=idf)

    def __len__(self):
        return len(self.terms)

    @cached_property
    def _vocabulary(self):
        return Vocabulary(self.terms)

    @cached_property
    def _frequent(self):
        return Vocabulary(self.frequent)

    @cached_property
    def _group(self):
        """Which of `GROUPS` each n-gram is in: int64 (terms,)."""
        signs = {OF_CHARACTERS: CHARACTERS, SHAPED: SHAPED_WORDS}
        found = [signs.get(term[0], PAIRS if APART in term else WORDS) for term in self.terms]
        return np.array(found, np.int64)

    def grams(self, texts):
        """All n-grams of texts (N,): ragged string (N, None)."""
        words = split(readable(texts, self.html))
        found = self._plain(words)
        return tf.concat([found, self._shaped(words)], axis=1) if self.shapes else found

    def _plain(self, cased):
        """The n-grams of words and of characters, and the pairs, of ragged words: ragged string (N, None)."""
        words = lower(cased)
        if self.unspaced:
            letters = tf.strings.unicode_split(words.values, "UTF-8")
            words = words.with_values(letters).merge_dims(1, 2)
            return tf.strings.ngrams(words, tuple(range(1, self.words + 1)), separator="")
        found = tf.strings.ngrams(words, tuple(range(1, self.words + 1)), separator=" ")
        if self.opening:
            first = tf.strings.reduce_join(words[:, : self.opening], axis=1, separator=" ")
            later = words[:, self.opening :]
            paired = tf.strings.join([tf.gather(first, later.value_rowids()), later.values], f" {APART} ")
            found = tf.concat([found, later.with_values(paired)], axis=1)
        if not self.characters:
            return found
        line = tf.strings.reduce_join(cased if self.shapes else words, axis=1, separator=" ")
        line = tf.where(line == "", "", tf.strings.join([" ", line, " "]))
        line = tf.strings.regex_replace(line, " ", OF_CHARACTERS)
        shortest, longest = self.characters
        letters = tf.strings.unicode_split(line, "UTF-8")
        pieces = tf.strings.ngrams(letters, tuple(range(shortest, longest + 1)), separator="")
        pieces = pieces.with_values(tf.strings.join([OF_CHARACTERS, pieces.values]))
        return tf.concat([found, pieces], axis=1)

    def _shaped(self, words):
        """The n-grams of frequent words and of the shapes of others, of ragged words: ragged string (N, None)."""
        rows = words.value_rowids()
        different, which = tf.unique(words.values)
        known = tf.strings.lower(different, encoding="utf-8")
        rare = self._frequent.find(known) == len(self.frequent)
        token = tf.gather(tf.where(rare, tf.strings.join([SHAPED, shape(different)]), known), which)
        again = (token[1:] == token[:-1]) & (rows[1:] == rows[:-1]) & tf.gather(rare, which[1:])
        kept = tf.concat([tf.ones_like(rows[:1], tf.bool), ~again], axis=0)
        tokens = tf.ragged.boolean_mask(words.with_values(token), words.with_values(kept))
        lengths = tf.cast(words.row_lengths() > 0, tf.int64)
        start = tf.RaggedTensor.from_row_lengths(tf.fill([tf.reduce_sum(lengths)], START), lengths)
        found = tf.strings.ngrams(tf.concat([start, tokens], axis=1), tuple(range(1, self.shapes + 1)), separator=" ")
        return found.with_values(tf.strings.join([SHAPED, found.values]))

    def _rows_with(self, cut, texts):
        """In how many of texts (N,) each n-gram stands that `cut` makes of their words: `Counter`, bytes -> int."""
        found = Counter()
        for part in parts(texts):
            words = split(readable(tf.constant(texts[part].tolist(), tf.string), self.html))
            grams, counts = rows_with(cut(words))
            found.update(dict(zip(grams.numpy().tolist(), counts.numpy().tolist(), strict=True)))
            if len(found) > MOST_COUNTED:
                found = Counter({gram: count for gram, count in found.items() if count > 1})
        return found

    def weighted(self, texts):
        """Terms of texts (N,): rows int64 (M,) ascending, positions in `terms` int32 (M,), weights float32 (M,)."""
        grams = self.grams(texts)
        count = tf.constant(max(len(self), 1), tf.int64)
        position = self._vocabulary.find(grams.values)
        known = position < len(self)
        rows = tf.boolean_mask(grams.value_rowids(), known)
        position = tf.boolean_mask(position, known)
        keys, _, counts = tf.unique_with_counts(rows * count + tf.cast(position, tf.int64))
        rows, position = keys // count, tf.cast(keys % count, tf.int32)
        idf = tf.constant(self.idf or (0.0,), tf.float32)
        weights = (1.0 + tf.math.log(tf.cast(counts, tf.float32))) * tf.gather(idf, position)
        group = len(GROUPS) * rows + tf.gather(tf.constant(self._group if len(self) else [0], tf.int64), position)
        squares = tf.math.unsorted_segment_sum(weights**2, group, len(GROUPS) * grams.nrows())
        return rows, position, weights / tf.sqrt(tf.gather(squares, group))

    def shown(self, place):
        """The n-gram at a place as people read it: words, dots between those that are apart, shapes between angles, or
        characters between dots."""
        term = self.terms[place].replace(APART, "…")
        if term.startswith(SHAPED):
            return re.sub(rf"{SHAPED}(\S+)", r"‹\1›", term[1:])
        return f"…{term[1:].replace(OF_CHARACTERS, ' ')}…" if term.startswith(OF_CHARACTERS) else term

    def config(self):
        return asdict(self)


def rows_with(grams):
    """The different n-grams of ragged (N, None), and in how many rows each stands: string (G,), int (G,)."""
    found, which = tf.unique(grams.values, tf.int64)
    keys, _ = tf.unique(grams.value_rowids() * tf.size(found, tf.int64) + which)
    return found, tf.math.bincount(tf.cast(keys % tf.maximum(tf.size(found, tf.int64), 1), tf.int32))


def split(texts):
    """Words, and runs of other signs, of readable texts (N,), in their own case: ragged string (N, None)."""
    texts = tf.strings.regex_replace(texts, f"[{OF_CHARACTERS}{APART}{SHAPED}]", " ")
    return tf.strings.split(tf.strings.regex_replace(texts, PUNCTUATION, r" \1 "))


def lower(words):
    """Ragged words in lower case."""
    return words.with_values(tf.strings.lower(words.values, encoding="utf-8"))


def shape(words):
    """What is left of words (N,) without their letters: XX for capitals, Xx for a name, x, 9, "." for other signs."""
    found = tf.fill(tf.shape(words), ".")
    for pattern, sign in reversed(SHAPES):
        found = tf.where(tf.strings.regex_full_match(words, pattern), sign, found)
    return found


def has_capitals(texts) -> bool:
    """Whether texts (N,) are written with capitals; without, a shape hardly tells more than that a word is rare."""
    return sum(any(map(str.isupper, text)) for text in texts) >= CAPITALS * max(len(texts), 1)


def begin_alike(texts) -> bool:
    """Whether most texts (N,) begin with one of a few words, as questions and commands do."""
    words = lower(split(readable(tf.constant(list(texts), tf.string), is_html(texts))))
    first = Counter(words[:, :1].values.numpy().tolist())
    return sum(count for _, count in first.most_common(OPENINGS)) >= MOST_TEXTS * max(len(texts), 1)


def parts(texts, most=AT_ONCE):
    """Yields slices of strings (N,) that hold about `most` characters each, or one string."""
    start, held = 0, 0
    for place, text in enumerate(texts):
        if held and held + len(text) > most:
            yield slice(start, place)
            start, held = place, 0
        held += len(text) + 16
    if start < len(texts):
        yield slice(start, len(texts))
