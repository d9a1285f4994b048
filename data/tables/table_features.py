"""Yields numbers from the rows of a table: the one function from raw columns to model input.

Why not `keras.utils.FeatureSpace` (Keras 3.15.1): one missing number among 20,000 turns its mean, and so the whole
column of every row, into NaN (observed); it has no place for missing numbers, no tf-idf, and its lookup tables are
resources that every exporter must track. Here a column is a few constants.

Columns of one kind are encoded together, so that a table of thousands of columns is a graph of a few operations. The
result does not depend on which rows come together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf

from data.tables import number_column
from data.tables.category_column import CategoryColumn, CategoryColumns
from data.tables.date_column import DateColumn
from data.tables.number_column import NumberColumn
from data.tables.text_column import TextColumn

ROWS_AT_ONCE = 8192
KINDS = {"number": NumberColumn, "date": DateColumn, "category": CategoryColumn, "text": TextColumn}


class TablePrepare:
    """Encodes each column and puts the results side by side.

    Args:
        columns: `NumberColumn`, `DateColumn`, `CategoryColumn` and `TextColumn` objects, in the order of the features.
    """

    def __init__(self, columns):
        self.columns = tuple(columns)
        self._blocks = blocks(self.columns)
        starts, features = np.cumsum([0, *(column.width for column in self.columns)]), []
        for block in self._blocks:
            for place in block.places:
                features += range(starts[place], starts[place + 1])
        self._order = np.argsort(features)  # from the order of the blocks to that of the columns
        specs = [
            tf.TensorSpec([None, len(block.places)], self.columns[block.places[0]].dtype) for block in self._blocks
        ]
        self._compiled = tf.function(self._encoded, input_signature=[specs])

    @classmethod
    def fit(cls, inputs, kinds):
        """Learns means and vocabularies.

        Args:
            inputs: the raw columns of the training split.
            kinds: column name -> `ColumnKind`.
        """
        return cls(KINDS[kind.kind].fit(name, inputs[name], kind) for name, kind in kinds.items())

    @property
    def kinds(self):
        """Column name -> `ColumnKind`: what a file must hold to be read as raw input."""
        return {column.name: column.kind for column in self.columns}

    @property
    def input_shape(self):
        return (len(self._order),)

    def feature_names(self):
        """Returns a name for each feature, such as "age", "colour=red" or "title:word"."""
        return [name for column in self.columns for name in column.feature_names()]

    def fixed(self, inputs):
        """Raw columns as arrays (N,) -> float32 array (N, features)."""
        rows = len(inputs[self.columns[0].name])
        out = np.empty((rows, *self.input_shape), np.float32)
        for start in range(0, rows, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, rows)
            chunk = {column.name: inputs[column.name][start:stop] for column in self.columns}
            out[start:stop] = self._compiled([self._matrix(block, chunk) for block in self._blocks])
        return out

    def _matrix(self, block, inputs):
        """The raw columns of a block, arrays (N,), as one tensor (N, columns) of their type."""
        values = np.stack([inputs[self.columns[place].name] for place in block.places], axis=1)
        dtype = self.columns[block.places[0]].dtype
        return tensor(values if dtype == tf.string else values.astype(dtype.as_numpy_dtype, copy=False))

    def finish(self, fixed):
        return tf.cast(fixed, tf.float32)

    def model_input(self, inputs, origins=None):
        """Raw columns as arrays (N,) -> model input, float32 array (N, features)."""
        return self.fixed(inputs)

    def graph(self, raw):
        """`{column: raw input (N,)}` -> float32 (N, features), eagerly or inside a graph."""
        return self._encoded(
            [tf.stack([raw[self.columns[place].name] for place in block.places], axis=1) for block in self._blocks]
        )

    def _encoded(self, matrices):
        parts = [block.encode(values) for block, values in zip(self._blocks, matrices, strict=True)]
        features = parts[0] if len(parts) == 1 else tf.concat(parts, axis=1)
        if np.any(np.diff(self._order) != 1):
            features = tf.gather(features, self._order, axis=1)
        return tf.ensure_shape(features, [None, *self.input_shape])

    def __call__(self, raw):
        return self.finish(self.graph(raw))

    def restore(self, finished):
        """float32 (N, features) -> raw columns `{column: raw input (N,)}`; free text cannot be restored."""
        parts = tf.split(finished, [column.width for column in self.columns], axis=1)
        pairs = zip(self.columns, parts, strict=True)
        return {c.name: c.restore(part) for c, part in pairs if not isinstance(c, TextColumn)}

    def shown(self, inputs):
        """Raw columns as people read them: dates as text, numbers of double precision with all their digits."""
        columns = [column for column in self.columns if column.name in inputs]
        return {c.name: c.shown(inputs[c.name]) if c.dtype == tf.float64 else inputs[c.name] for c in columns}

    def signature(self):
        """The raw record as tensors: one vector per column."""
        return {column.name: tf.TensorSpec([None], column.dtype) for column in self.columns}

    def config(self):
        return {"columns": [column.config() for column in self.columns]}

    @classmethod
    def from_config(cls, config):
        return cls(from_config(column) for column in config["columns"])


@dataclass(frozen=True)
class Block:
    """Columns that are encoded together: their places among all, and raw (N, K) -> float32 (N, features)."""

    places: list[int]
    encode: Callable


def blocks(columns):
    """The `Block` objects of columns: those of one kind together, each date and each text for itself."""
    numbers, categories, others = {}, [], []
    for place, column in enumerate(columns):
        if isinstance(column, NumberColumn):
            numbers.setdefault(number_column.alike(column), []).append(place)
        elif isinstance(column, CategoryColumn):
            categories.append(place)
        else:
            others.append(place)
    found = [
        Block(places, partial(number_column.encode, [columns[place] for place in places]))
        for places in numbers.values()
    ]
    if categories:
        found.append(Block(categories, CategoryColumns([columns[place] for place in categories]).encode))
    return found + [Block([place], partial(_alone, columns[place])) for place in others]


def _alone(column, values):
    return column.encode(values[:, 0])


def from_config(config):
    """Rebuilds a column from `column.config()`, also after a round trip through JSON."""
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
    return KINDS[settings.pop("kind")](**settings)


def tensor(values):
    """Raw columns, numbers or objects (N,) or (N, K), as a tensor."""
    if values.dtype == object:
        return tf.constant(values.tolist(), tf.string, shape=values.shape)
    return tf.constant(values)
