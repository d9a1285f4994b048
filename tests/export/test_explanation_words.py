"""The words around an explanation, the same in Python and in a graph."""

import pytest

from export.explanation_words import article, because, graph_because, graph_would_be, would_be

SENTENCES = ("this bird has a red crown and has feet", "this is a small bird", "no verb here", "", "it is what it has")


def test_because():
    assert (
        because("island finch", "this bird has a red crown")
        == "This is an island finch because this bird has a red crown."
    )
    assert because("finch", "it has wings").startswith("This is a finch because ")


def test_the_first_verb_is_put_into_the_past():
    assert would_be("finch", SENTENCES[0]) == "It would be a finch if this bird had a red crown and has feet."
    assert would_be("finch", SENTENCES[1]) == "It would be a finch if this was a small bird."
    assert would_be("finch", SENTENCES[4]) == "It would be a finch if it was what it has."


@pytest.mark.parametrize("name", ["island finch", "Ärger", "owl"])
def test_the_graph_says_the_same(name):
    import tensorflow as tf

    texts, names = tf.constant(SENTENCES), tf.constant([article(name)] * len(SENTENCES))
    for graph, plain in ((graph_because, because), (graph_would_be, would_be)):
        assert [one.decode() for one in graph(names, texts).numpy()] == [plain(name, text) for text in SENTENCES]
