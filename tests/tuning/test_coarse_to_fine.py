"""Coarse to fine: what the ranges are, by hand; and that it pays, on a function whose minimum is known."""

import keras_tuner
import numpy as np
import pytest

from tuning import oracles
from tuning.coarse_to_fine import UNKNOWN, CoarseToFineOracle, around
from tuning.trial import Trial


def space():
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 1e-5, 1e-1, sampling="log")
    hp.Float("share", 0.0, 1.0)
    hp.Int("units", 1, 64, sampling="log")
    hp.Choice("act", ["relu", "tanh", "elu"])
    hp.Boolean("norm")
    hp.Fixed("epochs", 3)
    with hp.conditional_scope("norm", [True]):
        hp.Float("momentum", 0.5, 1.0)
    return hp


def searched(oracle, loss, trials, default=None):
    """Trials of an oracle, each with its loss; the default had failed unless its score is given."""
    oracles.report_default(oracle, Trial(0, {}, "failed" if default is None else "completed", default))
    found = []
    for number in range(1, trials + 1):
        made = oracle.create_trial(f"t{number}")
        trial = oracles.chosen(oracle, made, number, 0, 1)
        trial = Trial(number, trial.values, "completed", loss(trial.values), round=trial.round, ranges=trial.ranges)
        oracles.report(oracle, made, trial)
        found.append(trial)
    return found


def bowl(values):
    """Lowest at a rate of 0.001, a share of 0.3, 16 units, tanh."""
    rate, units = np.log10(values["rate"]) + 3, np.log2(values["units"]) - 4
    return float(rate**2 / 4 + (values["share"] - 0.3) ** 2 * 4 + units**2 / 9 + 0.3 * (values["act"] != "tanh"))


@pytest.mark.parametrize(("score", "inside"), [(-1.0, True), (1e6, False)])
def test_a_default_that_is_better_than_all_trials_is_what_ranges_narrow_around(score, inside):
    hp = space()
    hp.values["rate"], hp.values["act"] = 2e-5, "elu"  # far from the minimum of `bowl`
    oracle = oracles.make("coarse-to-fine", hp, "val_loss", "min", 3, 24)
    last = searched(oracle, bowl, 24, default=score)[-1]
    low, high = last.ranges["rate"]
    assert (low <= 2e-5 <= high) is inside
    assert ("elu" in last.ranges["act"]) or not inside


def test_a_default_that_failed_is_nowhere():
    oracle = oracles.make("coarse-to-fine", space(), "val_loss", "min", 3, 24)
    oracles.report_default(oracle, Trial(0, {}, "failed", None))
    assert oracle.ranked([]) == []


def test_ranges_halve_around_the_best_on_their_own_scale():
    found = searched(oracles.make("coarse-to-fine", space(), "val_loss", "min", 3, 24), bowl, 24)
    assert [trial.round for trial in found] == [0] * 12 + [1] * 4 + [2] * 4 + [3] * 4
    assert found[0].ranges["rate"] == pytest.approx([1e-5, 1e-1])
    assert found[0].ranges["act"] == ["relu", "tanh", "elu"]
    assert "epochs" not in found[0].ranges and all(trial.values["epochs"] == 3 for trial in found)
    for position in (12, 16, 20):
        best = min(found[: position - UNKNOWN], key=lambda trial: trial.score)
        trial = found[position]
        low, high = trial.ranges["rate"]
        assert np.log10(high / low) == pytest.approx(4 / 2**trial.round)
        assert low <= best.values["rate"] <= high
        # In the middle, unless that would leave the first range.
        centre = np.log10(best.values["rate"])
        assert np.log10(low * high) / 2 == pytest.approx(
            np.clip(centre, -5 + 2 / 2**trial.round, -1 - 2 / 2**trial.round)
        )
        assert best.values["act"] in trial.ranges["act"]
    for trial in found:
        low, high = trial.ranges["rate"]
        assert low <= trial.values["rate"] <= high
        assert trial.ranges["units"][0] <= trial.values["units"] <= trial.ranges["units"][1]
        assert trial.values["act"] in trial.ranges["act"]
        assert ("momentum" in trial.values) == trial.values["norm"], "only where it is in use"


