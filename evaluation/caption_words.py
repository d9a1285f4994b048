"""Cuts a caption into the words that captions are scored by: those of COCO's scoring code, without Java.

The original runs Stanford's PTBTokenizer (CoreNLP 3.4.1) with lower-casing, then drops some of the punctuation. This
is written from what that program answers: the words are the same for every caption of Flickr8k (35,000) and for every
English caption of Multi30k (31,014). What it answers for hard cases is kept in
`tests/evaluation/test_captioning.py`, together with the few that differ. Of languages without spaces between words,
which it takes for one word each, every letter counts here.
"""

import html
import re

from evaluation.bleu_tokens import SPACELESS

TOKENISER = "PTB words, lower-case, without punctuation, as coco-caption"

# What the original drops. "!!" is not among it, and "-LRB-" is compared after lower-casing, so both stay: as here.
DROPPED = frozenset(["''", "'", '"', "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";", *"。，、！？：；"])
BRACKETS = {"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-"}
REPLACED = str.maketrans({
    "’": "'", "‘": "'", "“": '"', "”": '"', "—": " -- ", "–": " -- ", "…": "...", "½": "1/2", "¾": "3/4", "¼": "1/4",
    "£": "#", "€": "$", "¢": " cents", "\u00a0": " ",
})  # fmt: skip
ABBREVIATIONS = (  # the point belongs to them
    "mr|mrs|ms|messrs|dr|prof|st|ave|blvd|rd|mt|ft|gen|sgt|capt|col|lt|sen|rep|gov|rev|hon|inc|ltd|corp|co|bros|jr|sr|"
    "jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|tues|wed|thu|thurs|fri|vs|etc|est|dept|ph\\.d"
)
WORD = re.compile(
    rf"""
    https?://\S+ | [\w.+-]+@[\w-]+(?:\.[\w-]+)+ | <[a-z]+> | [@#][a-z]\w*
  | (?<!\w) (?: (?:[a-z]\.){{2,}}(?!\w) | (?:{ABBREVIATIONS})\. | [a-z]\.(?!\w) | no\.(?=\ ?\d) )
  | \b (?: can(?=not\b) | gon(?=na\b) | wan(?=na\b) | got(?=ta\b) | lem(?=me\b) | gim(?=me\b) )
  | [a-z]+(?=n't\b) | n't\b
  | '(?:s|m|d|ll|re|ve)\b | (?<!\w)'(?: em\b | n'(?!\w) | \d0s\b | t(?=is\b|was\b) ) | \by'(?=all\b)
  | o'clock\b | [dlo]'[^\W\d_]{{2,}} | (?-i:[A-Z]+&[A-Z]+)\b
  | [+-]?\d+(?:[.,:/-]\d+)+ | [+-]\d+\b
  | [{SPACELESS}]
  | \w+(?:[-/.]\w+)*
  | \.\.+ | --+ | [!?]+ | '' | `` | \*+
  | [^\s\U00010000-\U0010ffff]
    """,
    re.VERBOSE | re.IGNORECASE,
)


def words(caption: str) -> list[str]:
    """Returns the words of a caption, lower-case, without punctuation.

    >>> words("A dog, isn't it?")
    ['a', 'dog', 'is', "n't", 'it']
    """
    text = html.unescape(caption).translate(REPLACED)
    tokens = (BRACKETS.get(token, token.lower()) for token in WORD.findall(text))
    return [token for token in tokens if token not in DROPPED and not token.startswith(("..", "---"))]
