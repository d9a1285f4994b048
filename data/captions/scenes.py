"""Makes scenes without a network: two coloured shapes in a relation, 64x64 pixels, with five captions each.

A scene is "a red circle above a blue square": two things of different colour and shape, small or large, and which is
above or left of the other, always clearly: their distance along the relation is more than twice that across it, and
they never touch. The five captions are ALL that the grammar says of it, with other words (disc, box, over, under) and
the other order, so an answer that is none of them is wrong.

Held out, so that learning by heart does not pass. No training, validation or ordinary test scene has
- a thing of the colours and shapes in `UNSEEN_THINGS` (a red star), or
- a pair of shapes in a relation in `UNSEEN_RELATIONS` (a circle above a triangle).
The further part "combinations" has one of the former, or one of the latter, in equal numbers; `origins` says which. The
former are drawn first.
"""

import itertools

import numpy as np

from data.captions import scene_drawing
from data.captions.caption_pairs import Captions, CaptionSplits, Regions
from data.captions.scene_drawing import SHAPES

SIDE = 64  # pixels
CHUNK = 100  # images drawn at once: more leave the processor's cache
SIZES = {"train": 6000, "validation": 500, "test": 500, "combinations": 500}
COLOURS = {
    "red": (220, 30, 35),
    "green": (40, 175, 60),
    "blue": (40, 85, 235),
    "yellow": (245, 225, 40),
    "purple": (175, 50, 200),
    "white": (245, 245, 245),
}
NAMES = tuple(COLOURS)
OTHER_WORDS = {"circle": "disc", "square": "box"}
RADII = {"small": (7.5, 9.0), "large": (12.5, 14.5)}  # pixels from the centre to the farthest point
UNSEEN_THINGS = (("red", "star"), ("green", "circle"), ("blue", "triangle"),
                 ("yellow", "cross"), ("purple", "square"), ("white", "ring"))  # fmt: skip
# The first is above or left of the second.
UNSEEN_RELATIONS = (
    ("circle", "above", "triangle"), ("square", "above", "ring"), ("star", "above", "cross"), ("ring", "above", "star"),
    ("triangle", "left", "circle"), ("cross", "left", "square"), ("star", "left", "ring"), ("square", "left", "star"),
)  # fmt: skip
SEEN, UNSEEN_THING, UNSEEN_RELATION = "", "colour and shape", "relation"


def make(seed):
    """Makes the splits: 6,000 training scenes, 500 for validation, 500 for testing, 500 of combinations never seen.

    Args:
        seed: of the draws. What is held out does not depend on it.
    """
    parts = {part: _part(part, [seed, stream]) for stream, part in enumerate(SIZES)}
    sizes = [str(len(parts[part])) for part in ("train", "validation", "test")]
    notes = (
        f"Scenes of two coloured shapes, drawn with seed {seed}: {' / '.join(sizes)} images for training / validation "
        f"/ test, {len(parts['combinations'])} of combinations that training never shows; five captions each.",
        f"Never shown in training: {', '.join(map(' '.join, UNSEEN_THINGS))}; "
        f"{', '.join(_relation(*unseen) for unseen in UNSEEN_RELATIONS)}.",
    )
    others = {"combinations": parts.pop("combinations")}
    return CaptionSplits("scenes", **parts, notes=notes, others=others, image_size=(SIDE, SIDE))


def _relation(first, relation, second):
    return f"{first} {'above' if relation == 'above' else 'left of'} {second}"


def _combinations():
    """Kind -> the scenes of that kind, int (C, 5): colour and shape of the first, of the second, relation (0 above)."""
    colours, shapes = range(len(NAMES)), range(len(SHAPES))
    unseen_things = {(NAMES.index(colour), SHAPES.index(shape)) for colour, shape in UNSEEN_THINGS}
    unseen_relations = {(SHAPES.index(a), SHAPES.index(b), int(r != "above")) for a, r, b in UNSEEN_RELATIONS}
    found = {SEEN: [], UNSEEN_THING: [], UNSEEN_RELATION: []}
    for first, second in itertools.product(itertools.product(colours, shapes), repeat=2):
        if first[0] == second[0] or first[1] == second[1]:
            continue  # so that a colour, or a shape, is enough to know which of the two is meant
        for relation in (0, 1):
            things = (first in unseen_things) + (second in unseen_things)
            related = (first[1], second[1], relation) in unseen_relations
            if things + related < 2:  # both new would be harder than either
                kind = UNSEEN_THING if things else UNSEEN_RELATION if related else SEEN
                found[kind].append((*first, *second, relation))
    return {kind: np.array(scenes) for kind, scenes in found.items()}


def _part(part, seed):
    random = np.random.default_rng(seed)
    count, scenes = SIZES[part], _combinations()
    kinds = [SEEN] * count
    if part == "combinations":
        kinds = [(UNSEEN_THING, UNSEEN_RELATION)[row % 2] for row in range(count)]
    drawn = np.empty((count, 5), int)
    for kind in dict.fromkeys(kinds):  # in their order: the draws follow one another
        rows = np.array([row for row in range(count) if kinds[row] == kind])
        drawn[rows] = scenes[kind][random.integers(len(scenes[kind]), size=len(rows))]
    large = random.integers(2, size=(count, 2)).astype(bool)
    images, masks = _draw(drawn, large, random)
    captions = tuple(_captions(scene, sizes) for scene, sizes in zip(drawn.tolist(), large.tolist(), strict=True))
    origins = [f"scenes/{part}[{row}]{' ' + kind if kind else ''}" for row, kind in enumerate(kinds)]
    names = tuple((_names(*scene[:2]), _names(*scene[2:4])) for scene in drawn.tolist())
    return Captions(images, captions, np.array(origins, dtype=object), Regions(masks, names))


