"""Points in the plane whose law is known: the data sets of TensorFlow Playground, also with more than two classes.

Each function takes the number of points, the noise (a share, 0 to 0.5) and a `numpy.random.Generator`; those of classes
also the number of classes. Label 1 is the class that the original calls positive, label 0 the negative one.
"""

import numpy as np

RADIUS = 5.0
PADDING = 0.3
TURNS = 1.75
HILLS = np.array([[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]])


def circle(count, noise, random, classes=2):
    """Rings around the origin: of two classes a disc of radius 2.5 and a ring from 3.5 to 5.

    A point has the label of the place to which noise, uniform on +-5 noise in x and y, moves it.
    """
    if classes == 2:
        bands = np.array([[0, 0.5], [0.7, 1.0]]) * RADIUS
    else:
        inner = np.arange(classes) / classes
        bands = np.stack([inner, inner + 0.7 / classes], axis=1) * RADIUS
    ring = np.arange(count) * classes // count
    radius, angle = random.uniform(*bands[ring].T), random.uniform(0, 2 * np.pi, count)
    points = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    moved = points + random.uniform(-RADIUS, RADIUS, (count, 2)) * noise
    found = np.searchsorted(bands[:-1, 1], np.hypot(*moved.T), side="right")
    return points, (1 - found) % classes


def xor(count, noise, random, classes=2):
    """A square of 10, with a gap of 0.6 along the axes; opposite quadrants have one label.

    Of more classes there are twice as many sectors, and again opposite ones have one label.
    """
    points = random.uniform(-RADIUS, RADIUS, (count, 2))
    points += np.where(points > 0, PADDING, -PADDING)
    moved = points + random.uniform(-RADIUS, RADIUS, (count, 2)) * noise
    if classes == 2:
        return points, (moved[:, 0] * moved[:, 1] >= 0).astype(int)
    sector = np.floor((np.arctan2(moved[:, 1], moved[:, 0]) % (2 * np.pi)) / (np.pi / classes)).astype(int)
    return points, (1 - sector) % classes


def gauss(count, noise, random, classes=2):
    """Round normal clouds at the same distance from the origin: of two classes at (2, 2), label 1, and (-2, -2).

    Their variance goes from 0.5 without noise to 4 at a noise of 0.5.
    """
    cloud = np.arange(count) * classes // count
    angle = np.pi / 4 + 2 * np.pi * cloud / classes
    centres = np.sqrt(8) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + random.normal(0, np.sqrt(0.5 + 7 * noise), (count, 2)), (1 - cloud) % classes


def spiral(count, noise, random, classes=2):
    """Arms of 1.75 turns from the origin to radius 5, with noise uniform on +-noise in x and y."""
    arm = np.arange(count) * classes // count
    along = (np.arange(count) * classes / count) % 1
    angle = TURNS * along * 2 * np.pi + 2 * np.pi * arm / classes
    points = RADIUS * along[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return points + random.uniform(-1, 1, (count, 2)) * noise, (1 - arm) % classes


def plane(count, noise, random):
    """(x + y) / 10 on a square of 12; noise moves the place whose value a point has, by up to 6 noise in x and y."""
    points, moved = _square(count, noise, random)
    return points, moved.sum(axis=1) / 10


def hills(count, noise, random):
    """Six cones of radius 2, up or down, heights +-1: at each place the value of the one that is farthest from 0."""
    points, moved = _square(count, noise, random)
    distance = np.hypot(moved[:, None, 0] - HILLS[:, 0], moved[:, None, 1] - HILLS[:, 1])
    values = HILLS[:, 2] * np.clip(1 - distance / 2, 0, 1)
    return points, values[np.arange(count), np.abs(values).argmax(axis=1)]


def _square(count, noise, random):
    points = random.uniform(-6, 6, (count, 2))
    return points, points + random.uniform(-6, 6, (count, 2)) * noise


OF_CLASSES = {"circle": circle, "xor": xor, "gauss": gauss, "spiral": spiral}
OF_NUMBERS = {"reg-plane": plane, "reg-gauss": hills}
