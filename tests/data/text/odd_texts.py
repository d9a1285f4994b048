"""Odd and bad texts that people's files hold; what prepares texts must take each of them, alone and among others."""

import random

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LONG = random.Random(0)

ODD_TEXTS = [
    ("empty", ""),
    ("blanks only", " \t \u00a0\u2003 "),
    ("one word", "word"),
    ("one letter", "x"),
    ("a megabyte", "lorem ipsum dolor " * 58_255),
    ("50,000 words", " ".join(_LONG.choice(_WORDS) for _ in range(50_000))),
    ("a word of 20,000 letters", "a" * 20_000),
    ("200 long words", " ".join("q" * n for n in range(100, 300))),
    ("control characters", "bell\x07 escape\x1b[31m backspace\x08 delete\x7f"),
    ("control characters of Latin-1", "next\x85line \x9bcontrol"),
    ("NUL", "before\x00after"),
    ("mixed encodings", "caf\u00c3\u00a9 na\u00efve \ufffd\ufffd \u00e2\u20ac\u2122s"),
    ("tags of HTML", "<p>Great <b>film</b>,<br/>go<a href='https://x.example/?a=1&b=2'>see</a></p>"),
    ("entities of HTML", "Fish &amp; chips &lt;3 &#233;t&eacute; &#x1F600; &nbsp;&bogus; &#999999999;"),
    (
        "a script of HTML",
        "<script>if (a < b && c > d) { alert('x') }</script><style>p{color:red}</style><!--no-->text",
    ),
    ("tags that do not end", "a < b and c > d <p <<b>> <unclosed"),
    ("URLs", "see https://example.org/a/b?c=d&e=%20#f www.example.com mailto:a@b.example ftp://x"),
    ("digits only", "0123456789 42 1,234.5"),
    ("a number with a sign", "-1e309"),
    ("emoji only", "😀😂👍🏽👩‍👩‍👧‍👦🇩🇪❤️"),
    ("punctuation only", "?!... -- ;:,. (((***))) \u2026\u00bf"),
    ("combining marks", "e\u0301le\u0300ve n\u0303" + "z" + "\u0335\u0310\u0353" * 40),
    ("a mark without a letter", "\u0301\u0301 x"),
    ("marks of direction", "\u200fשלום\u200e abc \u202eedoc\u202c \u2067مرحبا\u2069"),
    ("zero-width joiners", "می\u200cخواهم क\u094d\u200dष zero\u200bwidth \ufeffmark \u2060x soft\u00adhyphen"),
    ("full-width forms", "Ｆｕｌｌ　ｗｉｄｔｈ　１２３　ｶﾀｶﾅ！"),
    ("ligatures and compatibility", "ﬁne ﬂow ½ m² Ⅷ ㎏ ﷺ"),
    ("a language never seen", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ⴰⵎⴰⵣⵉⵖ ꦧꦱꦗꦮ"),
    ("Chinese", "我喜欢这部电影，因为它很有趣。"),
    ("Thai", "ฉันชอบหนังเรื่องนี้มาก"),
    ("letters beyond 16 bits", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀀𠀁 𓀀𓁐 𐍈"),
    ("upper case", "SHOUTED IN UPPER CASE"),
    ("the same in lower case", "shouted in upper case"),
    ("letters that grow or shrink in another case", "İstanbul ılık STRASSE straße ΣΊΣΥΦΟΣ σίσυφος ǆ"),
    ("one word repeated", "spam " * 2_000),
    ("one letter repeated", "soooooooooooo goooood"),
    ("tabs, line ends, quotes", 'first\tsecond\nthird\r\nfourth "quoted, twice"; \u2028fifth\u2029sixth'),
    ("a formula of a spreadsheet", "=HYPERLINK(A1)+1"),
    ("a path and escapes", "C:\\new\\table \\u0041 \\x41 %s {} ${x} $1"),
    ("a word that means missing", "n/a"),
    ("a word of the code", "[PAD] <unk> </s> [UNK] ▁▁ name:text"),
    ("private and unassigned letters", "\ue000\uf8ff \U000f0000 \u0378 \ufffe"),
]
"""Pairs of a name and a text."""

BAD_JSON = [
    ("half a surrogate pair", r'"x\ud83d"'),
    ("the other half", r'"\ude00x"'),
    ("halves in the wrong order", r'"\ude00\ud83d"'),
]
"""Pairs of a name and a JSON string that is no text."""

ODD_NAMES = ["self", "inputs", "serve", "text", "class", "name with blanks", "größe", "a.b", "label:0", "1", "😀"]
"""Of columns, some of which are words of signatures, of Python or of TensorFlow."""
