"""Running rows: each gives its figures or fails, and the table says so line by line."""

import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lectures.chapters import Row
from lectures.shown import Check, Shown


@dataclass(frozen=True)
class Result:
    """What became of a row: `shown` is None where it broke, and `broken` is then the trace.

    seconds: how long it took; own: the constants that a reader changed, whose figures are held against nothing.
    """

    row: Row
    shown: Shown | None
    seconds: float
    own: dict[str, object]
    broken: str = ""

    @property
    def ok(self) -> bool:
        return self.shown is not None and (bool(self.own) or all(check.ok for check in self.shown.checks))


def run(rows: Iterable[Row], own: dict[str, object] | None = None) -> Iterator[Result]:
    """The results of rows, one by one; a row that breaks does not stop the others.

    Args:
        rows: What to run.
        own: Constants of a single row that differ from its usual ones.
    """
    for row in rows:
        start = time.perf_counter()
        try:
            shown, broken = row.function(**(own or {})), ""
        except Exception:
            shown, broken = None, traceback.format_exc()
        yield Result(row, shown, time.perf_counter() - start, own or {}, broken)


def measured(results: Iterable[Result]) -> dict[str, dict[str, float]]:
    """Row -> name of a check -> figure, for the questions of a chapter."""
    return {one.row.name: {check.name: check.measured for check in one.shown.checks} for one in results if one.shown}


def lines(result: Result) -> list[str]:
    """A row of the table: one line for each figure."""
    head, seconds = f"{result.row.name:<4}", f"{result.seconds:6.1f} s"
    if result.shown is None:
        return [f"{head} {result.row.title}", *result.broken.splitlines(), f"     FAILED {seconds}"]
    told = [f"{head} {result.row.title} {seconds}"]
    return told + [f"     {line(check, bool(result.own))}" for check in result.shown.checks]


def line(check: Check, own: bool = False) -> str:
    """A figure beside what it must be; with constants of the reader's own it need not be that."""
    verdict = "yours" if own else "ok" if check.ok else "FAILED"
    return f"{verdict:<6} {check.name}: {number(check.measured)} (expected {check.expected})"


def number(value: float) -> str:
    """Six digits, and a whole number without a point."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e12 else f"{value:.6g}"