def _names(colour, shape):
    """The texts that name a thing."""
    nouns = (SHAPES[shape], OTHER_WORDS.get(SHAPES[shape]))
    return tuple(f"{NAMES[colour]} {noun}" for noun in nouns if noun)


def _captions(scene, large):
    """All that the grammar says of a scene."""
    first, second = _names(*scene[:2]), _names(*scene[2:4])
    sizes = ["large" if one else "small" for one in large]
    if scene[4]:
        before, after, other_before, other_after = "left of", "right of", "to the left of", "to the right of"
    else:
        before, after, other_before, other_after = "above", "below", "over", "under"
    return (
        f"a {first[0]} {before} a {second[0]}",
        f"a {second[0]} {after} a {first[0]}",
        f"a {first[-1]} {other_before} a {second[-1]}",
        f"a {second[-1]} {other_after} a {first[-1]}",
        f"there is a {sizes[0]} {first[0]} {before} a {sizes[1]} {second[0]}",
    )


def _draw(scenes, large, random):
    """Returns images uint8 (N, SIDE, SIDE, 3) and masks bool (N, 2, SIDE, SIDE) of scenes, int (N, 5)."""
    count = len(scenes)
    radii = np.where(large, random.uniform(*RADII["large"], (count, 2)), random.uniform(*RADII["small"], (count, 2)))
    centres = _placed(scenes[:, 4], radii, random).reshape(-1, 2)
    angles = random.uniform(-0.2, 0.2, 2 * count)
    covered, corners = scene_drawing.coverage(scenes[:, [1, 3]].ravel(), centres, radii.ravel(), angles)
    palette = np.array(list(COLOURS.values()), np.float32)[scenes[:, [0, 2]].ravel()]
    palette = np.clip(palette + random.uniform(-12, 12, palette.shape), 0, 255).astype(np.float32)
    images = np.empty((count, SIDE, SIDE, 3), np.uint8)
    masks = np.zeros((count, 2, SIDE, SIDE), bool)
    for start in range(0, count, CHUNK):
        pixels = _backgrounds(min(CHUNK, count - start), random)
        for thing in range(2 * start, 2 * (start + len(pixels))):
            scene, which = divmod(thing, 2)
            margin = int(scene_drawing.PATCH / 2 - radii[scene, which] - 2)  # the window's rim, which is empty
            row, column = corners[thing] + margin
            side = scene_drawing.PATCH - 2 * margin
            top, left, bottom, right = max(row, 0), max(column, 0), min(row + side, SIDE), min(column + side, SIDE)
            share = covered[thing, margin:, margin:][top - row : bottom - row, left - column : right - column]
            window = pixels[scene - start, top:bottom, left:right]
            window += (palette[thing] - window) * share[..., None]
            masks[scene, which, top:bottom, left:right] = share > 0.5
        pixels += random.integers(-4, 5, pixels.shape, dtype=np.int8)
        images[start : start + len(pixels)] = np.clip(pixels, 0, 255, out=pixels)
    return images, masks


def _placed(relations, radii, random):
    """Centres, float (N, 2 things, 2), of things in a relation: clearly so, apart from each other, inside the image."""
    count = len(relations)
    apart = radii.sum(1) + 2
    room = SIDE - 3 - apart - radii.sum(1)  # what is left along the relation
    before, gap = np.sort(random.uniform(0, 1, (2, count)), axis=0) * np.maximum(room, 0)
    first = radii[:, 0] + 1 + before
    along = np.stack([first, first + apart + (gap - before)], 1)
    distance = along[:, 1] - along[:, 0]
    low, high = radii + 1, SIDE - 2 - radii
    middle = random.uniform(low[:, 0], high[:, 0])
    shift = random.uniform(-0.4, 0.4, count) * distance
    across = np.stack([middle, np.clip(middle + shift, low[:, 1], high[:, 1])], 1)
    # Clipping moves the second by at most the difference of the radii, which keeps the relation clear.
    turned = relations[:, None, None] == 1  # left: the relation goes along the columns
    return np.where(turned, np.stack([across, along], 2), np.stack([along, across], 2))


def _backgrounds(count, random):
    """Dark grey, a little tinted, a little brighter to one side: float32 (N, SIDE, SIDE, 3)."""
    level = random.uniform(35, 90, (count, 1, 1, 1)) + random.uniform(-10, 10, (count, 1, 1, 3))
    slope = random.uniform(-12, 12, (2, count, 1, 1, 1)).astype(np.float32)
    line = np.linspace(-1, 1, SIDE, dtype=np.float32)[:, None]
    return level.astype(np.float32) + (slope[0] * line[:, None] + slope[1] * line)
