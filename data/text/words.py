"""Whole words as tokens: those of two training texts at least each by itself, the others by their shape.

A window of words sees more of a sentence than one of subwords, and a name that no training text has still says that it
is a name. Core TensorFlow operations, so that an export carries them.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import tensorflow as tf

from cli.errors import UserError
from data.errors import DataError
from data.text.subwords import SPECIALS
from data.text.term_column import RARE, SHAPES, has_capitals, lower, parts, rows_with, shape, split
from data.text.unicode_rules import WORD_START
from data.text.vocabulary import Vocabulary

SIGNS = (".", *(sign for _, sign in SHAPES))
FIRST = len(SPECIALS) + len(SIGNS)  # id of the first word
USUAL = 20_000  # tokens


@dataclass(frozen=True, eq=False)
class Words:
    """The words that texts are read in.

    Attributes:
        words: those with an id of their own, the most frequent first.
        cased: whether capitals are kept; a word that is none of `words` is then looked for in lower case, too.
        unseen: share of the running words of further texts that no training text holds, as estimated by the share of
            the words that stand in the training texts once (Good 1953).
    """

    words: tuple[str, ...]
    cased: bool
    unseen: float = 0.0

    @classmethod
    def learn(cls, texts, size=None):
        """The words of training texts, readable strings; `size` is the most tokens, None for the usual number.

        Raises UserError where `size` leaves room for no word, DataError where there is none.
        """
        if size is not None and size <= FIRST:
            raise UserError(f"`vocab_size` must be above {FIRST} for words. Received: vocab_size={size}")
        cased = has_capitals(texts)
        rows, running = _counts(texts, cased)
        if not running:
            raise DataError("words cannot be learned from empty texts. Give training rows with text.")
        rarest = RARE if len(texts) >= 10 * RARE else 1
        kept = Counter({word: count for word, count in rows.items() if count >= rarest})
        if cased:
            rare = [word for word in rows if word not in kept]
            lowered = tf.strings.lower(tf.constant(rare, tf.string, shape=[len(rare)]), encoding="utf-8").numpy()
            again = Counter(lowered.tolist())
            kept.update({word: count for word, count in again.items() if count >= rarest and word not in kept})
        most = (size or USUAL) - FIRST
        words = [word.decode() for _, word in sorted((-count, word) for word, count in kept.items())[:most]]
        once = sum(count == 1 for count in running.values())
        return cls(tuple(words), cased, once / sum(running.values()))

    @cached_property
    def pieces(self):
        """Id -> token as `Subwords` writes it: what begins a word begins with "▁", a shape stands in angles."""
        return (*SPECIALS, *(f"{WORD_START}‹{sign}›" for sign in SIGNS), *(WORD_START + word for word in self.words))

    @cached_property
    def _vocabulary(self):
        return Vocabulary(self.words)

    def __len__(self):
        return FIRST + len(self.words)

    def tokenize(self, texts):
        """Ids, ragged int32 (N, None), of readable strings (N,)."""
        find, none = self._vocabulary.find, len(self.words)
        words = split(texts)
        different, which = tf.unique(words.values)
        lowered = tf.strings.lower(different, encoding="utf-8")
        place = find(different if self.cased else lowered)
        if self.cased:
            place = tf.where(place == none, find(lowered), place)
        signs = tf.constant(SIGNS)
        by_shape = tf.argmax(shape(different)[:, None] == signs, axis=1, output_type=tf.int32) + len(SPECIALS)
        return words.with_values(tf.gather(tf.where(place == none, by_shape, place + FIRST), which))

    def config(self):
        """What `from_config` needs, fit for JSON."""
        return {"words": list(self.words), "cased": self.cased, "unseen": self.unseen}

    @classmethod
    def from_config(cls, config):
        return cls(tuple(config["words"]), config["cased"], config["unseen"])


def _counts(texts, cased):
    """In how many of readable texts each word stands, in its case if that counts, and how often, in lower case."""
    rows, running = Counter(), Counter()
    for part in parts(texts):
        words = split(tf.constant(list(texts[part]), tf.string))
        lowered = lower(words)
        found, counts = rows_with(words if cased else lowered)
        rows.update(dict(zip(found.numpy().tolist(), counts.numpy().tolist(), strict=True)))
        found, _, counts = tf.unique_with_counts(lowered.values)
        running.update(dict(zip(found.numpy().tolist(), counts.numpy().tolist(), strict=True)))
    return rows, running
