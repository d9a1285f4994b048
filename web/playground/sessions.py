"""The sessions of a server: how many there may be, and when they end."""

import secrets
import time

from web.playground.own_table import OwnTable
from web.playground.session import Session

MOST = 4
ABANDONED = 10.0  # seconds without a page, after which a session gives its place to a new one


class Full(Exception):
    """There are as many sessions as there may be."""


class Sessions:
    """The sessions by their random names.

    Args:
        table: What `--data` named, for all of them.
    """

    def __init__(self, table: OwnTable | None = None):
        self.table = table
        self._by_name: dict[str, Session] = {}

    def begin(self, address: str) -> tuple[str, Session]:
        """A new session. Raises Full where there are `MOST` already, each with a page."""
        self.sweep()
        if len(self._by_name) >= MOST:
            now = time.monotonic()
            left = [name for name, one in self._by_name.items() if not one.watched and now - one.touched > ABANDONED]
            if not left:
                raise Full(
                    f"{MOST} pages are open, as many as this server trains for. Close one, or start another server."
                )
            self.end(min(left, key=lambda name: self._by_name[name].touched))
        name = secrets.token_urlsafe(12)
        self._by_name[name] = Session(address, self.table)
        return name, self._by_name[name]

    def get(self, name: str) -> Session | None:
        return self._by_name.get(name)

    def end(self, name: str) -> None:
        """End a session, if there is one of that name."""
        if session := self._by_name.pop(name, None):
            session.end()

    def sweep(self) -> None:
        """End those that nobody has looked at for long."""
        for name in [name for name, one in self._by_name.items() if one.idle]:
            self.end(name)

    def end_all(self) -> None:
        for name in list(self._by_name):
            self.end(name)
