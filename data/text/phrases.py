"""Makes phrases in two languages without a network: what the Unicode locale data (CLDR, read by Babel) say.

Dates, times, numbers, money, durations, measures, places and languages are written as the two languages write them
("Tuesday, March 5, 2024" and "Dienstag, 5. März 2024"), alone or two or three together, also joined as the languages
join lists ("a, b and c"). Each phrase has one translation: what could mean two things is left out.

Held out, so that learning by heart does not pass:
- values: a tenth of all dates, times, amounts (a number with its unit) is in validation only, another tenth in test
  only. Which, a hash of the value decides. Names of places and languages are in every part, for they cannot be guessed.
- templates: of the ways to put two or three kinds together, some are in validation only and some in test only.
Half of the validation and test phrases are templates of the training with held-out values, half are held-out
templates with values of the training; `origins` says which.
"""

import datetime
import hashlib
import itertools
import unicodedata

import numpy as np

from data.errors import DataError, listing, suggestion
from data.text.sentence_pairs import SentencePairs, TranslationSplits
from data.text.unicode_rules import INVISIBLE

SIZES = {"train": 12000, "validation": 500, "test": 1000}
PARTS = ("train", "validation", "test")
LONGEST_NAME = 11  # letters of a place or a language
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY")
DURATIONS = ("second", "minute", "hour", "day", "week", "month", "year")
MEASURES = ("length-kilometer", "length-meter", "mass-kilogram", "volume-liter", "temperature-celsius")
SINGLE, COLON, COMMA, LIST = "{}", "{}: {}", "{}, {}", "list"
LENGTHS, SHARES = (1, 2, 3), (0.25, 0.5, 0.25)  # how many phrases have one part, two, three


def make(seed, source="en", target="de"):
    """Makes the splits: 12,000 training pairs, 500 for validation, 1,000 for testing.

    Args:
        seed: of the draws. Which values and templates are held out does not depend on it.
        source, target: two different locales that CLDR knows, such as "en", "de", "pt_BR".

    Raises:
        DataError: a locale is not known, or both are the same.
    """
    writer = _Writer(_locale(source, "source"), _locale(target, "target"))
    if source == target:
        raise DataError(f"phrases need two different languages. Received: {source} and {target}. Choose another one.")
    seen, made = set(), {}
    for stream, part in enumerate(PARTS):
        random = np.random.default_rng([seed, stream])
        rows = []
        if part == "train":  # every name once by itself, as in a dictionary
            names = [((kind,), SINGLE, (name,)) for kind in _NAMES for name in range(writer.count(kind))]
            rows += [row for draw in names if (row := _row(writer, *draw, seen, "names"))]
        tries = 0
        while len(rows) < SIZES[part] and tries < 20 * SIZES[part]:
            tries += 1
            held_out = "" if part == "train" else ("values", "template")[len(rows) % 2]
            kinds, template, values = _draw(writer, random, part, held_out)
            row = _row(writer, kinds, template, values, seen, f"held-out {held_out}" if held_out else "")
            rows += [row] if row else []
        rows = [rows[position] for position in random.permutation(len(rows))] if part == "train" else rows
        origins = [f"phrases/{part}[{position}]{' ' + row[2] if row[2] else ''}" for position, row in enumerate(rows)]
        made[part] = SentencePairs.of([row[0] for row in rows], [row[1] for row in rows], origins)
    notes = (
        f"Phrases: dates, times, numbers, money, durations, measures and names from CLDR, {source} to {target}, "
        f"drawn with seed {seed}: {' / '.join(str(len(made[part])) for part in PARTS)} pairs.",
        "Half of validation and test are values that no training phrase has, half are templates that none has.",
    )
    return TranslationSplits(f"phrases-{source}-{target}", (source, target), **made, notes=notes)


def _locale(name, flag):
    from babel import Locale, UnknownLocaleError, localedata

    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError, TypeError) as error:
        known = localedata.locale_identifiers()
        raise DataError(
            f"phrases: {name!r} is no {flag} language that CLDR knows.{suggestion(name, known)} "
            f"Allowed: a code such as {listing(['en', 'de', 'fr', 'es', 'pt_BR'])}."
        ) from error


def _part_of(*value):
    """The part in which a value or a template may be used, by its hash: 8 tenths train, 1 each of the others."""
    digit = hashlib.blake2b(repr(value).encode(), digest_size=4).digest()[0] % 10
    return ("validation", "test")[digit] if digit < 2 else "train"


def _templates(part):
    """Ways to put kinds together that belong to a part: number of kinds -> `(kinds, template)`."""
    pairs = itertools.product(itertools.product(_KINDS, repeat=2), (COLON, COMMA, LIST))
    threes = itertools.product(itertools.permutations(_KINDS, 3), (LIST,))
    found = {2: [one for one in pairs if _part_of(*one) == part], 3: [one for one in threes if _part_of(*one) == part]}
    return {1: [((kind,), SINGLE) for kind in _KINDS] if part == "train" else found[2], **found}


