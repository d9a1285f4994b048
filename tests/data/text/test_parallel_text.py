"""Sentence pairs from files and TensorFlow datasets: what is read, what is left out and said, what is refused."""

import gzip
import json
import unicodedata

import numpy as np
import pytest

from data.errors import DataError, MissingData
from data.settings import TranslationData
from data.text.translation_source import resolve

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
ENGLISH = [f"The {first} and the {second}." for first in WORDS for second in WORDS]
GERMAN = [f"Der {first} und der {second}." for first in WORDS for second in WORDS]
LEFT, RIGHT = "\n".join(ENGLISH) + "\n", "\n".join(GERMAN) + "\n"
TABBED = "".join(f"{source}\t{target}\n" for source, target in zip(ENGLISH, GERMAN, strict=True))
THREE = "id\ten\tde\n" + "".join(f"{row}\t{line}\n" for row, line in enumerate(TABBED.splitlines()))
LATIN = LEFT.replace("five", "fünf").encode("latin-1")

# case: ({file: content}, data, fields of TranslationData, exception, parts of the message)
AS_CSV = "en,de\n" + "".join(f'"{left}","{right}"\n' for left, right in zip(ENGLISH, GERMAN, strict=True))
AS_JSON = [{"en": left, "de": right} for left, right in zip(ENGLISH, GERMAN, strict=True)]

