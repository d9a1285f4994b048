"""What preparing.json of a run may hold: numbers and names that mean something, whoever wrote them."""

import math
from collections.abc import Iterator, Mapping

FINITE = ("mean", "std", "median", "quartiles", "weights", "temperature", "scale", "noise", "width", "level")
POSITIVE = ("std", "temperature", "scale")
DIFFERENT = ("classes", "words", "pieces")
LARGEST_SIDE = 10_000


def nonsense(content: Mapping, prefix: str = "") -> Iterator[str]:
    """Yields what of preparing.json's content means nothing, with its place, what is allowed and what came."""
    for name, value in content.items():
        if name == "rules":  # of normalisation: letters
            continue
        place, values = f"{prefix}{name}", value if isinstance(value, list) else [value]
        if name in FINITE and not isinstance(value, Mapping):
            if not all(map(is_number, values)):
                yield f"`{place}` must be finite. Received: {_shown(value)}"
            elif name in POSITIVE and not all(one > 0 for one in values):
                yield f"`{place}` must be above 0. Received: {_shown(value)}"
        elif name in DIFFERENT and not isinstance(value, Mapping) and not (name == "words" and isinstance(value, int)):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                yield f"`{place}` must be a list of texts. Received: {_shown(value)}"
            elif len(set(value)) < len(value):
                yield f"`{place}` must be different from each other. Received: {_shown(value)}"
        elif name == "size":
            whole = isinstance(value, list) and len(value) == 2 and all(isinstance(one, int) for one in value)
            if not whole or not all(1 <= one <= LARGEST_SIDE for one in value):
                yield f"`{place}` must be height and width, from 1 to {LARGEST_SIDE} pixels. Received: {_shown(value)}"
        elif name == "columns" and prefix and (not isinstance(value, list) or not value):
            yield f"`{place}` must be a list of columns, one at least. Received: {_shown(value)}"
        for number, inner in enumerate(values):
            if isinstance(inner, Mapping):
                yield from nonsense(inner, f"{place}[{number}]." if isinstance(value, list) else f"{place}.")


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]} ..."
