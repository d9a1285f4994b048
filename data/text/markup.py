"""Takes out of a text what people do not read: HTML, addresses of pages but for their host, control characters.

Core TensorFlow operations, so that an export carries them.
"""

import re

import numpy as np
import tensorflow as tf

from data.evenly import evenly

LONGEST = 200_000  # characters of one text that are read
SAMPLE = 1000  # texts that are looked at
SHARE = 0.02  # of these that hold a tag, from which a column counts as HTML
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")
ENTITIES = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&apos;": "'", "&amp;": "&"}
UNREAD = (r"(?is)<script\b.*?</script\s*>", r"(?is)<style\b.*?</style\s*>", r"(?s)<!--.*?-->", TAG.pattern)
ADDRESS = r"(?i)\b(?:https?://|www\.)(?:www\.)?([^/\s]+)\S*"


def is_html(texts):
    """Whether some of the strings (N,) hold tags."""
    sample = texts[evenly(len(texts), SAMPLE)] if len(texts) else texts
    return bool(len(sample) and np.mean([TAG.search(text) is not None for text in sample]) >= SHARE)


def readable(texts, html):
    """Strings (N,) as they are read.

    Args:
        texts: string tensor (N,).
        html: whether tags are taken out, and entities become characters.
    """
    texts = tf.strings.substr(texts, 0, LONGEST, unit="UTF8_CHAR")
    if html:
        for pattern in UNREAD:
            texts = tf.strings.regex_replace(texts, pattern, " ")
        for entity, character in ENTITIES.items():
            texts = tf.strings.regex_replace(texts, entity, re.escape(character) if character == "\\" else character)
    texts = tf.strings.regex_replace(texts, ADDRESS, r" \1 ")
    return tf.strings.regex_replace(texts, r"[\pC]+", " ")
