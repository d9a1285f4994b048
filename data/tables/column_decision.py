"""Decides what each column of a table is, from all rows of the file, not from training rows that a seed draws.

| kind | rule |
|---|---|
| left out | empty, constant, a row number, or a different single word in every row |
| number | every cell is a number (or missing), see `number_form`, or a time of day, which counts in minutes |
| date | every cell is a date, see `date_form` |
| text | most cells differ and hold several words |
| category | all others, and whole numbers with leading zeros, which are codes |

What looks like numbers or dates and cannot be read as such is refused with what the user can say of it.
Whole numbers stay numbers, also where there are few: a network can learn a step, and the order is kept.
"""

import re
from dataclasses import replace

import numpy as np

from data.errors import DataError
from data.evenly import evenly
from data.tables import date_form, number_form
from data.tables.column_kinds import LARGEST, ColumnKind, refuse_unreadable, values
from data.tables.distinct_cells import DistinctCells
from data.tables.number_form import Unclear

TYPOS = 0.05  # share of cells that are no numbers, in a column of otherwise many numbers, that must be slips
FEWEST_NUMBERS = 20  # different numbers from which a column with slips is taken for a number column
FEWEST_IDS = 20  # rows from which a column of different single words is taken for a name of the row
FEW_WORDS = 10  # different words among numbers of which each stands for something, such as "unknown"
SAMPLE = 200  # different cells of which half must look like a number or a date before all are tried
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
LETTER = re.compile(r"[^\W_]")
MOST_ABSENT = 1000  # different words of a column of numbers that may count as missing
WHOLE = 2.0**24  # up to here float32 holds every whole number
ROUNDING = 1e-4  # of the standard deviation: the most that rounding to float32 may move a number


def decide(name, column, table, writing, asked="", is_row_number=False):
    """Returns the `ColumnKind` of a column.

    Args:
        name: of the column.
        column: its `DistinctCells`, or numbers (N,) of a typed source.
        table: the `RawTable` that holds it, for messages.
        writing: the `Writing` of that table.
        asked: what the user says that it is, a key of `column_requests.KINDS`, or "".
        is_row_number: whether it only numbers the rows and is left out for that.

    Raises:
        DataError: it looks like numbers or dates and cannot be read as such, or is not what the user says.
    """
    if asked == "out":
        return _left_out(name, "as asked")
    if not isinstance(column, DistinctCells):
        return _typed(name, column, asked, is_row_number)
    known = ~column.missing
    words, counts = column.words[known], column.counts[known]
    if not len(words):
        return _left_out(name, "it is empty")
    if len(words) == 1 and known.all():
        return _left_out(name, f"always {words[0][:40]!r}")
    if asked in {"category", "text"}:
        return ColumnKind(asked, "characters" if asked == "text" and _characters_of_a_word(words) else "")
    try:
        if asked:
            return _asked(name, asked, column, words, counts, table, writing)
        if is_row_number:
            return _left_out(name, "it only numbers the rows")
        kind, form, found = _read(words, writing)
    except Unclear as unclear:
        raise refusal(name, column, table, unclear) from None
    bad = np.isnan(found)
    share = counts[~bad].sum() / counts.sum()
    many = not bad.any() or len(np.unique(found[~bad])) >= FEWEST_NUMBERS
    infinite = bad.any() and all(map(_is_float, words[bad]))
    if share < 0.5 or not (many or infinite):
        return _words(name, words, counts, known.all())
    if form == "plain" and not np.any(found[~bad] % 1) and _are_codes(words[~bad]):
        return _codes(name, words, counts, known.all())
    if bad.any():
        everything = np.full(len(column.words), np.nan)
        everything[known] = found
        if 1 - share <= TYPOS or infinite:
            refuse_unreadable(name, ColumnKind(kind, form), column, everything, table)
        return _partly(name, kind, column, known, bad, counts, table)
    return finished(name, kind, form, words, found)


def refusal(name, column, table, unclear):
    """A DataError that says which column is `Unclear`, and what the user can say of it."""
    ways = " or ".join(f"`--columns {name}={choice}`" for choice in unclear.choices)
    odd = np.array([unclear.example in word for word in column.words])
    place = table.place(column.row(odd)) if unclear.example else table.path
    return DataError(f"{place}: column {name!r} {unclear}. Say how to take it: {ways}.")


