"""Subwords: the ids and the sentences are SentencePiece's own, on ordinary, real and nasty text."""

import gzip
import json
import random
import subprocess
import sys

import numpy as np
import pytest
import sentencepiece
import tensorflow as tf

from data.errors import DataError
from data.text import subwords, unicode_rules

ENGLISH = [
    "Two young, White males are outside near many bushes.",
    "Several men in hard hats are operating a giant pulley system.",
    "A little girl climbing into a wooden playhouse.",
    "A man in a blue shirt is standing on a ladder cleaning a window.",
    "Two men are at the stove preparing food; one costs $1,250.75.",
    "aaaa aaaaa ababab abcabcabc bcbc caca",
]
GERMAN = [
    "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
    "Mehrere Männer mit Schutzhelmen bedienen ein Antriebsradsystem.",
    "Ein kleines Mädchen klettert in ein Spielhaus aus Holz.",
    "Ein Mann in einem blauen Hemd steht auf einer Leiter und putzt ein Fenster.",
    "Zwei Männer stehen am Herd und bereiten Essen zu; eins kostet 1.250,75 €.",
]
NASTY = {
    "empty": "",
    "spaces only": " \t \n ",
    "double spaces": "  a  man   in  ",
    "other spaces": "a\u00a0man\u3000in\u2028a\r\nboat",
    "word sign": "\u2581\u2581a\u2581 man\u2581",
    "emoji": "a man 😀😀 😀 in 👩\u200d👩\u200d👧\u200d👦",
    "combining marks": "Ma\u0308nner Bu\u0308sche e\u0302\u0301 a\u0304",
    "marks alone": "\u0301 \u0308\u0301a\u0301\u0301\u0301",
    "Greek with three marks": "\u03b1\u0313\u0300\u0345",
    "control characters": "a\x01b \x02 c \x03\x04",
    "NUL": "a\x00b \x00",
    "unknown alphabet": "日本語 हिन्दी שלום \u1112\u1161\u11ab",
    "compatibility": "½ m² ﬁ … ™ \u212b \u2167",
    "invisible": "\ufeffwo\u00adod\u200ben",
    "case": "İstanbul ΣΑΣ STRASSE Straße ǅ",
    "special pieces": "<s> <pad> </s> <unk>",
    "long word": "ab" * 300 + "😀" * 20 + "x" * 300,
    "last code point": "\U0010ffff\ufffd",
    "overlapping merges": "aaaaaaa abababab abcabcab cacacac",
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(False, id="as written"), pytest.param(True, id="lower case", marks=pytest.mark.whole)],
)
def learned(request):
    """Subwords of the small bundled sample, and SentencePiece with the same model."""
    made = subwords.learn(ENGLISH + GERMAN, 300, lower=request.param)
    return made, sentencepiece.SentencePieceProcessor(model_proto=made.model)


def differing(made, reference, sentences):
    """Sentences whose ids, or whose detokenised text, are not SentencePiece's."""
    ids, wanted = made.encode(sentences), reference.encode(sentences)
    back, wanted_back = made.decode(ids), reference.decode(wanted)
    return [
        sentence
        for sentence, *found in zip(sentences, ids, wanted, back, wanted_back, strict=True)
        if found[0].tolist() != found[1] or found[2] != found[3]
    ]


@pytest.mark.whole
@pytest.mark.parametrize("case", NASTY)
def test_nasty_strings_alone_get_the_ids_of_sentencepiece(case, learned):
    made, reference = learned
    assert made.encode([NASTY[case]])[0].tolist() == reference.encode(NASTY[case])


@pytest.mark.whole
def test_nasty_strings_in_one_batch_do_not_disturb_each_other(learned):
    assert differing(*learned, [*NASTY.values(), *ENGLISH, *GERMAN, *NASTY.values()]) == []


def test_random_strings_get_the_ids_of_sentencepiece(learned):
    draw = random.Random(0)
    few = list("abcab   \t\u0301\u0302\u0308 éßü😀☃\u2581\x01\u00adAEOin한-.,19")
    strings = ["".join(draw.choices(few, k=draw.randrange(14))) for _ in range(4000)]
    for _ in range(4000):
        points = (
            draw.choice([draw.randrange(1, 0x250), draw.randrange(0x300, 0x370), draw.randrange(1, 0x30000)])
            for _ in range(draw.randrange(8))
        )
        strings.append("".join(chr(point) for point in points if not 0xD800 <= point < 0xE000))
    assert differing(*learned, strings) == []


def test_random_ids_give_the_sentences_of_sentencepiece(learned):
    made, reference = learned
    draw = random.Random(1)
    rows = [[draw.randrange(draw.choice([6, len(made)])) for _ in range(draw.randrange(10))] for _ in range(4000)]
    assert made.decode(rows) == reference.decode(rows)


