"""What KerasTuner's oracles are asked for, and that failed trials do not mislead them."""

import itertools
import math
import typing

import keras_tuner
import pytest

from tuning import oracles
from tuning.trial import Strategy, Trial


def space():
    hp = keras_tuner.HyperParameters()
    hp.Choice("act", ["relu", "tanh", "elu"])
    hp.Int("layers", 1, 4)
    return hp


def run(oracle, outcome, most=60):
    """Trials until the oracle stops, each ended as `outcome(trial)` says; the default has failed."""
    oracles.report_default(oracle, Trial(0, {}, "failed"))
    found = []
    while len(found) < most and (made := oracle.create_trial(f"t{len(found)}")).status == "RUNNING":
        trial = outcome(oracles.chosen(oracle, made, len(found) + 1, 0, 81))
        oracles.report(oracle, made, trial)
        found.append(trial)
    return found


def completed(trial: Trial) -> Trial:
    score = trial.values["layers"] + (trial.values["act"] != "tanh")
    return Trial(trial.number, trial.values, "completed", float(score), round=trial.round)


def test_grid_is_every_combination_once():
    found = run(oracles.make("grid", space(), "val_loss", "min", 0, 100), completed)
    wanted = set(itertools.product(["relu", "tanh", "elu"], [1, 2, 3, 4]))
    assert len(found) == 12 and {(one.values["act"], one.values["layers"]) for one in found} == wanted


def test_grid_does_not_wait_for_trials_that_run():
    oracle = oracles.make("grid", space(), "val_loss", "min", 0, 100)
    made = [oracle.create_trial(f"t{number}") for number in range(12)]
    assert len({str(one.hyperparameters.values) for one in made if one.status == "RUNNING"}) == 12
    in_turn = run(oracles.make("grid", space(), "val_loss", "min", 0, 100), completed)
    assert [one.hyperparameters.values for one in made] == [one.values for one in in_turn]
    assert oracle.create_trial("t12").status == "IDLE"


def test_random_search_ends_with_its_space():
    found = run(oracles.make("random", space(), "val_loss", "min", 0, 100), completed)
    assert 8 <= len({str(one.values) for one in found}) == len(found) <= 12


@pytest.mark.parametrize("strategy", typing.get_args(Strategy))
def test_trials_that_fail_or_are_no_number_do_not_stop_a_search(strategy):
    def outcome(trial):
        if trial.number % 2:
            return Trial(trial.number, trial.values, "failed", error="KeyError: 'x'")
        score = math.nan if trial.number % 4 == 0 else 1.0
        return Trial(trial.number, trial.values, "completed", score)

    hp = space()
    hp.Float("rate", 1e-4, 1e-1, sampling="log")
    assert len(run(oracles.make(strategy, hp, "val_loss", "min", 0, 10), outcome, 10)) == 10


@pytest.mark.parametrize(("trials", "units"), [(1, 3), (6, 3), (22, 3), (23, 9), (69, 9), (70, 27)])
def test_hyperband_is_sized_to_the_trials(trials, units):
    assert oracles.units(trials) == units


def test_hyperband_promotes_the_best_to_more_epochs():
    hp = space()
    hp.Float("rate", 1e-4, 1e-1, sampling="log")
    found = run(oracles.make("hyperband", hp, "val_loss", "min", 0, 24), completed, 24)
    first = found[:13]  # the bracket of nine, three, one
    assert [trial.values["epochs"] for trial in first] == [9] * 9 + [27] * 3 + [81]
    assert [trial.round for trial in first] == [0] * 9 + [1] * 3 + [2]
    scores = sorted(trial.score for trial in first[:9])
    assert sorted(trial.score for trial in first[9:12]) == scores[:3]
    assert first[12].score == scores[0]
    assert not any(name.startswith("tuner/") for trial in found for name in trial.values)


def test_a_seed_is_a_search():
    def values(seed):
        hp = keras_tuner.HyperParameters()
        hp.Float("rate", 1e-4, 1e-1, sampling="log")
        oracle = oracles.make("random", hp, "val_loss", "min", seed, 5)
        return [t.values["rate"] for t in run(oracle, lambda t: Trial(t.number, t.values, "completed", 1.0), 5)]

    assert values(0) == values(0) != values(1)
