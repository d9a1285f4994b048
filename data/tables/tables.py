"""Yields splits of a table: which column is the target, which rows go where, what each column is."""

import os
from collections import Counter
from dataclasses import replace

import numpy as np

from data import dataset_name, duplicates, splitting
from data.errors import DataError, listing, suggestion
from data.splits import Split, Splits
from data.tables import (
    column_kinds,
    column_requests,
    moments,
    table_decision,
    table_file,
    target_copies,
)
from data.tables.column_kinds import LARGEST
from data.tables.table_decision import TableDecision
from data.tables.table_features import TablePrepare
from data.tables.writing import Writing
from data.targets import ClassTarget, NoTarget
from data.text.text_prepare import TextPrepare

FEWEST_ROWS = 10  # below this there is nothing to hold out


def splits(config, seed, kind=ClassTarget, kinds=None, text=None):
    """Yields the `Splits` of the table that `config.data` names.

    Args:
        config: the `Data` fields data, target, validation, test, group, time, columns.
        seed: of the random split.
        kind: of the target: `ClassTarget`, `NumberTarget`, or `NoTarget`, for which a table needs no target column.
        kinds, text: see `from_raw`.

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
    out = column_requests.left_out(config.columns)
    read = table_file.read_all([*paths.values()], config.header, wanted, out, strict=kinds is None)
    own = dict(zip(paths, read, strict=True))
    table = own.pop("train")
    return from_raw(name, table, own, config, seed, kind, kinds, text)


def from_raw(name, table, own, config, seed, kind=ClassTarget, kinds=None, text=None):
    """Yields the `Splits` of tables already read.

    Args:
        name: of the dataset.
        table: the `RawTable` to train on, and to carve the splits out of that are not in `own`.
        own: "validation" and "test" -> the user's own `RawTable`.
        config: the `Data` fields target, group, time, columns.
        seed: of the random split.
        kind: of the target, see `splits`.
        kinds: column -> `ColumnKind` of a finished run, which are not decided anew; None to decide.
        text: function of raw training columns and kinds to a `TextPrepare`, for tables with a column of text; None
            counts words as features beside the others.
    """
    if len(table.columns) < 2:
        raise DataError(
            f"{table.path}: only one column found ({listing(table.columns)}). Allowed delimiters: comma, tab, "
            f"semicolon, | or blanks between numbers. A table needs two columns at least."
        )
    file, notes, writing = table, list(table.notes), Writing(table)
    asked = column_requests.read(config.columns, table)
    target = NoTarget()
    if kind is not NoTarget or config.target is not None:
        wanted = _target_name(table, config.target)
        kind = ClassTarget if kind is NoTarget else kind  # labels to look at
        table = _labelled(table, wanted, kind, notes, asked.get(wanted, ""))
        own = {
            part: _labelled(other, _same_column(other, wanted, table), kind, notes, asked.get(wanted, ""))
            for part, other in own.items()
        }
        target = kind.fit(wanted, table, writing, asked.get(wanted, ""))
        notes += target.notes(table)
    used = {target.name: target} if target.name else {}
    for flag, wanted in (("group", config.group), ("time", config.time)):
        if wanted:
            used[table.column_name(wanted, f"--{flag}")] = flag
    labels = target.encode(table)
    parts = _parts(table, own, target, labels, config, seed, writing, asked, notes)

    if kinds is None:
        found = table_decision.decide(table, file, used, asked, writing, notes)
    else:
        found = TableDecision(kinds, inputs(table, kinds))
    if kind is not NoTarget and len(found.raw) > 1:
        telling = [name for name, raw in found.raw.items() if target_copies.tells(raw, labels, len(target.classes))]
        if telling:
            notes.append(
                f"Alone tells the target of nearly every row: {listing(telling)}. A copy, or known only afterwards? "
                f"`--columns {telling[0]}=out` leaves it out."
            )
    origins, converted = table.origins(), []
    shared = [({}, rows) for part, rows in parts if part is table]
    for column in list(found.raw):
        values = found.raw.pop(column)
        for raw, rows in shared:
            raw[column] = values[rows]
    shared = iter(shared)
    for part, rows in parts:
        if part is table:
            converted.append(Split(next(shared)[0], labels[rows], origins[rows]))
        else:
            converted.append(split(part, target, found.kinds))
    if config.group:
        column = table.column_name(config.group, "--group")
        keys = [
            column_kinds.strings(part.columns[column])[rows] if column in part.columns else None for part, rows in parts
        ]
        converted = [replace(part, groups=groups) for part, groups in zip(converted, keys, strict=True)]
    counts = Counter(decided.kind for decided in found.kinds.values())
    shares = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    if text and counts["text"]:
        prepare = text(converted[0].inputs, found.kinds)
        features, made = prepare.vocab_size > 1, prepare.described()
    else:
        prepare = TablePrepare.fit(converted[0].inputs, found.kinds)
        features, made = prepare.input_shape[0], f"{prepare.input_shape[0]} features"
    if not features:
        raise DataError(
            f"{table.path}: nothing is left to learn from: {shares}, but no word stands in two of the "
            f"{len(converted[0])} training rows. Give more rows, or other columns."
        )
    notes.append(f"Columns: {shares} -> {made}; {target.described()}.")
    notes += duplicates.notes("row", [duplicates.row_keys(part.inputs) for part in converted], converted)
    return Splits(
        name,
        "text" if isinstance(prepare, TextPrepare) else "table",
        *converted,
        prepare=prepare,
        classes=target.classes,
        notes=tuple(notes),
        target=target.name,
        columns=found.columns,
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
    if absent and not left_out(table, kinds):
        raise DataError(
            f"{table.path}: column {absent[0]!r} is missing ({len(absent)} in all)."
            f"{suggestion(absent[0], table.columns)} Received: {listing(table.columns)}. "
            f"Give the same columns as in training."
        )
    if absent:
        empty = np.full(len(table), "", object)
        table = replace(table, columns={**table.columns, **dict.fromkeys(absent, empty)})
    return {name: column_kinds.convert(name, table, kind) for name, kind in kinds.items()}


def left_out(table, kinds):
    """Returns the columns that no record of a table has, where records may leave fields out: they are missing in all.

    None are where the table has none of the columns, or one of its others may be a missing one misspelt.
    """
    absent = [name for name in kinds if name not in table.columns]
    others = [name for name in table.columns if name not in kinds]
    another = len(absent) == len(kinds) or any(suggestion(name, others) for name in absent)
    return absent if table.optional and not another else []


def far_out(prepare, inputs, origins):
    """Yields sentences on numbers that lie far outside those of training, one per cell.

    Args:
        prepare: a `TablePrepare`.
        inputs: raw columns.
        origins: (N,) where each row came from.
    """
    for column in prepare.columns:
        if column.kind.kind in column_kinds.NUMERIC:
            values = inputs[column.name]
            for row in np.flatnonzero(column.far(values)):
                number = f"{values[row]:g}" if np.isfinite(values[row]) else f"a number beyond {LARGEST:.1e}"
                yield f"{origins[row]}: {number} in column {column.name!r} is far outside what training saw"


def _target_name(table, wanted):
    if wanted is None:
        raise DataError(
            f"{table.path}: which column is to be predicted? Give --target with one of {listing(table.columns, 40)}, "
            f"a number from 1 to {len(table.columns)}, or last."
        )
    several = [part.strip() for part in wanted.split(",")]
    if wanted not in table.columns and len(several) > 1 and set(several) <= set(table.columns):
        raise DataError(f"--target must name one column; a run predicts one. Received: {wanted}. Train a run for each.")
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


def _labelled(table, target, kind, notes, asked):
    """Returns the rows that have a label; those without are left out with a note."""
    cells = table.columns[target]
    gone = kind.missing(cells, asked)
    if gone.all():
        raise DataError(f"{table.path}: no row has a value in the target column {target!r}. Choose another --target.")
    if gone.any():
        first = table.origin(int(np.flatnonzero(gone)[0]))
        note = f"{gone.sum()} row(s) without a value in the target column {target!r} are left out (first {first})."
        words = Counter(str(cell) for cell in cells[gone] if cells.dtype == object and cell)
        if words:
            note += f" As no value count {', '.join(f'{word!r} ({count})' for word, count in words.items())}"
            note += f"; `--columns {target}=category` makes them classes." if kind is ClassTarget else "."
        notes.append(note)
        table = table.take(~gone)
    return table


def _parts(table, own, target, labels, config, seed, writing, asked, notes):
    """Returns pairs of a raw table and its rows for train, validation and test; a note says how they were made."""
    carve = splitting.missing_parts(own)
    if len(table) < FEWEST_ROWS and carve:
        raise DataError(
            f"{table.path}: {len(table)} rows are too few to hold out {' and '.join(carve)}. At least {FEWEST_ROWS} "
            f"rows are needed, or your own --validation and --test files."
        )
    for part, other in own.items():
        notes.append(f"{part.capitalize()} split: {len(other)} rows of {os.path.basename(other.path)}, as asked.")
    everything = slice(None)
    if not carve:
        return [(table, everything), (own["validation"], everything), (own["test"], everything)]
    fractions = splitting.fractions(carve, len(table))
    if config.group:
        column = table.column_name(config.group, "--group")
        rows = splitting.by_group(column_kinds.strings(table.columns[column]), fractions, seed)
        how = f"by group (column {column!r}, which is not an input)"
    elif config.time:
        column = table.column_name(config.time, "--time")
        rows = splitting.by_time(moments.read(table, column, writing, asked.get(column, "")), fractions)
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
    made = {part: (other, everything) for part, other in own.items()}
    made |= dict(zip(("train", *carve), ((table, part) for part in rows), strict=True))
    return [made["train"], made["validation"], made["test"]]
