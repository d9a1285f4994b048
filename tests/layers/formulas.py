"""NumPy formulas of layers that Keras has not: (x, noise, settings, training) -> y, and the pull back of gradients."""

import math

import numpy as np


def dropout(x, noise, settings, training):
    """`noise` is what the layer makes of ones: it must hold only 0 and 1 / (1 - rate)."""
    factor = np.where(noise > 0, 1 / (1 - settings["rate"]), 0.0).astype(x.dtype) if training else np.ones_like(x)
    return x * factor, lambda gradient: gradient * factor


def scaled_dropout(x, noise, settings, training):
    factor = (noise > 0).astype(x.dtype) if training else np.full_like(x, settings["keep_probability"])
    return x * factor, lambda gradient: gradient * factor


def step(x, noise, settings, training):
    return (x >= 0).astype(x.dtype), np.zeros_like


def padded_shortcut(x, noise, settings, training):
    strides, added = settings["strides"], settings["filters"] - x.shape[-1]

    def pull_back(gradient):
        result = np.zeros_like(x)
        result[:, ::strides, ::strides] = gradient[..., : x.shape[-1]]
        return result

    return np.pad(x[:, ::strides, ::strides], [(0, 0), (0, 0), (0, 0), (0, added)]), pull_back


def gaussian_noise(x, noise, settings, training):
    """`noise` is what the layer makes of ones: 1 + stddev * n."""
    return (x + (noise - 1) if training else x), lambda gradient: gradient


def gaussian_code(x, noise, settings, training):
    """`noise` is what the layer makes of ones, mean 1 and log-variance 1: 1 + exp(1 / 2) * n."""
    mean, log_variance = np.split(x, 2, axis=-1)
    normal = ((noise - 1) / np.exp(np.ones((), x.dtype) / 2)) if training else np.zeros_like(mean)
    spread = np.exp(log_variance / 2) * normal
    return mean + spread, lambda gradient: np.concatenate([gradient, gradient * spread / 2], axis=-1)


def piecewise_linear(x, noise, settings, training):
    """NumPy's own interpolation, a bin at a time; outside the edges the end bins go on to -3 and 4."""
    edges, whole = settings["edges"], x
    columns = settings.get("columns", range(x.shape[1]))
    x = x[:, columns]
    bins = max(map(len, edges)) - 1
    y, slopes = np.zeros((*x.shape, bins), x.dtype), np.zeros((*x.shape, bins), x.dtype)
    for feature, points in enumerate(edges):
        last = len(points) - 2
        for k, (start, stop) in enumerate(zip(points[:-1], points[1:], strict=True)):
            low, high = -3.0 if k == 0 else 0.0, 4.0 if k == last else 1.0
            inside = [start + low * (stop - start), start + high * (stop - start)]
            y[:, feature, k] = np.interp(x[:, feature], inside, [low, high])
            within = (x[:, feature] > inside[0]) & (x[:, feature] < inside[1])
            slopes[:, feature, k] = within / (stop - start)

    def pull_back(gradient):
        result = np.zeros_like(whole)
        result[:, columns] = (gradient * slopes).sum(-1)
        return result

    return y, pull_back


def monte_carlo_dropout(x, noise, settings, training):
    """`noise` is what the layer makes of ones: the masks."""
    return x[:, None] * noise, lambda gradient: (gradient * noise).sum(1)


def unstandardize(x, noise, settings, training):
    scale = settings["scale"]
    shift = np.array([settings["mean"], 0.0])[: x.shape[-1]].astype(x.dtype)
    return x * scale + shift, lambda gradient: gradient * scale


def gaussian_head(x, noise, settings, training):
    raw = x[..., 1].astype("float64") + 0.5413248546129181  # ln(e - 1)
    deviation = settings["smallest"] + np.log1p(np.exp(-np.abs(raw))) + np.maximum(raw, 0)
    slope = np.stack([np.ones_like(raw), 1 / (1 + np.exp(-raw))], axis=-1)
    return np.stack([x[..., 0], deviation], axis=-1).astype(x.dtype), lambda gradient: (gradient * slope).astype(
        x.dtype
    )


def sinusoidal_positions(x, noise, settings, training, offset=0):
    """Entry by entry, with Python's own sines."""
    codes = np.zeros(x.shape[1:])
    for position, entry in np.ndindex(*codes.shape):
        angle = (offset + position) / settings["period"] ** (2 * (entry // 2) / x.shape[-1])
        codes[position, entry] = math.cos(angle) if entry % 2 else math.sin(angle)
    factor = math.sqrt(x.shape[-1]) if settings.get("scale_inputs") else 1.0
    return (factor * x + codes).astype(x.dtype), lambda gradient: (factor * gradient).astype(x.dtype)


def probability_mean(x, noise, settings, training):
    shifted = np.exp(x - x.max(-1, keepdims=True))
    each = shifted / shifted.sum(-1, keepdims=True)
    mean = each.mean(-2, keepdims=True)

    def pull_back(gradient):
        share = gradient[..., None, :] * each / mean
        return (share - each * share.sum(-1, keepdims=True)) / x.shape[-2]

    return np.log(mean[..., 0, :]), pull_back
