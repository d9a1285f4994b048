"""Yields splits of a table: which column is the target, which rows go where, what each column is."""

import os
from collections import Counter
from dataclasses import replace

import numpy as np

from data import dataset_name, duplicates, splitting
from data.errors import DataError, listing, suggestion
from data.splits import Split, Splits
from data.tables import column_kinds, table_file
from data.tables.table_features import TablePrepare
from data.targets import ClassTarget, NoTarget

FEWEST_ROWS = 10  # below this there is nothing to hold out


def splits(config, seed, kind=ClassTarget):
    """Yields the `Splits` of the table that `config.data` names.

    Args:
        config: the `Data` fields data, target, validation, test, group, time.
        seed: of the random split.
        kind: of the target: `ClassTarget`, `NumberTarget`, or `NoTarget`, for which a table needs no target column.

    Raises:
        DataError: the table, its target or its splits cannot be used.
    """
    if config.group and config.time:
        raise DataError(
            f"--group and --time exclude each other. Received: --group {config.group} --time {config.time}. Choose one."
        )
    name = dataset_name.of_file(config.data)
    paths = {"train": config.data, "validation": config.validation, "test": config.test}
    paths = {part: path for part, path in paths.items() if path}
    wanted = [one for one in (config.target, config.group, config.time) if one]
    own = dict(zip(paths, table_file.read_all([*paths.values()], config.header, wanted), strict=True))
    table = own.pop("train")
    return from_raw(name, table, own, config, seed, kind)


def from_raw(name, table, own, config, seed, kind=ClassTarget):
    """Yields the `Splits` of tables already read.

    Args:
        name: of the dataset.
        table: the `RawTable` to train on, and to carve the splits out of that are not in `own`.
        own: "validation" and "test" -> the user's own `RawTable`.
        config: the `Data` fields target, group, time.
        seed: of the random split.
        kind: of the target, see `splits`.
    """
    if len(table.columns) < 2:
        raise DataError(
            f"{table.path}: only one column found ({listing(table.columns)}). Allowed delimiters: comma, tab, "
            f"semicolon, | or blanks between numbers. A table needs two columns at least."
        )
    file, notes = table, list(table.notes)
    target = NoTarget()
    if kind is not NoTarget or config.target is not None:
        wanted = _target_name(table, config.target)
        kind = ClassTarget if kind is NoTarget else kind  # labels to look at
        table = _labelled(table, wanted, kind, notes)
        own = {part: _labelled(other, _same_column(other, wanted, table), kind, notes) for part, other in own.items()}
        target = kind.fit(wanted, table)
    parts = _parts(table, own, target, config, seed, notes)

    asked = ((config.group, "--group"), (config.time, "--time"))
    left_out = {target.name} | {table.column_name(wanted, flag) for wanted, flag in asked if wanted}
    columns = [column for column in table.columns if column not in left_out]
    decided = {column: column_kinds.decide(column, parts[0], file) for column in columns}
    if all(one.kind == "left out" for one in decided.values()):  # perhaps y = f(x) at x = 0, 1, 2, ...
        decided = {column: column_kinds.decide(column, parts[0]) for column in columns}
        kept = [column for column, one in decided.items() if one.kind != "left out"]
        notes += [f"Column {column!r} only numbers the rows and is kept, since there is no other." for column in kept]
    notes += [one.note for one in decided.values() if one.note]
    kinds = {column: one for column, one in decided.items() if one.kind != "left out"}
    if not kinds:
        raise DataError(f"{table.path}: no column is left to learn from. {' '.join(notes)}")
    converted = [split(part, target, kinds) for part in parts]
    if config.group:
        column = table.column_name(config.group, "--group")
        keys = [column_kinds.strings(part.columns[column]) if column in part.columns else None for part in parts]
        converted = [replace(part, groups=groups) for part, groups in zip(converted, keys, strict=True)]
    prepare = TablePrepare.fit(converted[0].inputs, kinds)
    counts = Counter(decided.kind for decided in kinds.values())
    notes.append(
        f"Columns: {', '.join(f'{count} {kind}' for kind, count in counts.items())} -> "
        f"{prepare.input_shape[0]} features; {target.described()}."
    )
    notes += duplicates.notes("row", [duplicates.row_keys(part.inputs) for part in converted], converted)
    return Splits(
        name, "table", *converted, prepare=prepare, classes=target.classes, notes=tuple(notes), target=target.name
    )


def split(table, target, kinds):
    """Returns the `Split` of a raw table whose columns are already decided.

    Args:
        table: the rows.
        target: a `ClassTarget`, `NumberTarget` or `NoTarget`.
        kinds: column -> `ColumnKind`.

    Raises:
        DataError: a cell of the target or of a number column does not fit.
    """
    return Split(inputs(table, kinds), target.encode(table), table.origins())


