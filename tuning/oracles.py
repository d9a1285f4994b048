"""Which KerasTuner oracle chooses the trials of a strategy."""

import math
import warnings

import keras_tuner
from keras_tuner.oracles import BayesianOptimizationOracle, GridSearchOracle, HyperbandOracle, RandomSearchOracle
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from tuning.coarse_to_fine import CoarseToFineOracle
from tuning.trial import Direction, Strategy, Trial

FACTOR = 3  # Hyperband: of each rung, one trial in so many goes on, with so many times the epochs
ROUNDS = 4  # coarse-to-fine: the first is as long as the three others


class Unsaved:
    """An oracle that writes no files: the journal of the search is what a later attempt goes on from."""

    def save(self):
        """Nothing is written."""

    def _save_trial(self, trial):
        """Nothing is written."""


class Random(Unsaved, RandomSearchOracle):
    """Random search."""


class Grid(Unsaved, GridSearchOracle):
    """Grid search that does not wait: the space is known, so the next combination follows from one that still runs."""

    def populate_space(self, trial_id):
        """Values for a trial."""
        found = super().populate_space(trial_id)
        if found["status"] == "RUNNING" and trial_id not in self._populate_next:
            self._populate_next.append(trial_id)
        return found


class Bayesian(Unsaved, BayesianOptimizationOracle):
    """Bayesian optimisation with a Gaussian process."""

    def populate_space(self, trial_id):
        """Values for a trial.

        On one thread: the matrices are small, and beside trials that use all cores two threads wait for each other.
        """
        with threadpool_limits(1), warnings.catch_warnings():
            # That the process found a length at the edge of what it allows helps no user.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().populate_space(trial_id)


class Hyperband(Unsaved, HyperbandOracle):
    """Hyperband, whose epochs are counted in parts of a whole training: see `units`."""


class CoarseToFine(Unsaved, CoarseToFineOracle):
    """Random search from coarse to fine ranges."""


def make(
    strategy: Strategy, space: keras_tuner.HyperParameters, objective: str, direction: Direction, seed: int, first: int
):
    """An oracle without a limit to its trials; `limit` sets one.

    Args:
        strategy: Its name.
        space: All hyperparameters.
        objective: Its name.
        direction: "min" or "max".
        seed: Of the choices.
        first: Trials asked for at first, which rounds and brackets are sized to.
    """
    goal = keras_tuner.Objective(objective, direction)
    seed += 1  # an oracle takes 0 for "no seed given"
    if strategy == "coarse-to-fine":
        later = max(round(first / (2 * (ROUNDS - 1))), 1)
        return quiet(CoarseToFine(goal, space, max(first - later * (ROUNDS - 1), 1), later, seed, first))
    shared = {"objective": goal, "hyperparameters": space, "seed": seed, "max_consecutive_failed_trials": math.inf}
    if strategy == "hyperband":
        return quiet(Hyperband(**shared, max_epochs=units(first), factor=FACTOR, hyperband_iterations=None))
    if strategy == "bayesian":
        return quiet(Bayesian(**shared, max_trials=first, num_initial_points=initial_points(space, first)))
    return quiet({"random": Random, "grid": Grid}[strategy](**shared, max_trials=first))


def quiet(oracle):
    """`oracle`, without KerasTuner's own display."""
    oracle.verbose = 0
    return oracle


def report_default(oracle, trial: Trial) -> None:
    """Tell an oracle that can use it how good the default is."""
    if isinstance(oracle, CoarseToFine):
        oracle.know_default(trial.score if trial.ranked else None)


def limit(oracle, trials: int) -> None:
    """Let there be `trials` trials in all, those that have been included."""
    oracle.max_trials = trials


def initial_points(space, trials: int) -> int:
    """Random trials before the Gaussian process: three per hyperparameter, at most half of all, at least 3."""
    return max(min(3 * len(space.space), trials // 2), 3)


def units(trials: int) -> int:
    """Parts of a whole training in Hyperband: the highest power of 3 whose brackets have at most `trials` together.

    With 3 parts there are 6 trials, with 9 there are 23, with 27 there are 70.
    """
    best = FACTOR
    while bracket_trials(best * FACTOR) <= trials:
        best *= FACTOR
    return best


def bracket_trials(units: int) -> int:
    """Trials of all brackets together, as `HyperbandOracle` counts them."""
    oracle = HyperbandOracle(max_epochs=units, factor=FACTOR)
    brackets = range(oracle._get_num_brackets())
    return sum(oracle._get_size(b, r) for b in brackets for r in range(oracle._get_num_rounds(b)))


def chosen(oracle, trial, number: int, seed: int, epochs: int) -> Trial:
    """Our record of a trial that the oracle has just made.

    Args:
        oracle: Of `make`.
        trial: KerasTuner's trial.
        number: Of the trial in the search.
        seed: Of its training.
        epochs: Of a whole training; Hyperband gives a part of them.
    """
    values = {name: plain(value) for name, value in trial.hyperparameters.values.items()}
    own = {name: values.pop(name) for name in list(values) if name.startswith("tuner/")}
    number_of_round = own.get("tuner/round")
    if "tuner/epochs" in own:
        values["epochs"] = max(round(epochs * own["tuner/epochs"] / oracle.max_epochs), 1)
    ranges = None
    if isinstance(oracle, CoarseToFineOracle):
        number_of_round = oracle.rounds[trial.trial_id]
        ranges = {name: list(map(plain, some)) for name, some in oracle.ranges[trial.trial_id].items()}
    return Trial(number, values, seed=seed, round=number_of_round, ranges=ranges)


def plain(value):
    """A NumPy number as Python's own, for JSON."""
    return value.item() if hasattr(value, "item") else value


def report(oracle, trial, ended: Trial) -> None:
    """Tell the oracle how a trial ended. Of a pruned one it learns the score that it had."""
    if ended.score is not None and math.isfinite(ended.score) and ended.status != "failed":
        oracle.update_trial(trial.trial_id, {oracle.objective.name: ended.score})
        trial.status = "COMPLETED"
    else:
        trial.status, trial.message = "FAILED", ended.error
    oracle.end_trial(trial)