def numbers_rows(file, name):
    """Whether the cells of all rows of a `RawTable`, in the order of the file, grow or fall by 1 from row to row."""
    try:
        first = np.diff([float(cell) for cell in file.take(slice(FEWEST_IDS)).columns[name]])
    except ValueError:
        return False
    if len(file) < FEWEST_IDS or abs(first[0]) != 1 or np.any(first != first[0]):
        return False
    cells = file.columns[name]
    steps = np.diff(number_form.plain(cells) if cells.dtype == object else cells)
    return bool(np.all(steps == first[0]))


def _is_code(word):
    """Whether a word is a whole number with a leading zero."""
    return word[0] == "0" and len(word) > 1 and word.isdecimal()


def _are_codes(words):
    return any(map(_is_code, words)) and all(map(str.isdecimal, words))


def _is_float(word):
    """Whether a word is a number for Python, such as "inf" and "1e300"."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _left_out(name, why):
    return ColumnKind("left out", note=f"Column {name!r} is left out: {why}.")


def _typed(name, cells, asked, is_row_number):
    """The kind of a column of numbers that were never written as text."""
    known = cells[np.isfinite(cells)]
    different = np.unique(known)
    if not len(different):
        return _left_out(name, "it is empty")
    if len(different) == 1 and len(known) == len(cells):
        return _left_out(name, f"always '{different[0]:g}'")
    if asked == "category":
        return ColumnKind("category")
    if asked not in {"", "number"}:
        raise DataError(f"`--columns {name}={asked}`: this column holds numbers. Allowed: number, category, out.")
    if is_row_number and not asked:
        return _left_out(name, "it only numbers the rows")
    return ColumnKind("number", "plain", double=_needs_double(different))


def _read(words, writing):
    """What the words are when all are read in one way: kind, form, and values (K,), NaN where they cannot be."""
    found = number_form.plain(words)
    if not np.isnan(found).any():
        form = number_form.decide(words, writing.decimal) if number_form.points_may_part(words) else None
        return ("number", form.name, form.read(words)) if form else ("number", "plain", found)
    sample = words[evenly(len(words), SAMPLE)]

    def mostly(match):
        return 2 * sum(match(word) is not None for word in sample) >= len(sample)

    if mostly(date_form.match):
        form = date_form.decide(words, writing.dates)
        return "date", form, values(words, "date", form)
    if mostly(date_form.TIMES.fullmatch):
        return "number", date_form.CLOCK, date_form.minutes(words)
    if mostly(number_form.parsed):
        form = number_form.decide(words, writing.decimal)
        return "number", form.name, form.read(words)
    if len(sample) >= FEWEST_IDS and date_form.are_foreign(sample):
        raise Unclear(
            "looks like dates whose months have no English names. Write them as 2024-05-31", ("category", "text")
        )
    return "number", "plain", found


def _asked(name, asked, column, words, counts, table, writing):
    """The kind of a column that the user says holds numbers or dates; words that are none count as missing."""
    if asked in {"date", *date_form.ASKED}:
        kind, form = "date", date_form.decide(words, writing.dates, date_form.ASKED.get(asked, ""))
    else:
        mark = number_form.DECIMAL.get(asked, "")
        kind, form = "number", number_form.decide(words, writing.decimal, mark).name
        if asked == "number" and date_form.TIMES.fullmatch(words[0]):
            form = date_form.CLOCK
    found = values(words, kind, form)
    bad = np.isnan(found)
    if bad.all() or bad.sum() > MOST_ABSENT:
        row = column.row(np.isin(column.words, words[bad]))
        raise DataError(
            f"{table.place(row)}: `--columns {name}={asked}`, but {counts[bad].sum()} of the {counts.sum()} cells of "
            f"this column are no {kind}s. Received: {words[bad][0]!r}. Mend them, or leave the column as it is."
        )
    decided = finished(name, kind, form, words[~bad], found[~bad])
    absent = tuple(words[bad].tolist())
    if not absent:
        return decided
    note = (
        f"{counts[bad].sum()} cell(s) of column {name!r} that are no {kind}s, such as {absent[0]!r}, count as missing."
    )
    return replace(decided, absent=absent, note=f"{decided.note} {note}".strip())


def _partly(name, kind, column, known, bad, counts, table):
    """The kind of a column of which most cells, but not nearly all, are numbers or dates."""
    words = column.words[known]
    count, total = int(counts[bad].sum()), int(counts.sum())
    ways = f"`--columns {name}={kind}` takes these for missing, `--columns {name}=category` takes all for words"
    if bad.sum() <= FEW_WORDS:
        row = column.row(np.isin(column.words, words[bad]))
        raise DataError(
            f"{table.place(row)}: column {name!r} looks like {kind}s, but {count} of its {total} cells are none, such "
            f"as {words[bad][0]!r}. Mend them, or say what it is: {ways}."
        )
    decided = _words(name, words, counts, known.all())
    note = f"Column {name!r} is taken for words: {total - count} of its {total} cells are {kind}s, others are none, "
    note += f"such as {words[bad][0]!r}; {ways}."
    return decided if decided.kind == "left out" else replace(decided, note=note)


def _codes(name, words, counts, always):
    """The kind of a column of whole numbers with leading zeros."""
    decided = _words(name, words, counts, always)
    note = f"Column {name!r} holds codes with leading zeros, such as {next(filter(_is_code, words))!r}, and is "
    note += f"taken for a category; `--columns {name}=number` makes them numbers."
    return decided if decided.kind == "left out" else ColumnKind("category", note=note)


def finished(name, kind, form, words, found):
    """The `ColumnKind` of a column of numbers or dates, of words (K,) that were read as `found` float64 (K,)."""
    odd = np.isnan(number_form.plain(words))
    is_plain, place = not odd.any(), int(np.argmax(odd))
    word, value = words[place], found[place]
    if kind == "date":
        day = np.datetime64(0, "D") + np.timedelta64(int(value // 1), "D")
        return ColumnKind("date", form, f"Column {name!r} holds dates: {word!r} is {day}.")
    note = f"Column {name!r} holds numbers written as in {form}: {word!r} is {value:.12g}."
    if form == date_form.CLOCK:
        note = f"Column {name!r} holds times of day: minutes since midnight go in."
    elif form == "comma":
        note = f"Column {name!r} is read with a decimal comma."
    elif form == "plain":
        note = "" if is_plain else f"Column {name!r}: {word!r} is {value:.12g}."
    return ColumnKind("number", form, note, double=_needs_double(np.unique(found)))


def _needs_double(numbers):
    """Whether float32 cannot hold different numbers (K,), or cannot tell them apart."""
    largest = np.abs(numbers).max()
    if largest > LARGEST:
        return True
    if largest > WHOLE and not np.any(numbers % 1):
        return len(np.unique(numbers.astype(np.float32))) < len(numbers)
    return bool(largest / WHOLE > ROUNDING * numbers.std() > 0)


def _words(name, words, counts, always):
    """The kind of a column of words.

    Args:
        name: of the column.
        words: different strings (K,).
        counts: rows of each, (K,).
        always: whether every row has a word.
    """
    rows = int(counts.sum())
    of_a_word = _characters_of_a_word(words)
    lengths = [max(len(word.split()), len(word) // of_a_word if of_a_word else 0) for word in words]
    words_per_cell = int(np.dot(lengths, counts)) / rows
    if words_per_cell < 1.05 and len(words) == rows >= FEWEST_IDS and always:
        return _left_out(name, "a different word in every row names the row and predicts nothing new")
    mostly_different = len(words) > 0.5 * rows
    if (words_per_cell >= 2 and mostly_different and len(words) >= 10) or words_per_cell >= 6:
        return ColumnKind("text", "characters" if of_a_word else "")
    return ColumnKind("category")


def _characters_of_a_word(words):
    """About 2 where most letters are of scripts without blanks, 1 where there are no letters, such as emoji, else 0."""
    sample = words[evenly(len(words), SAMPLE)]
    letters = sum(len(LETTER.findall(word)) for word in sample)
    unspaced = sum(len(UNSPACED.findall(word)) for word in sample)
    if not letters:
        return 1
    return 2 if 2 * unspaced >= letters else 0
