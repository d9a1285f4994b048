"""Pictures of one drawn object at a random place, alone or among others, with the box around it: where to look."""

from dataclasses import dataclass

import numpy as np

from data.captions import scene_drawing
from data.captions.scene_drawing import PATCH

SIDE = 40  # pixels
OBJECTS = ("ring", "square", "triangle", "cross")  # the classes
OTHERS = ("circle", "star")  # of no class
RADII = (5.5, 7.5)  # pixels from the centre to the farthest point
GROUND, COLOUR = (20, 110), (150, 255)  # pixel values


@dataclass(frozen=True, eq=False)
class DrawnObjects:
    """Pictures uint8 (N, SIDE, SIDE, 3), classes int32 (N,), and the pixels of its box, bool (N, SIDE, SIDE)."""

    pictures: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray


def draw(count: int, others: int, random: np.random.Generator) -> DrawnObjects:
    """Bright objects of a class on a dark ground, each among so many `OTHERS`, as bright and as large, that tell
    nothing: only what was learned tells which one to look at."""
    pictures, labels, boxes = [], random.integers(len(OBJECTS), size=count), []
    for label in labels:
        names = [OBJECTS[label], *random.choice(OTHERS, others)]
        radii = random.uniform(*RADII, len(names))
        shares = _shares(names, _centres(radii, random), radii, random)
        pixels = np.broadcast_to(random.uniform(*GROUND, 3), (SIDE, SIDE, 3))
        for share in shares:
            pixels = pixels + (random.uniform(*COLOUR, 3) - pixels) * share[..., None]
        pixels = pixels + random.normal(0, 5, pixels.shape)
        pictures.append(np.clip(np.round(pixels), 0, 255).astype(np.uint8))
        inside = shares[0] > 0.5
        boxes.append(inside.any(axis=1)[:, None] & inside.any(axis=0)[None])
    return DrawnObjects(np.stack(pictures), labels.astype(np.int32), np.stack(boxes))


def _centres(radii: np.ndarray, random) -> np.ndarray:
    """Places (n, 2) of things that lie inside the picture whole, and beside each other."""
    pairs = np.triu_indices(len(radii), 1)
    while True:
        centres = random.uniform(radii[:, None], SIDE - 1 - radii[:, None], (len(radii), 2))
        distances = np.linalg.norm(centres[:, None] - centres[None], axis=-1)
        if (distances > radii[:, None] + radii[None])[pairs].all():
            return centres


def _shares(names: list[str], centres: np.ndarray, radii: np.ndarray, random) -> list[np.ndarray]:
    """Coverage of the picture by each thing, (SIDE, SIDE)."""
    shapes = np.array([scene_drawing.SHAPES.index(name) for name in names])
    covered, corners = scene_drawing.coverage(shapes, centres, radii, random.uniform(-0.25, 0.25, len(names)))
    found = []
    for window, (row, column) in zip(covered, corners + PATCH, strict=True):
        whole = np.zeros((SIDE + 2 * PATCH, SIDE + 2 * PATCH), np.float32)
        whole[row : row + PATCH, column : column + PATCH] = window
        found.append(whole[PATCH:-PATCH, PATCH:-PATCH])
    return found