REFUSED = {
    "unequal line counts": (
        {"a.en": LEFT, "a.de": RIGHT + "mehr\n"},
        ("a.en", "a.de"),
        {},
        DataError,
        ["a.en has 100 lines", "a.de has 101", "a.en ends 1 line(s) early"],
    ),
    "empty file": (
        {"a.en": LEFT, "a.de": ""},
        ("a.en", "a.de"),
        {},
        DataError,
        ["a.de", "empty", "one sentence a line"],
    ),
    "blank lines only": ({"p.tsv": "\n \n"}, ("p.tsv",), {}, DataError, ["p.tsv", "empty"]),
    "wrong encoding": (
        {"a.en": LATIN, "a.de": RIGHT},
        ("a.en", "a.de"),
        {},
        DataError,
        ["a.en:5:", "byte 0xfc is not UTF-8", "iconv"],
    ),
    "broken UTF-16": (
        {"p.tsv": b"\xff\xfea\x00\t"},
        ("p.tsv",),
        {},
        DataError,
        ["p.tsv", "UTF-16", "Save it as UTF-8"],
    ),
    "binary": ({"a.en": b"one\ntwo\0\n", "a.de": RIGHT}, ("a.en", "a.de"), {}, DataError, ["a.en:2:", "NUL", ".gz"]),
    "broken gzip": (
        {"p.tsv.gz": gzip.compress(TABBED.encode())[:80]},
        ("p.tsv.gz",),
        {},
        DataError,
        ["not a whole gzip"],
    ),
    "no gzip": ({"p.tsv.gz": TABBED}, ("p.tsv.gz",), {}, DataError, ["p.tsv.gz", "gzip"]),
    "missing file": ({"a.en": LEFT}, ("a.en", "a.de"), {}, MissingData, ["a.de", "no such file"]),
    "missing table": ({}, ("p.tsv",), {}, MissingData, ["p.tsv", "no such file"]),
    "a folder": ({"f/a.en": LEFT}, ("f", "f"), {}, DataError, ["source and as target"]),
    "a folder and a file": ({"f/a.en": LEFT}, ("f", "f/a.en"), {}, DataError, ["is a folder"]),
    "one column": (
        {"p.tsv": LEFT},
        ("p.tsv",),
        {},
        DataError,
        ["p.tsv:1:", "only one column", "two files", "The one and"],
    ),
    "ragged line": (
        {"p.tsv": TABBED.replace("one and the six.\t", "one\tand the six.\t")},
        ("p.tsv",),
        {},
        DataError,
        ["p.tsv:6:", "3 column(s)", "2 on the first line", "tabs"],
    ),
    "header only": ({"p.tsv": "en\tde\n"}, ("p.tsv",), {}, DataError, ["p.tsv", "only a header"]),
    "three columns": (
        {"p.tsv": THREE},
        ("p.tsv",),
        {},
        DataError,
        ["--source and --target", "1 to 3", "'id', 'en', 'de'"],
    ),
    "unknown column": (
        {"p.tsv": THREE},
        ("p.tsv",),
        {"source": "en", "target": "dee"},
        DataError,
        ["'dee'", "--target", "Did you mean 'de'?", "1 to 3"],
    ),
    "column out of range": (
        {"p.tsv": TABBED},
        ("p.tsv",),
        {"source": "1", "target": "3"},
        DataError,
        ["'3'", "1 to 2", "none, the first line is a sentence"],
    ),
    "same column twice": ({"p.tsv": THREE}, ("p.tsv",), {"source": "en", "target": "2"}, DataError, ["same column"]),
    "columns of two files": (
        {"a.en": LEFT, "a.de": RIGHT},
        ("a.en", "a.de"),
        {"source": "en"},
        DataError,
        ["--source and --target", "two files", "first file is the source"],
    ),
    "same file twice": ({"a.en": LEFT}, ("a.en", "a.en"), {}, DataError, ["a.en", "as source and as target"]),
    "three files": (
        {"a.en": LEFT, "a.de": RIGHT},
        ("a.en", "a.de", "a.en"),
        {},
        DataError,
        ["two files", "Received: 3"],
    ),
    "no file": ({}, (), {}, DataError, ["--data names no file", "phrases", "tfds:NAME"]),
    "other ending": ({"p.doc": TABBED}, ("p.doc",), {}, DataError, ["p.doc", "tab", ".tsv", ".csv", "Received: .doc"]),
    "one column of a table": ({"p.csv": "text\n" + LEFT}, ("p.csv",), {}, DataError, ["only one column", "'text'"]),
    "three columns of a table": (
        {"p.csv": AS_CSV.replace("en,de", "en,de,by").replace('"\n', '",me\n')},
        ("p.csv",),
        {"source": "en"},
        DataError,
        ["which column is the target? Give --target, a name", "'en', 'de', 'by'"],
    ),
    "one of two flags": (
        {"p.tsv": THREE},
        ("p.tsv",),
        {"target": "de"},
        DataError,
        ["which column is the source? Give --source, a name"],
    ),
    "no such name": ({}, ("phrase",), {}, MissingData, ["'phrase'", "Did you mean 'phrases'?", "tfds:NAME"]),
    "every side empty": ({"p.tsv": "a\t\n\tb\n" * 9}, ("p.tsv",), {}, DataError, ["no pair is left", "empty"]),
    "too few pairs": (
        {"p.tsv": "a b\tc d\ne f\tg h\n"},
        ("p.tsv",),
        {},
        DataError,
        ["2 training pairs", "at least 10"],
    ),
    "always the same pair": ({"p.tsv": "a b\tc d\n" * 99}, ("p.tsv",), {}, DataError, ["1 training pairs", "98 of 99"]),
    "always the same source": (
        {"p.tsv": "".join(f"a b\tc {row}\n" for row in range(99))},
        ("p.tsv",),
        {},
        DataError,
        ["1 different source", "--validation and --test"],
    ),
    "all too long": (
        {"p.tsv": TABBED},
        ("p.tsv",),
        {"longest": 5},
        DataError,
        ["no training pair is left", "5 characters"],
    ),
    "limit of nothing": (
        {"p.tsv": TABBED},
        ("p.tsv",),
        {"longest": 0},
        DataError,
        ["--longest", "1 or more", "Received: 0"],
    ),
    "ratio below one": ({"p.tsv": TABBED}, ("p.tsv",), {"ratio": 0.5}, DataError, ["--ratio", "Received: 0.5"]),
    "test is the training": (
        {"p.tsv": TABBED, "q.tsv": TABBED},
        ("p.tsv",),
        {"test": ("q.tsv",)},
        DataError,
        ["no training pair is left", "also in the test pairs"],
    ),
    "options of files": (
        {},
        ("phrases",),
        {"test": ("q.tsv",)},
        DataError,
        ["--test cannot be used with phrases", "q.tsv"],
    ),
    "download of files": ({"p.tsv": TABBED}, ("p.tsv",), {"download": True}, DataError, ["--download", "files"]),
    "unknown locale": ({}, ("phrases",), {"target": "xq"}, DataError, ["'xq'", "CLDR"]),
}


@pytest.fixture
def read(write, tmp_path, monkeypatch):
    """`read({file: content}, data, **fields) -> TranslationSplits`, in a fresh folder, with seed 0."""
    monkeypatch.chdir(tmp_path)

    def read(files, data, seed=0, **fields):
        for name, content in files.items():
            write(name, content)
        return resolve(TranslationData(data, **fields), seed=seed)

    return read


def everything(splits):
    parts = (splits.train, splits.validation, splits.test)
    return [pair for part in parts for pair in zip(part.sources, part.targets, strict=True)]


