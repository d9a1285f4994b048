"""The bundled phrases: deterministic, unambiguous, held out as promised, and what CLDR itself says."""

import re

import pytest

from data.errors import DataError
from data.text import phrases

VALUE = re.compile(r"[\d.,:]*\d( [AP]M)?")  # numbers as they are written in English


@pytest.fixture(scope="module")
def made():
    return phrases.make(0)


@pytest.mark.whole
def test_sizes_name_and_notes(made):
    assert (len(made.train), len(made.validation), len(made.test)) == (12000, 500, 1000)
    assert made.name == "phrases-en-de"
    assert made.languages == ("en", "de")
    assert "12000 / 500 / 1000 pairs" in made.notes[0]


@pytest.mark.whole
def test_the_same_seed_makes_the_same_and_another_seed_others(made):
    again = phrases.make(0)
    for part in ("train", "validation", "test"):
        one, two = getattr(made, part), getattr(again, part)
        assert one.sources.tolist() == two.sources.tolist()
        assert one.targets.tolist() == two.targets.tolist()
        assert one.origins.tolist() == two.origins.tolist()
    assert phrases.make(1).test.sources.tolist() != made.test.sources.tolist()


def test_each_phrase_is_once_in_one_part_and_has_one_translation(made):
    sources = [*made.train.sources, *made.validation.sources, *made.test.sources]
    assert len(set(sources)) == len(sources)


def test_phrases_are_what_cldr_says(made):
    known = dict(zip(made.train.sources, made.train.targets, strict=True))
    assert known["Germany"] == "Deutschland"
    assert known["German"] == "Deutsch"
    found = {**known, **dict(zip(made.test.sources, made.test.targets, strict=True))}
    months = {"May": "Mai", "March": "März", "December": "Dezember"}
    checked = 0
    for source, target in found.items():
        if match := re.fullmatch(r"(May|March|December) (\d+), (\d{4})", source):
            assert target == f"{match[2]}. {months[match[1]]} {match[3]}"
            checked += 1
        if match := re.fullmatch(r"(\d+):(\d\d) ([AP])M", source):
            assert target == f"{int(match[1]) % 12 + 12 * (match[3] == 'P'):02}:{match[2]}"
            checked += 1
        if match := re.fullmatch(r"in (\d+) days", source):
            assert target == f"in {match[1]} Tagen"
            checked += 1
    assert checked > 50


def test_half_of_the_test_has_values_that_no_training_phrase_has(made):
    """Whole values of one kind: a date, a time, an amount of money must not be in training."""
    date = re.compile(r"(?:January|February|March|April|May|June|July|August|September|October|November|December) "
                      r"\d+, \d{4}|\d+:\d\d [AP]M|[€£$¥][\d,.]+\d")  # fmt: skip

    def values(sources):  # weekday dates are a kind of their own
        return {value for source in sources if "day, " not in source for value in date.findall(source)}

    held_out = ["values" in origin for origin in made.test.origins]
    assert sum(held_out) == 500
    trained = values(made.train.sources)
    tested = values(made.test.sources[held_out])
    assert len(tested) > 150
    assert tested & trained == set()
    validated = values(made.validation.sources[["values" in origin for origin in made.validation.origins]])
    assert validated & (trained | tested) == set()


def test_the_other_half_has_templates_that_no_training_phrase_has(made):
    parts = {part: {one for ones in phrases._templates(part).values() for one in ones} for part in phrases.PARTS}
    assert parts["test"] & parts["train"] == parts["validation"] & parts["train"] == set()
    assert parts["test"] & parts["validation"] == set()
    assert len(parts["test"]) > 100

    def shape(source):  # money, times and words become marks; only what is sure to tell templates apart is used
        source = re.sub(r"[€£$¥]\d[\d,.]*\d|[€£$¥]\d", "M", source)
        source = re.sub(r"\d+:\d\d [AP]M", "T", source)
        return re.sub(r"\d[\d,.]*%", "P", source)

    trained = {shape(source) for source in made.train.sources}
    held_out = ["template" in origin for origin in made.test.origins]
    tested = {shape(source) for source in made.test.sources[held_out]}
    sure = {one for one in tested if re.fullmatch(r"[MTP](: |, | and )[MTP]|[MTP], [MTP], and [MTP]", one)}
    assert sure & trained == set()


def test_short_and_long_dates_are_told_apart(made):
    """In English "May 5, 2024" is the long and the short form: a model could not know which is meant."""
    targets = [
        t for s, t in zip(made.train.sources, made.train.targets, strict=True) if re.match(r"May \d+, \d{4}$", s)
    ]
    assert targets
    assert not [target for target in targets if "Mai" not in target]


def test_other_languages_have_no_gaps(monkeypatch):
    monkeypatch.setattr(phrases, "SIZES", {"train": 1000, "validation": 100, "test": 100})
    for source, target in (("de", "en"), ("fr", "ja"), ("es", "ar")):
        made = phrases.make(0, source, target)
        assert len(made.train) == 1000
        sides = [*made.train.sources, *made.train.targets]
        assert not [side for side in sides if "duration-" in side or "{" in side or side != side.strip()]
        assert not [side for side in sides if "\u00a0" in side or "\u202f" in side or "\u200f" in side]


def test_unknown_languages_are_refused():
    with pytest.raises(DataError, match="'xq' is no target language that CLDR knows"):
        phrases.make(0, "en", "xq")
    with pytest.raises(DataError, match="two different languages. Received: de and de"):
        phrases.make(0, "de", "de")
