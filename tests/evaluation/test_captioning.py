"""Scores of captions: those of COCO's own scoring code on made-up captions, and cases worked out by hand.

`coco_caption_reference.json` was written by pycocoevalcap 1.2 with its Java tokeniser: the words of each caption, the
scores of each image, and those of all.
"""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

from evaluation import captioning
from evaluation.caption_words import words

REFERENCE = json.loads((Path(__file__).parent / "coco_caption_reference.json").read_text(encoding="utf-8"))
CANDIDATES = [item["candidate"] for item in REFERENCE["items"]]
REFERENCES = [item["references"] for item in REFERENCE["items"]]
PEOPLE = {
    "bleu1": 62.75129488191882,
    "bleu2": 44.342979576264064,
    "bleu3": 30.708129327795987,
    "bleu4": 21.160098501492875,
    "rouge_l": 0.49173408652537204,
    "cider": 0.8036617887303763,
}
# Where the words differ from the original's, and why that is left as it is.
OTHER_WORDS = {
    "25-year-old mid-air -5 +5 5-10 10-20 2010-11-12 555-1234 (555) 123-4567": "a telephone number stays one word",
    ":) :-) ;) :( <3 :D =)": "faces of signs stay one word",
    "hi,there hi;there hi:there a,b 1,b b,1 3,000,000 1,00": "a comma before a digit stays with it",
    "co. corp. ltd. ave. Ave. blvd. mt. Mt. ft. lb. oz. in. sq. approx. dept. est. gov. Gen. Sgt. Capt. Col. Lt. Sen. "
    "Rep. Gov. Rev. Hon. Prof. Mrs. Ms. Messrs. Bros.": "rare abbreviations keep their point before a small letter",
    "d'artagnan l'oreal c'est d'Or O'Neill o'neill l'eau x'y O'Brien's D'Angelo": "c'est stays one word",
}


def test_scores_are_those_of_the_original():
    found = captioning.scores(CANDIDATES, REFERENCES)
    for n in range(4):
        assert found[f"bleu{n + 1}"] == pytest.approx(REFERENCE["bleu"][n], abs=1e-6)
    assert found["rouge_l"] == pytest.approx(REFERENCE["rouge_l"], abs=1e-6)
    assert found["cider"] == pytest.approx(REFERENCE["cider"], abs=1e-6)


@pytest.mark.parametrize("name", ["cider", "rouge_l"])
def test_scores_of_each_image_are_those_of_the_original(name):
    found = getattr(captioning, name)(CANDIDATES, REFERENCES)
    np.testing.assert_allclose(found, [item[name] for item in REFERENCE["items"]], rtol=0, atol=1e-6)


def test_words_are_those_of_the_original():
    for item in REFERENCE["items"]:
        assert " ".join(words(item["candidate"])) == item["candidate_words"]
        assert [" ".join(words(caption)) for caption in item["references"]] == item["reference_words"]


@pytest.mark.parametrize("caption", REFERENCE["tokens"], ids=lambda caption: caption["caption"][:30])
def test_words_of_hard_cases(caption):
    same = " ".join(words(caption["caption"])) == caption["words"]
    assert same != (caption["caption"] in OTHER_WORDS)


def test_a_perfect_caption():
    captions = ["a red circle above a blue square", "two dogs run"]
    found = captioning.scores(captions, [[caption, "something else entirely"] for caption in captions])
    # "two dogs run" has no 4-gram of its own: its part of CIDEr is 3/4 of half of ten
    assert found == pytest.approx(
        {f"bleu{n}": 100 for n in range(1, 5)} | {"rouge_l": 1, "cider": 10 * (1 + 0.75) / 2 / 2, "exact_match": 1}
    )


def test_bleu_by_hand():
    """The example of the paper: "the" seven times has 2 of 7 right, for no reference has it more than twice."""
    found = captioning.bleu(["the the the the the the the"], [["the cat is on the mat", "there is a cat on the mat"]])
    assert found[0] == pytest.approx(100 * 2 / 7)
    # 3 of 3 words, 2 of 2 pairs; the references have 5 and 9 words, 5 is nearer: exp(1 - 5/3)
    found = captioning.bleu(["a b c"], [["a b c d e", "a b c d e f g h i"]])
    np.testing.assert_allclose(found[:3], 100 * math.exp(1 - 5 / 3))
    # 3 and 5 words are equally near to 4: the shorter counts, so nothing is punished
    assert captioning.bleu(["a b c d"], [["a b c d e", "a b c"]])[0] == pytest.approx(100)


