"""Shapley values beside their definition, all orders enumerated, and beside the closed form of a linear model."""

from itertools import permutations

import numpy as np
import pytest

from evaluation import shapley
from evaluation.shapley import contributions


def rows(count, columns, seed=0):
    random = np.random.default_rng(seed)
    return {f"c{i}": random.normal(size=count) for i in range(columns)}


def first(table):
    return {name: values[:1] + 1 for name, values in table.items()}


def bent(columns):
    """Interactions of two and three columns, and two outputs."""
    a, b, c, d = (columns[f"c{i}"] for i in range(4))
    return np.stack([a * b + np.sin(c) * d * a + d, np.maximum(a, c) - b**2], axis=1)


def by_definition(predict, row, background):
    """The mean over all orders of the change that a column makes when it joins."""
    names = tuple(row)

    def mean(chosen):
        count = len(background[names[0]])
        return predict({n: np.repeat(row[n], count) if n in chosen else background[n] for n in names}).mean(axis=0)

    found = dict.fromkeys(names, 0)
    orders = list(permutations(names))
    for order in orders:
        for place, name in enumerate(order):
            found[name] += (mean(order[: place + 1]) - mean(order[:place])) / len(orders)
    return np.stack([found[name] for name in names])


def test_four_columns_are_those_of_the_definition():
    table = rows(7, 4)
    found = contributions(bent, first(table), table)
    np.testing.assert_allclose(found.amounts, by_definition(bent, first(table), table), atol=1e-12)
    assert not found.error.any() and found.background == 7


@pytest.mark.parametrize("exact", [True, False])
def test_they_add_up_to_the_answer_less_the_mean_answer(exact, monkeypatch):
    monkeypatch.setattr(shapley, "MOST_EXACT", 8 if exact else 0)
    table = rows(30, 4)
    found = contributions(bent, first(table), table)
    np.testing.assert_allclose(found.base, bent(table).mean(axis=0))
    np.testing.assert_allclose(found.answer, bent(first(table))[0])
    np.testing.assert_allclose(found.base + found.amounts.sum(axis=0), found.answer)


def test_orders_that_are_drawn_come_near_the_exact_values(monkeypatch):
    table = rows(400, 4)
    exact = contributions(bent, first(table), table, most=10**6)
    monkeypatch.setattr(shapley, "MOST_EXACT", 0)
    drawn = contributions(bent, first(table), table, most=10**6)
    assert (np.abs(drawn.amounts - exact.amounts) < 4 * drawn.error + 1e-9).all()
    assert drawn.error.max() < 0.2


@pytest.mark.parametrize("columns", [3, 20])
def test_a_linear_model_has_the_closed_form(columns):
    """The weight times the distance from the mean of the background: whatever the order, so without any error."""
    table, weights = rows(50, columns), np.random.default_rng(1).normal(size=columns)

    def predict(given):
        return np.stack([given[f"c{i}"] for i in range(columns)], axis=1) @ weights[:, None] + 3

    found = contributions(predict, first(table), table)
    assert found.background == 50
    means = np.array([table[f"c{i}"].mean() for i in range(columns)])
    here = np.array([first(table)[f"c{i}"][0] for i in range(columns)])
    np.testing.assert_allclose(found.amounts[:, 0], weights * (here - means), atol=1e-9)


def test_words_and_numbers_keep_their_kinds():
    table = {"age": np.array([1.0, np.nan], np.float32), "town": np.array(["Ulm", "Bonn"], object)}
    seen = []

    def predict(given):
        seen.append({name: (values.dtype, set(map(str, values))) for name, values in given.items()})
        return (given["town"] == "Ulm").astype(float)[:, None]

    found = contributions(predict, {"age": np.array([7.0], np.float32), "town": np.array(["Ulm"], object)}, table)
    assert seen[0] == {"age": (np.float32, {"1.0", "nan", "7.0"}), "town": (object, {"Ulm", "Bonn"})}
    np.testing.assert_allclose(found.amounts[:, 0], [0, 0.5])


def test_no_more_answers_are_computed_than_allowed():
    asked, table = [], rows(500, 4)

    def predict(given):
        asked.append(len(given["c0"]))
        return bent(given)

    contributions(predict, first(table), table, most=200)
    assert sum(asked) <= 200
