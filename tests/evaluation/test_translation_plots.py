"""Pictures of translation: cells stand where their weight says, hard pieces and many of them are drawn.

Faults planted and caught: weights transposed, rows upside down; a piece drawn as a formula; the
later pieces shown instead of the first; epochs counted without those that were not measured.
"""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from evaluation import translation_plots
from evaluation.translation import LengthRange


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.uri.split(",")[1]))).convert("RGB"), int)


def svg(picture):
    return base64.b64decode(picture.uri.split(",")[1]).decode()


def dark_cells(picture):
    """Centre of what is painted in the darkest blue, as shares of height and width of the map."""
    image = pixels(picture)[:, : int(0.78 * pixels(picture).shape[1])]  # without the scale
    blue = (image[..., 2] > 80) & (image[..., 0] < 30) & (image[..., 2] - image[..., 0] > 60)
    painted = (image[..., 2] - image[..., 0] > 5) & (image.sum(-1) < 760)
    rows, columns = (np.flatnonzero(painted.any(axis)) for axis in (1, 0))
    y, x = np.nonzero(blue)
    return (y.mean() - rows[0]) / np.ptp(rows), (x.mean() - columns[0]) / np.ptp(columns)


@pytest.mark.parametrize("place", [(0, 0), (0, 5), (2, 1), (2, 5)])
def test_the_cell_of_target_and_source_is_dark(place):
    weights = np.full((3, 6), 0.004)
    weights[place] = 1.0
    y, x = dark_cells(translation_plots.attention_map(list("abcdef"), list("xyz"), weights))
    assert y == pytest.approx((place[0] + 0.5) / 3, abs=0.06)
    assert x == pytest.approx((place[1] + 0.5) / 6, abs=0.06)


def test_hard_pieces_are_drawn():
    pieces = ["▁$x_{$", "_", "猫", "", "a\nb", "▁Donaudampfschifffahrt", "<b>"]
    picture = translation_plots.attention_map(pieces, pieces, np.eye(7))
    assert picture.uri.startswith("data:image/png;base64,")
    assert translation_plots._drawable(pieces) == ["▁$x_{$", "_", "#3", "␣", "a b", "▁Donaudampfsc…", "<b>"]


@pytest.mark.whole
def test_of_many_pieces_the_first_are_shown():
    weights = np.zeros((60, 90))
    weights[:, 0] = 1
    picture = translation_plots.attention_map(["s"] * 90, ["t"] * 60, weights)
    same = translation_plots.attention_map(["s"] * 40, ["t"] * 40, weights[:40, :40])
    assert "60 written to 90 read" in picture.alt
    assert abs(picture.width - same.width) <= 1 and picture.width < 1050
    assert dark_cells(picture) == pytest.approx(dark_cells(same), abs=0.03)


@pytest.mark.parametrize("shape", [(2, 3), (3,), (0, 0)])
def test_weights_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"\(3, 2\), at least one of each. Received: shape"):
        translation_plots.attention_map(["a", "b"], ["x", "y", "z"], np.ones(shape))
    with pytest.raises(ValueError, match="at least one of each"):
        translation_plots.attention_map([], [], np.ones((0, 0)))


def test_bars_stand_for_their_ranges():
    ranges = [LengthRange(1, 5, 1200, 40.0, 38.0, 41.0, 0.5), LengthRange(6, 6, 30, 0.0, 0.0, 0.0, 0.0)]
    picture = translation_plots.length_bars(ranges)
    assert "1-5 words 40.0, 6 words 0.0" in picture.alt and "<svg" in svg(picture)
    assert "<svg" in svg(translation_plots.length_bars(ranges[1:]))


def test_the_curve_skips_epochs_that_were_not_measured():
    nan = float("nan")
    picture = translation_plots.validation_curve("BLEU", [1.0, nan, 20.5, nan], best_epoch=3)
    assert "over 4 epochs; at the end 20.5" in picture.alt
    assert svg(picture) != svg(translation_plots.validation_curve("BLEU", [1.0, 20.5, nan, nan], best_epoch=3))
    assert "over 2 epochs." in translation_plots.validation_curve("$x_{$", [nan, nan]).alt
