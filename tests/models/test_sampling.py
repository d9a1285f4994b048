"""Texts drawn at random: their frequencies against the softmax, their scores, and that noise decides all."""

import functools

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from models.sampling import sample
from tests.models.tiny_translators import LENGTH, LIMITS, SOURCES, TOKENS, compiled, translator

DRAWS = (2000, 10)  # rows of the batch, and samples of each


@pytest.fixture(scope="module", params=[pytest.param("transformer, rotary", marks=pytest.mark.whole), "gru, additive"])
def network(request):
    network = translator(request.param)
    functions = {}

    def draw(noise, sources=SOURCES, limits=LIMITS, temperature=1.0, top_k=None, top_p=1.0):
        key = top_k, top_p == 1.0  # known beforehand, a share of 1 needs no sorting
        if key not in functions:
            functions[key] = compiled(functools.partial(draws, network, top_k=top_k, whole=key[1]), xla=False)
        settings = (np.float32(temperature), np.float32(top_p))
        found = functions[key](*map(ops.convert_to_tensor, (noise, sources, limits, *settings)))
        return [np.asarray(part) for part in found]

    network.draw = draw
    return network


def draws(network, noise, source, limits, temperature, top_p, top_k, whole=False):
    settings = {"noise": noise, "limits": limits, "temperature": temperature, "top_k": top_k}
    settings["top_p"] = 1.0 if whole else top_p
    return sample(*network.parts, network.encoder(source), ops.not_equal(source, 0), TOKENS, **settings)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, "float32")


def probabilities(logs, temperature=1.0, top_k=None, top_p=1.0):
    """What a token should be drawn with, from the log probabilities of the network."""
    logs = logs.copy()
    logs[list(TOKENS.never)] = -np.inf
    order = np.argsort(-logs)[:top_k]
    shares = np.exp((logs[order] - logs[order[0]]) / temperature)
    shares /= shares.sum()
    kept = int(np.argmax(np.cumsum(shares) >= top_p - 1e-9)) + 1 if top_p < 1 else len(order)
    result = np.zeros(len(logs))
    result[order[:kept]] = shares[:kept] / shares[:kept].sum()
    return result


SETTINGS = [
    {"temperature": 0.5},
    {},
    {"temperature": 2.0},
    {"temperature": 2.0, "top_p": 0.6},
    {"temperature": 2.0, "top_p": 0.05},
    {"temperature": 1.5, "top_k": 4},
    {"temperature": 2.0, "top_k": 4, "top_p": 0.7},
    {"temperature": 2.0, "top_k": 100},
]


@pytest.mark.whole
@pytest.mark.parametrize("network", ["gru, additive"], indirect=True)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_frequencies_are_those_of_the_softmax(network, settings):
    rows = np.tile(SOURCES[:1], (DRAWS[0], 1))
    texts, *_ = network.draw(noise(*DRAWS, 1), rows, np.ones(DRAWS[0], "int32"), **settings)
    counts = np.bincount(texts.ravel(), minlength=network.vocab_size)
    expected = probabilities(network.oracle(SOURCES[0], [()])[0], **settings) * counts.sum()
    assert not counts[expected == 0].any()
    some = expected > 0
    if some.sum() > 1:
        assert stats.chisquare(counts[some], expected[some]).pvalue > 1e-3
    possible = network.vocab_size - len(TOKENS.never)
    assert some.sum() == 1 if settings.get("top_p") == 0.05 else 1 < some.sum() <= settings.get("top_k", possible)
    assert (some.sum() < possible) == ("top_p" in settings or settings.get("top_k", possible) < possible)


@pytest.mark.whole
def test_each_step_is_drawn_given_the_steps_before(network):
    """Frequencies of the second token among the texts whose first is the most frequent one that goes on."""
    rows = np.tile(SOURCES[1:2], (DRAWS[0], 1))
    texts, *_ = network.draw(noise(*DRAWS, 2, seed=1), rows, np.full(DRAWS[0], 2, "int32"), temperature=2.0)
    texts = texts.reshape(-1, 2)
    first = max(set(range(3, network.vocab_size)), key=(texts[:, 0]).tolist().count)
    counts = np.bincount(texts[texts[:, 0] == first, 1], minlength=network.vocab_size)
    expected = probabilities(network.oracle(SOURCES[1], [(first,)])[0], 2.0) * counts.sum()
    assert not counts[expected == 0].any()
    assert stats.chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 1e-3


def test_texts_end_at_their_limits_and_score_what_the_network_thinks(network):
    texts, scores, complete = network.draw(noise(len(SOURCES), 7, LENGTH), temperature=2.0)
    lengths = set()
    for row, (source, limit) in enumerate(zip(SOURCES, LIMITS, strict=True)):
        assert (np.diff(scores[row]) <= 0).all()
        for text, score, ended in zip(texts[row], scores[row], complete[row], strict=True):
            tokens = tuple(text[text != 0].tolist())
            assert len(tokens) == limit or (len(tokens) < limit and tokens[-1] == TOKENS.end)
            assert TOKENS.end not in tokens[:-1] and TOKENS.start not in tokens and not text[len(tokens) :].any()
            assert ended == (tokens[-1] == TOKENS.end)
            assert score == pytest.approx(network.oracle.score(source, tokens) / len(tokens), rel=1e-5, abs=1e-5)
            lengths.add(len(tokens))
    assert len(lengths) > 3


def test_the_noise_decides(network):
    first, second, other = (
        network.draw(noise(len(SOURCES), 7, LENGTH, seed=seed), temperature=2.0) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first[0], second[0])
    assert (first[0] != other[0]).any()
    longest = network.draw(
        np.full((len(SOURCES), 7, LENGTH), np.nextafter(np.float32(1), np.float32(0))), temperature=2.0
    )
    assert not np.isin(longest[0], TOKENS.start).any() and (longest[0][:, :, 0] != 0).all()


def test_the_most_probable_token_alone_is_greedy(network):
    texts, scores, _ = network.draw(noise(len(SOURCES), 2, LENGTH), temperature=2.0, top_k=1)
    for row, (source, limit) in enumerate(zip(SOURCES, LIMITS, strict=True)):
        text = ()
        while len(text) < limit and TOKENS.end not in text:
            text += (int(np.argmax(probabilities(network.oracle(source, [text])[0], top_k=1))),)
        for found in texts[row]:
            assert found[found != 0].tolist() == list(text)


@pytest.mark.whole
@pytest.mark.parametrize("network", ["transformer, rotary"], indirect=True)
def test_lowered_by_xla_the_draws_are_the_same(network):
    if keras.backend.backend() == "jax":
        pytest.skip("on JAX every compiled function is lowered by XLA")
    given = (noise(len(SOURCES), 4, LENGTH), SOURCES, LIMITS, np.float32(2), np.float32(0.9))
    lowered = compiled(functools.partial(draws, network, top_k=5))(*map(ops.convert_to_tensor, given))
    plain = network.draw(*given[:4], top_p=0.9, top_k=5)
    np.testing.assert_array_equal(np.asarray(lowered[0]), plain[0])
    np.testing.assert_allclose(np.asarray(lowered[1]), plain[1], rtol=1e-5, atol=1e-5)
