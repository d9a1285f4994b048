"""What KerasTuner's server hands trials out from: our trials, with the journal, for workers that may be lost."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from keras_tuner import HyperParameters
from keras_tuner.engine.trial import Trial as Message

from tuning.journal import Journal
from tuning.trial import Trial

TASK, OUTCOME = "tuner/task", "tuner/outcome"  # hyperparameters of a message that carry JSON
LOST = 60.0  # seconds without a sign of life after which the trial of a worker is given to another


class Chief:
    """The oracle of `keras_tuner`'s chief: it has the methods that `OracleServicer` calls, and no others.

    A trial goes to a worker with all that its task needs, and comes back with its outcome. A worker that comes again
    under its id gets its trial again; the trial of one that is not heard of for `lost` seconds goes to another.

    Args:
        source: Of trials, see `tuning.trial_source`.
        journal: Of the search.
        task: Makes the task of a trial.
        tell: Called with each trial that ends.
        lost: Seconds.
    """

    def __init__(
        self,
        source,
        journal: Journal,
        task: Callable[[Trial], dict],
        tell: Callable[[Trial], None],
        lost: float = LOST,
    ):
        self.source, self.journal, self.task, self.tell, self.lost = source, journal, task, tell, lost
        self.ongoing_trials: dict[str, Trial] = {}
        """Worker -> its trial."""
        self.tuner_ids: set[str] = set()
        """Workers that have not been told that all is done."""
        self.closed = False
        """Whether no more trials are handed out."""
        self._seen: dict[str, float] = {}
        self._lock = threading.RLock()
        events = journal.events()
        source.replay(events)
        ended = {event["trial"]["number"] for event in events if event["event"] == "ended"}
        started = [Trial.from_dict(event["trial"]) for event in events if event["event"] == "started"]
        self._orphans = [trial for trial in started if trial.number not in ended]

    @property
    def done(self) -> bool:
        """Whether there is nothing more to do."""
        with self._lock:
            idle = not self.ongoing_trials and not self._orphans
            return idle and (self.closed or self.source.exhausted or self.source.complete)

    def create_trial(self, tuner_id: str) -> Message:
        """A trial for a worker, or that it shall wait (IDLE) or go (STOPPED)."""
        with self._lock:
            self._seen[tuner_id] = time.monotonic()
            self.tuner_ids.add(tuner_id)
            if tuner_id not in self.ongoing_trials and not self.closed and (trial := self._next()):
                self.ongoing_trials[tuner_id] = trial
            if tuner_id in self.ongoing_trials:
                return self._message(self.ongoing_trials[tuner_id])
            if self.closed or self.done:
                self.tuner_ids.discard(tuner_id)
                return Message(HyperParameters(), "none", "STOPPED")
            return Message(HyperParameters(), "none", "IDLE")

    def _next(self) -> Trial | None:
        if self._orphans:
            return self._orphans.pop(0)
        if trial := self.source.next():
            self.journal.append("started", trial=trial.as_dict(), bars=None)
        return trial

    def _message(self, trial: Trial) -> Message:
        content = HyperParameters()
        content.values = {**trial.values, TASK: json.dumps(self.task(trial))}
        return Message(content, str(trial.number), "RUNNING")

    def end_trial(self, message: Message) -> None:
        """Take the outcome of a trial; the second one of a trial that two workers had is left aside."""
        with self._lock:
            number = int(message.trial_id)
            holders = [worker for worker, trial in self.ongoing_trials.items() if trial.number == number]
            orphans = [trial for trial in self._orphans if trial.number == number]
            if not holders and not orphans:
                return
            trial = orphans[0] if orphans else self.ongoing_trials[holders[0]]
            ended = replace(trial, **json.loads(message.hyperparameters.values[OUTCOME]))
            self.journal.append("ended", trial=ended.as_dict())
            self.source.ended(ended)
            self._orphans = [trial for trial in self._orphans if trial.number != number]
            for worker in holders:
                del self.ongoing_trials[worker]
        self.tell(ended)

    def update_trial(self, trial_id: str, metrics: dict, step: int = 0) -> Message:
        """A sign of life."""
        with self._lock:
            for worker, trial in self.ongoing_trials.items():
                if str(trial.number) == trial_id:
                    self._seen[worker] = time.monotonic()
            return Message(HyperParameters(), trial_id, "RUNNING")

    def take_back(self) -> list[tuple[str, Trial]]:
        """Workers that have been lost, and their trials, which now are there for others."""
        with self._lock:
            before = time.monotonic() - self.lost
            gone = [(worker, trial) for worker, trial in self.ongoing_trials.items() if self._seen[worker] < before]
            for worker, trial in gone:
                del self.ongoing_trials[worker]
                self._orphans.append(trial)
            self.tuner_ids -= {worker for worker, when in self._seen.items() if when < before}
            return gone

    def get_space(self) -> HyperParameters:
        """Nothing: a task holds all that a worker needs."""
        return HyperParameters()
