"""Workers that run a trial in this process, as soon as they are asked: for tests of what surrounds trials."""

from pathlib import Path

from training.run_directory import RunDirectory
from tuning import trial_process


class SameProcess:
    """Has the methods of `tuning.workers.Workers`, and knows what it has run."""

    def __init__(self, _: str = "", log: Path = Path("log.txt"), *__):
        self.log = log
        self.run: list[str] = []
        self._ended: list[tuple[str, int]] = []

    def ready(self):
        """They always are."""

    def preload(self, modules):
        """They are here."""

    def close(self):
        """Nothing to close."""

    def submit(self, task):
        self.run.append(task["id"])
        folder = Path(task["folder"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "log.txt").touch()
        here = {**task, "threads": None}  # those of this process are fixed once it has computed anything
        RunDirectory(folder).write_json(trial_process.OUTCOME, trial_process.attempt(here, folder))
        self._ended.append((task["id"], 0))

    def wait(self, seconds):
        ended, self._ended = self._ended[:1], self._ended[1:]
        return ended