def inputs(table, kinds):
    """Returns the raw inputs of a table, as `Split.inputs`, for training, evaluation or prediction.

    Raises:
        DataError: a column is missing, or a cell of a number column is no number.
    """
    absent = [name for name in kinds if name not in table.columns]
    if absent:
        raise DataError(
            f"{table.path}: column {absent[0]!r} is missing ({len(absent)} in all)."
            f"{suggestion(absent[0], table.columns)} Received: {listing(table.columns)}. "
            f"Give the same columns as in training."
        )
    return {name: column_kinds.convert(name, table, kind) for name, kind in kinds.items()}


def _target_name(table, wanted):
    if wanted is None:
        raise DataError(
            f"{table.path}: which column is to be predicted? Give --target with one of {listing(table.columns, 40)}, "
            f"a number from 1 to {len(table.columns)}, or last."
        )
    return table.column_name(wanted, "--target")


def _same_column(other, target, table):
    """Returns `target`, which the user's own split must have too; without a header it has as many columns."""
    counted = [str(position) for position in range(1, len(table.columns) + 1)]
    if list(table.columns) == counted and len(other.columns) != len(counted):
        raise DataError(
            f"{other.path}: {len(other.columns)} columns, and {table.path}, which has no header, has {len(counted)}. "
            f"Give the same columns, or a header line to both."
        )
    if target not in other.columns:
        raise DataError(
            f"{other.path}: the target column {target!r} is missing.{suggestion(target, other.columns)} "
            f"Received: {listing(other.columns)}. Give the same columns as in {table.path}."
        )
    return target


def _labelled(table, target, kind, notes):
    """Returns the rows that have a label; those without are left out with a note."""
    gone = kind.missing(table.columns[target])
    if gone.all():
        raise DataError(f"{table.path}: no row has a value in the target column {target!r}. Choose another --target.")
    if gone.any():
        first = table.origin(int(np.flatnonzero(gone)[0]))
        notes.append(
            f"{gone.sum()} row(s) without a value in the target column {target!r} are left out (first {first})."
        )
        table = table.take(~gone)
    return table


def _parts(table, own, target, config, seed, notes):
    """Returns the raw tables (train, validation, test), and adds a note that says how they were made."""
    labels = target.encode(table)
    carve = splitting.missing_parts(own)
    if len(table) < FEWEST_ROWS and carve:
        raise DataError(
            f"{table.path}: {len(table)} rows are too few to hold out {' and '.join(carve)}. At least {FEWEST_ROWS} "
            f"rows are needed, or your own --validation and --test files."
        )
    for part, other in own.items():
        notes.append(f"{part.capitalize()} split: {len(other)} rows of {os.path.basename(other.path)}, as asked.")
    if not carve:
        return table, own["validation"], own["test"]
    fractions = splitting.fractions(carve, len(table))
    if config.group:
        column = table.column_name(config.group, "--group")
        rows = splitting.by_group(column_kinds.strings(table.columns[column]), fractions, seed)
        how = f"by group (column {column!r}, which is not an input)"
    elif config.time:
        column = table.column_name(config.time, "--time")
        rows = splitting.by_time(_times(table, column), fractions)
        how = f"by time (column {column!r}, which is not an input): training before validation before test"
    else:
        rows = splitting.stratified(target.strata(labels), fractions, seed)
        how = f"at random with seed {seed}" + (f", stratified by {target.name!r}" if target.name else "")
    shares = " / ".join(str(len(part)) for part in rows)
    notes.append(f"Split {how}: {shares} rows for training / {' / '.join(carve)}.")
    if target.classes:
        counts = np.bincount(labels[rows[0]], minlength=len(target.classes))
        absent = [name for name, count in zip(target.classes, counts, strict=True) if count == 0]
        single = [name for name, count in zip(target.classes, counts, strict=True) if count == 1]
        if absent:
            notes.append(f"No training row has class {listing(absent)}: it cannot be learned from this split.")
        if single:
            notes.append(f"Class {listing(single)} has a single training row: its score says little.")
    made = dict(zip(("train", *carve), (table.take(part) for part in rows), strict=True)) | own
    return made["train"], made["validation"], made["test"]


def _times(table, column):
    """Returns the moments of the rows as numbers.

    Raises:
        DataError: a cell is neither a number nor a date.
    """
    cells = table.columns[column]
    for form in ("plain", "date"):
        values = column_kinds.numbers(cells, form)
        if not np.isnan(values).any():
            return values
    dated = column_kinds.numbers(cells, "date")
    bad = np.isnan(dated) if np.isnan(dated).mean() < 1 else np.isnan(column_kinds.numbers(cells, "plain"))
    row = int(np.flatnonzero(bad)[0])
    raise DataError(
        f"{table.place(row)}: --time column {column!r} must hold a moment in every row. "
        f"Allowed: a number, or a date such as 2024-05-31 or 2024-05-31T14:00. Received: {cells[row]!r}."
    )
