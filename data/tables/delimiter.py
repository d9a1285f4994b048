"""Which letter separates the cells of delimited text."""

import csv
import io
import re

DELIMITERS = (",", "\t", ";", "|")
WHITE = " "
"""What stands for white space of any length between the cells."""
SAMPLE_ROWS = 100
SAMPLE = 64 * 1024  # letters that are looked at
WORD = re.compile(r'"[^"]*"(?!\S)|\S+')
BLANKS = re.compile(rb'(?<![^ \t\r\n])("[^"\r\n]*")|[ \t]+')
EDGES = re.compile(rb"(?<![^\r\n])[ \t]+|[ \t]+(?=\r|\n|\Z)")


def sample(content: bytes, start: int = 0) -> str:
    """The first whole lines of a text in UTF-8, at most `SAMPLE` letters."""
    text = content[start : start + 4 * SAMPLE].decode("utf-8", "ignore")
    if len(text) <= SAMPLE and start + 4 * SAMPLE >= len(content):
        return text
    text = text[:SAMPLE]
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end if end > 0 else SAMPLE]


def sniff(text: str) -> str:
    """The delimiter: the one that cuts the first rows into the most cells, equally many in each.

    Args:
        text: The first lines, as `sample` gives them.
    """
    best, best_score = DELIMITERS[0], (0.0, False, 0)
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = [len(row) for row in rows[:SAMPLE_ROWS]]
        common = usual(widths)
        share = round(widths.count(common) / len(widths), 1)  # one bad row must not change the delimiter
        # Decimal commas cut all rows alike, but not the header.
        score = (share, widths[0] == common, common)
        if common > 1 and score > best_score:
            best, best_score = delimiter, score
    if (best_score[2] < 2 or best == "\t") and _is_white(text, best_score[2]):
        return WHITE
    return best


def usual(widths: list[int]) -> int:
    """The commonest of some widths, the smallest of several."""
    return max(sorted(set(widths)), key=widths.count)


def _is_white(text, tabbed):
    """Whether white space cuts all rows into equally many cells, some column holds numbers, and tabs do worse.

    They do worse if rows would differ in length, or if they only stand for some of the blanks that align the columns.
    """
    lines = [line for line in re.split(r"\r\n?|\n", text) if line.strip()][:SAMPLE_ROWS]
    rows = [WORD.findall(line) for line in lines]
    widths = [len(row) for row in rows]
    width, below = usual(widths[1:] or widths), rows[1:] or rows
    if width < 2 or set(widths[1:]) - {width}:
        return False
    if widths[0] != width:  # R's header lacks the name of the row names
        row_names = {row[0] for row in below}
        if widths[0] != width - 1 or width < 3 or len(row_names) < len(below):
            return False
    if tabbed > 1 and len({line.count("\t") for line in lines}) == 1:
        aligned = all(re.search(r"^ |\S {2,}\S", line) for line in lines[1:] or lines)
        if width <= tabbed or not aligned:
            return False
    return any(all(is_number(row[position]) for row in below) for position in range(width))


def is_number(cell: str) -> bool:
    """Whether a cell is a number, also with a decimal comma."""
    try:
        float(cell.replace(",", ".", 1))
    except ValueError:
        return False
    return cell.strip().lower().lstrip("+-") not in {"nan", "inf", "infinity"}


def tabbed(content: bytes) -> bytes:
    """A text whose cells are separated by white space, with a tab between them; its lines stay where they are."""
    return BLANKS.sub(lambda found: found[1] or b"\t", EDGES.sub(b"", content))
