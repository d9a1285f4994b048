"""Kinds of image files that decoders disagree about: right, or refused, and never anything else in an export."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data import pipeline
from data.images import image_content, image_sizes
from data.images.images import ImagePrepare
from data.splits import Split
from export import examples

PIXELS = np.asarray(
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)).resize((40, 32))
)
COLOUR = Image.fromarray(PIXELS)
GREY = COLOUR.convert("L")
BITS = GREY.convert("1")


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def with_alpha(alpha, image=COLOUR):
    image = image.copy()
    image.putalpha(Image.fromarray(np.full((32, 40), alpha, np.uint8)))
    return image


def without_adobe(content):
    """A CMYK JPEG without the segment that says whose it is."""
    start = content.index(b"\xff\xee")
    return content[:start] + content[start + 2 + int.from_bytes(content[start + 2 : start + 4], "big") :]


def zero_alpha_bmp():
    """32 bits with masks, alpha declared and never set, as some programs of Windows write it."""
    header = b"BM" + (0).to_bytes(8, "little") + (14 + 108).to_bytes(4, "little")
    numbers = [108, 40, 32, 1 | 32 << 16, 3, 0, 0, 0, 0, 0, 0xFF0000, 0xFF00, 0xFF, 0xFF000000]
    rows = np.concatenate([PIXELS[::-1, :, ::-1], np.zeros((32, 40, 1), np.uint8)], -1)
    words = b"".join(number.to_bytes(4, "little") for number in numbers)
    return header + words.ljust(108, b"\0") + rows.tobytes()


CMYK = saved(COLOUR.convert("CMYK"), "JPEG", quality=100)
UPRIGHT = np.asarray(COLOUR.convert("CMYK").convert("RGB"))
# case: (content, expected pixels, largest difference, whether an export takes it)
FILES = {
    "BMP of 24 bits": (saved(COLOUR, "BMP"), PIXELS, 0, True),
    "BMP with a palette": (saved(COLOUR.quantize(16), "BMP"), np.asarray(COLOUR.quantize(16).convert("RGB")), 0, False),
    "BMP of greys": (saved(GREY, "BMP"), np.asarray(GREY), 0, False),
    "BMP of 1 bit": (saved(BITS, "BMP"), np.asarray(BITS.convert("L")), 0, False),
    "BMP of 32 bits": (saved(COLOUR.convert("RGBA"), "BMP"), PIXELS, 0, False),
    "BMP with alpha never set": (zero_alpha_bmp(), PIXELS, 0, False),
    "CMYK of Adobe": (CMYK, UPRIGHT, 6, False),
    "CMYK": (without_adobe(CMYK), 255 - UPRIGHT, 255, False),
    "WEBP": (saved(COLOUR, "WEBP", lossless=True), PIXELS, 0, True),
    "WEBP on white": (saved(with_alpha(0), "WEBP", lossless=True, exact=True), np.full_like(PIXELS, 255), 0, True),
    "animated WEBP": (
        saved(COLOUR, "WEBP", save_all=True, append_images=[COLOUR.rotate(180)], lossless=True), PIXELS, 0, False,
    ),
    "animated GIF": (
        saved(COLOUR.quantize(16), "GIF", save_all=True, append_images=[COLOUR.rotate(180).quantize(16)]),
        np.asarray(COLOUR.quantize(16).convert("RGB")), 0, True,
    ),
    "TIFF": (saved(COLOUR, "TIFF"), PIXELS, 0, False),
    "packed TIFF": (saved(COLOUR, "TIFF", compression="tiff_lzw"), PIXELS, 0, False),
    "TIFF of 1 bit": (saved(BITS, "TIFF", compression="group4"), np.asarray(BITS.convert("L")), 0, False),
    "TIFF of CMYK": (saved(COLOUR.convert("CMYK"), "TIFF"), UPRIGHT, 0, False),
    "TIFF of many pages": (saved(COLOUR, "TIFF", save_all=True, append_images=[GREY]), PIXELS, 0, False),
    "TIFF of 16 bits": (
        saved(Image.fromarray(np.asarray(GREY).astype(np.uint16) << 8), "TIFF"), np.asarray(GREY), 0, False,
    ),
    "PNG of 1 bit": (saved(BITS, "PNG"), np.asarray(BITS.convert("L")), 0, True),
    "PNG with a palette and transparency": (
        saved(COLOUR.quantize(16), "PNG", transparency=bytes(16)), np.full_like(PIXELS, 255), 0, True,
    ),
    "grey JPEG": (saved(GREY, "JPEG", quality=100), np.asarray(GREY), 4, True),
}  # fmt: skip


pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of Pillow, on files that are broken


@pytest.fixture(scope="module")
def exported():
    """The function that exports hold."""
    prepare = ImagePrepare((32, 40), 3)
    return tf.function(prepare.graph, input_signature=[prepare.signature()])


@pytest.mark.parametrize("case", FILES)
def test_it_has_its_pixels(case, exported, write):
    content, expected, most, is_taken = FILES[case]
    expected = expected if expected.ndim == 3 else np.repeat(expected[..., None], 3, -1)
    prepare = ImagePrepare((32, 40), 3)
    found = prepare.fixed({"image": np.array([write("a", content)], dtype=object)})[0]
    assert np.abs(found.astype(int) - expected).max() <= most
    if case.startswith("CMYK"):
        with Image.open(io.BytesIO(content)) as image:
            np.testing.assert_array_equal(found, np.asarray(image.convert("RGB")))
    as_bytes = np.empty(1, dtype=object)
    as_bytes[0] = content
    np.testing.assert_array_equal(prepare.fixed({"image": as_bytes})[0], found)
    header = image_content.examined(content)
    assert header.size == (32, 40)
    assert header.kind in (*case.split(), {"CMYK": "JPEG"}.get(case.split()[0]))
    assert header.is_taken == is_taken
    if is_taken:
        np.testing.assert_array_equal(exported({"image": tf.constant([content])})[0], found)
    else:
        with pytest.raises(tf.errors.InvalidArgumentError, match="allowed: JPEG|Unknown image file format"):
            exported({"image": tf.constant([content])})


@pytest.mark.parametrize("kind", ["paths", "bytes"])
def test_all_kinds_are_read_from_disk_each_epoch_as_they_are_kept_in_memory(kind, write, monkeypatch):
    contents = [content for content, *_ in FILES.values()]
    values = np.empty(len(contents), dtype=object)
    values[:] = contents if kind == "bytes" else [write(f"{row}", content) for row, content in enumerate(contents)]
    split = Split({"image": values}, np.arange(len(values), dtype=np.int32), values)
    prepare = ImagePrepare((20, 25), 3)
    kept = np.concatenate([x for x, _ in pipeline.batches(split, prepare, 4)])
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 0)
    read = np.concatenate([x for x, _ in pipeline.batches(split, prepare, 4)])
    np.testing.assert_array_equal(read, kept)


def test_records_to_check_an_export_on_are_such_as_it_takes(write):
    contents = [content for content, *_ in FILES.values()]
    paths = np.array([write(f"{row}", content) for row, content in enumerate(contents)], dtype=object)
    prepare = ImagePrepare((20, 25), 3)
    taken = examples.take({"image": paths})["image"]
    np.testing.assert_array_equal(
        prepare.graph({"image": tf.constant(taken.tolist())}), prepare.fixed({"image": paths})
    )


REFUSED = {
    "fractions": (saved(Image.fromarray(np.zeros((8, 8), np.float32)), "TIFF"), "fractions"),
    "numbers above 16 bits": (saved(Image.fromarray(np.full((8, 8), 10**6, np.int32)), "TIFF"), "1000000"),
    "half a TIFF": (saved(COLOUR, "TIFF", compression="tiff_lzw")[:300], "TIFF|not an image"),
    "half a WEBP": (saved(COLOUR, "WEBP", lossless=True)[:200], "WEBP|not an image"),
    "half a BMP": (saved(COLOUR.quantize(16), "BMP")[:600], "BMP"),
    "a JPEG cut and closed": (saved(COLOUR, "JPEG", quality=95)[:900] + b"\xff\xd9", "damaged.*premature end"),
    "a progressive JPEG cut and closed": (
        saved(COLOUR, "JPEG", quality=95, progressive=True)[:900] + b"\xff\xd9", "damaged.*premature end",
    ),
    "a WEBP that says it is large": (
        b"RIFF\xff\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff" + bytes(99), "16777216x16777216 pixels",
    ),
    "no image": (b"BMW is no BMP, and this is a text", "not an image"),
    "nothing": (b"", "0 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(case):
    content, why = REFUSED[case]
    with pytest.raises(ValueError, match=why):
        image_content.examined(content)


DEEP = np.arange(160, dtype=np.uint16).reshape(10, 16)


@pytest.mark.parametrize(
    ("largest", "bits"), [(65_535, 16), (4095, 12), (1023, 10), (159, 8), (16_383, 14), (12, 8), (33_000, 16)]
)
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_images_of_16_bits_are_as_bright_as_their_bits_allow(largest, bits, kind):
    values = (DEEP.astype(np.int64) * largest // 159).astype(np.uint16)
    contents = np.array([saved(COLOUR, "PNG"), saved(Image.fromarray(values), kind)], dtype=object)
    found, notes = image_sizes.bits_used(contents, [image_content.header(content) for content in contents])
    assert found == bits
    assert f"hold values up to {largest:,}" in notes[0]
    prepare = ImagePrepare.from_config(ImagePrepare((10, 16), 1, bits=found).config())
    pixels = prepare.decode(image_content.readable(contents[1])).numpy()
    np.testing.assert_array_equal(pixels[..., 0], values >> (bits - 8))


def test_a_folder_of_images_of_12_bits_is_read_as_such(draw, load, tmp_path):
    for number in range(10):
        for name in ("a", "b"):
            draw(f"photos/{name}/{number}.png", Image.fromarray(np.roll(DEEP, number) + np.uint16(4095 - 159)))
    splits = load(str(tmp_path / "photos"))
    assert splits.prepare.bits == 12
    assert any("white is 4,095 (12 bits)" in note for note in splits.notes)


def test_transparency_of_16_bits_keeps_its_own():
    """And values above the white of training are white."""
    rows = np.array([[[300, 100, 4095, 65_535], [70, 60, 50, 0]]], np.uint16)
    content = tf.io.encode_png(rows).numpy()
    found = ImagePrepare((1, 2), 3, bits=10).decode(content).numpy()
    np.testing.assert_array_equal(found, [[[300 >> 2, 100 >> 2, 255], [255, 255, 255]]])