def test_bytes_that_are_no_text_are_unknown_characters(learned):
    made, reference = learned
    broken = [b"\xff", b"a\xffb", b"\xe2\x82 man"]
    assert made.graph.tokenize(tf.constant(broken)).to_list() == [reference.encode(text) for text in broken]


@pytest.mark.whole
def test_sentences_come_back_as_they_were_but_for_spaces():
    made = subwords.learn(ENGLISH + GERMAN, 300)
    assert made.decode(made.encode(ENGLISH + GERMAN)) == ENGLISH + GERMAN
    assert made.decode(made.encode(["  a   man ", "Ma\u0308nner"])) == ["a man", "Männer"]
    assert made.unknown_in(["a man", "a 😀😀 ☃ man", ""]).tolist() == [0, 2, 0]


def test_drawn_subwords_say_the_same_text_in_more_pieces(learned):
    made, _ = learned
    plain = made.encode(ENGLISH)
    for ours, own in zip(made.draw(ENGLISH, 0.0, (1, 2)), plain, strict=True):
        np.testing.assert_array_equal(ours, own)
    drawn = [made.draw(ENGLISH, rate, (1, 2)) for rate in (0.1, 0.5, 1.0)]
    for some in drawn:
        assert made.decode(some) == made.decode(plain)
    counts = [sum(map(len, some)) for some in (plain, *drawn)]
    assert counts == sorted(set(counts))  # more and more
    assert all(len(made.pieces[one]) == 1 for ids in drawn[-1] for one in ids)  # letters


def test_drawn_subwords_depend_on_the_seed_alone(learned):
    made, _ = learned
    first = made.draw(ENGLISH, 0.3, (1, 2))
    other = made.draw(ENGLISH, 0.3, (1, 3))
    again = made.draw(ENGLISH, 0.3, (1, 2))
    assert [ids.tolist() for ids in first] == [ids.tolist() for ids in again]
    assert [ids.tolist() for ids in first] != [ids.tolist() for ids in other]


def cuts(made, parts, dropout, so_far=1.0):
    """How probable each way to write a word is by algorithm 1 of Provilkov et al.: {pieces: probability}."""
    ids = {piece: number for number, piece in enumerate(made.pieces)}
    pairs = [
        (ids["".join(parts[at : at + 2])], at) for at in range(len(parts) - 1) if "".join(parts[at : at + 2]) in ids
    ]
    found = {tuple(parts): so_far * dropout ** len(pairs)}
    for worse, (_, at) in enumerate(sorted(pairs)):
        joined = [*parts[:at], parts[at] + parts[at + 1], *parts[at + 2 :]]
        for pieces, chance in cuts(made, joined, dropout, so_far * dropout**worse * (1 - dropout)).items():
            found[pieces] = found.get(pieces, 0.0) + chance
    return found


