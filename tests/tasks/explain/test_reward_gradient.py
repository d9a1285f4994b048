"""REINFORCE with the mean of the other sentences as baseline: the exact gradient of the expected reward, and its
variance, on sentences of three words of a vocabulary of four.
"""

import itertools

import keras
import numpy as np
import pytest

from tasks.rewards import TEXTS, advantages
from training.token_cross_entropy import TokenCrossEntropy

WORDS, LENGTH = 4, 3
SAMPLES = 20_000
START = WORDS  # the row of the policy before the first word


@pytest.fixture(scope="module")
def problem():
    """A policy p(word | word before), its rewards, all sentences, and the exact gradient of the expected reward."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(WORDS + 1, WORDS))
    policy = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    sentences = np.array(list(itertools.product(range(WORDS), repeat=LENGTH)))
    rewards = 0.3 + 0.6 * (sentences == 1).mean(1) + random.uniform(0.0, 0.1, len(sentences))  # as probabilities are
    before = np.concatenate([np.full((len(sentences), 1), START), sentences[:, :-1]], axis=1)
    chances = policy[before, sentences].prod(1)
    scores = np.array([score(policy, one) for one in sentences])
    return (
        logits,
        policy,
        sentences,
        rewards,
        chances,
        (chances[:, None, None] * rewards[:, None, None] * scores).sum(0),
    )


def score(policy, sentence):
    """The gradient of log p(sentence) by the logits."""
    found = np.zeros_like(policy)
    for previous, word in zip([START, *sentence[:-1]], sentence, strict=True):
        found[previous] -= policy[previous]
        found[previous, word] += 1
    return found


def drawn(problem, seed):
    _, policy, sentences, rewards, chances, _ = problem
    rows = np.random.default_rng(seed).choice(len(sentences), (SAMPLES // TEXTS, TEXTS), p=chances)
    every = np.array([score(policy, one) for one in sentences])
    return every[rows.reshape(-1)], rewards[rows]


def test_the_estimate_is_the_exact_gradient(problem):
    scores, rewards = drawn(problem, 2)  # of twenty entries chance puts one above three errors for one seed in twenty
    estimates = (advantages(rewards)[:, None, None] * scores).reshape(-1, TEXTS, *scores.shape[1:]).mean(1)
    error = estimates.std(0, ddof=1) / len(estimates) ** 0.5
    exact = problem[-1]
    assert np.abs(exact).max() > 0.02
    assert (np.abs(estimates.mean(0) - exact) < 3 * error + 1e-12).all()
    # The fault that it sees: the mean of all as baseline shrinks the gradient by a fifth.
    biased = ((rewards - rewards.mean(1, keepdims=True)).reshape(-1)[:, None, None] * scores).mean(0)
    assert (np.abs(biased - exact) > 3 * error).any()


def test_the_baseline_at_least_halves_the_variance(problem):
    scores, rewards = drawn(problem, 5)
    groups = (-1, TEXTS, *scores.shape[1:])
    with_baseline = (advantages(rewards)[:, None, None] * scores).reshape(groups).mean(1)
    without = (rewards.reshape(-1)[:, None, None] * scores).reshape(groups).mean(1)
    assert with_baseline.var(0).sum() <= 0.5 * without.var(0).sum()


def test_the_loss_has_this_gradient(problem):
    """`TokenCrossEntropy` with advantages as weights: minus their mean over tokens, for tokens 1 to 4."""
    logits, policy, sentences, rewards, _, _ = problem
    rows = np.random.default_rng(3).integers(len(sentences), size=TEXTS)
    weights = advantages(rewards[rows][None])
    labels = sentences[rows] + 1
    before = np.concatenate([np.full((TEXTS, 1), START), sentences[rows][:, :-1]], axis=1)
    loss, step = TokenCrossEntropy(), 1e-6

    def value(table):
        padded = np.concatenate([np.full((*before.shape, 1), -1e9), table[before]], axis=-1)  # token 0 is padding
        return float(keras.ops.convert_to_numpy(loss(labels, keras.ops.convert_to_tensor(padded, "float64"), weights)))

    expected = -sum(w * score(policy, sentences[row]) for w, row in zip(weights, rows, strict=True)) / labels.size
    for place in ((START, 0), (0, 2), (3, 1)):
        moved = np.zeros_like(logits)
        moved[place] = step
        slope = (value(logits + moved) - value(logits - moved)) / (2 * step)
        assert slope == pytest.approx(expected[place], abs=1e-6)
