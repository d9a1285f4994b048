"""The journal of a search: what happened, one event a line, on disk before anything follows from it."""

import json
import os
from pathlib import Path

from training.run_lock import RunError
from tuning.trial import Trial


class Journal:
    """An append-only file of JSON lines.

    Events: "asked" (`target`: how many trials there shall be), "started" (`trial`), "ended" (`trial`, whole).
    A line that was being written when the machine stopped is cut off; what it would have said happens again.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)

    def events(self) -> list[dict]:
        """All events, in order. Raises RunError where a line, other than a torn last one, cannot be read."""
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().split(b"\n")
        found = []
        for number, line in enumerate(
            lines[:-1], start=1
        ):  # after the last line break there is nothing, or a torn line
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise RunError(
                    f"{self.path}:{number}: not a JSON object ({error}). Search anew with `--fresh`."
                ) from None
        return found

    def append(self, event: str, **content) -> None:
        """Write an event; it is on disk when this returns."""
        line = json.dumps({"event": event, **content}, allow_nan=True).encode() + b"\n"
        new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            self._cut(file)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if new:  # the name of the file, too
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def _cut(self, file) -> None:
        """Cut a torn last line off."""
        size = file.seek(0, os.SEEK_END)
        with self.path.open("rb") as content:
            content.seek(max(size - 1, 0))
            if size and content.read(1) != b"\n":
                content.seek(0)
                whole = content.read().rpartition(b"\n")
                file.truncate(len(whole[0]) + len(whole[1]))

    def trials(self) -> list[Trial]:
        """Every trial that has started, by number, as it was when it last changed."""
        found = {}
        for event in self.events():
            if event["event"] in ("started", "ended"):
                trial = Trial.from_dict(event["trial"])
                found[trial.number] = trial
        return [found[number] for number in sorted(found)]
