"""What a sentence says about the class of a bird: exactly, under the probabilities that both are made by.

Which attributes a sentence mentions depends on what can be seen and on salience, not on the class; the values of two
attributes are independent given the class. So p(class | mentions) is proportional to the product of
p(value | class) over the mentions, all classes being equally frequent.
"""

from collections.abc import Iterable

import numpy as np

from data.birds.kinds import ATTRIBUTES, Kinds


def likelihoods(kinds: Kinds) -> list[np.ndarray]:
    """p(value | class) of each attribute, float (classes, values)."""
    return [kinds.likelihood(attribute) for attribute in range(len(ATTRIBUTES))]


def posterior(mentions: Iterable[tuple[int, int]], tables: list[np.ndarray]) -> np.ndarray:
    """p(class | mentions), float (classes,): zeros where no class has all of them, as of two values of one attribute.

    Args:
        mentions: (attribute, value) numbers; without any, all classes are equally probable.
        tables: Of `likelihoods`.
    """
    product = np.ones(len(tables[0]))
    for attribute, value in dict.fromkeys(mentions):
        product = product * tables[attribute][:, value]
    if len({attribute for attribute, _ in mentions}) < len(set(mentions)):
        return np.zeros(len(product))
    return product / max(product.sum(), np.finfo(float).tiny)
