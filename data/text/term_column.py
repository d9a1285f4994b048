"""The n-grams of words and characters of a column of text, and how much each counts (tf-idf)."""

from collections import Counter
from dataclasses import asdict, dataclass
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
OPENINGS, MOST_TEXTS = 10, 0.75  # first words, and texts that begin with one of them, where beginnings tell a kind
PUNCTUATION = r"([^\p{L}\p{M}\p{N}\s]+)"


@dataclass(frozen=True)
class TermColumn:
    """Text as n-grams: which of them a row holds, each with a weight.

    Lower-cased words are runs of letters and digits of any script, and runs of other signs. Where blanks part no words,
    as in Chinese, each character is a word. N-grams of characters go across blanks. The first words of a question tell
    what the later ones ask for, so they are paired with each of these (as the question words of Huang, Thint and Qin
    2008, Question classification using head words and their hypernyms).

    `(1 + ln count) * (1 + ln((1 + rows) / (1 + rows with the n-gram)))`, divided by the Euclidean norm over the n-grams
    of words of the row, over those of characters, or over the pairs (Salton and Buckley 1988).

    Attributes:
        name: of the column.
        terms: the n-grams of the training rows that count, the most frequent; those of characters begin with "▁".
        idf: their inverse document frequencies.
        words: longest n-gram of words.
        characters: shortest and longest n-gram of characters; () for none.
        html: whether tags are taken out.
        unspaced: whether each character is a word.
        opening: number of first words that are paired with each later one; 0 for none.
    """

    name: str
    terms: tuple[str, ...]
    idf: tuple[float, ...]
    words: int
    characters: tuple[int, ...]
    html: bool
    unspaced: bool
    opening: int = 0

    @classmethod
    def fit(cls, name, texts, kind, words, characters, most, opening=0):
        """Count the n-grams of the training rows.

        Args:
            name: of the column.
            texts: strings (N,) of the training rows.
            kind: its `ColumnKind`.
            words: longest n-gram of words.
            characters: shortest and longest n-gram of characters, or ().
            most: n-grams that are kept, the most frequent.
            opening: number of first words that are paired with each later one.
        """
        unspaced = kind.form == "characters"
        characters = () if unspaced else tuple(characters)
        empty = cls(name, (), (), words, characters, is_html(texts), unspaced, 0 if unspaced else opening)
        rows_with = Counter()
        for part in parts(texts):
            found, counts = empty._rows_with(tf.constant(texts[part].tolist(), tf.string))
            rows_with.update(dict(zip(found.numpy().tolist(), counts.numpy().tolist(), strict=True)))
            if len(rows_with) > MOST_COUNTED:
                rows_with = Counter({term: count for term, count in rows_with.items() if count > 1})
        rarest = RARE if len(texts) >= 10 * RARE else 1
        frequent = sorted((-count, term) for term, count in rows_with.items() if count >= rarest)[:most]
        terms = tuple(term.decode() for _, term in frequent)
        idf = tuple(float(1 + np.log((1 + len(texts)) / (1 - count))) for count, _ in frequent)
        return cls(name, terms, idf, words, characters, empty.html, unspaced, empty.opening)

    def __len__(self):
        return len(self.terms)

    @cached_property
    def _vocabulary(self):
        return Vocabulary(self.terms)

    @cached_property
    def _group(self):
        """0 for n-grams of words, 1 for those of characters, 2 for pairs: int64 (terms,)."""
        return np.array([1 if term.startswith(OF_CHARACTERS) else 2 * (APART in term) for term in self.terms], np.int64)

    def grams(self, texts):
        """All n-grams of texts (N,), in their order: ragged string (N, None)."""
        words = split(readable(texts, self.html))
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
        line = tf.strings.reduce_join(words, axis=1, separator=" ")
        line = tf.where(line == "", "", tf.strings.join([" ", line, " "]))
        line = tf.strings.regex_replace(line, " ", OF_CHARACTERS)
        shortest, longest = self.characters
        letters = tf.strings.unicode_split(line, "UTF-8")
        pieces = tf.strings.ngrams(letters, tuple(range(shortest, longest + 1)), separator="")
        pieces = pieces.with_values(tf.strings.join([OF_CHARACTERS, pieces.values]))
        return tf.concat([found, pieces], axis=1)

    def _rows_with(self, texts):
        """The different n-grams of texts, and in how many of these each stands: string (G,), int (G,)."""
        grams = self.grams(texts)
        found, which = tf.unique(grams.values, tf.int64)
        keys, _ = tf.unique(grams.value_rowids() * tf.size(found, tf.int64) + which)
        return found, tf.math.bincount(tf.cast(keys % tf.maximum(tf.size(found, tf.int64), 1), tf.int32))

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
        group = 3 * rows + tf.gather(tf.constant(self._group if len(self) else [0], tf.int64), position)
        squares = tf.math.unsorted_segment_sum(weights**2, group, 3 * grams.nrows())
        return rows, position, weights / tf.sqrt(tf.gather(squares, group))

    def shown(self, place):
        """The n-gram at a place as people read it: words, dots between those that are apart, or characters between
        dots."""
        term = self.terms[place].replace(APART, "…")
        return f"…{term[1:].replace(OF_CHARACTERS, ' ')}…" if term.startswith(OF_CHARACTERS) else term

    def config(self):
        return asdict(self)


def split(texts):
    """Lower-cased words, and runs of other signs, of readable texts (N,): ragged string (N, None)."""
    lower = tf.strings.lower(texts, encoding="utf-8")
    lower = tf.strings.regex_replace(lower, f"[{OF_CHARACTERS}{APART}]", " ")
    return tf.strings.split(tf.strings.regex_replace(lower, PUNCTUATION, r" \1 "))


def begin_alike(texts) -> bool:
    """Whether most texts (N,) begin with one of a few words, as questions and commands do."""
    words = split(readable(tf.constant(list(texts), tf.string), is_html(texts)))
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
