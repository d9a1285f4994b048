"""Text as a bag of n-grams: which stand in it, whatever their order (tf-idf; Salton and Buckley 1988)."""

import numpy as np
import tensorflow as tf

from data.evenly import evenly
from data.tables.table_features import TablePrepare
from data.text.term_column import TermColumn, begin_alike, has_capitals
from data.text.text_prepare import TextPrepare, apart

SHORT = 500  # characters of a text of the middle length, up to which n-grams of characters are counted as well
SHAPES = 3  # longest n-gram of words of short texts with capitals of which the rare ones are shapes
FIRST = 2  # words of a text that are paired with the later ones, where texts begin alike
SAMPLE = 1000


class BagPrepare(TextPrepare):
    """Ids of n-grams and their tf-idf weights, each id once a row.

    Args:
        texts: `TermColumn` objects.
        forms, rest, order: see `TextPrepare`.
    """

    form = "bag"
    units = "n-grams"
    has_weights = True

    def __init__(self, texts, forms, rest, order):
        super().__init__(forms, rest, order)
        self.texts = tuple(texts)
        self._first = 1 + np.cumsum([0, *map(len, self.texts)])  # id of the first term of each column

    @classmethod
    def fit(cls, inputs, kinds, *, words=2, characters=None, most=200_000, opening=None, shapes=None):
        """Count the n-grams of the training rows.

        Args:
            inputs: the raw columns of the training split.
            kinds: column name -> `ColumnKind`.
            words: longest n-gram of words.
            characters: shortest and longest n-gram of characters, () for none; None counts 1 to 5 of short texts.
            most: n-grams of a column.
            opening: first words that are paired with each later word; None pairs two where texts begin alike.
            shapes: longest n-gram of words of which the rare ones are shapes; None counts up to 3 of short texts with
                capitals.
        """
        forms, rest, order = apart(inputs, kinds)
        texts = []
        for name in forms:
            some = inputs[name][evenly(len(inputs[name]), SAMPLE)]
            short = np.median([len(text) for text in some]) <= SHORT
            chosen = ((1, 5) if short else ()) if characters is None else characters
            first = (FIRST if begin_alike(some) else 0) if opening is None else opening
            longest = (SHAPES if short and has_capitals(some) else 0) if shapes is None else shapes
            texts.append(TermColumn.fit(name, inputs[name], kinds[name], words, chosen, most, first, longest))
        return cls(texts, forms, rest, order)

    def refitted(self, inputs):
        """The same, of other training rows."""
        forms, rest, order = apart(inputs, self.kinds)
        texts = [
            TermColumn.fit(
                one.name,
                inputs[one.name],
                self.kinds[one.name],
                one.words,
                one.characters,
                len(one),
                one.opening,
                one.shapes,
            )
            for one in self.texts
        ]
        return BagPrepare(texts, forms, rest, order)

    @property
    def vocab_size(self):
        return int(self._first[-1])

    def names(self):
        """The n-gram of each id as people read it; of id 0, which fills up, ""."""
        several = len(self.texts) > 1
        return ["", *(f"{c.name}: {c.shown(i)}" if several else c.shown(i) for c in self.texts for i in range(len(c)))]

    def cut(self, texts):
        found = [column.weighted(texts[column.name]) for column in self.texts]
        rows, places, weights = (list(one) for one in zip(*found, strict=True))
        ids = [place + int(first) for place, first in zip(places, self._first, strict=False)]
        if len(found) == 1:
            return rows[0], ids[0], weights[0]
        flat = [tf.concat(one, 0) for one in (rows, ids, weights)]
        order = tf.argsort(flat[0], stable=True)
        return tuple(tf.gather(one, order) for one in flat)

    def _own_config(self):
        return {"texts": [column.config() for column in self.texts]}

    @classmethod
    def from_config(cls, config):
        listed = ("terms", "idf", "characters", "frequent")
        texts = [
            TermColumn(**{name: tuple(value) if name in listed else value for name, value in one.items()})
            for one in config["texts"]
        ]
        rest = config["rest"] and TablePrepare.from_config(config["rest"])
        return cls(texts, config["forms"], rest, config["order"])
