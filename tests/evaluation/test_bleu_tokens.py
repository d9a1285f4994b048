"""The tokenizer of BLEU follows the language: a perfect translation scores 100 in each, one letter wrong a little less.

Faults planted and caught: 13a for Chinese; Chinese taken for Japanese; a few Han letters that decide; the signature of
13a printed whatever was counted.
"""

import pytest
from sacrebleu.metrics import BLEU

from evaluation import bleu_tokens, translation
from evaluation.bleu_tokens import is_spaceless, require, tokenizer_for

TEXTS = {
    "en": ["Two dogs run over the sand.", "A man is at home."],
    "de": ["Zwei Hunde laufen über den Sand.", "Ein Mann ist zu Hause."],
    "ru": ["Две собаки бегут по песку.", "Мужчина дома."],
    "el": ["Δύο σκυλιά τρέχουν στην άμμο.", "Ένας άντρας είναι στο σπίτι."],
    "ar": ["كلبان يركضان على الرمل.", "رجل في البيت."],
    "hi": ["दो कुत्ते रेत पर दौड़ते हैं।", "एक आदमी घर पर है।"],
    "zh": ["两只狗在沙滩上跑来跑去", "一个男人坐在家里看书"],
    "zh, marks": ["两只狗在沙滩上奔跑。", "一个男人在家，很开心。"],
    "zh, names": ["Mike 和 Anna 在 Berlin 的沙滩上奔跑", "他用 iPhone 拍了很多照片"],
    "ja": ["二匹の犬が砂浜を走っています", "男の人は家で本を読んでいます"],
    "ko": ["두 마리의 개가 모래 위를 달린다.", "한 남자가 집에 있다."],
    "th": ["สุนัขสองตัววิ่งบนทราย", "ผู้ชายคนหนึ่งอยู่ที่บ้าน"],
    "lo": ["ໝາສອງໂຕແລ່ນຢູ່ເທິງຊາຍ", "ຜູ້ຊາຍຄົນໜຶ່ງຢູ່ເຮືອນ"],
    "km": ["ឆ្កែពីរក្បាលរត់លើខ្សាច់", "បុរសម្នាក់នៅផ្ទះ"],
    "my": ["ခွေးနှစ်ကောင်သဲပေါ်ပြေးနေသည်", "အမျိုးသားတစ်ဦးအိမ်မှာရှိသည်"],
    "marks": ["😀 👍🏽", "!!"],
}
WANTED = {"zh": "zh", "zh, marks": "zh", "zh, names": "zh", "ja": "char", "ko": "char"}
WANTED |= dict.fromkeys(("th", "lo", "km", "my"), "char")


@pytest.fixture
def bare(monkeypatch):
    """MeCab is not installed."""
    monkeypatch.setattr(bleu_tokens, "find_spec", lambda name: None)


@pytest.mark.parametrize("language", TEXTS)
def test_each_language_has_a_tokenizer_that_finds_its_words(language, bare):
    texts = TEXTS[language]
    tokenize = tokenizer_for(texts)
    assert tokenize == WANTED.get(language, "13a")
    assert is_spaceless(texts) == (tokenize != "13a" and language != "ko")
    perfect = translation.scores(texts * 4, texts * 4, tokenize)
    assert perfect["exact_match"] == 1 and perfect["length_ratio"] == 1 and perfect["ter"] == 0
    if language != "marks":
        assert perfect["bleu"] == pytest.approx(100)


@pytest.mark.parametrize("language", ["zh", "ja", "th"])
def test_one_letter_that_lacks_costs_little(language, bare):
    texts = TEXTS[language]
    shorter = [text[:-2] + text[-1] for text in texts]
    tokenize = tokenizer_for(texts)
    assert translation.scores(shorter, texts)["bleu"] < 1  # what 13a made of it
    found = translation.scores(shorter, texts, tokenize)
    assert 50 < found["bleu"] < 100 and (language == "th" or 0 < found["ter"] < 50)  # Thai has no TER
    assert found["bleu"] == BLEU(tokenize=tokenize, force=True).corpus_score(shorter, [texts]).score
    low, high = translation.bleu_interval(shorter, texts, tokenize)
    assert 50 < low <= found["bleu"] <= high < 100
    assert translation.sentence_bleu(shorter, texts, tokenize).min() > 50
    (only,) = translation.bleu_by_length(texts, shorter, texts, tokenize)[:1]
    assert only.low > 5 and only.bleu > 50  # letters, since there are no words


@pytest.mark.parametrize("tokenize", ["13a", "zh", "char", "intl"])
def test_the_signatures_tell_the_tokenizer(tokenize):
    signatures = translation.signatures(tokenize)
    for name in ("bleu", "bleu_lowercase", "bleu_interval"):
        assert f"|tok:{tokenize}|" in signatures[name]
    assert ("norm:yes" in signatures["ter"]) == (tokenize in ("zh", "char"))


def test_a_tokenizer_that_is_not_there_is_refused(bare):
    for name in ("13a", "intl", "zh", "char"):
        require(name)
    with pytest.raises(ValueError, match=r"pip install sacrebleu\[ja\]`, or name char"):
        require("ja-mecab")
    with pytest.raises(ValueError, match="`--bleu-tokenize` must be one of 13a, .* Received: thai"):
        require("thai")


def test_a_tokenizer_that_is_there_is_taken(monkeypatch):
    monkeypatch.setattr(bleu_tokens, "find_spec", lambda name: object())
    assert tokenizer_for(TEXTS["ja"]) == "ja-mecab" and tokenizer_for(TEXTS["ko"]) == "ko-mecab"
    require("ja-mecab")
