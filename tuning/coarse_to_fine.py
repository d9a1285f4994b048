"""Random search from coarse to fine ranges, as a KerasTuner oracle."""

import math

import numpy as np
from keras_tuner import HyperParameters, Oracle

from cli.errors import UserError

SHRINK = 0.5  # of every range, from round to round
BEST_SHARE = 0.5  # of the trials say which choices stay
CHANGED = 0.5  # of the hyperparameters differ from the best in later rounds
UNKNOWN = 2  # trials before one that it does not know, so that two can run at once without waiting for each other
COLLISIONS = 20  # draws in a row that were tried before: then the space is exhausted


class CoarseToFineOracle(Oracle):
    """Draws at random from wide ranges, then, round by round, from narrower ones around the best so far.

    The best is a trial or the defaults of the space, of which `know_default` tells how good they are.

    A range is halved from round to round, on the scale that its hyperparameter is drawn on (so a learning rate in
    orders of magnitude), and moved so that the best value is in its middle, within the first range; that of a whole
    number keeps the values beside it. Of choices those stay that one of the better half had. In later rounds a trial
    differs from the best in some hyperparameters only, each with probability `CHANGED`: of many that change together
    one is soon harmful (Tolson & Shoemaker, 2007).

    In later rounds a trial knows the default and all earlier trials but the last `UNKNOWN`, and waits for those: two
    that run at once are those that run one after the other. Draws depend on the seed and the number of the trial.

    Args:
        objective: `keras_tuner.Objective`.
        hyperparameters: The space, with its widest ranges.
        first_round: Trials of the first round.
        later_round: Trials of each later round.
        seed: Of the draws.
        max_trials: How many trials there are at most.
    """

    def __init__(self, objective, hyperparameters, first_round: int, later_round: int, seed: int, max_trials: int):
        super().__init__(
            objective=objective,
            hyperparameters=hyperparameters,
            max_trials=max_trials,
            seed=seed,
            max_consecutive_failed_trials=math.inf,
        )
        if first_round < 1 or later_round < 1:
            raise UserError(
                f"`first_round` and `later_round` must be at least 1. Received: {first_round}, {later_round}"
            )
        self.first_round, self.later_round = first_round, later_round
        self.rounds: dict[str, int] = {}
        """Trial -> its round, from 0."""
        self.ranges: dict[str, dict[str, list]] = {}
        """Trial -> hyperparameter -> [low, high], or the choices, that it was drawn from."""
        self._default = dict(hyperparameters.values)
        self._default_score: float | None = None
        self._default_ended = False

    def know_default(self, score: float | None) -> None:
        """Rank the defaults of the space among the trials; None where they failed. Later rounds wait for it."""
        self._default_score, self._default_ended = score, True

    def round_of(self, index: int) -> int:
        """The round of a trial, both counted from 0."""
        return 0 if index < self.first_round else 1 + (index - self.first_round) // self.later_round

    def populate_space(self, trial_id: str) -> dict:
        """Values for a trial, as `keras_tuner.Oracle` asks for them."""
        index = len(self.trials)
        round_number = self.round_of(index)
        ranked = []
        if round_number:
            known = list(self.trials.values())[: max(index - UNKNOWN, 0)]
            if not self._default_ended or any(trial.status == "RUNNING" for trial in known):
                return {"status": "IDLE"}
            ranked = self.ranked(known)
        kept = ranked[0] if ranked else {}
        windows = self.windows(round_number, ranked)
        random = np.random.default_rng([self.seed, index])
        for _ in range(COLLISIONS):
            values = self.draw(windows, kept, random)
            if values != kept and not self._duplicate(values):
                self.rounds[trial_id] = round_number
                self.ranges[trial_id] = {
                    hp.name: shown(hp, windows[hp.name]) for hp in self.hyperparameters.space if hp.name in windows
                }
                return {"status": "RUNNING", "values": values}
        return {"status": "STOPPED", "values": None}

    def draw(self, windows: dict, kept: dict, random: np.random.Generator) -> dict:
        """Values of the hyperparameters that are in use, each from its window or, where it does not change, `kept`."""
        drawn = HyperParameters()
        for hp in self.hyperparameters.space:
            drawn.merge([hp])
            share, changes = random.random(2)  # also where they are not needed: draws do not depend on other ones
            if not drawn.is_active(hp):
                continue
            window = windows.get(hp.name)
            if hp.name in kept and changes >= CHANGED:
                drawn.values[hp.name] = kept[hp.name]
            elif window is None:
                drawn.values[hp.name] = hp.default
            elif is_numeric(hp):
                low, high = window
                drawn.values[hp.name] = value_at(hp, low + share * (high - low))
            else:
                drawn.values[hp.name] = window[int(share * len(window))]
        return drawn.values

    def windows(self, round_number: int, ranked: list[dict]) -> dict:
        """Hyperparameter -> (low, high) in shares of its first range, or its choices; constants have none.

        Args:
            round_number: From 0.
            ranked: Values of the trials that are known, best first; ranges are moved to the first.
        """
        found, better = {}, ranked[: math.ceil(BEST_SHARE * len(ranked))]
        kept = ranked[0] if ranked else {}
        for hp in self.hyperparameters.space:
            if is_numeric(hp):
                width = max(SHRINK**round_number, min(3 / values_of(hp), 1.0))
                found[hp.name] = around(hp.value_to_prob(kept[hp.name]), width) if hp.name in kept else (0.0, 1.0)
            elif len(choices(hp)) > 1:
                seen = [values[hp.name] for values in better if hp.name in values]
                found[hp.name] = [one for one in choices(hp) if one in seen] if hp.name in kept else choices(hp)
        return found

    def ranked(self, trials: list) -> list[dict]:
        """The values of those of `trials` with a score, and of the default, best first."""
        ended = [trial for trial in trials if trial.status == "COMPLETED"]
        scored = [(trial.score, trial.hyperparameters.values) for trial in ended]
        if self._default_score is not None:
            scored.insert(0, (self._default_score, self._default))
        sign = 1 if self.objective.direction == "min" else -1
        return [values for _, values in sorted(scored, key=lambda one: sign * one[0])]


def is_numeric(hp) -> bool:
    """Whether a hyperparameter has a range, not choices."""
    return hasattr(hp, "min_value")


def values_of(hp) -> float:
    """How many values a range has."""
    return hp.max_value - hp.min_value + 1 if isinstance(hp.default, int) else math.inf


def choices(hp) -> list:
    """What a hyperparameter without a range can be."""
    return list(hp.values) if hasattr(hp, "values") else [hp.value]


def around(centre: float, width: float) -> tuple[float, float]:
    """An interval of this width in [0, 1] with `centre` as near to its middle as can be."""
    low = min(max(centre - width / 2, 0.0), 1.0 - width)
    return low, low + width


def value_at(hp, share: float):
    """The value at a share of the range. (At 1, whole numbers of KerasTuner would be one too large.)"""
    return min(hp.prob_to_value(share), hp.max_value)


def shown(hp, window) -> list:
    """A window as a user reads it: [low, high] in the hyperparameter's own units, or its choices."""
    if not is_numeric(hp):
        return list(window)
    return [value_at(hp, share) for share in window]
