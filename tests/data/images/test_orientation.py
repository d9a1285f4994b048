"""EXIF says how an image is to be shown: a graph finds what Pillow finds, and turns the image where it decodes it."""

import io
import struct

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageOps

from data.images import exif, file_structure, image_content
from data.images.images import ImagePrepare

BLOCKS = np.random.default_rng(0).integers(30, 226, (2, 3, 3), dtype=np.uint8)
SHOWN = np.kron(BLOCKS, np.ones((16, 16, 1), np.uint8))  # flat blocks: a JPEG keeps them, however it is turned
STORED = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # orientation -> the transpose that undoes it


def stored(orientation, kind, shown=SHOWN):
    """The file of an image that is shown as `shown` once it is turned as its EXIF says."""
    image = Image.fromarray(shown)
    image = image.transpose(STORED[orientation]) if orientation > 1 else image
    said, file = Image.Exif(), io.BytesIO()
    said[exif.ORIENTATION] = orientation
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    image.save(file, kind, exif=said, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_eight_orientations_of_one_picture_are_one_image(kind, write):
    contents = [stored(orientation, kind) for orientation in range(1, 9)]
    paths = [write(f"{number}.{kind.lower()}", content) for number, content in enumerate(contents)]
    for content in contents:
        with Image.open(io.BytesIO(content)) as image:  # the files are what they shall be
            assert np.abs(np.asarray(ImageOps.exif_transpose(image)).astype(int) - SHOWN).max() <= 2
        assert image_content.examined(content).size == (32, 48)
    prepare = ImagePrepare((32, 48), 3)
    fixed = prepare.fixed({"image": np.array(paths, dtype=object)})
    np.testing.assert_array_equal(fixed, fixed[:1].repeat(8, 0))
    assert np.abs(fixed[0].astype(int) - SHOWN).max() <= 2
    ready = [image_content.readable(content) for content in contents]
    np.testing.assert_array_equal(prepare.graph({"image": tf.constant(ready)}), fixed)


def entries(*values, order="<", count=None):
    """EXIF of (tag, type, value as packed) in one directory."""
    magic = b"II*\0" if order == "<" else b"MM\0*"
    directory = b"".join(struct.pack(f"{order}HHI4s", tag, kind, 1, value) for tag, kind, value in values)
    return magic + struct.pack(f"{order}IH", 8, len(values) if count is None else count) + directory + struct.pack("4x")


def segment(marker, content):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*segments):
    file = io.BytesIO()
    Image.fromarray(SHOWN).save(file, "JPEG")
    return file.getvalue()[:2] + b"".join(segments) + file.getvalue()[2:]


SIX = (0x0112, 3, b"\6\0\0\0")
EXIF = b"Exif\0\0"
FILES = {
    "none": (jpeg(), 1),
    "little endian": (jpeg(segment(0xE1, EXIF + entries(SIX))), 6),
    "big endian": (jpeg(segment(0xE1, EXIF + entries((0x0112, 3, b"\0\6\0\0"), order=">"))), 6),
    "a long number": (jpeg(segment(0xE1, EXIF + entries((0x0112, 4, b"\0\0\0\6"), order=">"))), 6),
    "behind other tags": (jpeg(segment(0xE1, EXIF + entries((0x0100, 3, b"\1\0\0\0"), SIX))), 6),
    "behind XMP and a profile": (
        jpeg(
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
            segment(0xE2, b"x" * 60_000),
            segment(0xE1, EXIF + entries(SIX)),
        ),
        6,
    ),
    "fill bytes": (jpeg(b"\xff\xff", segment(0xE1, EXIF + entries(SIX))), 6),
    "zero": (jpeg(segment(0xE1, EXIF + entries((0x0112, 3, b"\0\0\0\0")))), 1),
    "nine": (jpeg(segment(0xE1, EXIF + entries((0x0112, 3, b"\x09\0\0\0")))), 1),
    "no tag": (jpeg(segment(0xE1, EXIF + entries())), 1),
    "more tags than bytes": (jpeg(segment(0xE1, EXIF + entries(SIX, count=60_000))), 6),
    "a directory far away": (jpeg(segment(0xE1, EXIF + b"II*\0" + b"\xff" * 8)), 1),
    "noise": (jpeg(segment(0xE1, EXIF + np.random.default_rng(1).bytes(300))), 1),
    "cut after the word": (jpeg(segment(0xE1, EXIF)), 1),
    "of a second image behind the first": (jpeg() + jpeg(segment(0xE1, EXIF + entries(SIX))), 1),
    "a frame of 12 bits": (jpeg(segment(0xC1, b"\x0c\0\x08\0\x08\x03")), None),
    "arithmetic codes": (jpeg(segment(0xC9, b"\x08\0\x08\0\x08\x03")), None),
    "no image": (b"no image at all", 1),
    "empty": (b"", 1),
    "a beginning only": (b"\xff\xd8\xff", 1),
}


def both(content):
    """The orientation as Python and as the graph find it."""
    found, is_taken = file_structure.described(tf.constant(content))
    kind = image_content.kind_of(content)
    assert bool(is_taken) == (kind is None or image_content.is_taken(content, kind))
    return exif.orientation(content, kind), int(found)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
@pytest.mark.parametrize("case", FILES)
def test_python_and_the_graph_find_it(case):
    content, expected = FILES[case]
    assert both(content) == (expected or 1, expected or 1)
    assert image_content.is_taken(content, "JPEG") == (expected is not None)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_python_and_the_graph_find_the_same_in_damaged_files(kind):
    whole = stored(6, kind, SHOWN[:4, :4]) if kind != "BMP" else b"BM" + bytes(60)
    random = np.random.default_rng(0)
    for _ in range(150):
        content = bytearray(whole)
        for place in random.integers(0, min(len(whole), 300), random.integers(1, 4)):
            content[place] = random.choice([0, 1, 0xFF, random.integers(256)])
        found = both(bytes(content[: random.integers(1, len(whole) + 1)]))
        assert found[0] == found[1], bytes(content)


def test_words_that_only_look_like_exif_turn_nothing():
    plain = jpeg()
    prepare = ImagePrepare((32, 48), 3)
    told = jpeg(segment(0xFE, b"Exif\0\0" + entries(SIX)))  # a comment
    np.testing.assert_array_equal(*(prepare.decode(tf.constant(content)) for content in (plain, told)))