def _draw(writer, random, part, held_out):
    """Returns kinds, template and values of one phrase."""
    template_part = part if held_out == "template" else "train"
    value_part = part if held_out == "values" else "train"
    kinds, template = _any(writer.templates[template_part][random.choice(LENGTHS, p=SHARES)], random)
    if held_out == "values" and set(kinds) <= set(_NAMES):  # no name is held out
        return _draw(writer, random, part, held_out)
    return kinds, template, tuple(_value(writer, kind, value_part, random) for kind in kinds)


def _value(writer, kind, part, random):
    if kind in _NAMES:
        return int(random.integers(writer.count(kind)))
    while True:
        value = _KIND_VALUES[kind](random)
        if _part_of(kind, value) == part:
            return value


def _row(writer, kinds, template, values, seen, about):
    """Returns `(source, target, about)`, or None where it was made before or has two meanings."""
    written = [writer.written(kind, value) for kind, value in zip(kinds, values, strict=True)]
    if None in written:
        return None
    source, target = (writer.joined(side, template, [pair[side] for pair in written]) for side in (0, 1))
    if source in seen:
        return None
    seen.add(source)
    return source, target, about


def _date(random):
    return (datetime.date(1990, 1, 1) + datetime.timedelta(int(random.integers(0, 50 * 365)))).isoformat()


def _money(random):
    currency, tenths = _any(CURRENCIES, random), int(random.integers(10, 10_000))
    return currency, tenths // 10 if currency == "JPY" else tenths / 10  # yen have no smaller coin


_KIND_VALUES = {  # no amount is 1: held out, its singular could not be learned from others
    "date": _date,
    "short date": _date,
    "weekday": _date,
    "time": lambda random: (int(random.integers(24)), int(random.integers(60))),
    "number": lambda random: int(random.integers(0, 10_000)) / 10 ** int(random.integers(3)),
    "percent": lambda random: int(random.integers(1, 1000)) / 1000,
    "money": _money,
    "money by name": lambda random: (_any(CURRENCIES, random), int(random.integers(2, 1000))),
    "duration": lambda random: (_any(DURATIONS, random), int(random.integers(2, 100))),
    "relative": lambda random: (_any(DURATIONS, random), int(random.choice((-1, 1)) * random.integers(2, 60))),
    "measure": lambda random: (_any(MEASURES, random), int(random.integers(2, 1000))),
}
_NAMES = ("place", "language")
_KINDS = (*_KIND_VALUES, *_NAMES)


def _any(choices, random):
    return choices[int(random.integers(len(choices)))]


class _Writer:
    """Writes values in both languages."""

    def __init__(self, source, target):
        self.locales = (source, target)
        self.names = {"place": self._common_names("territories"), "language": self._common_names("languages")}
        self.meaning = {}  # what is written in the source language -> its one translation
        self.templates = {part: _templates(part) for part in PARTS}

    def _common_names(self, table):
        """Pairs of names that both languages have, of the shorter ones, by their two-letter code."""
        source, target = (getattr(locale, table) for locale in self.locales)
        codes = sorted(code for code in source if code in target and len(code) == 2 and code != "ZZ")
        pairs = [(_clean(source[code]), _clean(target[code])) for code in codes]
        return [pair for pair in pairs if max(map(len, pair)) <= LONGEST_NAME]

    def count(self, kind):
        return len(self.names[kind])

    def written(self, kind, value):
        """Returns a value in both languages, or None where the source could also mean something else."""
        if kind in _NAMES:
            pair = self.names[kind][value]
        else:
            pair = tuple(_clean(_format(kind, value, locale)) for locale in self.locales)
        if any("duration-" in text or not text for text in pair):  # a language that has no word for this unit
            return None
        if kind == "short date" and pair[0] == _clean(_format("date", value, self.locales[0])):
            return None  # "May 5, 2024" is long and short: always taken as long
        return pair if self.meaning.setdefault(pair[0], pair[1]) == pair[1] else None

    def joined(self, side, template, parts):
        from babel import lists

        if template == LIST:
            return _clean(lists.format_list(parts, locale=self.locales[side]))
        return template.format(*parts)


def _clean(text):
    """One kind of space and no marks of direction, as the normalisation of the subwords leaves them."""
    text = "".join(letter for letter in text if ord(letter) not in INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", text).split())


def _format(kind, value, locale):
    from babel import dates, numbers, units

    if kind in {"date", "short date", "weekday"}:
        style = {"date": "long", "short date": "medium", "weekday": "full"}[kind]
        return dates.format_date(datetime.date.fromisoformat(value), style, locale=locale)
    if kind == "time":
        return dates.format_time(datetime.time(*value), "short", locale=locale)
    if kind == "number":
        return numbers.format_decimal(value, locale=locale)
    if kind == "percent":
        return numbers.format_percent(value, locale=locale, decimal_quantization=False)
    if kind == "money":
        return numbers.format_currency(value[1], value[0], locale=locale)
    if kind == "money by name":
        return numbers.format_currency(
            value[1], value[0], locale=locale, format_type="name", format="0", currency_digits=False
        )
    if kind == "duration":
        return units.format_unit(value[1], f"duration-{value[0]}", locale=locale)
    if kind == "measure":
        return units.format_unit(value[1], value[0], locale=locale)
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000}
    span = datetime.timedelta(seconds=seconds.get(value[0], 31536000) * value[1])
    return dates.format_timedelta(span, granularity=value[0], threshold=10**9, add_direction=True, locale=locale)
