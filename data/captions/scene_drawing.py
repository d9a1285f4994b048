"""Draws coloured shapes with smooth edges: coverage of pixels from the distance to the edge, many shapes at once."""

import numpy as np

SHAPES = ("circle", "square", "triangle", "star", "cross", "ring")
PATCH = 36  # pixels on a side of the window in which one shape is drawn
CHUNK = 1024  # shapes drawn at once
LARGEST_RADIUS = PATCH / 2 - 2


def coverage(shapes, centres, radii, angles):
    """Returns what share of each pixel a shape covers, in a window around it.

    Args:
        shapes: int (N,), positions in `SHAPES`.
        centres: float (N, 2), row and column in pixels; the middle of the first pixel is (0, 0).
        radii: float (N,), pixels from the centre to the farthest point, at most `LARGEST_RADIUS`.
        angles: float (N,), radians by which the shape is turned.

    Returns:
        Coverage float32 (N, PATCH, PATCH) in [0, 1], and the row and column of the windows' first pixels, int (N, 2).
    """
    corners = np.round(centres).astype(int) - PATCH // 2
    covered = np.empty((len(shapes), PATCH, PATCH), np.float32)
    offsets = np.arange(PATCH, dtype=np.float32)
    for shape in range(len(SHAPES)):
        members = np.flatnonzero(shapes == shape)
        for start in range(0, len(members), CHUNK):
            rows = members[start : start + CHUNK]
            radius = radii[rows, None, None].astype(np.float32)
            y = (offsets[None] + (corners[rows, 0] - centres[rows, 0])[:, None]).astype(np.float32)[:, :, None]
            x = (offsets[None] + (corners[rows, 1] - centres[rows, 1])[:, None]).astype(np.float32)[:, None, :]
            cos, sin = (f(angles[rows]).astype(np.float32)[:, None, None] for f in (np.cos, np.sin))
            distance = _DISTANCES[shape](cos * x - sin * y, sin * x + cos * y, radius)
            covered[rows] = np.clip(0.5 - distance, 0, 1)  # an edge through the middle of a pixel covers half of it
    return covered, corners


def _circle(x, y, radius):
    return np.sqrt(x**2 + y**2) - 0.88 * radius


def _square(x, y, radius):
    return np.maximum(np.abs(x), np.abs(y)) - 0.76 * radius


def _triangle(x, y, radius):
    """One corner up; the centre of the corners' circle lies a little above the middle."""
    y = y - 0.15 * radius
    return np.maximum(y - radius / 2, np.abs(x) * np.float32(np.sqrt(3) / 2) - y / 2 - radius / 2)


def _star(x, y, radius):
    """Five points: every tenth of the turn is folded onto one edge, from a tip to an inner corner."""
    length, tenth = np.sqrt(x**2 + y**2), np.float32(np.pi / 5)
    angle = np.arctan2(x, -y)  # 0 is up
    angle = np.abs(angle - 2 * tenth * np.round(angle / (2 * tenth)))
    along, across = length * np.cos(angle), length * np.sin(angle)
    inner = np.float32(0.45)
    to_inner = np.array([inner * np.cos(tenth) - 1, inner * np.sin(tenth)], np.float32)
    normal = np.array([to_inner[1], -to_inner[0]]) / np.hypot(*to_inner)
    return (along - radius) * normal[0] + across * normal[1]


def _cross(x, y, radius):
    wide, narrow = 0.92 * radius, 0.32 * radius
    x, y = np.abs(x), np.abs(y)
    return np.minimum(np.maximum(x - wide, y - narrow), np.maximum(x - narrow, y - wide))


def _ring(x, y, radius):
    return np.abs(np.sqrt(x**2 + y**2) - 0.7 * radius) - 0.22 * radius


_DISTANCES = (_circle, _square, _triangle, _star, _cross, _ring)
