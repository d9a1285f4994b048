"""Draws birds from their parts, many at once, with smooth edges: coverage of pixels from the distance to the edge.

A bird looks to the right in units of its own, the middle of its body at (0, 0); it is scaled by its size, moved, and
mirrored at last. Each part is drawn in the smallest window that holds it in all pictures of a chunk.
"""

from collections.abc import Callable, Iterator

import numpy as np

from data.birds.kinds import ATTRIBUTES, NAMES

SIDE = 96  # pixels
CHUNK = 50  # pictures drawn at once: more leave the processor's cache
SCALES = (0.72, 0.84, 0.96)  # pixels per unit, by size
SHIFT = 4.0  # pixels that a bird is moved at most
OUTLINE = 1.1  # units of the dark line around a part, by which it is seen on a ground of its own colour
REACH = 50.0  # units; a bird is no larger
COLOURS = {
    "red": (205, 40, 40), "blue": (60, 95, 215), "yellow": (240, 215, 50), "green": (70, 150, 65),
    "brown": (125, 80, 45), "gray": (140, 140, 145), "black": (35, 35, 38), "white": (245, 245, 245),
    "orange": (240, 135, 35), "pink": (245, 150, 180),
}  # fmt: skip
DARK = np.array((25, 25, 25), np.float32)
BEAKS = {  # base, base, tip
    "short": ((32, -22), (32, -11), (42, -16)), "long": ((32, -21), (32, -13), (50, -17)),
    "hooked": ((37, -19), (28, -8), (44, 1)), "curved": ((28, -29), (37, -16), (46, -33)),
}  # fmt: skip
LEAVES = {"crown": (20, -32, 12), "eye ring": (24, -19, 7.5), "cheek": (13, -11, 8), "wing bar": (-3, 4, 9.5),
          "tail": (-35, 1, 14), "legs": (5, 27, 13)}  # fmt: skip
"""Where a leaf hides a mark: middle and radius."""


def ellipse(x, y, left, top, wide, high):
    """Distance to an ellipse round (left, top), nearly: exact in its sign."""
    return (np.sqrt(((x - left) / wide) ** 2 + ((y - top) / high) ** 2) - 1) * min(wide, high)


def triangle(x, y, corners):
    """Distance to a triangle, of whose corners the order does not matter."""
    (ax, ay), (bx, by), (cx, cy) = corners
    if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) < 0:
        bx, by, cx, cy = cx, cy, bx, by
    found = None
    for px, py, qx, qy in ((ax, ay, bx, by), (bx, by, cx, cy), (cx, cy, ax, ay)):
        length = np.hypot(qx - px, qy - py)
        edge = ((qy - py) * (x - px) - (qx - px) * (y - py)) / length
        found = edge if found is None else np.maximum(found, edge)
    return found


def bar(x, y, start, end, half):
    """Distance to a thick line."""
    (ax, ay), (bx, by) = start, end
    share = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2), 0, 1)
    return np.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)) - half


def tails(value: str) -> Callable:
    """Distance to a tail."""
    if value == "forked":
        upper, lower = ((-20, -3), (-20, 7), (-48, -10)), ((-20, -3), (-20, 7), (-48, 14))
        return lambda x, y: np.minimum(triangle(x, y, upper), triangle(x, y, lower))
    if value == "rounded":
        return lambda x, y: np.minimum(ellipse(x, y, -38, 2, 9, 9), bar(x, y, (-20, 2), (-34, 2), 3))
    return lambda x, y: triangle(x, y, ((-18, -5), (-18, 9), (-49, 2)))


def parts() -> Iterator[tuple[str, str | None, tuple[int, int, int, int], Callable]]:
    """Each part from back to front: the attribute that colours it, the value that it is drawn for, the box
    (left, top, right, bottom) that holds it, and its distance."""
    for value in ATTRIBUTES[NAMES.index("tail")].values:
        yield "body", value, (-50, -14, -16, 18), tails(value)
    for left in (-1, 9):
        yield (
            "legs",
            None,
            (left - 4, 14, left + 7, 37),
            lambda x, y, left=left: np.minimum(
                bar(x, y, (left, 17), (left, 34), 1.6), bar(x, y, (left, 34), (left + 4, 34), 1.6)
            ),
        )
    for value, corners in BEAKS.items():
        yield "beak", value, (26, -35, 51, 3), lambda x, y, corners=corners: triangle(x, y, corners)
    yield "body", None, (-29, -16, 27, 24), lambda x, y: ellipse(x, y, -1, 4, 26, 17)
    yield "body", None, (2, -37, 39, 1), lambda x, y: ellipse(x, y, 20, -18, 16, 16)
    yield "crown", None, (2, -40, 39, -21), lambda x, y: np.maximum(ellipse(x, y, 20, -19, 16.5, 17), y + 26)
    yield "cheek", None, (4, -19, 22, -3), lambda x, y: ellipse(x, y, 13, -11, 6.5, 5.5)
    yield "eye ring", None, (15, -28, 33, -10), lambda x, y: ellipse(x, y, 24, -19, 6.2, 6.2)
    yield "eye", None, (19, -24, 29, -14), lambda x, y: ellipse(x, y, 24, -19, 2.2, 2.2)
    yield "wings", None, (-27, -9, 13, 18), lambda x, y: ellipse(x, y, -8, 4, 17, 10.5)
    yield (
        "wing bar",
        None,
        (-13, -9, 9, 17),
        lambda x, y: np.maximum(ellipse(x, y, -8, 4, 16, 10), np.abs(x + 3 - 0.2 * y) - 4.0),
    )


