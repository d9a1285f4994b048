"""Attention rollout beside what is known of it."""

import numpy as np

from evaluation.rollout import rollout


def test_it_is_the_product_of_the_blocks():
    random = np.random.default_rng(0)
    weights = [random.dirichlet(np.ones(5), (3, 5)) for _ in range(2)]
    first, second = ((block.mean(axis=0) + np.eye(5)) / 2 for block in weights)
    np.testing.assert_allclose(rollout(weights, 5), (second @ first).mean(axis=0))


def test_padding_has_no_share():
    weights = np.zeros((1, 4, 4))
    weights[:, :, :2] = 0.5
    found = rollout([weights], 2)
    assert found.shape == (2,)
    np.testing.assert_allclose(found, [0.5, 0.5])