@pytest.mark.parametrize("case", REFUSED)
def test_bad_pairs_are_refused_with_the_place_and_the_remedy(case, read):
    files, data, fields, error, parts = REFUSED[case]
    with pytest.raises(error) as caught:
        read(files, data, **fields)
    for part in parts:
        assert part in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    "kind",
    ["two files", "packed", "tabs", "header", "windows", "mark", "UTF-16", "old Mac"]
    + ["CSV", "JSON lines", "nested JSON lines", "JSON list", "words for columns"],
)
def test_every_way_to_write_the_same_pairs_gives_them(kind, read):
    windows = TABBED.replace("\n", "\r\n")
    files, data = {
        "two files": ({"a.en": LEFT, "a.de": RIGHT}, ("a.en", "a.de")),
        "packed": ({"a.en.gz": gzip.compress(LEFT.encode()), "a.de": RIGHT.rstrip("\n")}, ("a.en.gz", "a.de")),
        "tabs": ({"a.tsv": TABBED}, ("a.tsv",)),
        "header": ({"a.tsv": "en\tde\n" + TABBED}, ("a.tsv",)),
        "windows": ({"a.txt": windows}, ("a.txt",)),
        "mark": ({"a.tsv": b"\xef\xbb\xbf" + TABBED.encode()}, ("a.tsv",)),
        "UTF-16": ({"a.tsv": TABBED.encode("utf-16")}, ("a.tsv",)),
        "old Mac": ({"a.tsv": TABBED.replace("\n", "\r")}, ("a.tsv",)),
        "CSV": ({"a.csv": AS_CSV}, ("a.csv",)),
        "JSON lines": ({"a.jsonl": "".join(json.dumps(one) + "\n" for one in AS_JSON)}, ("a.jsonl",)),
        "nested JSON lines": (
            {"a.jsonl": "".join(json.dumps({"translation": o}) + "\n" for o in AS_JSON)},
            ("a.jsonl",),
        ),
        "JSON list": ({"a.json": json.dumps(AS_JSON)}, ("a.json",)),
        "words for columns": ({"a.tsv": "English words/sentences\tGerman words/sentences\n" + TABBED}, ("a.tsv",)),
    }[kind]
    splits = read(files, data)
    assert sorted(everything(splits)) == sorted(zip(ENGLISH, GERMAN, strict=True))
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (80, 10, 10)
    named = {"two files", "packed", "header", "CSV", "JSON lines", "nested JSON lines", "JSON list"}
    if kind != "words for columns":
        assert splits.name == ("a-en-de" if kind in named else "a")
    line = int(splits.train.origins[0].replace("record ", "").rpartition(":")[2])
    line -= kind in ("header", "CSV", "words for columns")
    assert (splits.train.sources[0], splits.train.targets[0]) == (ENGLISH[line - 1], GERMAN[line - 1])


def test_a_header_is_noticed_where_columns_are_numbered(read):
    three = THREE.replace("id\ten\tde", "id\tsrc_text\ttgt_text")
    splits = read({"p.tsv": three}, ("p.tsv",), source="2", target="3")
    assert sorted(everything(splits)) == sorted(zip(ENGLISH, GERMAN, strict=True))
    assert any("first line is taken as the names of the columns ('id', 'src_text'" in note for note in splits.notes)


@pytest.mark.parametrize("first", ["I speak English\tIch spreche Deutsch", "Text\tText", "Go on\tWeiter"])
def test_a_first_pair_is_no_header(first, read):
    splits = read({"p.tsv": f"{first}\n{TABBED}"}, ("p.tsv",))
    assert tuple(first.split("\t")) in everything(splits)


def test_cells_in_quotes_are_noticed_and_kept(read):
    quoted = '"He said ""hi"""\t"Er sagte ""hallo"""\n"Go on," he said.\t"Weiter", sagte er.\n'
    splits = read({"p.tsv": quoted + TABBED}, ("p.tsv",))
    (note,) = [note for note in splits.notes if "spreadsheets" in note]
    assert "1 line(s)" in note and "p.tsv:1" in note and "CSV" in note
    assert ('"He said ""hi"""', '"Er sagte ""hallo"""') in everything(splits)
    assert not any("spreadsheets" in note for note in read({"q.tsv": TABBED}, ("q.tsv",)).notes)


def test_old_line_ends_are_said(read):
    splits = read({"p.tsv": TABBED.replace("\n", "\r")}, ("p.tsv",))
    assert any("carriage return" in note for note in splits.notes)


