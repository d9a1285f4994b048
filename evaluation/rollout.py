"""How much of each token reaches the mean of a Transformer's outputs: attention rollout.

Abnar and Zuidema 2020, Quantifying attention flow in transformers (arXiv:2005.00928).
"""

from collections.abc import Sequence

import numpy as np


def rollout(weights: Sequence[np.ndarray], count: int) -> np.ndarray:
    """The share of each of the first `count` tokens, (count,), adding up to 1.

    Args:
        weights: Of each block the attention of one text, (heads, tokens, tokens), the first block first.
        count: Tokens that are no padding.
    """
    reached = np.eye(count)
    for block in weights:
        mixed = (
            block[:, :count, :count].mean(axis=0) + np.eye(count)
        ) / 2  # what passes by the attention counts as much
        reached = mixed / mixed.sum(axis=1, keepdims=True) @ reached
    return reached.mean(axis=0)
