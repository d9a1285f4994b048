"""Where maps point, where the right place is known: networks whose weights are written by hand, and trained ones."""

import keras
import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmarks.drawn_objects import OBJECTS, SIDE, draw
from benchmarks.explaining import MAPS, Config, built, hits, maps_of, pointing, subject_of
from data.images.images import ImagePrepare
from evaluation.explanation import Answer
from tasks.explained_pictures import class_maps


@pytest.fixture(scope="module")
def scenes():
    """Objects of a class among two others, each class in a colour of its own, the others in another one."""
    test = draw(12, 2, np.random.default_rng(0))
    grey = test.pictures.mean(axis=-1)
    pictures = np.zeros_like(test.pictures)
    colours = np.array([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0)])
    for row, (box, label) in enumerate(zip(test.boxes, test.labels, strict=True)):
        own = box & (grey[row] > 130)
        pictures[row] = np.where(own[..., None], grey[row][..., None] * colours[label], grey[row][..., None])
    return type(test)(pictures, test.labels, test.boxes)


def network(seed=None):
    """Two convolutions and an average: they find the colours of the classes, or, with a seed, are drawn at random."""
    keras.utils.set_random_seed(seed or 0)
    inputs = keras.Input((SIDE, SIDE, 3))
    seen = keras.layers.Conv2D(len(OBJECTS), 5, padding="same", activation="relu", name="seen")
    averaged = keras.layers.GlobalAveragePooling2D()(seen(inputs))
    logits = keras.layers.Dense(len(OBJECTS), name="logits")
    model = keras.Model(inputs, logits(averaged))
    if seed is None:
        # Each colour, less what it shares with the others; grey gives nothing.
        kernel = np.array([(1, -1, -1), (-1, 1, -1), (-1, -1, 1), (0.6, 0.6, -1.2)]).T / 25
        seen.set_weights([np.broadcast_to(kernel, (5, 5, 3, 4)), np.zeros(4)])
        weights = 20 * np.eye(4)
        weights[:2, 3] = -40  # what is red or green alone is not yellow
        logits.set_weights([weights, np.zeros(4)])
    return model


def test_a_network_that_knows_is_explained_by_its_object_and_a_random_one_is_not(scenes):
    prepare = ImagePrepare((SIDE, SIDE), 3).standardized_by(scenes.pictures).in_unit_range()
    maps = [maps_of(subject_of(model, prepare), scenes) for model in (network(), network(3))]
    knowing, random = (hits(one, scenes) for one in maps)
    assert knowing["occlusion"] == knowing["grad_cam"] == 1, knowing
    assert all(random[name] <= 0.5 for name in MAPS), random
    pairs = [(a.ravel(), b.ravel()) for name in MAPS for a, b in zip(maps[0][name], maps[1][name], strict=True)]
    assert np.nanmean([spearmanr(a, b).statistic for a, b in pairs if np.ptp(a) and np.ptp(b)]) < 0.5


def test_grad_cam_of_a_contrast_is_that_of_the_difference_of_the_logits():
    picture = np.random.default_rng(0).uniform(0, 1, (SIDE, SIDE, 3)).astype("float32")
    model = network(1)
    answer = Answer("ring", 0.6, 0, "ring", 0.6, "cross", 0.3, 3)
    layer, (own, contrast) = class_maps(model, picture, answer)
    kernel = model.get_layer("logits").kernel.numpy()
    seen = keras.Model(model.input, model.get_layer("seen").output).predict_on_batch(picture[None])[0]
    assert layer == "seen"
    for found, weights in ((own, kernel[:, 0]), (contrast, kernel[:, 0] - kernel[:, 3])):
        np.testing.assert_allclose(found, np.maximum(seen @ weights, 0) / SIDE**2, rtol=1e-3, atol=1e-7)


@pytest.mark.slow
def test_trained_networks_point_at_their_object():
    found = pointing(built("averaged"), 2, 0, Config(pictures=50, epochs=6))
    assert found.accuracy > 0.95
    assert found.hits["grad_cam"] >= 0.9 > 0.6 > found.random_hits["grad_cam"]
    assert max(found.correlation.values()) < 0.7