def test_quotes_and_line_breaks_of_a_table_are_its_own(read):
    splits = read({"p.csv": AS_CSV + '"He said ""hi"",\nloudly","Er sagte ""hallo"""\n'}, ("p.csv",))
    assert ('He said "hi",\nloudly', 'Er sagte "hallo"') in everything(splits)


def test_capitals_are_lowered_as_exports_lower_them():
    from data.text import unicode_rules
    from data.text.sentence_pairs import SentencePairs

    texts = ["ΟΔΟΣ οδος", "Straße ÄÖÜ", "İstanbul", "ЖЁЛТЫЙ"]
    lowered = SentencePairs.of(texts, texts, texts).in_lower_case().sources
    rules = unicode_rules.make(lower=True)
    assert [unicodedata.normalize("NFC", text) for text in lowered] == [
        "".join(rules.get(letter, letter) for letter in text) for text in texts
    ]


def test_columns_are_found_by_name_number_and_last(read):
    for source, target in (("en", "de"), ("2", "3"), ("en", "last")):
        assert sorted(everything(read({"p.tsv": THREE}, ("p.tsv",), source=source, target=target))) == sorted(
            zip(ENGLISH, GERMAN, strict=True)
        )
    turned = read({"p.tsv": TABBED}, ("p.tsv",), source="2")
    assert sorted(everything(turned)) == sorted(zip(GERMAN, ENGLISH, strict=True))


def test_what_is_decided_is_said(read):
    lines = TABBED.splitlines()
    lines[3:3] = [
        "\tallein",
        lines[0],
        "x\tein sehr langer Satz, viel länger",
        "a" * 300 + "\t" + "b" * 300,
        "",
        *(f"OK {row}\tOK {row}" for row in range(5)),
    ]
    splits = read({"p.tsv": "source\ttarget\n" + "\n".join(lines)}, ("p.tsv",), longest=200)
    notes = " ".join(splits.notes)
    copies = sum(source.startswith("OK") for source in splits.train.sources)
    assert copies > 1
    for part in (
        "first line is taken as the names of the columns ('source', 'target')",
        "1 blank line(s) skipped",
        "1 of 109 pairs are left out because a side is empty (first: p.tsv:5)",
        "1 of 108 training pairs are left out: found before in the training pairs (first: p.tsv:6)",
        "1 of 107 training pairs are left out: longer than 200 characters (first: p.tsv:8)",
        "1 of 106 training pairs are left out: one side more than 9 times the other (first: p.tsv:7)",
        "Validation and test held out of the training pairs at random with seed 0",
        f"{copies} training pairs have equal source and target",
        "85 / 10 / 10 pairs for training / validation / test",
    ):
        assert part in notes, notes


def test_other_line_ends_of_unicode_do_not_shift_the_pairs(read):
    odd = ENGLISH.copy()
    odd[10] = "The one\u2028and\x85the two\x0b."
    splits = read({"a.en": "\n".join(odd), "a.de": RIGHT}, ("a.en", "a.de"))
    assert sorted(everything(splits)) == sorted(zip(odd, GERMAN, strict=True))


def test_quotes_are_letters(read):
    splits = read({"p.tsv": TABBED + '"Open\t"Offen\n'}, ("p.tsv",))
    assert ('"Open', '"Offen') in everything(splits)


def test_letters_are_composed(read):
    apart = unicodedata.normalize("NFD", RIGHT.replace("five", "fünf"))
    splits = read({"a.en": LEFT, "a.de": apart}, ("a.en", "a.de"))
    assert any("fünf" in target for target in splits.train.targets)


def test_carved_parts_keep_equal_sources_together_and_depend_on_the_seed(read):
    twice = TABBED + TABBED.replace("Der", "Die")
    splits = read({"p.tsv": twice}, ("p.tsv",))
    parts = [set(part.sources) for part in (splits.train, splits.validation, splits.test)]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    assert sorted(map(len, parts)) == [10, 10, 80]
    again, other = read({}, ("p.tsv",)), read({}, ("p.tsv",), seed=1)
    np.testing.assert_array_equal(again.test.sources, splits.test.sources)
    assert set(other.test.sources) != parts[2]