def draw(values: np.ndarray, visible: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Pictures uint8 (N, SIDE, SIDE, 3) of birds.

    Args:
        values: int (N, attributes).
        visible: bool (N, attributes); a leaf hides the marks that are not.
        random: What they are moved, tinted and mirrored with.
    """
    return np.concatenate(
        [
            _chunk(values[start : start + CHUNK], visible[start : start + CHUNK], random)
            for start in range(0, len(values), CHUNK)
        ]
    )


def _chunk(values, visible, random):
    count = len(values)
    scale = np.array(SCALES)[values[:, 0]] * random.uniform(0.97, 1.03, count)
    room = np.minimum(SHIFT, (SIDE / 2 - 1) - np.minimum(REACH * scale, SIDE / 2 - 1))
    centres = SIDE / 2 + random.uniform(-1, 1, (2, count)) * np.stack([np.full(count, SHIFT), room])
    canvas = _Canvas(_sky(count, random), centres, scale)
    for name, value, box, distance in parts():
        rows = slice(None)
        if value is not None:
            attribute = NAMES.index("tail" if name == "body" else "beak")
            rows = np.flatnonzero(values[:, attribute] == ATTRIBUTES[attribute].values.index(value))
        canvas.paint(rows, box, distance, _colour(name, values, random)[rows])
    for name, (left, top, radius) in LEAVES.items():
        rows = np.flatnonzero(~visible[:, NAMES.index(name)])
        green = np.array((95, 125, 60), np.float32) + random.uniform(-18, 18, (count, 3)).astype(np.float32)
        box = (left - radius - 3, top - radius - 3, left + radius + 3, top + radius + 3)
        canvas.paint(rows, box, lambda x, y, at=(left, top, radius, radius): ellipse(x, y, *at), green[rows])
    pixels = canvas.pixels + random.integers(-5, 6, canvas.pixels.shape, dtype=np.int8)
    images = np.clip(pixels, 0, 255).astype(np.uint8)
    mirrored = random.random(count) < 0.5
    images[mirrored] = images[mirrored, :, ::-1]
    return images


class _Canvas:
    """Pictures float32 (N, SIDE, SIDE, 3) that parts are painted on."""

    def __init__(self, pixels, centres, scale):
        self.pixels, (self.rows, self.columns), self.scale = pixels, centres.astype(np.float32), scale.astype("float32")

    def paint(self, which, box, distance, colours):
        """Paint a part with a dark outline on the pictures `which`, colours float32 (n, 3)."""
        scale = self.scale[which, None, None]
        if not len(scale):
            return
        left, top, right, bottom = box
        (first_row, last_row), (first, last) = (
            _window(middle[which], self.scale[which], low, high)
            for middle, low, high in ((self.rows, top, bottom), (self.columns, left, right))
        )
        y = (np.arange(first_row, last_row, dtype=np.float32)[None, :, None] - self.rows[which, None, None]) / scale
        x = (np.arange(first, last, dtype=np.float32)[None, None, :] - self.columns[which, None, None]) / scale
        away = distance(x, y) * scale
        window = self.pixels[which, first_row:last_row, first:last]
        for grown, colour in ((OUTLINE, DARK), (0.0, colours[:, None, None])):
            share = np.clip(0.5 + grown * scale - away, 0, 1)[..., None]
            window = window + (colour - window) * share
        self.pixels[which, first_row:last_row, first:last] = window


def _window(middle, scale, low, high):
    """First and last pixel of the window that holds units `low` to `high` in all pictures."""
    ends = np.concatenate([middle + low * scale, middle + high * scale])
    return max(int(ends.min()) - 1, 0), min(int(ends.max()) + 3, SIDE)


def _colour(name, values, random):
    """Colours of a part, a little tinted, float32 (N, 3)."""
    if name in ("eye", "beak"):
        plain = np.broadcast_to(DARK if name == "eye" else np.array((200, 170, 90), np.float32), (len(values), 3))
        return plain.astype(np.float32)
    attribute = NAMES.index(name)
    palette = np.array([COLOURS[value] for value in ATTRIBUTES[attribute].values], np.float32)
    return palette[values[:, attribute]] + random.uniform(-10, 10, (len(values), 3)).astype(np.float32)


def _sky(count, random):
    """A pale ground, a little brighter to one side: float32 (N, SIDE, SIDE, 3)."""
    level = random.uniform(165, 205, (count, 1, 1, 1)) + random.uniform(-10, 14, (count, 1, 1, 3))
    slope = random.uniform(-14, 14, (2, count, 1, 1, 1)).astype(np.float32)
    line = np.linspace(-1, 1, SIDE, dtype=np.float32)[:, None]
    return level.astype(np.float32) + (slope[0] * line[:, None] + slope[1] * line)
