"""Yields a raw table from Parquet and Feather files, whose columns have names and types.

| type | column |
|---|---|
| floating point; whole numbers up to 2^53, which float64 tells apart; durations, in seconds | numbers, NaN is missing |
| larger whole numbers, decimals | text, in all digits |
| booleans, dates, times, dictionaries, text | text, "" is missing |
| lists | text, as in JSON lines |
| structures | a column of each field, with a dot |
| bytes that are no text | left out, with a note |
"""

import re

import numpy as np

from data import unpacked
from data.errors import DataError, listing
from data.tables.cell_text import cell_text
from data.tables.cells import Cells, compact
from data.tables.raw_table import RawTable

INDEX = re.compile(r"__index_level_\d+__")
LARGEST = 2**53
MOST_CELLS = 10**9


def read_parquet(path):
    """Returns the `RawTable` of a Parquet file. Raises DataError where it is none, or holds too much."""
    import pyarrow
    from pyarrow import parquet

    def table(buffer):
        file = parquet.ParquetFile(pyarrow.BufferReader(buffer))
        _refuse_too_much(path, file.metadata.num_rows * file.metadata.num_columns)
        return file.read()

    return _read(path, "Parquet", table)


def read_feather(path):
    """Returns the `RawTable` of a Feather (Arrow) file. Raises DataError where it is none."""
    import pyarrow
    from pyarrow import feather

    return _read(path, "Feather", lambda buffer: feather.read_table(pyarrow.BufferReader(buffer)))


def _refuse_too_much(path, cells):
    if cells > MOST_CELLS:
        raise DataError(f"{path}: {cells:,} cells, and {MOST_CELLS:,} are allowed. Give a part of it.")


def _read(path, kind, table_of):
    import pyarrow

    try:
        table = table_of(unpacked.read_bytes(path))
    except (pyarrow.ArrowException, OSError) as error:
        if isinstance(error, DataError):
            raise
        why = str(error).split("\n")[0][:120]
        raise DataError(f"{path}: not a whole {kind} file ({why}). Write it again.") from error
    while any(pyarrow.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return _raw(path, table)


def _raw(path, table):
    columns, bytes_, index = {}, [], []
    for position, name in enumerate(table.column_names):
        if INDEX.fullmatch(name):
            index.append(name)
            continue
        if name in columns:
            raise DataError(f"{path}: more than one column is called {name!r}. Rename one of them.")
        column = _column(table.column(position))
        if column is None:
            bytes_.append(name)
        else:
            columns[name] = column
    if not table.num_rows or not columns:
        raise DataError(f"{path}: no rows. Give a table with rows.")
    notes = [f"Left out, since they hold bytes: {listing(bytes_)}."] if bytes_ else []
    notes += [f"Left out, since it is the index of the rows: {listing(index)}."] if index else []
    return RawTable(path, Cells(columns), np.arange(1, table.num_rows + 1), tuple(notes), "{}:row {}")


def _column(values):
    """An Arrow column as numbers or text; None where it holds bytes."""
    import pyarrow
    from pyarrow import compute, types

    kind = values.type
    if types.is_dictionary(kind):
        return _column(values.cast(kind.value_type))
    if isinstance(kind, pyarrow.ExtensionType):
        return _column(pyarrow.chunked_array([chunk.storage for chunk in values.chunks], kind.storage_type))
    if types.is_duration(kind):
        return values.cast(pyarrow.duration("ns")).cast(pyarrow.int64()).to_numpy() / 1e9
    if types.is_floating(kind):
        return values.to_numpy()
    if types.is_integer(kind):
        most = compute.min_max(values).as_py()
        if most["min"] is None or max(-most["min"], most["max"]) <= LARGEST:
            return values.cast(pyarrow.float64()).to_numpy()
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        try:
            values = values.cast(pyarrow.binary()).cast(pyarrow.string())
        except pyarrow.ArrowInvalid:
            return None
    elif types.is_nested(kind) or types.is_null(kind):
        values = pyarrow.chunked_array([list(map(cell_text, values.to_pylist()))], pyarrow.string())
    texts = compute.utf8_trim_whitespace(compute.fill_null(values.cast(pyarrow.string()), ""))
    if types.is_timestamp(kind) or types.is_time(kind):
        texts = compute.replace_substring_regex(texts, r"\.0+(Z|[+-]\d+)?$", r"\1")
        whole_days = compute.all(compute.match_substring_regex(texts, r"^$| 00:00:00$")).as_py()
        texts = compute.replace_substring_regex(texts, r" 00:00:00$", "") if whole_days else texts
    return compact(texts)