@pytest.mark.parametrize(("word", "dropout"), [("abcabc", 0.3), ("in", 0.1)])
def test_words_are_cut_as_often_as_the_algorithm_says(learned, word, dropout):
    made, _ = learned
    expected, count = cuts(made, ["\u2581", *word], dropout), 8000
    assert len(expected) > 1
    drawn = made.draw([" ".join([word] * 100)] * (count // 100), dropout, (3,))
    pieces = "".join(" " + made.pieces[one] for ids in drawn for one in ids)
    found = [tuple(one.split()) for one in pieces.replace(" \u2581", "\n\u2581").strip().splitlines()]
    assert len(found) == count
    assert set(found) <= set(expected)
    for cut, chance in expected.items():
        assert found.count(cut) / count == pytest.approx(chance, abs=5 * np.sqrt(chance * (1 - chance) / count) + 1e-9)


@pytest.mark.slow
def test_drawn_subwords_are_the_same_in_each_process():
    # What an earlier process drew. SentencePiece's own dropout differs between processes, whatever its seed.
    made = subwords.learn(ENGLISH + GERMAN, 300)
    assert [made.pieces[one] for one in made.draw(["operating a giant pulley"], 0.5, (1, 2))[0]] == [
        *("▁o", "p", "er", "a", "t", "ing", "▁a", "▁", "gi", "ant", "▁", "p", "ul", "le", "y")
    ]


@pytest.mark.whole
def test_lower_case_is_by_letter():
    made = subwords.learn(ENGLISH + GERMAN, 300, lower=True)
    assert made.decode(made.encode(["Weiße MÄNNER", "MA\u0308NNER"])) == ["weiße männer", "männer"]
    assert made.unknown_in(["WEISSE"]).tolist() == [0]
    as_written = subwords.learn(ENGLISH + GERMAN, 300)
    assert as_written.decode(as_written.encode(["Weiße Männer"])) == ["Weiße Männer"]


@pytest.mark.whole
def test_rules_that_overlap_are_applied_from_the_left(monkeypatch):
    rules = {"ab": "x", "bc": "y", "cd": "z", "de": "", "bcde": "w", "q": "", "u": " ", "v": "abc"}
    monkeypatch.setattr(unicode_rules, "make", lambda lower: rules)
    made = subwords.learn(["abcde xyz zyx bcde wa aaa bbb ccc ddd eee vuvq"], 40)
    draw = random.Random(2)
    strings = ["abcd", "abcde", "ababcdecd", *("".join(draw.choices("abcdequv ", k=12)) for _ in range(3000))]
    assert differing(made, sentencepiece.SentencePieceProcessor(model_proto=made.model), strings) == []


def test_dense_ids_with_padding_are_detokenised(learned):
    made, reference = learned
    ids = reference.encode("Zwei Männer")
    dense = np.array([[subwords.START, *ids, subwords.END, 0, 0], [subwords.END] + [0] * (len(ids) + 3)])
    assert [text.decode() for text in made.graph.detokenize(tf.constant(dense)).numpy()] == [
        reference.decode(ids),
        "",
    ]


def test_learning_twice_gives_the_same_and_the_configuration_brings_it_back(learned):
    made, _ = learned
    again = subwords.learn(ENGLISH + GERMAN, 300, lower="W" not in "".join(made.pieces))
    assert again.model == made.model
    loaded = subwords.Subwords.from_config(json.loads(json.dumps(made.config())))
    assert loaded.pieces == made.pieces
    sentences = [*NASTY.values(), *ENGLISH]
    for one, other in zip(loaded.encode(sentences), made.encode(sentences), strict=True):
        np.testing.assert_array_equal(one, other)


def test_pieces_start_with_the_four_special_ones_and_keep_the_wanted_number():
    made = subwords.learn(ENGLISH + GERMAN, 200)
    assert made.pieces[:4] == subwords.SPECIALS
    assert len(made) == 200


def test_split_digits_makes_each_digit_a_piece():
    text = ["12 12 12 123 123 1212 12"] * 5
    assert "▁12" in subwords.learn(text, 30).pieces
    joined = [piece for piece in subwords.learn(text, 30, split_digits=True).pieces if sum(map(str.isdigit, piece)) > 1]
    assert joined == []


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(DataError, match="20 pieces is too small for about 35 different characters"):
        subwords.learn(ENGLISH, 20)
    with pytest.raises(DataError, match="empty sentences"):
        subwords.learn(["", "  "], 100)
    with pytest.raises(ValueError, match="`size` must be an integer above 4. Received: size=4"):
        subwords.learn(ENGLISH, 4)
    with pytest.raises(ValueError, match=r"`coverage` must be in \[0.98, 1\]. Received: coverage=0.5"):
        subwords.learn(ENGLISH, 300, coverage=0.5)
    with pytest.raises(ValueError, match="ids must be in"):
        subwords.learn(ENGLISH, 100).decode([[4, 100]])


def test_rules_are_unicode_composition():
    import unicodedata

    rules = unicode_rules.make()
    letters = [source for source in rules if len(source) > 1]
    assert len(letters) > 900
    assert [source for source in letters if unicodedata.normalize("NFC", source) != rules[source]] == []
    assert rules["e\u0302\u0301"] == rules["ê\u0301"] == "ế"


@pytest.mark.slow  # tests/apps/test_translate.py: a whole export through it
def test_stock_loader_runs_it_in_another_process(tmp_path):
    made = subwords.learn(ENGLISH + GERMAN, 300)

    class Round(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def ids(self, text):
            ids = made.graph.tokenize(text).to_tensor()
            return {"ids": ids, "back": made.graph.detokenize(ids)}

    module = Round()
    tf.saved_model.save(module, str(tmp_path / "saved"), signatures=module.ids)
    sentences = ["Zwei Ma\u0308nner 😀", "a  man"]
    command = "from tensorflow.python.tools.saved_model_cli import main; main()"
    arguments = ["run", "--dir", tmp_path / "saved", "--tag_set", "serve", "--signature_def", "serving_default"]
    arguments += ["--input_exprs", f"text={sentences}", "--outdir", tmp_path]
    result = subprocess.run([sys.executable, "-c", command, *map(str, arguments)], capture_output=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr.decode()[-2000:]
    reference = sentencepiece.SentencePieceProcessor(model_proto=made.model).encode(sentences)
    assert [[int(i) for i in row if i] for row in np.load(tmp_path / "ids.npy")] == reference


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("lower", [False, True])
def test_all_of_multi30k_gets_the_ids_of_sentencepiece(real_data, lower):
    def read(name):
        with gzip.open(f"{real_data}/multi30k/{name}.gz", "rt", encoding="utf-8") as file:
            return file.read().split("\n")[:-1]

    parts = {(part, language): read(f"{part}.{language}") for part in ("train", "val", "test_2016_flickr")
             for language in ("en", "de")}  # fmt: skip
    made = subwords.learn(parts["train", "en"] + parts["train", "de"], 8000, lower=lower)
    reference = sentencepiece.SentencePieceProcessor(model_proto=made.model)
    for sentences in parts.values():
        assert differing(made, reference, sentences) == []
