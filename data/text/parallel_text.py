"""Reads sentence pairs: two files of equally many lines, a file with tabs between its columns, or a table.

Quotes are letters like others in lines and between tabs, as in the files that translation is trained on: a sentence may
begin with one. Lines end with a line feed only (or with carriage return and line feed): a text may hold Unicode's other
line ends, and a reader that breaks at them pairs every later sentence with the wrong one. In a table (CSV, JSON lines)
quotes and line ends are those of the format.
"""

import os
import re
import unicodedata
from dataclasses import dataclass, field

from data import text_file
from data.errors import DataError, MissingData, listing, suggestion
from data.text.pair_header import CODE, is_header

TABBED, TABLES = (".tsv", ".tab", ".txt"), (".csv", ".jsonl", ".ndjson", ".json")
QUOTED = re.compile(r'\s*"(?:[^"]|"")*""(?:[^"]|"")*"\s*')


@dataclass(frozen=True, eq=False)
class RawPairs:
    """Pairs as they stand in a file, normalised to NFC; no side is empty.

    Attributes:
        sources, targets: strings of each pair.
        origins: where each came from, such as "train.en:17".
        places: the same with the whole path, for messages.
        languages: what the columns or files say they are, "" where they say nothing.
        notes: what was decided on reading.
        lines: of each the number of its line or record, from 1, where they come from a file.
        total: lines or records of that file.
    """

    sources: list[str]
    targets: list[str]
    origins: list[str]
    places: list[str]
    languages: tuple[str, str]
    notes: tuple[str, ...] = ()
    lines: list[int] = field(default_factory=list)
    total: int = 0

    def __len__(self):
        return len(self.sources)


def read(paths, source=None, target=None):
    """Reads pairs.

    Args:
        paths: one file with columns (tabs, CSV, JSON lines), or two files, the source first.
        source, target: the columns of one file: a name, a number from 1, or "last"; None for the first two of two.

    Raises:
        DataError: a file is missing, empty, not text in UTF-8, or its lines or columns do not pair up.
    """
    if len(paths) == 1:
        return _one_file(paths[0], source, target)
    if len(paths) != 2:
        raise DataError(
            f"translation takes one file with tabs or two files, source and target. Received: {len(paths)} "
            f"({listing(paths)})."
        )
    if source or target:
        raise DataError(
            f"--source and --target name columns of one file, and two files were given ({listing(paths)}). "
            f"Leave them out; the first file is the source."
        )
    return _two_files(*paths)


def lines_of(path):
    """Returns the lines of a text file, without their ends, and notes.

    Raises:
        DataError: the file is missing, empty, or not text in UTF-8 or marked UTF-16.
    """
    if os.path.isdir(path):
        raise DataError(f"{path}: is a folder. Allowed: text files with one sentence a line, also .gz.")
    text, notes = text_file.read(path, "one sentence a line")
    ends = "\n"
    if "\n" not in text and "\r" in text:
        ends = "\r"
        notes += (f"{os.path.basename(path)}: its lines end with a carriage return alone (as on old Macs).",)
    lines = text.split(ends)
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines], notes


def clean(text):
    """Returns a sentence in NFC, without spaces at its ends."""
    return unicodedata.normalize("NFC", text).strip()


def _two_files(source_path, target_path):
    if os.path.exists(source_path) and os.path.exists(target_path) and os.path.samefile(source_path, target_path):
        raise DataError(f"{source_path}: given as source and as target. Give two files, the source first.")
    (sources, source_notes), (targets, target_notes) = lines_of(source_path), lines_of(target_path)
    if len(sources) != len(targets):
        shorter = source_path if len(sources) < len(targets) else target_path
        raise DataError(
            f"{source_path} has {len(sources)} lines and {target_path} has {len(targets)}, but line N of one must be "
            f"the translation of line N of the other. Received: {shorter} ends "
            f"{abs(len(sources) - len(targets))} line(s) early. Look for a lost or a broken line, and mend the file."
        )
    rows = list(zip(range(1, len(sources) + 1), sources, targets, strict=True))
    languages = tuple(
        os.path.basename(path).removesuffix(".gz").rpartition(".")[2] for path in (source_path, target_path)
    )
    languages = languages if all(CODE.fullmatch(name) for name in languages) else ("", "")
    notes = source_notes + target_notes
    return _pairs((source_path, target_path), rows, languages, notes, len(sources))


def _one_file(path, source, target):
    extension = os.path.splitext(path.lower().removesuffix(".gz"))[1]
    if extension in TABLES and os.path.exists(path):
        return _table(path, source, target)
    if extension not in TABBED:
        if not os.path.exists(path):
            raise MissingData(f"{path}: no such file. Check the path.")
        if not os.path.isdir(path):
            raise DataError(
                f"{path}: one file of pairs must have a tab between source and target, or be a table. Allowed endings: "
                f"{' '.join([*TABBED, *TABLES])}, also .gz; or give two files, source and target. "
                f"Received: {extension or 'none'}."
            )
    return _tabbed(path, source, target)


