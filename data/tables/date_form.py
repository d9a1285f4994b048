"""How a column writes dates: which of day and month comes first; read off all of its cells.

A form is called by how it writes the last of May 2024: "2024-05-31", "31/05/2024" or "05/31/2024". Months may have
English names, years two digits at the end, and a time of day may follow. `03/04/2024` alone is unclear. It is cleared
up by the other cells of the column, by points between (which stand for day first), and by the other columns of dates;
where nothing does, it is refused.
"""

import datetime
import re

import numpy as np

from data.tables.number_form import Unclear

YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "2024-05-31", "31/05/2024", "05/31/2024"
FORMS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST)
ASKED = {"day-first": DAY_FIRST, "month-first": MONTH_FIRST}  # how a user says what comes first
LONGEST = 64  # characters of a date
CLOCK = "14:05"  # the form of a time of day alone
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAME = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
NAME += r"|nov(?:ember)?|dec(?:ember)?)\.?"
TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d(?:[.,]\d+)?))?\s*(?P<half>[ap]\.?m\.?)?"
ZONE = r"\s*(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d)?"
WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[,.]?\s+)?"
DATE = re.compile(
    rf"{WEEKDAY}(?:"
    r"(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?:(?P=s1)(?P<d1>\d{1,2}))?"
    r"|(?P<y5>(?:19|20)\d\d)(?P<m5>\d\d)(?P<d5>\d\d)"
    r"|(?P<a>\d{1,2})(?P<s2>[-/.])(?P<b>\d{1,2})(?P=s2)(?P<y2>\d{4}|(?<=\d\d[-/.]\d\d[-/.])\d\d|(?<=/)\d\d)"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[\s.-]*(?P<m3>{NAME})[\s,-]*(?P<y3>\d{{4}}|\d\d)"
    rf"|(?P<m4>{NAME})\s*(?:(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?)?\s+(?P<y4>\d{{4}})"
    rf")(?:(?:t|,?\s+){TIME}{ZONE})?",
    re.IGNORECASE | re.ASCII,
)
FOREIGN = re.compile(r"\d{1,2}\.?\s+(?:de\s+)?(?P<month>[^\W\d_]{3,12})\.?,?\s+(?:de\s+)?\d{4}(?:\D.*)?")
TIMES = re.compile(TIME, re.IGNORECASE | re.ASCII)
MINUTES_OF_A_DAY = 24 * 60
EPOCH = datetime.date(1970, 1, 1).toordinal()


def match(word):
    """The parts of a date of any form, named as in `DATE`; None where the word is no date."""
    return DATE.fullmatch(word) if len(word) <= LONGEST else None


def are_foreign(words):
    """Whether most words look like dates with the names of months in another language than English."""
    months = [found["month"].lower() for found in map(FOREIGN.fullmatch, words) if found is not None]
    return 2 * len(months) > len(words) and 2 <= len(set(months)) <= 2 * len(MONTHS)


def days(words, form):
    """float64 (K,) of strings (K,): days since 1970-01-01 UTC; NaN where one is no date of this form."""
    if form == YEAR_FIRST:
        values = iso(words)
        rest = np.flatnonzero(np.isnan(values))
    else:
        values, rest = np.full(len(words), np.nan), range(len(words))
    for place in rest:
        values[place] = _day(words[place], form)
    return values


def iso(words):
    """Days since 1970-01-01 UTC of dates as ISO 8601 writes them, float64 (K,); NaN where one is none."""
    import pandas

    dated = [word if ISO.match(word) else None for word in words]
    moments = pandas.to_datetime(pandas.Series(dated, dtype=object), utc=True, errors="coerce", format="ISO8601")
    return (moments - pandas.Timestamp(0, tz="UTC")).to_numpy() / np.timedelta64(1, "D")


ISO = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$")


def minutes(words):
    """float64 (K,) of strings (K,): minutes since midnight; NaN where one is no time of day."""
    found = (TIMES.fullmatch(word) for word in words)
    return np.array([np.nan if one is None else _minutes(one) for one in found], dtype=np.float64)


def _minutes(found):
    hour, minute = int(found["hour"]), int(found["minute"])
    second = float((found["second"] or "0").replace(",", "."))
    if found["half"]:
        if not 1 <= hour <= 12:
            return np.nan
        hour = hour % 12 + 12 * (found["half"][0] in "pP")
    return hour * 60 + minute + second / 60 if hour < 24 and minute < 60 and second < 60 else np.nan


def _day(word, form):
    found = match(word)
    if found is None:
        return np.nan
    if year := found["y1"] or found["y5"]:
        month, day = found["m1"] or found["m5"], found["d1"] or found["d5"] or "1"
    elif found["y2"]:
        if form == YEAR_FIRST:
            return np.nan
        first, second = found["a"], found["b"]
        day, month = (first, second) if form == DAY_FIRST else (second, first)
        year = found["y2"]
    else:
        year = found["y3"] or found["y4"]
        month, day = found["m3"] or found["m4"], found["d3"] or found["d4"] or "1"
        month = MONTHS.index(month[:3].lower()) + 1
    year = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 69 else 1900)  # as POSIX has it
    try:
        value = float(datetime.date(year, int(month), int(day)).toordinal() - EPOCH)
    except ValueError:
        return np.nan
    if found["hour"]:
        value += _minutes(found) / MINUTES_OF_A_DAY - _zone(found["zone"] or "") / MINUTES_OF_A_DAY
    return value


def _zone(zone):
    """Minutes that a zone such as "+02:00" is before UTC."""
    if zone[:1] not in {"+", "-"}:
        return 0
    return int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[-2:]))


def decide(words, first, asked=""):
    """The form in which most of the words that are dates are written.

    Args:
        words: strings (K,), different, none of them missing.
        first: function that gives the form of the other columns of dates, "" where that is not clear.
        asked: the form that the user gives, or "".

    Raises:
        Unclear: the words can be read day first and month first.
    """
    if asked:
        return asked
    two = [found for found in map(match, words) if found is not None and found["y2"]]
    if not two:
        return YEAR_FIRST
    by_day, by_month = (sum(int(found[place]) <= 12 for found in two) for place in ("b", "a"))
    if by_day != by_month:
        return DAY_FIRST if by_day > by_month else MONTH_FIRST
    if by_day < len(two):
        day, month = (next(found[0] for found in two if int(found[place]) > 12) for place in ("a", "b"))
        raise Unclear(f"writes dates in two ways, such as {day!r} and {month!r}. Write all in one way")
    if all(found["s2"] == "." for found in two):
        return DAY_FIRST
    if form := first():
        return form
    raise Unclear(
        f"holds dates such as {two[0][0]!r}, and nothing says whether the day or the month comes first", tuple(ASKED)
    )
