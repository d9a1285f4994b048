"""What the settings of a recipe may be: what the types of its fields say, and the rules that it names besides.

    def __post_init__(self):
        check(self, dense=COUNT, dropout=SHARE)

Unless a rule is named, a whole number is at least 1, any other number is finite and not negative, sizes are one or more
positive whole numbers (with `COUNT` none or more), and a `Literal` is one of its values.
"""

import math
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Integral, Real

from cli.errors import UserError


@dataclass(frozen=True)
class Rule:
    """What a number may be: in words, and as a function of it."""

    allowed: str
    holds: Callable[[float], bool]


def at_least(least: int, unit: str = "") -> Rule:
    """A number that is not below `least`."""
    return Rule(f"at least {least}{unit}", lambda value: value >= least)


COUNT = Rule("0 or more", lambda value: value >= 0)
POSITIVE = Rule("positive", lambda value: value > 0)
SHARE = Rule("in [0, 1)", lambda value: 0 <= value < 1)
INSIDE = Rule("in (0, 1)", lambda value: 0 < value < 1)
SIZES = "one or more positive sizes"


def check(recipe, **rules: Rule) -> None:
    """Raise UserError with name and value of the first setting that is none; `rules` are for fields by name."""
    hints = typing.get_type_hints(type(recipe))
    for field in fields(recipe):
        value = getattr(recipe, field.name)
        if allowed := _refused(value, hints[field.name], rules.get(field.name)):
            raise UserError(f"`{field.name}` must be {allowed}. Received: {field.name}={value}")


def _refused(value, hint, rule: Rule | None) -> str | None:
    """What would be allowed, where `value` is not; None where it is."""
    if type(None) in (members := typing.get_args(hint)):
        if value is None:
            return None
        hint = next(member for member in members if member is not type(None))
    if typing.get_origin(hint) is typing.Literal:
        allowed = typing.get_args(hint)
        return None if value in allowed else f"one of {', '.join(map(str, allowed))}"
    if hint == tuple[int, ...]:
        if not value and rule is COUNT:
            return None
        return None if value and all(_is_whole(one) and one >= 1 for one in value) else SIZES
    if hint is int:
        rule = rule or at_least(1)
        if not _is_whole(value):
            return f"a whole number, {rule.allowed}"
    elif hint is float:
        rule = rule or COUNT
        if not isinstance(value, Real) or not math.isfinite(value):
            return f"a finite number, {rule.allowed}" if rule in (COUNT, POSITIVE) else rule.allowed
    else:
        return None
    return None if rule.holds(value) else rule.allowed


def _is_whole(value) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)
