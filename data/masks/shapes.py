"""Draws scenes with exact masks, so that a first run needs no network: shapes and lines that overlap, 64x64 pixels.

A scene is a ground that shades off, two or three shapes of any colour, and often a thin line, each laid over those
before it. The class is the form alone: colours are drawn apart from it, so that no pixel gives its class away. A pixel
through which an edge runs belongs to two things, and is void.
"""

import numpy as np

from data.captions import scene_drawing
from data.captions.scene_drawing import PATCH
from data.masks.masked_images import VOID, MaskedImages, MaskSplits, packed, standard_palette

SIDE = 64  # pixels
SIZES = {"train": 2000, "validation": 100, "test": 200}
SHAPES = ("circle", "square", "triangle", "ring")
CLASSES = ("ground", *SHAPES, "line")
MARGIN, APART = 9, 17  # pixels of centres from the rim, and from each other: shapes may overlap, by less than half
RADII = (9.0, 14.0)  # pixels from the centre to the farthest point
WIDTHS = (3.0, 4.5)  # pixels, of lines
CLEAR = 100  # least distance of a colour from that of the ground and of other things, in pixel values
EDGE = 0.02  # share of a pixel that another thing covers, from which it is void


def make(seed: int) -> MaskSplits:
    """The splits: 2,000 training scenes, 100 for validation, 200 for testing, drawn with `seed`."""
    index = np.full(256, VOID, np.uint8)
    index[: len(CLASSES)] = np.arange(len(CLASSES))
    parts, void = {}, 0.0
    for stream, (part, count) in enumerate(SIZES.items()):
        random = np.random.default_rng([seed, stream])
        drawn = [_scene(random) for _ in range(count)]
        masks = np.empty(count, object)
        masks[:] = [packed(mask) for _, mask in drawn]
        origins = np.array([f"shapes/{part}[{row}]" for row in range(count)], object)
        parts[part] = MaskedImages(np.stack([image for image, _ in drawn]), masks, origins, index)
        void = float(np.mean([mask == VOID for _, mask in drawn])) if part == "train" else void
    notes = (
        f"Scenes of {len(SHAPES)} shapes and of thin lines, drawn with seed {seed}; their colours do not depend on the "
        "class.",
        f"Pixels through which an edge runs are void, {void:.1%} of all, and count nowhere.",
    )
    return MaskSplits("shapes", **parts, classes=CLASSES, palette=PALETTE, notes=notes)


PALETTE = standard_palette(len(CLASSES))


def _scene(random) -> tuple[np.ndarray, np.ndarray]:
    """A picture, uint8 (SIDE, SIDE, 3), and its classes, uint8 (SIDE, SIDE)."""
    ground = random.uniform(30, 225, 3)
    slope = random.uniform(-20, 20, (2, 1, 1, 3))
    line = np.linspace(-1, 1, SIDE)[:, None, None]
    pixels = ground + slope[0] * line + slope[1] * line.swapaxes(0, 1)
    classes, edge = np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), bool)
    count = int(random.integers(2, 4))
    shapes = random.integers(len(SHAPES), size=count)
    forms = np.array([scene_drawing.SHAPES.index(one) for one in SHAPES])[shapes]
    given = _centres(count, random), random.uniform(*RADII, count), random.uniform(-0.25, 0.25, count)
    covered, corners = scene_drawing.coverage(forms, *given)
    shares = [_placed(*one) for one in zip(covered, corners, strict=True)]
    numbers = [1 + int(shape) for shape in shapes]
    if random.random() < 0.7:
        place = int(random.integers(count + 1))  # below some shapes, above others
        shares.insert(place, _line(random))
        numbers.insert(place, len(CLASSES) - 1)
    colours = [ground]
    for share, number in zip(shares, numbers, strict=True):
        colour = random.uniform(0, 255, 3)
        while min(np.linalg.norm(colour - other) for other in colours) < CLEAR:
            colour = random.uniform(0, 255, 3)
        colours.append(colour)
        pixels = pixels + (colour - pixels) * share[..., None]
        classes[share > 0.5] = number
        # What lies below an opaque pixel is not seen, its edges neither.
        edge = np.where(share > 1 - EDGE, False, edge | (share > EDGE))
    pixels = pixels + random.normal(0, 3, pixels.shape)
    classes[edge] = VOID
    return np.clip(np.round(pixels), 0, 255).astype(np.uint8), classes


def _centres(count: int, random) -> np.ndarray:
    """Places of shapes, float (count, 2), so far apart that none hides another."""
    while True:
        centres = random.uniform(MARGIN, SIDE - MARGIN, (count, 2))
        distances = np.linalg.norm(centres[:, None] - centres[None], axis=-1)
        if (distances[np.triu_indices(count, 1)] > APART).all():
            return centres


def _placed(window: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """The window of a shape as coverage of the whole picture, (SIDE, SIDE)."""
    whole = np.zeros((SIDE + 2 * PATCH, SIDE + 2 * PATCH), np.float32)
    row, column = corner + PATCH
    whole[row : row + PATCH, column : column + PATCH] = window
    return whole[PATCH:-PATCH, PATCH:-PATCH]


def _line(random) -> np.ndarray:
    """Coverage of the picture by a line across it, (SIDE, SIDE)."""
    middle, angle = random.uniform(SIDE / 4, 3 * SIDE / 4, 2), random.uniform(0, np.pi)
    half, width = random.uniform(15, 32), random.uniform(*WIDTHS)
    y, x = np.mgrid[:SIDE, :SIDE] - middle[:, None, None]
    along = np.clip(x * np.cos(angle) + y * np.sin(angle), -half, half)
    distance = np.hypot(x - along * np.cos(angle), y - along * np.sin(angle))
    return np.clip(0.5 + width / 2 - distance, 0, 1).astype(np.float32)
