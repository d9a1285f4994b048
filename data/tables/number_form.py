"""How a column writes its numbers: decimal mark, thousands mark, currency or unit; read off all of its cells.

A form is called by how it writes 1234.5: "1,234.5", "$1.234,5", "1234.5 kg". Two keep older names: "plain" is 1234.5,
"comma" is 1234,5. A minus may also stand behind the number, and brackets mean a negative one, as in accounts.

`1,234` alone is unclear. It is cleared up, in this order, by the other cells of the column, and by the decimal mark of
the other columns; where nothing does, it is refused. `1.234` is unclear too, but taken for a decimal point unless
something says otherwise.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np

SYMBOLS = "$¢£¤¥฿" + "".join(map(chr, range(0x20A0, 0x20C1)))  # of currencies
BEFORE = rf"(?:[A-Za-z]{{0,3}}[{SYMBOLS}]|[A-Z]{{3}}|Rs\.?|kr\.?|Fr\.?)"
BEHIND = rf"(?:[^\W\d_]|[%‰°{SYMBOLS}])[^\d\s()+-]{{0,11}}"
NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?P<before>{BEFORE})?(?P<gap>\s*)(?P<inner>[+-])?"
    rf"(?P<body>[.,]?\d(?:[\d.,' ]*\d)?[.,]?)(?P<power>[eE][+-]?\d+)?"
    rf"(?P<space>\s*)(?P<behind>{BEHIND})?\s*(?P<trailing>-)?\s*(?P<close>\))?"
)
GROUPED = {mark: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+") for mark in ".,' "}
LAKHS = re.compile(r"[1-9]\d{0,2}(?:,\d{2})*,\d{3}")  # 12,34,567, as India writes it
ALIKE = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2212": "-", "\u2019": "'"})
SCALES = {"kg", "g", "mg", "t", "lb", "lbs", "oz", "km", "m", "cm", "mm", "mi", "ft", "in", "l", "ml", "h", "hr", "hrs"}
SCALES |= {"min", "mins", "s", "sec", "ms", "k", "K", "M", "B", "bn", "mn", "%", "‰", "°C", "°F"}
SHARES = {"%", "‰", "k", "K", "M", "B", "bn", "mn"}  # without which a number is another one
OLD_NAMES = {"plain": "1234.5", "comma": "1234,5"}
LONGEST = 64  # characters of a number that is not plain
LARGEST = 1e100  # of numbers; their squares are finite
DECIMAL = {"decimal-point": ".", "decimal-comma": ","}  # how a user says what the decimal mark is


class Unclear(Exception):
    """A column that can be read in more than one way.

    Attributes:
        choices: what a user can say that it is, see `column_requests.KINDS`.
        example: part of a cell that does not fit the others, or "".
    """

    def __init__(self, what, choices=("category",), example=""):
        super().__init__(what)
        self.choices, self.example = choices, example


@dataclass(frozen=True)
class NumberForm:
    """Marks of a number, and what stands around it."""

    decimal: str = "."
    thousands: str = ""
    before: str = ""
    behind: str = ""

    @classmethod
    def of(cls, name):
        """The form of a name, see the module."""
        before, thousands, decimal, behind = re.fullmatch(
            r"(\D*)1([.,' ]?)234([.,])5(\D*)", OLD_NAMES.get(name, name)
        ).groups()
        return cls(decimal, thousands, before, behind)

    @property
    def name(self):
        shown = f"{self.before}1{self.thousands}234{self.decimal}5{self.behind}"
        return next((old for old, form in OLD_NAMES.items() if form == shown), shown)

    @property
    def unit(self):
        return self.before.strip() + self.behind.strip()

    def read(self, words):
        """float64 (K,) of strings (K,); NaN where one is no finite number of this form."""
        if self.unit or self.decimal == "," or self.thousands:
            return np.array([self._value(parsed(word)) for word in words], dtype=np.float64)
        values = plain(words)
        for place in np.flatnonzero(np.isnan(values)):
            values[place] = self._value(parsed(words[place]))
        return values

    def _value(self, found):
        if found is None:
            return np.nan
        if found.unit != self.unit and (found.unit or (self.behind.strip() in SHARES and found.body.strip("0.,"))):
            return np.nan
        body = found.body
        if self.thousands:
            whole = body.partition(self.decimal)[0]
            if self.thousands in whole:
                if not grouped(whole, self.thousands):
                    return np.nan
                body = body.replace(self.thousands, "")
        if self.decimal != ".":
            if "." in body:
                return np.nan
            body = body.replace(self.decimal, ".", 1)
        if re.fullmatch(r"\d*\.?\d*", body, re.ASCII) is None:
            return np.nan
        value = float(body + found.power)
        return found.sign * value if value <= LARGEST else np.nan


@dataclass(frozen=True)
class Parsed:
    """A cell taken apart: sign, digits with their marks, power of ten, and the unit, with where it stands."""

    sign: int
    body: str
    power: str
    before: str
    behind: str

    @property
    def unit(self):
        return self.before.strip() + self.behind.strip()


def parsed(word):
    """A cell as `Parsed`; None where it is no number of any form."""
    found = NUMBER.fullmatch(word.translate(ALIKE)) if len(word) <= LONGEST else None
    if found is None:
        return None
    bracketed = found["open"] is not None
    signs = [sign for sign in (found["sign"], found["inner"], found["trailing"]) if sign]
    before, behind = found["before"] or "", found["behind"] or ""
    if bracketed != (found["close"] is not None) or len(signs) + bracketed > 1:
        return None
    if re.fullmatch(r"[A-Z]{3}", before) and before not in currencies():
        return None
    sign = -1 if bracketed or "-" in signs else 1
    before = before + found["gap"] if before else ""
    behind = found["space"] + behind if behind else ""
    return Parsed(sign, found["body"], found["power"] or "", before, behind)


@cache
def currencies():
    """Codes such as "EUR"."""
    from babel.numbers import list_currencies

    return list_currencies()


def plain(words):
    """float64 (K,) of strings: finite numbers as programs write them, else NaN."""
    import pandas

    values = np.asarray(pandas.to_numeric(words, errors="coerce"), np.float64)
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def points_may_part(words):
    """Whether all words with a point might have it between thousands, and there are such words."""
    pointed = (word for word in words if "." in word)
    first = next(pointed, None)
    return first is not None and all(GROUPED["."].fullmatch(word.lstrip("+-")) for word in chain([first], pointed))


def grouped(whole, mark):
    """Whether the digits before the decimal mark are in groups of three, or as India groups them."""
    return GROUPED[mark].fullmatch(whole) is not None or (mark == "," and LAKHS.fullmatch(whole) is not None)


def said(body):
    """What a number says of its marks: pairs of a mark and "decimal", "thousands" or "unclear"; None if it is none."""
    marks = [mark for mark in body if mark in ".,' "]
    different = list(dict.fromkeys(marks))
    if not marks:
        return []
    last = different[-1]
    if len(different) == 1 and len(marks) == 1 and last in ".,":
        return [(last, "unclear" if GROUPED[last].fullmatch(body) else "decimal")]
    is_decimal = len(different) > 1 and last in ".," and marks.count(last) == 1
    whole = body.rpartition(last)[0] if is_decimal else body
    parting = different[: len(different) - is_decimal]
    if len(parting) > 1 or not grouped(whole, parting[0]):
        return None
    return [(parting[0], "thousands"), *[(last, "decimal")] * is_decimal]


def decide(words, mark, asked=""):
    """The `NumberForm` in which all words that are numbers are written.

    Args:
        words: strings (K,), different, none of them missing.
        mark: function that gives the decimal mark of the other columns, "" where that is not clear.
        asked: the decimal mark that the user gives, or "".

    Raises:
        Unclear: there is more than one way to read them, or two ways of writing.
    """
    found = [one for one in map(parsed, words) if one is not None and said(one.body) is not None]
    units = sorted({one.unit for one in found} - {""})
    if len(units) > 1:
        if all(unit in SCALES or any(symbol in unit for symbol in SYMBOLS) or unit in currencies() for unit in units):
            raise Unclear(f"has the units {', '.join(units)}. Write all in one")
        return NumberForm()
    bare = next((one for one in found if not one.unit and one.body.strip("0.,")), None)
    if bare and units and units[0] in SHARES:
        raise Unclear(f"has numbers with and without {units[0]}. Write all in one way", example=bare.body)
    decimal, thousands = _marks(found, mark, asked)
    around = next(((one.before, one.behind) for one in found if one.unit), ("", ""))
    return NumberForm(decimal, thousands, *around)


def _marks(found, mark, asked):
    """Decimal mark and thousands mark, "" where there is none."""
    examples = {}  # (mark, role) -> the first body that says so
    for one in found:
        for pair in said(one.body) if not one.power else [(mark, "decimal") for mark in ".," if mark in one.body]:
            examples.setdefault(pair, one.body)
    decimals = [mark for mark in ".," if (mark, "decimal") in examples]
    parting = [mark for mark in ".,' " if (mark, "thousands") in examples]
    unclear = [mark for mark in ".," if (mark, "unclear") in examples]
    if asked:
        other = "," if asked == "." else "."
        decimals, unclear = [asked], []
        parting = parting or [other] * ((other, "unclear") in examples)
    if len(decimals) > 1 or len(parting) > 1 or set(decimals) & set(parting):
        raise _two_ways([examples[pair] for pair in examples if pair[1] != "unclear"])
    for one in unclear:
        other = "," if one == "." else "."
        if one in parting or one in decimals:
            continue
        if other in decimals or (other not in parting and _mixed(found, one)):
            parting.append(one)
        elif other in parting:
            decimals.append(one)
        elif known := mark():
            (decimals if known == one else parting).append(one)
        elif one == ".":
            decimals.append(one)
        else:
            example = examples[one, "unclear"]
            raise Unclear(
                f"holds numbers such as {example!r}, and nothing says whether that is {example.replace(',', '')} or "
                f"{example.replace(',', '.')}",
                tuple(DECIMAL),
            )
    if len(decimals) > 1 or len(parting) > 1:
        raise _two_ways([examples[one, "unclear"] for one in unclear])
    thousands = parting[0] if parting else ""
    return (decimals[0] if decimals else "," if thousands == "." else "."), thousands


def _two_ways(examples):
    one, other = examples[0], examples[-1]
    return Unclear(f"writes numbers in two ways, such as {one!r} and {other!r}. Write all in one way", example=other)


def _mixed(found, mark):
    """Whether numbers of three digits behind the mark, one of them ending in 0, stand beside ones below 1000 without.

    Decimals that keep their zeros are in every number of a column, and decimals that drop them never end in 0.
    """
    with_mark = [one.body for one in found if mark in one.body]
    without = [one.body for one in found if mark not in one.body]
    return bool(without) and all(len(body) <= 3 for body in without) and any(body.endswith("0") for body in with_mark)
