"""From the columns of a table of which some are text to model input: ids of n-grams or of subwords, and the rest.

`TextPrepare` is what both have in common; `BagPrepare` and `SequencePrepare` say what an id is. Id 0 fills up.
"""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
import tensorflow as tf

from cli.errors import UserError
from data.images.images import CORES
from data.tables.column_kinds import ColumnKind
from data.tables.table_features import TablePrepare
from data.text.ragged_rows import RaggedRows, joined
from data.text.term_column import parts

OF_A_CORE = 2**16  # characters that a core cuts at once
AT_ONCE = 256  # rows that are asked together
SHORTEST = 8  # ids that the rows of a batch are filled up to, at least


class TextPrepare(ABC):
    """Ids of the text columns, and the features of the other columns.

    Args:
        forms: column of text -> "" or "characters", the form of its `ColumnKind`.
        rest: `TablePrepare` of the other columns, or None.
        order: the names of all columns, as in the file.
    """

    has_weights = False

    def __init__(self, forms, rest, order):
        self.forms, self.rest, self.order = dict(forms), rest, tuple(order)

    @property
    @abstractmethod
    def vocab_size(self):
        """Number of ids, 0 included."""

    @abstractmethod
    def cut(self, texts):
        """Column -> string (N,), in a graph -> row numbers int64 (M,) ascending, ids and perhaps weights (M,)."""

    @property
    def num_features(self):
        """Features of the other columns."""
        return self.rest.input_shape[0] if self.rest else 0

    @property
    def columns(self):
        """The other columns, as `TablePrepare` has them."""
        return self.rest.columns if self.rest else ()

    @property
    def kinds(self):
        """Column name -> `ColumnKind`: what a file must hold to be read as raw input."""
        others = self.rest.kinds if self.rest else {}
        return {
            name: ColumnKind("text", self.forms[name]) if name in self.forms else others[name] for name in self.order
        }

    @property
    def input_shape(self):
        """Name -> shape of a part of the model input, without the batch; None where it varies."""
        shapes = {"ids": (None,)} | ({"weights": (None,)} if self.has_weights else {})
        return shapes | ({"features": (self.num_features,)} if self.rest else {})

    def signature(self):
        """The raw record as tensors: one vector per column."""
        others = self.rest.signature() if self.rest else {}
        return {name: others.get(name, tf.TensorSpec([None], tf.string)) for name in self.order}

    @cached_property
    def _compiled(self):
        specs = {name: tf.TensorSpec([None], tf.string) for name in self.forms}
        return tf.function(self.cut, input_signature=[specs])

    def fixed(self, inputs):
        """Raw columns as arrays (N,) -> `RaggedRows`."""
        texts = {name: inputs[name] for name in self.forms}
        features = self.rest.fixed(inputs) if self.rest else None
        lines = np.array([" ".join(row) for row in zip(*texts.values(), strict=True)], dtype=object)
        rows = joined(self._parts(texts, parts(lines, OF_A_CORE)))
        return RaggedRows(rows.starts, rows.ids, rows.weights, features)

    def _parts(self, texts, slices):
        """`RaggedRows` of slices of columns, cut side by side: TensorFlow spreads no such graph over the cores."""

        def cut(part):
            some = {name: tf.constant(values[part].tolist(), tf.string) for name, values in texts.items()}
            with tf.device("CPU:0"):
                rows, ids, weights = (one.numpy() for one in self._compiled(some))
            starts = np.searchsorted(rows, np.arange(part.stop - part.start + 1)).astype(np.int64)
            return RaggedRows(starts, ids, weights if self.has_weights else None, None)

        self._compiled.get_concrete_function()
        with ThreadPoolExecutor(CORES) as pool:
            found = list(pool.map(cut, slices))
        empty = np.zeros(0, np.float32) if self.has_weights else None
        return found or [RaggedRows(np.zeros(1, np.int64), np.zeros(0, np.int32), empty, None)]

    def finish(self, fixed, chosen=None):
        """`RaggedRows`, or those of `chosen` indices (n,) -> model input, a dict of arrays.

        All of these are filled up to the next power of two, so that few shapes have to be compiled.
        """
        chosen = np.arange(len(fixed)) if chosen is None else chosen
        longest = int(fixed.lengths[chosen].max(initial=1))
        return fixed.filled(chosen, max(SHORTEST, 1 << (longest - 1).bit_length()))

    def answers(self, inputs, answer):
        """What `answer` gives for model input, an array (n, ...), of all raw columns (N,), in their order (N, ...).

        Rows of similar length are asked together, so that a long one lengthens few others.
        """
        rows = self.fixed(inputs)
        order = rows.by_length
        starts = range(0, max(len(order), 1), AT_ONCE)
        found = [answer(self.finish(rows, order[start : start + AT_ONCE])) for start in starts]
        return np.concatenate(found)[np.argsort(order)]

    def graph(self, raw):
        """`{column: raw input (N,)}` -> model input, a dict of tensors, eagerly or inside a graph."""
        count = tf.shape(raw[self.order[0]], tf.int64)[0]
        rows, ids, weights = self.cut({name: raw[name] for name in self.forms})
        # A row of no ids gets one that fills up, so that no axis has length 0.
        length = tf.maximum(tf.reduce_max(tf.math.bincount(tf.cast(rows, tf.int32), dtype=tf.int64), keepdims=False), 1)
        length = tf.where(tf.size(rows) > 0, length, 1)
        found = {"ids": _filled(rows, ids, count, length)}
        if self.has_weights:
            found["weights"] = _filled(rows, weights, count, length)
        if self.rest:
            found["features"] = self.rest(raw)
        return found

    def __call__(self, raw):
        return self.graph(raw)

    def described(self):
        """What comes of the columns, in words."""
        others = f" and {self.num_features} features" if self.rest else ""
        return f"{self.vocab_size - 1:,} {self.units}{others}"

    def model_input(self, inputs, origins=None):
        """Raw columns as arrays (N,) -> model input, a dict of arrays."""
        return self.finish(self.fixed(inputs))

    def shown(self, inputs):
        """Raw columns as people read them."""
        others = self.rest.shown(inputs) if self.rest else {}
        return {name: others.get(name, inputs[name]) for name in self.order if name in inputs}

    def config(self):
        """What `from_config` needs, fit for JSON."""
        rest = self.rest.config() if self.rest else None
        return {"form": self.form, "forms": self.forms, "rest": rest, "order": list(self.order), **self._own_config()}


def _filled(rows, values, count, length):
    ragged = tf.RaggedTensor.from_value_rowids(values, rows, count)
    return ragged.to_tensor(shape=tf.stack([count, length]))


def apart(inputs, kinds):
    """What `TextPrepare` takes, of the raw columns of the training split and column -> `ColumnKind`.

    Raises UserError where no column is text.
    """
    forms = {name: kind.form for name, kind in kinds.items() if kind.kind == "text"}
    if not forms:
        raise UserError(
            f"This network reads text, and no column is one. Received: {', '.join(kinds)}. `--columns NAME=text` makes "
            "a column text; for other columns use mlp."
        )
    others = {name: kind for name, kind in kinds.items() if name not in forms}
    rest = TablePrepare.fit(inputs, others) if others else None
    if rest and not rest.input_shape[0]:
        rest, kinds = None, {name: kinds[name] for name in forms}
    return forms, rest, tuple(kinds)
