"""NumPy formulas of layers for images, written with loops."""

import numpy as np


def windows(x, settings):
    """Yields the place of each output pixel, and the rows and columns of the image that its window covers."""
    size, strides = settings["pool_size"], settings.get("strides") or settings["pool_size"]
    pad, up = settings.get("padding", 0), settings.get("round_up", False)
    starts = []
    for side in x.shape[1:3]:
        each = list(range(-pad, side + pad - size + 1, strides))
        following = each[-1] + strides
        if up and following < side and following - strides + size < side + pad:
            each.append(following)
        starts.append(each)
    for i, top in enumerate(starts[0]):
        for j, left in enumerate(starts[1]):
            yield (i, j), slice(max(top, 0), top + size), slice(max(left, 0), left + size), (top, left)


def max_pool(x, noise, settings, training):
    places = list(windows(x, settings))
    rows, columns = (1 + max(place[axis] for place, *_ in places) for axis in (0, 1))
    y = np.zeros((x.shape[0], rows, columns, x.shape[-1]), x.dtype)
    for (i, j), down, across, _ in places:
        y[:, i, j] = x[:, down, across].max((1, 2))

    def pull_back(gradient):
        result = np.zeros_like(x)
        for (i, j), down, across, _ in places:
            largest = x[:, down, across] == y[:, i, j][:, None, None]
            result[:, down, across] += largest * gradient[:, i, j][:, None, None]
        return result

    return y, pull_back


def max_unpool(indices):
    """The formula with these indices, which every image shares."""

    def formula(x, noise, settings, training):
        size = settings["pool_size"]
        batch, rows, columns, channels = x.shape
        y = np.zeros((batch, rows * size, columns * size, channels), x.dtype)
        places = [
            (b, i * size + indices[0, i, j, c] // size, j * size + indices[0, i, j, c] % size, c)
            for b, i, j, c in np.ndindex(*x.shape)
        ]
        for place, value in zip(places, x.ravel(), strict=True):
            y[place] = value
        return y, lambda gradient: np.array([gradient[place] for place in places], x.dtype).reshape(x.shape)

    return formula
