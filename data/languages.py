"""Yields names in thirty languages, so that a first run on text needs no network: in which language is one written?

The names are of languages, territories, scripts, currencies, months and days, as the Unicode locale data (CLDR, which
Babel carries) write them. Several pairs of languages are near relatives: Danish and Norwegian, Czech and Slovak,
Croatian and Slovenian, Dutch and Afrikaans, Spanish and Portuguese, Russian and Ukrainian, Arabic and Persian.
"""

import hashlib
import unicodedata
from collections import defaultdict

import numpy as np

LOCALES = "en de nl af da nb sv fi hu tr fr it es pt cs sk pl hr sl ru uk el he ar fa hi th zh ja ko"
ONE_IN = 2  # of the things that all of these languages name; a hash decides which, so that new ones change no others


def make(seed, text=None):
    """Makes the splits: about 10,000 rows of a text column `name` and a class column `language`.

    All languages name the same things; what holds a digit is left out. A name that several of the languages write in
    the same way, but for upper and lower case, is left out, too: each that stays has one right answer.

    Args:
        seed: of the split, stratified by language.
    """
    from babel import Locale

    from data.settings import Data
    from data.tables import tables
    from data.tables.raw_table import RawTable

    locales = {code: Locale.parse(code) for code in LOCALES.split()}
    names = {locale.get_language_name("en"): _names(locale) for locale in locales.values()}
    things = sorted(set.intersection(*map(set, names.values())))
    used = [thing for thing in things if hashlib.blake2b(repr(thing).encode()).digest()[0] % ONE_IN == 0]
    writers = defaultdict(set)
    for language, of_thing in names.items():
        for thing in things:
            writers[of_thing[thing].casefold()].add(language)
    rows, shared = {}, 0
    for language, of_thing in names.items():
        own = {of_thing[thing].casefold(): of_thing[thing] for thing in used}
        own = {key: name for key, name in own.items() if not any(map(str.isdigit, name))}
        alone = [name for key, name in own.items() if len(writers[key]) == 1]
        rows |= dict.fromkeys(alone, language)
        shared += len(own) - len(alone)
    columns = {"name": list(rows), "language": list(rows.values())}
    columns = {name: np.array(cells, dtype=object) for name, cells in columns.items()}
    notes = (
        f"Languages: names of {len(used)} things in {len(names)} languages, from CLDR. {shared} that "
        "several of the languages write in the same way are left out.",
    )
    table = RawTable("languages", columns, np.arange(len(rows)), notes, "{}[{}]")
    asked = Data("languages", target="language", columns="name=text")
    return tables.from_raw("languages", table, {}, asked, seed, text=text)


def _names(locale):
    """What a locale calls things: (kind, code) -> name, composed, with single blanks."""
    kinds = {
        "language": locale.languages,
        "territory": locale.territories,
        "script": locale.scripts,
        "currency": locale.currencies,
        "month": locale.months["stand-alone"]["wide"],
        "day": locale.days["stand-alone"]["wide"],
    }
    return {
        (kind, str(code)): " ".join(unicodedata.normalize("NFC", name).split())
        for kind, of_code in kinds.items()
        for code, name in of_code.items()
    }
