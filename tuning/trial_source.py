"""Where trials come from: an oracle that answers to how earlier ones ended, or a list."""

from collections.abc import Sequence

from tuning import oracles
from tuning.trial import Trial


class OracleTrials:
    """Trial 0, the default, then those of an oracle, up to `target`.

    The oracle is always a fresh one: `replay` tells it what an earlier attempt had asked and learned, in the order of
    the journal, and it goes on as if there had been no interruption.

    Args:
        oracle: Of `oracles.make`.
        target: Trials in all, the default not counted.
        seed: Of the default's training; trial n has `seed + 1000 n`.
        epochs: Of a whole training, for Hyperband.
    """

    def __init__(self, oracle, target: int, seed: int, epochs: int):
        self.oracle, self.target, self.seed, self.epochs = oracle, target, seed, epochs
        self.exhausted = False
        self._made: dict[int, object] = {}
        self._default_given = False
        oracles.limit(oracle, target)

    @property
    def complete(self) -> bool:
        """Whether as many trials as there shall be have been made."""
        return self._default_given and len(self._made) >= self.target

    def next(self) -> Trial | None:
        """A trial to start; None where there is none now, or none any more (`exhausted`)."""
        if not self._default_given:
            self._default_given = True
            return Trial(0, {}, seed=self.seed)
        number = len(self._made) + 1
        if self.exhausted or number > self.target:
            return None
        made = self.oracle.create_trial(f"trial{number}")
        if made.status != "RUNNING":
            self.exhausted = made.status == "STOPPED"
            return None
        self._made[number] = made
        return oracles.chosen(self.oracle, made, number, (self.seed + 1000 * number) % 2**31, self.epochs)

    def ended(self, trial: Trial) -> None:
        """Tell the oracle."""
        if trial.number:
            oracles.report(self.oracle, self._made[trial.number], trial)
        else:
            oracles.report_default(self.oracle, trial)

    def replay(self, events: Sequence[dict]) -> None:
        """Bring the oracle to where the events of a journal lead."""
        for event in events:
            if event["event"] == "started":
                earlier = Trial.from_dict(event["trial"])
                trial = self.next()
                if trial is None:
                    raise RuntimeError(f"trial {earlier.number} of the journal is not one of this search")
                if earlier.number and trial.values != earlier.values:
                    # Another version of a library may draw otherwise; what the journal says is what was run.
                    own = {name: v for name, v in earlier.values.items() if name in trial.values}
                    self._made[trial.number].hyperparameters.values.update(own)
            elif event["event"] == "ended":
                self.ended(Trial.from_dict(event["trial"]))


class ListedTrials:
    """Given values and seeds, one trial each, counted from 1."""

    def __init__(self, jobs: Sequence[tuple[dict, int]]):
        self._left = [Trial(number, values, seed=seed) for number, (values, seed) in enumerate(jobs, start=1)]
        self.target = len(self._left)
        self.exhausted = False

    @property
    def complete(self) -> bool:
        """Whether all have been given."""
        return not self._left

    def next(self) -> Trial | None:
        """The next one."""
        return self._left.pop(0) if self._left else None

    def ended(self, trial: Trial) -> None:
        """Nothing follows from how a trial ended."""

    def replay(self, events: Sequence[dict]) -> None:
        """Leave out what has started."""
        started = {event["trial"]["number"] for event in events if event["event"] == "started"}
        self._left = [trial for trial in self._left if trial.number not in started]
