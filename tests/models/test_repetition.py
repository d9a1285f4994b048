"""N-gram blocking, alone and in beam search, against texts searched by hand."""

import numpy as np
import pytest
from keras import ops

from models.captioner import Captioner
from models.decoding import Tokens
from models.decoding_settings import DecodingSettings
from models.repetition import repeating
from models.show_attend_tell import ShowAttendTell
from models.transformer_captioner import TransformerCaptioner


def by_hand(text, position, size, vocab_size):
    """Tokens that would complete a run of `size` that the text holds already."""
    said = list(text[:position])
    runs = {tuple(said[start : start + size]) for start in range(len(said) - size + 1)}
    return [tuple([*said, token][-size:]) in runs and len(said) >= size - 1 for token in range(vocab_size)]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_what_would_repeat(size):
    random = np.random.default_rng(size)
    vocab_size, length = 4, 12
    texts = random.integers(0, vocab_size, (5, 3, length)).astype("int32")
    barred = 0
    for position in range(length):
        found = np.asarray(repeating(ops.array(texts), position, size, vocab_size))
        expected = [[by_hand(text, position, size, vocab_size) for text in row] for row in texts.tolist()]
        np.testing.assert_array_equal(found, expected)
        barred += found.sum()
    assert 0 < barred < 5 * 3 * length * vocab_size


def test_as_one_graph_with_a_position_that_varies():
    from training.devices import compiled

    texts = np.array([[[3, 1, 2, 3, 1, 0, 0]]], "int32")
    inputs = ("int32", (None, None, 7)), ("int32", 1)
    graph = compiled(lambda texts, position: repeating(texts, position[0], 3, 5), *inputs)
    for position in range(7):
        found = np.asarray(graph(ops.array(texts), ops.array([position], "int32")))
        assert found[0, 0].tolist() == by_hand(texts[0, 0], position, 3, 5)


TOKENS = Tokens(start=1, end=2, never=(0, 1))
GRID, LENGTH, VOCABULARY = (1, 2, 3), 5, 5


def likelihoods(model, images, text):
    """Log probability of each token after a text, by the whole network, without any cache."""
    target = np.array([[TOKENS.start, *text]], "int32")
    logits = np.asarray(model({"features": images, "target": ops.array(target)}))[0, -1].astype("float64")
    return logits - np.log(np.exp(logits).sum())


def best_text(model, images, size):
    """The text with the largest mean log probability of all that repeat no run of `size` tokens, and that mean."""
    found, open_texts = [], [((), 0.0)]
    while open_texts:
        text, total = open_texts.pop()
        likely = likelihoods(model, images, text)
        for token in range(2, VOCABULARY):
            if size and by_hand(text, len(text), size, VOCABULARY)[token]:
                continue
            longer, score = (*text, token), total + likely[token]
            if token == TOKENS.end or len(longer) == LENGTH:
                found.append((score / len(longer), longer))
            else:
                open_texts.append((longer, score))
    return max(found)


@pytest.mark.whole
@pytest.mark.parametrize("size", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "recipe", [ShowAttendTell(6, 6), TransformerCaptioner(8, 0, 1, 2, 8)], ids=["gru", "transformer"]
)
def test_beam_search_finds_the_best_text_without_repetition(recipe, size):
    """Beams enough for every text of the length: the search must find what trying all of them finds."""
    model = recipe.build("features", GRID, VOCABULARY)
    random = np.random.default_rng(3)
    for weight in model.trainable_weights:
        scale = 2.0 / weight.shape[0] ** 0.5 if len(weight.shape) > 1 else 0.2
        weight.assign(weight + scale * random.standard_normal(weight.shape))
    images = ops.array(random.standard_normal((1, *GRID)).astype("float32"))
    settings = {"beams": 2**LENGTH, "length_penalty": 1.0, "length": LENGTH, "no_repeat": size}
    texts, scores, _ = (np.asarray(one) for one in Captioner.of(model).search(images, TOKENS, **settings))
    score, text = best_text(model, images, size)
    assert texts[0, 0][texts[0, 0] != 0].tolist() == list(text)
    np.testing.assert_allclose(scores[0, 0], score, rtol=1e-4)
    for row, value in zip(texts[0].tolist(), scores[0], strict=True):
        said = [token for token in row if token]
        runs = [tuple(said[start : start + size]) for start in range(len(said) - size + 1)] if size else []
        assert value < -1e29 or len(runs) == len(set(runs))


def test_settings():
    with pytest.raises(ValueError, match="`no_repeat` must be 0 or more. Received: no_repeat=-1"):
        DecodingSettings(no_repeat=-1)
    with pytest.raises(ValueError, match="is for beam search"):
        DecodingSettings(no_repeat=3, sample=True)
