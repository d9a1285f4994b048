"""Every picture is drawn for 2 to 100 classes and for names that break drawing, and shows what it was given.

Faults planted and caught: names drawn as formulas (dollar signs raise); a font without Chinese letters (warns);
time stamps and random ids in SVG; a decision region upside down; a confusion matrix transposed.
"""

import base64
import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from evaluation import classification, figures
from evaluation.calibration import reliability
from evaluation.classification_plots import class_distribution, confusion_matrix, reliability_diagram
from evaluation.curve_plots import learning_curves
from evaluation.decision_region import Region, decision_region
from evaluation.tiles import LARGEST, thumbnail

HARD = ["$x_{$", "_hidden", "猫", "<script>alert(1)</script>", "", "a name of more than eighteen letters", "tab\there"]


def content(uri):
    head, _, body = uri.partition(",")
    assert head in ("data:image/svg+xml;base64", "data:image/png;base64")
    return base64.b64decode(body)


def pixels(uri):
    return np.asarray(Image.open(io.BytesIO(content(uri))).convert("RGB")).astype(int)


def answers(num_classes, rows=300):
    random = np.random.default_rng(0)
    labels = random.integers(num_classes, size=rows)
    probabilities = random.dirichlet(np.ones(num_classes), rows) + np.eye(num_classes)[labels]
    return labels, probabilities / probabilities.sum(axis=1, keepdims=True)


@pytest.mark.whole
@pytest.mark.parametrize("num_classes", [2, 7, 30, 100])
def test_pictures_of_a_classifier(num_classes):
    labels, probabilities = answers(num_classes)
    names = [HARD[k % len(HARD)] for k in range(num_classes)]
    counts = classification.confusion(labels, probabilities)
    matrix = confusion_matrix(counts, names)
    assert pixels(matrix.uri).shape[0] >= 600
    assert str(num_classes) in matrix.alt and str(counts.diagonal().sum()) in matrix.alt
    for picture in (
        reliability_diagram(reliability(labels, probabilities)),
        class_distribution(counts.sum(axis=1), names),
    ):
        assert ElementTree.fromstring(content(picture.uri)).tag.endswith("svg")  # noqa: S314 (made here)


def test_the_diagonal_of_the_confusion_matrix_runs_down_and_is_dark():
    # Class 0 always right, class 1 always taken for 0: dark top left, dark bottom left, pale on the right.
    image = pixels(confusion_matrix(np.array([[50, 0], [50, 0]]), ["a", "b"]).uri)
    dark = (image[..., 2] > 90) & (image[..., 0] < 40)
    left = np.flatnonzero(dark.any(axis=0))
    middle = left.min() + 100
    assert dark[:, middle].sum() > 0.5 * image.shape[0]


@pytest.mark.whole
def test_learning_curves():
    history = {
        "loss": [2.0, 1.0, float("nan")],
        "val_loss": [2.0, 0.5, float("inf")],
        "accuracy": [0.1, 0.5, 0.6],
        "val_accuracy": [0.1, 0.4, 0.5],
        "learning_rate": [1e-2, 1e-3, 1e-4],
    }
    pictures = learning_curves(history)
    assert [picture.alt.split(" over")[0] for picture in pictures] == [
        "Loss",
        "Accuracy",
        "Learning rate (logarithmic)",
    ]
    assert "0.6 on training data, 0.5 on validation data" in pictures[1].alt
    assert pictures == learning_curves(history)  # the same bytes, without a time stamp
    assert learning_curves(history, best_epoch=1) != pictures
    assert len(learning_curves({"loss": [1.0]})) == 1
    assert len(learning_curves({"loss": [float("nan")], "val_loss": [float("nan")]})) == 1


def test_labels():
    assert figures.label("  two\n words ", 0) == "two words"
    assert figures.label("猫", 4) == "class 4"
    assert figures.label("", 5) == "class 5"
    assert figures.label("x" * 30, 0) == "x" * 17 + "…"
    assert figures.labels(["y" * 30 + "a", "y" * 30 + "b", "z"]) == ["0 " + "y" * 15 + "…", "1 " + "y" * 15 + "…", "z"]


def test_decision_region_is_painted_by_the_prediction():
    points = np.array([[0.0, 0.0], [1.0, 1.0], [np.nan, 0.5]])
    seen = []

    def predict(grid):
        seen.append(grid)
        corner = ((grid[:, 0] > 0.5) & (grid[:, 1] > 0.5)).astype(float)
        return np.stack([1 - corner, corner], axis=1)

    picture = decision_region(Region(predict, points, np.array([0, 1, 0]), ("$x_{$", "y")), ["$a_{$", "_b"])
    assert seen[0].min() < 0 and seen[0].max() > 1 and np.isfinite(seen[0]).all()
    image = pixels(picture.uri)
    height, width = image.shape[:2]
    # The second class's colour, red, fills the upper right quarter alone; the first class's is blue.
    places = {
        "upper left": (0.25, 0.25),
        "upper right": (0.25, 0.6),
        "lower left": (0.7, 0.25),
        "lower right": (0.7, 0.6),
    }
    seen_colours = {name: image[int(down * height), int(right * width)] for name, (down, right) in places.items()}
    assert [name for name, colour in seen_colours.items() if colour[0] > colour[2]] == ["upper right"]
    many = np.random.default_rng(0).normal(size=(40, 2))

    def even(grid):
        return np.full((len(grid), 20), 0.05)

    decision_region(Region(even, many, np.arange(40) % 20, ("x", "y")), [str(k) for k in range(20)])
    with pytest.raises(ValueError, match=r"Received: shape=\(4, 3\)"):
        decision_region(Region(even, np.zeros((4, 3)), np.zeros(4, int), ("x", "y")), ["a"])


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3), (8, 8, 4), (500, 250, 3)])
def test_thumbnails_keep_the_pixels_and_shrink_what_is_large(shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    opened = Image.open(io.BytesIO(content(thumbnail(image))))
    assert max(opened.size) <= LARGEST and abs(opened.size[0] / opened.size[1] - shape[1] / shape[0]) < 0.01
    if shape[0] == 8:
        np.testing.assert_array_equal(np.asarray(opened), image.reshape(np.asarray(opened).shape))


def test_thumbnails_refuse_prepared_images():
    with pytest.raises(ValueError, match=r"dtype=float32, shape=\(8, 8, 1\)"):
        thumbnail(np.zeros((8, 8, 1), np.float32))


def test_no_figure_stays_in_pyplot():
    import matplotlib.pyplot as pyplot

    learning_curves({"loss": [1.0, 0.5]})
    assert pyplot.get_fignums() == []