def _table(path, source, target):
    """The pairs in two columns of a table."""
    from data.tables import table_file

    table = table_file.read(path)
    named = list(table.columns) != [str(number) for number in range(1, len(table.columns) + 1)]
    names = list(table.columns)
    if len(names) < 2:
        raise DataError(f"{path}: only one column ({names[0]!r}). Give a table with a source and a target in each row.")
    chosen = _columns(path, names, named, source, target)
    cells = [table.columns[names[column]] for column in chosen]
    numbers = [int(place) for place in table.places]
    rows = list(zip(numbers, *([str(cell) for cell in column] for column in cells), strict=True))
    shown = tuple(names[column] for column in chosen)
    notes = (*table.notes, f"{os.path.basename(path)}: source and target are the columns {listing(shown)}.")
    codes = tuple(name.rpartition(".")[2] for name in shown)  # {"translation": {"en": ...}} is translation.en
    return _pairs((path, path), rows, codes if named else ("", ""), notes, max(numbers), table.pattern)


def _tabbed(path, source, target):
    """The pairs in two columns of lines with tabs."""
    lines, notes = lines_of(path)
    cells = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line.strip()]
    first_line, first = cells[0]
    if len(first) == 1:
        raise DataError(
            f"{path}:{first_line}: only one column (no tab). Allowed: source, tab, target on every line; or two files. "
            f"Received: {first[0][:60]!r}."
        )
    for number, row in cells:
        if len(row) != len(first):
            raise DataError(
                f"{path}:{number}: {len(row)} column(s), but {len(first)} on the first line. Each line needs the same "
                f"number of tabs, and none inside a sentence. Received: {' | '.join(row)[:80]!r}."
            )
    names, short = [clean(cell) for cell in first], os.path.basename(path)
    header = is_header(names) or any(wanted in names for wanted in (source, target) if wanted)
    chosen = _columns(path, names, header, source, target)
    header = header or is_header([names[column] for column in chosen])
    if header:
        cells = cells[1:]
        notes += (f"{short}: its first line is taken as the names of the columns ({listing(names)}).",)
        if not cells:
            raise DataError(f"{path}: only a header line, no sentences. Give a file with pairs.")
    languages = tuple(names[column] for column in chosen) if header else ("", "")
    blank = len(lines) - len(cells) - header
    if blank:
        notes += (f"{short}: {blank} blank line(s) skipped.",)
    quoted = [number for number, row in cells if any(QUOTED.fullmatch(row[column]) for column in chosen)]
    if quoted:
        notes += (
            f"{short}: {len(quoted)} line(s) have cells in quotes as spreadsheets write them (first: {path}:"
            f"{quoted[0]}). Quotes are letters here; save it as CSV (.csv), where they are not.",
        )
    rows = [(number, row[chosen[0]], row[chosen[1]]) for number, row in cells]
    return _pairs((path, path), rows, languages, notes, len(lines))


def _columns(path, names, header, source, target):
    """Returns the positions of source and target."""
    if len(names) > 2 and not (source and target):
        shown = listing(names) if header else f"{len(names)} columns without names"
        lacking = [flag for flag, given in (("--source", source), ("--target", target)) if not given]
        what = {"--source": "source", "--target": "target"}
        which = "columns are source and target" if len(lacking) == 2 else f"column is the {what[lacking[0]]}"
        raise DataError(
            f"{path}: which {which}? Give {' and '.join(lacking)}, a name of the first line or a "
            f"number from 1 to {len(names)}. Received: {shown}."
        )
    chosen = []
    for wanted, flag, default in ((source, "--source", 0), (target, "--target", 1)):
        if wanted is None:
            chosen.append(default)
        elif wanted in names:
            chosen.append(names.index(wanted))
        elif wanted == "last":
            chosen.append(len(names) - 1)
        elif wanted in map(str, range(1, len(names) + 1)):
            chosen.append(int(wanted) - 1)
        else:
            shown = listing(names) if header else "none, the first line is a sentence"
            raise DataError(
                f"{path}: no column {wanted!r} for {flag}.{suggestion(wanted, names if header else [])} Allowed: a "
                f'number from 1 to {len(names)}, "last", or a name of the first line ({shown}).'
            )
    if source is None and target is not None and chosen[1] == 0:
        chosen[0] = 1
    if source is not None and target is None and chosen[0] == 1:
        chosen[1] = 0
    if chosen[0] == chosen[1]:
        raise DataError(
            f"{path}: --source and --target name the same column. Received: {source} and {target}. Name two columns."
        )
    return chosen


def _pairs(paths, rows, languages, notes, total, pattern="{}:{}"):
    """Makes `RawPairs` of (line, source, target) of the source's and the target's file, without those where a side is
    empty; `pattern` shows a path and a line."""
    cleaned = [(number, clean(source), clean(target)) for number, source, target in rows]
    kept = [row for row in cleaned if row[1] and row[2]]
    if len(kept) < len(cleaned):
        number, source, _ = next(row for row in cleaned if not (row[1] and row[2]))
        notes += (
            f"{len(cleaned) - len(kept)} of {len(cleaned)} pairs are left out because a side is empty "
            f"(first: {pattern.format(paths[1] if source else paths[0], number)}).",
        )
    if not kept:
        raise DataError(
            f"{paths[0]}: no pair is left, in each one side is empty. Check that both sides hold sentences."
        )
    numbers, sources, targets = zip(*kept, strict=True)
    origins, places = (
        [pattern.format(name, number) for number in numbers] for name in (os.path.basename(paths[0]), paths[0])
    )
    return RawPairs(list(sources), list(targets), origins, places, languages, notes, list(numbers), total)
