"""What a row of the lectures gives: its figures, each beside what it must be, and a picture with its point in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Check:
    """One figure: its name, what it must be, what it is, and whether it is that."""

    name: str
    expected: str
    measured: float
    ok: bool


@dataclass(frozen=True)
class Shown:
    """The figures of a row and its picture; `alt` says in a sentence what the picture shows."""

    checks: Sequence[Check]
    figure: Figure
    alt: str


def near(name: str, measured, expected: float, tolerance: float) -> Check:
    """The figure must lie within `tolerance` of `expected`; for an integer or an exact fact the tolerance is 0."""
    text = f"{expected:,.10g}" + (f" ± {tolerance:.2g}" if tolerance else "")
    return Check(name, text, float(measured), bool(abs(measured - expected) <= tolerance))


def at_least(name: str, measured, bound: float) -> Check:
    return Check(name, f"at least {bound:.6g}", float(measured), bool(measured >= bound))


def at_most(name: str, measured, bound: float) -> Check:
    return Check(name, f"at most {bound:.6g}", float(measured), bool(measured <= bound))


def in_most(name: str, held: Sequence[bool]) -> Check:
    """A claim must hold for nine seeds of ten."""
    seeds = len(held)
    return Check(name, f"at least {0.9 * seeds:.3g} of {seeds} seeds", float(sum(held)), bool(sum(held) >= 0.9 * seeds))