def test_own_parts_are_kept_whole_and_taken_out_of_training(read):
    lines = TABBED.splitlines()
    own = "\n".join([*lines[:5], lines[0], "x\tein sehr langer Satz, viel länger", lines[7].replace("Der", "Die")])
    splits = read({"p.tsv": TABBED, "q.tsv": own, "r.tsv": "\n".join(lines[4:9])}, ("p.tsv",),
                  test=("q.tsv",), validation=("r.tsv",))  # fmt: skip
    assert len(splits.test) == 8  # also what is there twice, or is uneven
    assert splits.validation.sources.tolist() == ENGLISH[5:9]
    assert not set(everything(splits)[: len(splits.train)]) & set(everything(splits)[len(splits.train) :])
    assert len(splits.train) == 91
    notes = " ".join(splits.notes)
    assert "5 of 100 training pairs are left out: also in the test pairs (first: p.tsv:1)" in notes
    assert "1 of 5 validation pairs are left out: also in the test pairs" in notes
    assert "1 of 8 test sources are also in" not in notes  # line 8 went to validation


def test_training_is_named_by_its_folder(read):
    splits = read({"cars/train.en": LEFT, "cars/train.de": RIGHT}, ("cars/train.en", "cars/train.de"))
    assert splits.name == "cars-en-de"
    assert splits.languages == ("en", "de")


def test_phrases_are_the_default_and_any_two_languages(monkeypatch):
    from data.text import phrases

    monkeypatch.setattr(phrases, "SIZES", {"train": 500, "validation": 20, "test": 20})
    assert resolve(TranslationData(), seed=0).name == "phrases-en-de"
    assert resolve(TranslationData(source="es", target="nl"), seed=0).languages == ("es", "nl")


def test_configuration_does_not_import_tensorflow():
    import subprocess
    import sys

    command = (
        "import sys, data.text.translation_source; sys.exit(any(m in sys.modules for m in ('tensorflow', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", command]).returncode == 0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with a prepared TensorFlow dataset of 60 and 12 pairs."""
    import tensorflow_datasets
    from tensorflow_datasets import features

    class TinyPairs(tensorflow_datasets.core.GeneratorBasedBuilder):
        VERSION = tensorflow_datasets.core.Version("1.0.0")
        name = "tiny_pairs"

        def _info(self):
            kind = features.Translation(["de", "en"])
            return tensorflow_datasets.core.DatasetInfo(builder=self, features=kind, supervised_keys=("de", "en"))

        def _split_generators(self, _):
            return {"train": self._generate_examples(0, 60), "test": self._generate_examples(60, 72)}

        def _generate_examples(self, first, last):
            for row in range(first, last):
                yield row, {"en": ENGLISH[row], "de": GERMAN[row] if row != 7 else " "}

    from data.tfds import tfds_source

    folder = str(tmp_path_factory.mktemp("tfds"))
    with tfds_source.quiet():
        TinyPairs(data_dir=folder).download_and_prepare()
    return folder


@pytest.fixture
def translations(prepared, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", prepared)


def test_tensorflow_datasets_of_translation(translations):
    splits = resolve(TranslationData(("tfds:tiny_pairs",), source="en"), seed=0)
    assert splits.name == "tfds-tiny_pairs-en-de"
    wanted = [pair for row, pair in enumerate(zip(ENGLISH[:72], GERMAN[:72], strict=True)) if row != 7]
    assert sorted(everything(splits)) == sorted(wanted)
    assert sorted(splits.test.sources) == sorted(ENGLISH[60:72])
    assert "1 of 60 pairs of tfds:tiny_pairs/train are left out: a side is empty" in " ".join(splits.notes)
    assert splits.test.origins[0] == "tfds:tiny_pairs/test[0]"
    assert resolve(TranslationData(("tfds:tiny_pairs",)), seed=0).languages == ("de", "en")


def test_tensorflow_datasets_that_do_not_fit_are_refused(translations):
    with pytest.raises(DataError, match="no language 'fr' for --target. Allowed: 'de', 'en'"):
        resolve(TranslationData(("tfds:tiny_pairs",), target="fr"), seed=0)
    with pytest.raises(DataError, match="same language. Received: en and en"):
        resolve(TranslationData(("tfds:tiny_pairs",), source="en", target="en"), seed=0)
    with pytest.raises(MissingData, match="Did you mean"):
        resolve(TranslationData(("tfds:tiny_pair",)), seed=0)


@pytest.mark.data
def test_multi30k_keeps_its_parts(real_data):
    def paths(part):
        return tuple(f"{real_data}/multi30k/{part}.{language}.gz" for language in ("en", "de"))

    config = TranslationData(paths("train"), validation=paths("val"), test=paths("test_2016_flickr"))
    splits = resolve(config, seed=0)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (28995, 1014, 1000)
    assert splits.name == "multi30k-en-de"
