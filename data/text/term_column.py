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
PUNCTUATION = r"([^\p{L}\p{M}\p{N}\s]+)"


@dataclass(frozen=True)
class TermColumn:
    """Text as n-grams: which of them a row holds, each with a weight.

    Lower-cased words are runs of letters and digits of any script, and runs of other signs. Where blanks part no words,
    as in Chinese, each character is a word. N-grams of characters go across blanks.

    `(1 + ln count) * (1 + ln((1 + rows) / (1 + rows with the n-gram)))`, divided by the Euclidean norm over the n-grams
    of words of the row, or over those of characters (Salton and Buckley 1988).

    Attributes:
        name: of the column.
        terms: the n-grams of the training rows that count, the most frequent; those of characters begin with "▁".
        idf: their inverse document frequencies.
        words: longest n-gram of words.
        characters: shortest and longest n-gram of characters; () for none.
        html: whether tags are taken out.
        unspaced: whether each character is a word.
    """

    name: str
    terms: tuple[str, ...]
    idf: tuple[float, ...]
    words: int
    characters: tuple[int, ...]
    html: bool
    unspaced: bool

    @classmethod
    def fit(cls, name, texts, kind, words, characters, most):
        """Count the n-grams of the training rows.

        Args:
            name: of the column.
            texts: strings (N,) of the training rows.
            kind: its `ColumnKind`.
            words: longest n-gram of words.
            characters: shortest and longest n-gram of characters, or ().
            most: n-grams that are kept, the most frequent.
        """
        characters = () if kind.form == "characters" else tuple(characters)
        empty = cls(name, (), (), words, characters, is_html(texts), kind.form == "characters")
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
        return cls(name, terms, idf, words, characters, empty.html, empty.unspaced)

    def __len__(self):
        return len(self.terms)

    @cached_property
    def _vocabulary(self):
        return Vocabulary(self.terms)

    @cached_property
    def _group(self):
        """0 for n-grams of words, 1 for those of characters: int64 (terms,)."""
        return np.array([term.startswith(OF_CHARACTERS) for term in self.terms], np.int64)

    def grams(self, texts):
        """All n-grams of texts (N,), in their order: ragged string (N, None)."""
        lower = tf.strings.lower(readable(texts, self.html), encoding="utf-8")
        lower = tf.strings.regex_replace(lower, OF_CHARACTERS, " ")
        words = tf.strings.split(tf.strings.regex_replace(lower, PUNCTUATION, r" \1 "))
        if self.unspaced:
            letters = tf.strings.unicode_split(words.values, "UTF-8")
            words = words.with_values(letters).merge_dims(1, 2)
            return tf.strings.ngrams(words, tuple(range(1, self.words + 1)), separator="")
        found = tf.strings.ngrams(words, tuple(range(1, self.words + 1)), separator=" ")
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
        group = 2 * rows + tf.gather(tf.constant(self._group if len(self) else [0], tf.int64), position)
        squares = tf.math.unsorted_segment_sum(weights**2, group, 2 * grams.nrows())
        return rows, position, weights / tf.sqrt(tf.gather(squares, group))

    def shown(self, place):
        """The n-gram at a place as people read it: words, or characters between dots."""
        term = self.terms[place]
        return f"…{term[1:].replace(OF_CHARACTERS, ' ')}…" if term.startswith(OF_CHARACTERS) else term

    def config(self):
        return asdict(self)


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
