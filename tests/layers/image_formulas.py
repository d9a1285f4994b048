"""NumPy formulas of layers for images, written with loops."""

import numpy as np

from layers.compact_bilinear_pooling import TINY, sketches


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


def average_pool(x, noise, settings, training):
    size, pad = settings["pool_size"], settings.get("padding", 0)
    places = list(windows(x, settings))
    shape = [1 + max(place[axis] for place, *_ in places) for axis in (0, 1)]
    counts = np.zeros(shape)
    for place, down, across, corner in places:
        if settings.get("count_padding", True):
            counts[place] = np.prod([min(size, n + pad - at) for n, at in zip(x.shape[1:3], corner, strict=True)])
        else:
            counts[place] = x[0, down, across, 0].size
    y = np.zeros((x.shape[0], *shape, x.shape[-1]), x.dtype)
    for (i, j), down, across, _ in places:
        y[:, i, j] = x[:, down, across].sum((1, 2)) / counts[i, j]

    def pull_back(gradient):
        result = np.zeros_like(x)
        for (i, j), down, across, _ in places:
            result[:, down, across] += gradient[:, i, j][:, None, None] / counts[i, j]
        return result

    return y, pull_back


def channel_shuffle(x, noise, settings, training):
    groups = settings["groups"]
    members = x.shape[-1] // groups
    source = [j * members + k for k in range(members) for j in range(groups)]
    return x[..., source], lambda gradient: gradient[..., np.argsort(source)]


def local_response_norm(x, noise, settings, training):
    size, beta = settings.get("size", 5), settings.get("beta", 0.75)
    factor = settings["alpha"] / (size if settings.get("squares") == "mean" else 1)
    channels = np.arange(x.shape[-1])
    group = channels // (len(channels) // settings.get("groups", 1))
    near = (abs(channels[:, None] - channels) <= size // 2) & (group[:, None] == group)
    near = near.astype(x.dtype)  # 1 where two are neighbours
    base = settings.get("k", 2.0) + factor * (x**2) @ near

    def pull_back(gradient):
        return gradient * base**-beta - 2 * beta * factor * x * ((gradient * x * base ** (-beta - 1)) @ near)

    return (x * base**-beta).astype(x.dtype), lambda gradient: pull_back(gradient).astype(x.dtype)


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


def upsampling(x, noise, settings, training):
    """Each new pixel is a mean of old ones: a matrix for the height, and one for the width."""
    factor = settings["factor"]

    def matrix(length):
        found = np.zeros((factor * length, length), x.dtype)
        for new in range(factor * length):
            place = (new + 0.5) / factor - 0.5
            low = int(np.floor(place))
            for old, weight in ((low, 1 - (place - low)), (low + 1, place - low)):
                found[new, min(max(old, 0), length - 1)] += weight
        return found

    down, across = (matrix(length) for length in x.shape[1:3])
    return np.einsum("ij,bjkc,lk->bilc", down, x, across), lambda g: np.einsum("ij,bilc,lk->bjkc", down, g, across)


def compact_bilinear(x, noise, settings, training):
    """By Fourier transforms of the count sketches of each place, as published."""
    size, normalize = settings["dimension"], settings.get("normalize", True)
    places = x.reshape(len(x), -1, x.shape[-1])
    buckets, signs = sketches(x.shape[-1], size, settings["seed"])
    deal = [np.eye(size)[bucket] * sign[:, None] for bucket, sign in zip(buckets, signs, strict=True)]
    first, second = (np.fft.fft(places @ one) for one in deal)
    z = np.fft.ifft(first * second).real.sum(1)
    root = np.sqrt(np.abs(z) + TINY)
    r = z / root
    length = np.sqrt((r**2).sum(-1, keepdims=True) + TINY)

    def pull_back(gradient):
        if normalize:
            gradient = (gradient - (r / length) * (gradient * r / length).sum(-1, keepdims=True)) / length
            gradient = gradient * (1 / root - np.abs(z) / (2 * root**3))
        turned = np.fft.fft(gradient)[:, None]
        # A convolution is pulled back by a correlation.
        parts = zip((second, first), deal, strict=True)
        back = sum(np.fft.ifft(turned * np.conj(other)).real @ one.T for other, one in parts)
        return back.reshape(x.shape).astype(x.dtype)

    return (r / length if normalize else z).astype(x.dtype), pull_back
