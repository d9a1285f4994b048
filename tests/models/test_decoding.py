"""Beam search against a search by hand that keeps no cache, and against all texts there are."""

import functools
import itertools

import keras
import numpy as np
import pytest
from keras import ops

from models import decoding
from models.decoding import beam_search, best_continuations
from tests.models.tiny_translators import ENSEMBLES, LENGTH, LIMITS, RECIPES, SOURCES, TOKENS, compiled, translator

PENALTIES = (0.0, 0.6, 1.0, 2.0)
END = TOKENS.end


# Each takes up to ten seconds to compile; their layers are compared with their twins in `make test`.
MARKS = {
    "gru, additive": [],
    **dict.fromkeys(("transformer, post", "lstm, multiplicative", "transformer, two members"), [pytest.mark.slow]),
}
NETWORKS = [pytest.param(name, marks=MARKS.get(name, [pytest.mark.whole])) for name in (*RECIPES, *ENSEMBLES)]


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    network = translator(request.param)
    network.search = in_one_graph(network)
    return network


def search(network):
    """The search of a network, as a function of tensors."""

    def run(source, limits, length_penalty, beams, length):
        encoded = network.encoder(source)
        settings = {"beams": beams, "limits": limits, "length": length, "length_penalty": length_penalty}
        return beam_search(*network.parts, encoded, ops.not_equal(source, 0), TOKENS, **settings)

    return run


