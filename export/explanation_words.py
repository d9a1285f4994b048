"""The words around an explanation, in Python and in a graph: "This is a NAME because this bird has ...", and what would
make it another class: "It would be a NAME if this bird had ..."."""

import re

FIRST_VERB = r"^(.*?) (has|is) (.*)$"
PAST = {"has": "had", "is": "was"}


def article(name: str) -> str:
    """A name with its article: "an eastern finch", "a finch"."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def because(name: str, sentence: str) -> str:
    """Why it is of this class."""
    return f"This is {article(name)} because {sentence}."


def would_be(name: str, sentence: str) -> str:
    """What would have to be for it to be of another class; the first "has" or "is" is put into the past."""
    past = re.sub(FIRST_VERB, lambda found: f"{found[1]} {PAST[found[2]]} {found[3]}", sentence, flags=re.DOTALL)
    return f"It would be {article(name)} if {past}."


def graph_because(article_and_name, sentence):
    """`because` of string tensors, of which the first has the article already."""
    import tensorflow as tf

    return tf.strings.join(["This is ", article_and_name, " because ", sentence, "."])


def graph_would_be(article_and_name, sentence):
    """`would_be` of string tensors, of which the first has the article already."""
    import tensorflow as tf

    past = tf.strings.regex_replace(sentence, FIRST_VERB, "\\1 \\2\n\\3")  # no sentence has a line break
    for verb, then in PAST.items():
        past = tf.strings.regex_replace(past, f" {verb}\n", f" {then} ")
    return tf.strings.join(["It would be ", article_and_name, " if ", past, "."])
