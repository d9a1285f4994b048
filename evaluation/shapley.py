"""What each column of one row contributes to its answer: Shapley values against other rows.

The answer for a set S of columns is the mean answer over the background rows with the columns of S replaced by those of
the row ("interventional": the other columns are taken as they come, not as they would be beside S). A contribution is
the mean change that a column makes when it joins, over all orders of the columns; all of them add up to the row's
answer less the mean answer of the background (Shapley 1953; Strumbelj and Kononenko 2014,
doi:10.1007/s10115-013-0679-x).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np

from evaluation.evenly import evenly

MOST_EXACT = 8  # columns of which all sets are tried
MOST_ANSWERS = 20_000  # that are computed for one row


@dataclass(frozen=True, eq=False)
class Contributions:
    """Of one row.

    Attributes:
        columns: Their names.
        amounts: What each column contributes, (columns, K).
        base: Mean answer of the background, (K,).
        answer: Of the row, (K,): the base and all amounts.
        error: Standard error of the amounts, (columns, K): zeros where all orders were tried.
        background: Rows that were averaged over.
    """

    columns: tuple[str, ...]
    amounts: np.ndarray
    base: np.ndarray
    answer: np.ndarray
    error: np.ndarray
    background: int


def contributions(
    predict: Callable,
    row: Mapping[str, np.ndarray],
    background: Mapping[str, np.ndarray],
    *,
    most: int = MOST_ANSWERS,
    seed: int = 0,
) -> Contributions:
    """The Shapley values of the columns of one row: exact up to 8 columns, else from orders that are drawn.

    Args:
        predict: Raw columns as a dict of arrays (n,) -> answers (n, K).
        row: Raw columns, each (1,).
        background: Raw columns, each (N,), N at least 1; as many rows as `most` allows are taken, evenly spread.
        most: Answers that are computed.
        seed: Of the orders.
    """
    columns = tuple(row)
    exact = len(columns) <= MOST_EXACT
    each = 2 ** len(columns) if exact else 2 * (len(columns) + 1)
    count = min(len(background[columns[0]]), max(1, most // each))
    spread = evenly(len(background[columns[0]]), count)
    background = {name: background[name][spread] for name in columns}
    if exact:
        chosen = (np.arange(2 ** len(columns))[:, None] >> np.arange(len(columns))) & 1 == 1  # (sets, columns)
        values = _answers(predict, row, background, np.repeat(chosen, count, axis=0), np.tile(np.arange(count), each))
        values = values.reshape(each, count, -1).mean(axis=1)
        amounts = _weighed(values, len(columns))
        return Contributions(columns, amounts, values[0], values[-1], np.zeros_like(amounts), count)
    random = np.random.default_rng(seed)
    orders = np.stack([random.permutation(len(columns)) for _ in range(count)])
    orders = np.concatenate([orders, orders[:, ::-1]])  # an order and its reverse have errors of opposite signs
    ranks = np.argsort(orders, axis=1)
    chosen = ranks[:, None, :] < np.arange(len(columns) + 1)[None, :, None]  # (orders, steps, columns)
    rows = np.repeat(np.tile(np.arange(count), 2), len(columns) + 1)
    values = _answers(predict, row, background, chosen.reshape(-1, len(columns)), rows)
    values = values.reshape(len(orders), len(columns) + 1, -1)
    changes = np.take_along_axis(np.diff(values, axis=1), ranks[:, :, None], axis=1)  # (orders, columns, K)
    pairs = (changes[:count] + changes[count:]) / 2
    error = pairs.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.full(pairs.shape[1:], np.nan)
    return Contributions(columns, pairs.mean(axis=0), values[:, 0].mean(axis=0), values[0, -1], error, count)


def _answers(predict, row, background, chosen: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Answers (n, K) for background rows whose columns `chosen`, bool (n, columns), are those of the row."""
    mixed = {}
    for place, (name, value) in enumerate(row.items()):
        mixed[name] = np.where(chosen[:, place], np.repeat(value, len(rows)), background[name][rows])
    return np.asarray(predict(mixed), np.float64)


def _weighed(values: np.ndarray, columns: int) -> np.ndarray:
    """Shapley values (columns, K) of the answers (2 ** columns, K) for all sets, bit i standing for column i."""
    sets = np.arange(2**columns)
    sizes = (sets[:, None] >> np.arange(columns) & 1).sum(axis=1)
    weights = np.array([factorial(size) * factorial(columns - size - 1) for size in range(columns)]) / factorial(
        columns
    )
    amounts = []
    for column in range(columns):
        without = sets[(sets >> column) & 1 == 0]
        changes = values[without | 1 << column] - values[without]
        amounts.append((weights[sizes[without], None] * changes).sum(axis=0))
    return np.stack(amounts)
