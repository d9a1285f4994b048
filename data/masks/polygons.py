"""Outlines as masks: polygons, rectangles and circles drawn into ids."""

import numpy as np

from data.errors import DataError


def draw(ids: np.ndarray, points, value: int, shape: str = "polygon") -> None:
    """Draw a region into `ids` uint8 (height, width).

    Args:
        ids: Changed in place.
        points: (n, 2), x and y of the corners; of a rectangle two opposite ones; of a circle its centre and a point on
            it.
        value: Id of the region.
        shape: "polygon", "rectangle" or "circle".

    Raises:
        DataError: The points are none, too few, or not numbers; without a place.
    """
    from PIL import Image, ImageDraw

    try:
        corners = np.asarray(points, np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise DataError(f"a {shape} needs pairs of numbers, x and y. Received: {str(points)[:60]}") from error
    least = {"polygon": 3}.get(shape, 2)
    if len(corners) < least or not np.isfinite(corners).all():
        raise DataError(f"a {shape} needs {least} points or more, of finite numbers. Received: {str(points)[:60]}")
    canvas = Image.fromarray(ids)
    pen = ImageDraw.Draw(canvas)
    if shape == "circle":
        radius = np.hypot(*(corners[1] - corners[0]))
        pen.ellipse([*(corners[0] - radius), *(corners[0] + radius)], fill=value)
    elif shape == "rectangle":
        low, high = corners[:2].min(0), corners[:2].max(0)
        pen.rectangle([*low, *high], fill=value)
    else:
        pen.polygon([tuple(point) for point in corners], fill=value)
    ids[:] = np.asarray(canvas)