def test_rouge_by_hand():
    """Longest common subsequence "a c d": precision 3/4, recall 3/5."""
    precision, recall = 3 / 4, 3 / 5
    expected = (1 + 1.44) * precision * recall / (recall + 1.44 * precision)
    assert captioning.rouge_l(["a x c d"], [["a b c d e"]])[0] == pytest.approx(expected)


def test_cider_by_hand():
    """Two images, one word right of two: weights log 2 each, but none for "a", which both images have."""
    found = captioning.cider(["a dog", "a bird"], [["a cat"], ["a bird"]])
    assert found[0] == pytest.approx(0)
    assert found[1] == pytest.approx(10 * 2 / 4)  # words and pairs match, 3- and 4-grams there are none
    longer = captioning.cider(["a dog", "a bird b c d e f g"], [["a cat"], ["a bird"]])
    assert longer[1] < found[1] * math.exp(-36 / 72)


def test_cider_of_some_images_is_that_of_the_whole_set():
    some = [3, 0, 3, 1]
    prepared = captioning.Cider([[words(text) for text in captions] for captions in REFERENCES])
    found = prepared([words(CANDIDATES[row]) for row in some], some)
    np.testing.assert_allclose(found, captioning.cider(CANDIDATES, REFERENCES)[some], rtol=1e-12)


def test_order_of_images_and_references_changes_nothing():
    order = np.random.default_rng(0).permutation(len(CANDIDATES))
    turned = captioning.scores([CANDIDATES[i] for i in order], [REFERENCES[i][::-1] for i in order])
    assert turned == pytest.approx(captioning.scores(CANDIDATES, REFERENCES), abs=1e-9)


def test_exact_match_looks_at_words():
    found = captioning.exact(["A dog.", "a dog", "dogs"], [["a cat", "a dog"], ["a dog runs"], ["dog"]])
    assert found.tolist() == [True, False, False]


def test_every_score_names_its_tokeniser():
    assert set(captioning.NAMES) == set(captioning.scores(CANDIDATES, REFERENCES))
    assert max(map(len, captioning.NAMES.values())) < 14


@pytest.mark.parametrize(
    ("candidates", "references", "message"),
    [
        ([], [], "at least one. Received: 0 and 0"),
        (["a"], [["a"], ["b"]], "equally many, at least one. Received: 1 and 2"),
        (["a", "b"], [["a"], []], r"Received: references\[1\]=\[\]"),
        (["a"], ["a"], r"Received: references\[0\]='a'"),
    ],
)
def test_what_does_not_fit_is_refused(candidates, references, message):
    with pytest.raises(ValueError, match=message):
        captioning.scores(candidates, references)


def test_empty_captions_score_nothing():
    found = captioning.scores(["", "..."], [["a dog", "the dog"], ["a cat"]])
    assert all(value == pytest.approx(0, abs=1e-9) for value in found.values())


@pytest.mark.data
@pytest.mark.skipif(not os.environ.get("LAMINA_DATA"), reason="LAMINA_DATA names no folder of real datasets")
def test_people_score_on_flickr8k_as_the_original_says():
    """First caption of each development image against its other four; the values are those of pycocoevalcap 1.2."""
    folder = Path(os.environ["LAMINA_DATA"], "flickr8k")
    names = set((folder / "Flickr_8k.devImages.txt").read_text().split())
    captions = {}
    for line in (folder / "Flickr8k.token.txt").read_text(encoding="utf-8").splitlines():
        name, caption = line.split("\t")
        if name.split("#")[0] in names:
            captions.setdefault(name.split("#")[0], []).append(caption)
    found = captioning.scores([c[0] for c in captions.values()], [c[1:] for c in captions.values()])
    assert found == pytest.approx(PEOPLE | {"exact_match": found["exact_match"]}, abs=1e-6)


def test_letters_of_languages_without_spaces_are_words():
    assert words("一只狗，在跑。") == ["一", "只", "狗", "在", "跑"]
    assert words("หมาวิ่ง")[:2] == ["ห", "ม"] and words("犬が two 走る") == ["犬", "が", "two", "走", "る"]
    near = captioning.scores(["一只狗在沙滩上跑", "一个人在家"], [["一只狗在沙滩上跑步"], ["一个人在家里"]])
    assert near["bleu4"] > 60 and near["cider"] > 5 and near["exact_match"] == 0