def test_later_rounds_change_some_hyperparameters_of_the_best():
    found = searched(oracles.make("coarse-to-fine", space(), "val_loss", "min", 3, 24), bowl, 24)
    same = []
    for position in range(12, 24):
        best, trial = min(found[: position - UNKNOWN], key=lambda trial: trial.score), found[position]
        shared = [name for name in trial.values if trial.values[name] == best.values.get(name)]
        assert len(shared) < len(trial.values), "none is the best itself"
        same.append(len(shared) / len(trial.values))
    assert 0.4 < np.mean(same) < 0.8


def test_a_later_trial_waits_for_those_that_it_knows():
    """All but the last two, and the default."""
    oracle = oracles.make("coarse-to-fine", space(), "val_loss", "min", 3, 12)
    made = [oracle.create_trial(f"t{number}") for number in range(6)]
    assert {one.status for one in made} == {"RUNNING"}
    trials = [oracles.chosen(oracle, one, number, 0, 1) for number, one in enumerate(made, start=1)]
    for one, trial in list(zip(made, trials, strict=True))[: 6 - UNKNOWN]:
        assert oracle.create_trial("later").status == "IDLE"
        oracles.report(oracle, one, Trial(trial.number, trial.values, "completed", bowl(trial.values)))
    assert oracle.create_trial("later").status == "IDLE"
    oracles.report_default(oracle, Trial(0, {}, "completed", 1.0))
    assert oracle.create_trial("later").status == "RUNNING"
    assert oracle.create_trial("still later").status == "IDLE"


def test_a_maximum_is_found_as_well():
    found = searched(oracles.make("coarse-to-fine", space(), "val_bleu", "max", 3, 16), lambda v: -bowl(v), 16)
    best = max(found[: 8 - UNKNOWN], key=lambda trial: trial.score)
    assert found[8].ranges["share"][0] <= best.values["share"] <= found[8].ranges["share"][1]


@pytest.mark.whole
def test_it_is_ahead_of_random_search():
    """Mean of the best of 30 trials over 20 seeds, on a function that is no bowl either."""

    def rough(values):
        return bowl(values) + 0.1 * np.sin(20 * values["share"]) + 0.1 * np.cos(3 * np.log(values["rate"]))

    best = {}
    for strategy in ("random", "coarse-to-fine"):
        runs = [searched(oracles.make(strategy, space(), "val_loss", "min", seed, 30), rough, 30) for seed in range(20)]
        best[strategy] = np.mean([min(trial.score for trial in run) for run in runs])
    assert best["coarse-to-fine"] < 0.8 * best["random"] + 0.2 * rough(BEST)


BEST = {"rate": 1e-3, "share": 0.3, "units": 16, "act": "tanh"}


def test_a_small_space_is_exhausted():
    hp = keras_tuner.HyperParameters()
    hp.Choice("act", ["relu", "tanh"])
    oracle = oracles.make("coarse-to-fine", hp, "val_loss", "min", 0, 9)
    found = searched(oracle, lambda values: 0.0, 2)
    assert {trial.values["act"] for trial in found} == {"relu", "tanh"}
    assert oracle.create_trial("t3").status == "STOPPED"


def test_windows_stay_inside():
    assert around(0.5, 0.25) == (0.375, 0.625)
    assert around(0.05, 0.5) == (0.0, 0.5)
    assert around(0.99, 0.5) == (0.5, 1.0)


def test_rounds_must_have_trials():
    with pytest.raises(ValueError, match="first_round"):
        CoarseToFineOracle(keras_tuner.Objective("val_loss", "min"), space(), 0, 1, 0, 5)
