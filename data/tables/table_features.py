"""Yields numbers from the rows of a table: the one function from raw columns to model input.

Why not `keras.utils.FeatureSpace` (Keras 3.15.1): one missing number among 20,000 turns its mean, and so the whole
column of every row, into NaN (observed); it has no place for missing numbers, no tf-idf, and its lookup tables are
resources that every exporter must track. Here a column is a few constants.
"""

import numpy as np
import tensorflow as tf

from data.tables import table_columns
from data.tables.column_kinds import ColumnKind

ROWS_AT_ONCE = 8192


class TablePrepare:
    """Encodes each column and puts the results side by side.

    Args:
        columns: `NumberColumn`, `CategoryColumn` and `TextColumn` objects, in the order of the features.
    """

    def __init__(self, columns):
        self.columns = tuple(columns)
        self._compiled = tf.function(self.graph, input_signature=[self.signature()])

    @classmethod
    def fit(cls, inputs, kinds):
        """Learns means and vocabularies.

        Args:
            inputs: the raw columns of the training split.
            kinds: column name -> `ColumnKind`.
        """
        columns = []
        for name, decided in kinds.items():
            if decided.kind == "number":
                columns.append(table_columns.NumberColumn.fit(name, inputs[name], decided.form))
            else:
                columns.append(table_columns.KINDS[decided.kind].fit(name, inputs[name]))
        return cls(columns)

    @property
    def kinds(self):
        """Column name -> `ColumnKind`: what a file must hold to be read as raw input."""
        kinds = {}
        for column in self.columns:
            number = isinstance(column, table_columns.NumberColumn)
            kinds[column.name] = ColumnKind(column.config()["kind"], column.form if number else "")
        return kinds

    @property
    def input_shape(self):
        return (sum(column.width for column in self.columns),)

    def feature_names(self):
        """Returns a name for each feature, such as "age", "colour=red" or "title:word"."""
        names = []
        for column in self.columns:
            if isinstance(column, table_columns.NumberColumn):
                names += [column.name] + [f"{column.name} missing"] * column.missing
            elif isinstance(column, table_columns.CategoryColumn):
                names += [f"{column.name}={word}" for word in column.words]
                names += [f"{column.name} other"] * column.other + [f"{column.name} missing"] * column.missing
            else:
                names += [f"{column.name}:{word}" for word in column.words]
        return names

    def fixed(self, inputs):
        """Raw columns as arrays (N,) -> float32 array (N, features)."""
        rows = len(inputs[self.columns[0].name])
        out = np.empty((rows, *self.input_shape), np.float32)
        for start in range(0, rows, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, rows)
            out[start:stop] = self._compiled({c.name: tensor(inputs[c.name][start:stop]) for c in self.columns})
        return out

    def finish(self, fixed):
        return tf.cast(fixed, tf.float32)

    def graph(self, raw):
        """`{column: float32 or string (N,)}` -> float32 (N, features), eagerly or inside a graph."""
        return tf.concat([column.encode(raw[column.name]) for column in self.columns], axis=1)

    def __call__(self, raw):
        return self.finish(self.graph(raw))

    def restore(self, finished):
        """float32 (N, features) -> raw columns `{column: float32 or string (N,)}`; free text cannot be restored."""
        parts = tf.split(finished, [column.width for column in self.columns], axis=1)
        pairs = zip(self.columns, parts, strict=True)
        return {c.name: c.restore(part) for c, part in pairs if not isinstance(c, table_columns.TextColumn)}

    def signature(self):
        """The raw record as tensors: one vector per column."""
        return {column.name: column.spec for column in self.columns}

    def config(self):
        return {"columns": [column.config() for column in self.columns]}

    @classmethod
    def from_config(cls, config):
        return cls(table_columns.from_config(column) for column in config["columns"])


def tensor(values):
    """A raw column, float32 or object (N,), as a tensor."""
    if values.dtype == object:
        return tf.constant(values.tolist(), tf.string, shape=[len(values)])
    return tf.constant(values, tf.float32)
