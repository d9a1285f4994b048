"""Pictures of one drawn object at a random place, with the box around it: where a classifier should look."""

from dataclasses import dataclass

import numpy as np

from data.captions import scene_drawing
from data.captions.scene_drawing import PATCH

SIDE = 32  # pixels
OBJECTS = ("ring", "square", "triangle", "cross")
RADII = (5.5, 8.0)  # pixels from the centre of an object to its farthest point
GROUND, COLOUR, CLUTTER = (20, 110), (150, 255), (20, 255)  # pixel values of the ground, the object, and dots and lines
DOTS = 8  # of clutter
DOT = 1.2  # pixels from the centre of a dot to its rim


@dataclass(frozen=True, eq=False)
class DrawnObjects:
    """Pictures uint8 (N, SIDE, SIDE, 3), classes int32 (N,), and the pixels of its box, bool (N, SIDE, SIDE)."""

    pictures: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray


def draw(count: int, cluttered: bool, random: np.random.Generator) -> DrawnObjects:
    """`OBJECTS` in any colour on a plain ground, or on one with dots and a thin line."""
    pictures, labels, boxes = [], random.integers(len(OBJECTS), size=count), []
    for label in labels:
        ground, colour = random.uniform(*GROUND, 3), random.uniform(*COLOUR, 3)
        pixels = np.broadcast_to(ground, (SIDE, SIDE, 3))
        for share in _clutter(random) if cluttered else ():
            pixels = pixels + (random.uniform(*CLUTTER, 3) - pixels) * share[..., None]
        share = _object(label, random)
        pixels = pixels + (colour - pixels) * share[..., None] + random.normal(0, 5, (SIDE, SIDE, 3))
        pictures.append(np.clip(np.round(pixels), 0, 255).astype(np.uint8))
        inside = share > 0.5
        boxes.append(inside.any(axis=1)[:, None] & inside.any(axis=0)[None])
    return DrawnObjects(np.stack(pictures), labels.astype(np.int32), np.stack(boxes))


def _object(shape: int, random) -> np.ndarray:
    """Coverage of the picture by an object that lies inside it whole, (SIDE, SIDE)."""
    radius = random.uniform(*RADII)
    centre = random.uniform(radius, SIDE - 1 - radius, 2)
    given = (
        np.array([scene_drawing.SHAPES.index(OBJECTS[shape])]),
        centre[None],
        np.array([radius]),
        random.uniform(-0.25, 0.25, 1),
    )
    (window,), (corner,) = scene_drawing.coverage(*given)
    whole = np.zeros((SIDE + 2 * PATCH, SIDE + 2 * PATCH), np.float32)
    row, column = corner + PATCH
    whole[row : row + PATCH, column : column + PATCH] = window
    return whole[PATCH:-PATCH, PATCH:-PATCH]


def _clutter(random) -> list[np.ndarray]:
    """Coverages of the picture by dots and by a thin line across it."""
    y, x = np.mgrid[:SIDE, :SIDE]
    found = []
    for row, column in random.uniform(0, SIDE, (DOTS, 2)):
        found.append(np.clip(0.5 + DOT - np.hypot(y - row, x - column), 0, 1))
    for row, column, angle in random.uniform((0, 0, 0), (SIDE, SIDE, np.pi), (1, 3)):
        found.append(np.clip(0.9 - np.abs((x - column) * np.sin(angle) - (y - row) * np.cos(angle)), 0, 1))
    return found
