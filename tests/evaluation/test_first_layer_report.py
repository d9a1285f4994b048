"""The section on the first layer: filters and maps as pictures, each in its own range and place."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from evaluation.first_layer_report import section, sheet, stretched
from models.first_layer import FirstLayer

RANDOM = np.random.default_rng(0)
PICTURE = np.zeros((20, 20, 3), np.uint8)


def layer(channels=3, count=20, size=5, side=30):
    filters = RANDOM.normal(size=(size, size, channels, count))
    return FirstLayer("conv1", filters, RANDOM.normal(size=(side, side, count)), 2)


def opened(pictures):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(pictures.items[0].uri.partition(",")[2]))))


def test_each_filter_is_in_its_place_and_range():
    one = layer()
    text, filters, _, maps = section(one, PICTURE, "daisy.jpg")[0].blocks
    assert text.lines[0].startswith("Its 20 filters of 5x5 pixels, 2 pixels apart")
    pixels = opened(filters)  # 16 in a row, 5 pixels as 45, 4 white between
    assert pixels.shape == (2 * 49, 16 * 49, 3) and opened(maps).shape == (2 * 34, 16 * 34)
    seventeenth = pixels[49 : 49 + 45, :45]
    np.testing.assert_array_equal(seventeenth[4::9, 4::9], stretched(one.filters[..., 16]))
    assert seventeenth.min() == 0 and seventeenth.max() == 255 and (pixels[49:, 4 * 49 :] == 255).all()


def test_of_many_filters_the_first_are_shown():
    (found,) = section(layer(count=96), PICTURE, "")
    assert found.blocks[0].lines[0].startswith("The first 48 of its 96 filters")


@pytest.mark.parametrize("one", [None, layer(channels=2)])
def test_without_pictures_there_is_no_section(one):
    assert section(one, PICTURE, "") == []


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_filter_without_a_range_is_grey(value):
    assert (stretched(np.full((3, 3, 1), value)) == 128).all()


def test_large_maps_are_drawn_smaller():
    assert sheet([np.zeros((220, 220, 1), np.uint8)]).shape == (110 + 4, 110 + 4, 1)