def in_one_graph(network):
    """The same, compiled; on TensorFlow once for all shapes and settings, as a SavedModel needs it."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(search(network), static_argnames=("beams", "length"))
    import tensorflow as tf

    shapes = {"source": (None, None), "limits": (None,)}
    names = ("source", "limits", "length_penalty", "beams", "length")
    types = {name: "float32" if name == "length_penalty" else "int32" for name in names}
    signature = {name: tf.TensorSpec(shapes.get(name, ()), types[name]) for name in names}
    return tf.function(search(network), input_signature=list(signature.values()))


def given(source=SOURCES, limits=LIMITS, length_penalty=1.0):
    return [ops.convert_to_tensor(x) for x in (source, limits, np.float32(length_penalty))]


def run(function, beams, length_penalty=1.0, source=SOURCES, limits=LIMITS, length=LENGTH):
    found = function(*given(source, limits, length_penalty), beams=beams, length=length)
    return [np.asarray(part) for part in found]


def by_hand(oracle, source, beams, limit, length_penalty):
    """The rules of `models/decoding.py` for one sentence: (score, text), the best first."""
    alive, finished = [(0.0, ())], []
    for step in range(1, limit + 1):
        continued = []
        for (total, text), logs in zip(alive, oracle(source, [text for _, text in alive]), strict=True):
            continued += [(total + log, (*text, token)) for token, log in enumerate(logs) if token not in TOKENS.never]
        continued = sorted(continued, reverse=True)[: 2 * beams]
        for total, text in continued[:beams]:
            if text[-1] == END or step == limit:
                finished.append((total / step**length_penalty, text))
        if len(finished) >= beams:
            break
        alive = [(total, text) for total, text in continued if text[-1] != END][:beams]
    return sorted(finished, reverse=True)[:beams]


def padded(text, length=LENGTH):
    return [*text, *[0] * (length - len(text))]


def check(found, network, beams, length_penalty, sources=SOURCES, limits=LIMITS):
    texts, scores, complete = found
    for row, (source, limit) in enumerate(zip(sources, limits, strict=True)):
        expected = by_hand(network.oracle, source, beams, limit, length_penalty)
        assert texts[row].tolist()[: len(expected)] == [padded(text, texts.shape[-1]) for _, text in expected]
        np.testing.assert_allclose(scores[row][: len(expected)], [score for score, _ in expected], rtol=1e-5, atol=1e-5)
        assert complete[row].tolist()[: len(expected)] == [text[-1] == END for _, text in expected]
    return {len(np.trim_zeros(text)) for text in texts.reshape(-1, texts.shape[-1])}


@pytest.mark.whole
def test_beam_search_equals_the_search_by_hand(network):
    lengths = set()
    for length_penalty in PENALTIES:
        found = run(network.search, 4, length_penalty)
        lengths |= check(found, network, 4, length_penalty)
        assert not np.isin(found[0][found[0] != 0], TOKENS.never).any()
    assert len(lengths) > 3  # texts of many lengths: else this test would show little


def few_on_jax(network, *names):
    if keras.backend.backend() == "jax" and network.name not in names:
        pytest.skip("each takes seconds to compile on JAX; all are searched with 4 beams")


@pytest.mark.whole
@pytest.mark.parametrize("beams", [1, 2])
def test_fewer_beams_equal_the_search_by_hand(network, beams):
    few_on_jax(network, "transformer, pre", "gru, additive")
    for length_penalty in (0.0, 2.0):
        check(run(network.search, beams, length_penalty), network, beams, length_penalty)


def test_one_beam_is_greedy(network):
    few_on_jax(network, "transformer, pre", "gru, additive")
    texts, scores, complete = run(network.search, 1)
    for row, (source, limit) in enumerate(zip(SOURCES, LIMITS, strict=True)):
        text = ()
        while len(text) < limit and END not in text:
            logs = network.oracle(source, [text])[0]
            text += (max(set(range(network.vocab_size)) - set(TOKENS.never), key=lambda token: logs[token]),)
        assert texts[row, 0].tolist() == padded(text)
        assert scores[row, 0] == pytest.approx(network.oracle.score(source, text) / len(text), rel=1e-5)
        assert complete[row, 0] == (text[-1] == END)


@pytest.mark.whole
@pytest.mark.parametrize("length_penalty", PENALTIES)
def test_a_beam_as_wide_as_the_tree_finds_the_best_of_all_texts(length_penalty, tiny):
    found, scores, complete = run(tiny.search, 24, length_penalty, SOURCES[:1], np.array([4], "int32"), length=4)
    words = [3, 4]
    ended = [(*text, END) for length in range(4) for text in itertools.product(words, repeat=length)]
    texts = ended + list(itertools.product(words, repeat=4))
    all_scores = [tiny.oracle.score(SOURCES[0], text) / len(text) ** length_penalty for text in texts]
    best = np.argsort(all_scores)[::-1][:24]
    assert found[0].tolist() == [padded(texts[place], 4) for place in best]
    np.testing.assert_allclose(scores[0], np.array(all_scores)[best], rtol=1e-5, atol=1e-5)
    assert complete[0].tolist() == [END in texts[place] for place in best]


@pytest.fixture(scope="module")
def tiny():
    """Two words and the end: 31 texts of at most 4 tokens, 24 continuations of those that have not ended before."""
    network = translator("transformer, pre", vocab_size=5)
    network.search = in_one_graph(network)
    return network


def test_fewer_texts_than_beams_leave_the_rest_empty(tiny):
    limits = np.array([1, 1, 2, 1, 1], "int32")
    texts, scores, complete = run(tiny.search, 8, limits=limits, length=2)
    for row, count in enumerate([3, 3, 7, 3, 3]):
        assert not texts[row, count:].any() and not complete[row, count:].any()
        assert (scores[row, :count] > -100).all() and (scores[row, count:] < -1e29).all()
    check((texts, scores, complete), tiny, 8, 1.0, limits=limits)


def test_padding_and_company_change_nothing(network):
    """Of the source, of the batch, and a longer `length`."""
    few_on_jax(network, "transformer, rotary", "gru, additive")
    alone = run(network.search, 4)
    sources = np.pad(np.concatenate([SOURCES[::-1], SOURCES]), [(0, 0), (0, 4)])
    limits = np.concatenate([LIMITS[::-1], LIMITS])
    among = run(network.search, 4, source=sources, limits=limits, length=LENGTH + 3)
    for part, other in zip(alone, among, strict=True):
        other = other[:, :, :LENGTH] if other.ndim == 3 else other
        np.testing.assert_allclose(other[len(SOURCES) :], part, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(other[: len(SOURCES)], part[::-1], rtol=1e-5, atol=1e-5)
    assert not among[0][:, :, LENGTH:].any()


@pytest.mark.parametrize(
    "name",
    ["transformer, rotary", pytest.param("gru, additive", marks=pytest.mark.slow)],
)
def test_compiled_equals_eager(name):
    """Lowered by XLA as a whole; of a vocabulary of several chunks."""
    network = translator(name, vocab_size=150)
    xla = compiled(functools.partial(search(network), beams=4, length=LENGTH))
    eager, lowered = run(search(network), 4), [np.asarray(part) for part in xla(*given())]
    np.testing.assert_array_equal(eager[0], lowered[0])
    np.testing.assert_allclose(eager[1], lowered[1], rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(eager[2], lowered[2])
    check(lowered, network, 4, 1.0)


@pytest.mark.whole
@pytest.mark.parametrize(("beams", "vocab_size"), [(1, 2), (4, 6), (3, 64), (1, 65), (5, 130), (2, 1000)])
def test_best_continuations_equal_a_sort(beams, vocab_size):
    """Of equal ones the first hypothesis counts, then the first token."""
    random = np.random.default_rng(vocab_size)
    never = np.where(np.arange(vocab_size) < min(2, vocab_size - 2), decoding.HIDDEN, 0.0).astype("float32")
    # Few levels: many are equal. Few that matter: equal ones in chunks of different maxima.
    for levels, share in [(3, 1.0), (10**6, 1.0), (3, 0.02)]:
        probabilities = 1 / (1 + random.integers(0, levels, (3, beams, vocab_size)).astype("float32"))
        probabilities = np.where(random.random(probabilities.shape) < share, probabilities, np.float32(1e-30))
        probabilities[1, :, :2] = 1.0  # the most probable tokens are those that no text holds
        probabilities[2, 0, -1] = 0.0
        totals = -random.integers(0, levels, (3, beams)).astype("float32")
        totals[0, -1] = decoding.HIDDEN
        given = [ops.convert_to_tensor(part) for part in (probabilities, totals)]
        logs = np.asarray(decoding.logs(given[0]))
        np.testing.assert_allclose(logs, np.log(probabilities, where=probabilities > 0, out=logs.copy()), rtol=1e-6)
        sums = (logs + never + totals[..., None]).reshape(3, -1)
        expected = np.argsort(-sums, axis=1, kind="stable")[:, : 2 * beams]
        found = best_continuations(*given, 2 * beams, ops.convert_to_tensor(never))
        found = [np.asarray(part) for part in found]
        np.testing.assert_array_equal(found[0], np.take_along_axis(sums, expected, axis=1))
        np.testing.assert_array_equal(found[1] * vocab_size + found[2], expected)
