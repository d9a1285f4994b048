"""Images become pixels: against Pillow and NumPy, for every kind of file, and the same however they are run."""

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data.images.images import GREY, ImagePrepare

RANDOM = np.random.default_rng(0)
COLOUR = RANDOM.integers(0, 256, (12, 10, 3), dtype=np.uint8)
GREYS = COLOUR[..., 0]


def decoded(prepare, path):
    return prepare.fixed({"image": np.array([path], dtype=object)})[0]


@pytest.mark.parametrize("ending", ["png", "bmp"])
def test_lossless_files_keep_their_pixels(ending, draw):
    np.testing.assert_array_equal(decoded(ImagePrepare((12, 10), 3), draw(f"a.{ending}", COLOUR)), COLOUR)


def test_jpeg_and_gif_are_close_to_their_pixels(draw):
    smooth = np.linspace(0, 255, 32 * 32).reshape(32, 32).astype(np.uint8)
    for name, options in (("a.jpg", {"quality": 95}), ("a.gif", {})):
        out = decoded(ImagePrepare((32, 32), 1), draw(name, smooth, **options))
        assert np.abs(out[..., 0].astype(int) - smooth).max() <= 4


def test_grey_becomes_colour_and_colour_becomes_grey(draw):
    out = decoded(ImagePrepare((12, 10), 3), draw("grey.png", GREYS))
    np.testing.assert_array_equal(out, np.repeat(GREYS[..., None], 3, -1))
    out = decoded(ImagePrepare((12, 10), 1), draw("colour.png", COLOUR))
    np.testing.assert_allclose(out[..., 0], COLOUR @ np.array(GREY), atol=0.51)


@pytest.mark.parametrize("channels", [1, 3])
def test_transparent_pixels_lie_on_white(channels, draw):
    alpha = np.zeros((12, 10, 1), np.uint8)
    alpha[:6] = 255
    out = decoded(ImagePrepare((12, 10), channels), draw("alpha.png", np.concatenate([COLOUR, alpha], -1)))
    assert (out[6:] == 255).all()
    np.testing.assert_allclose(out[:6], COLOUR[:6] if channels == 3 else COLOUR[:6] @ np.array([GREY]).T, atol=0.51)
    grey_alpha = Image.fromarray(np.concatenate([GREYS[..., None], alpha], -1), mode=None)
    out = decoded(ImagePrepare((12, 10), channels), draw("grey_alpha.png", grey_alpha))
    np.testing.assert_array_equal(out[:6], np.repeat(GREYS[:6, :, None], channels, -1))
    assert (out[6:] == 255).all()


def test_sixteen_bits_become_eight_and_palettes_become_colours(draw):
    deep = (GREYS.astype(np.uint16) << 8) | 77
    np.testing.assert_array_equal(decoded(ImagePrepare((12, 10), 1), draw("deep.png", deep))[..., 0], GREYS)
    palette = Image.fromarray(COLOUR).quantize(16)
    expected = np.asarray(palette.convert("RGB"))
    np.testing.assert_array_equal(decoded(ImagePrepare((12, 10), 3), draw("palette.png", palette)), expected)


def test_other_shapes_are_cropped_at_the_centre_then_resized(draw):
    wide = np.zeros((20, 40, 3), np.uint8)
    wide[:, 10:30] = 200  # the central square
    assert (decoded(ImagePrepare((8, 8), 3), draw("wide.png", wide)) == 200).all()
    assert (decoded(ImagePrepare((8, 8), 3), draw("tall.png", wide.transpose(1, 0, 2))) == 200).all()
    assert decoded(ImagePrepare((8, 16), 3), draw("wide.png", wide)).std() > 50  # the same aspect ratio: nothing is cut


def test_shrinking_does_not_alias(draw):
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    out = decoded(ImagePrepare((8, 8), 1), draw("stripes.png", stripes)).astype(int)
    assert np.abs(out - 127).max() < 12  # sampling single pixels would give 0 or 255


def test_resizing_agrees_with_pillow(draw):
    photo = np.asarray(Image.fromarray(COLOUR).resize((90, 90), Image.BICUBIC))
    out = decoded(ImagePrepare((30, 30), 3), draw("photo.png", photo)).astype(int)
    reference = np.asarray(Image.fromarray(photo).resize((30, 30), Image.BILINEAR)).astype(int)
    assert np.abs(out - reference).max() <= 2


def test_paths_bytes_arrays_and_the_graph_agree(draw):
    sizes = [(12, 10), (30, 20), (9, 33)]
    pixels = [RANDOM.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    paths = np.array([draw(f"{row}.png", image) for row, image in enumerate(pixels)], dtype=object)
    contents = np.array([tf.io.read_file(path).numpy() for path in paths], dtype=object)
    prepare = ImagePrepare((16, 16), 3, [120, 110, 100], [60, 50, 40])
    fixed = prepare.fixed({"image": paths})
    np.testing.assert_array_equal(fixed, prepare.fixed({"image": contents}))
    for row, image in enumerate(pixels):
        np.testing.assert_array_equal(fixed[row : row + 1], prepare.fixed({"image": image[None]}))
    graph = tf.function(prepare.__call__, input_signature=[prepare.signature()])
    out = graph({"image": tf.constant(contents.tolist())}).numpy()
    np.testing.assert_array_equal(out, prepare.finish(fixed).numpy())
    alone = [graph({"image": tf.constant([content])}).numpy() for content in contents]
    np.testing.assert_array_equal(out, np.concatenate(alone))
    assert graph({"image": tf.constant([], tf.string)}).shape == (0, 16, 16, 3)


def test_pixels_are_standardised_per_channel():
    pixels = (RANDOM.normal(size=(50, 8, 8, 3)) * [20, 5, 40] + [100, 30, 150]).clip(0, 255).astype(np.uint8)
    prepare = ImagePrepare((8, 8), 3).standardized_by(pixels)
    np.testing.assert_allclose(prepare.mean, pixels.mean((0, 1, 2)), rtol=1e-9)
    np.testing.assert_allclose(prepare.std, pixels.std((0, 1, 2)), rtol=1e-9)
    out = prepare.finish(pixels).numpy()
    np.testing.assert_allclose(out.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(out.std((0, 1, 2)), 1, atol=1e-5)


def test_without_statistics_pixels_stay_as_they_are():
    np.testing.assert_array_equal(ImagePrepare((12, 10), 3).finish(COLOUR).numpy(), COLOUR.astype(np.float32))


def test_a_channel_that_never_changes_is_not_divided_by_zero():
    prepare = ImagePrepare((2, 2), 1).standardized_by(np.full((3, 2, 2, 1), 9, np.uint8))
    assert (prepare.finish(np.full((1, 2, 2, 1), 9, np.uint8)).numpy() == 0).all()


def test_it_is_rebuilt_exactly_from_json():
    prepare = ImagePrepare((12, 10), 3).standardized_by(COLOUR[None])
    again = ImagePrepare.from_config(json.loads(json.dumps(prepare.config())))
    assert again.config() == prepare.config()
    assert again.input_shape == (12, 10, 3)
    np.testing.assert_array_equal(again.finish(COLOUR).numpy(), prepare.finish(COLOUR).numpy())


def test_wrong_channels_are_refused_with_the_value():
    with pytest.raises(ValueError, match="channels=2"):
        ImagePrepare((8, 8), 2)
