"""Reads from the bytes of an image file, inside a graph, what TensorFlow's decoders pass over.

That is the orientation in which EXIF says the image is to be shown (JPEG, PNG, WEBP), and whether TensorFlow decodes a
file of its kind rightly: of a BMP other than with 24 bits it gives other pixels, of a CMYK JPEG, too, and an animated
WEBP ends the process. `image_content` hands TensorFlow none of these; an export refuses them.
"""

import tensorflow as tf

from data.images.exif import FRAMES, HUFFMAN, LONG, MOST_PARTS, ORIENTATION, SHORT

TAKEN = "JPEG (not CMYK), PNG, GIF, WEBP (not animated), BMP (24 bits)"
"""What `described` finds that TensorFlow decodes rightly."""


@tf.function(input_signature=[tf.TensorSpec([], tf.string)], autograph=False)
def described(data):
    """Returns (orientation 1 to 8, int32; whether TensorFlow decodes the file rightly, bool), both scalar.

    `exif.orientation` finds the same, outside of a graph.

    Args:
        data: scalar string, the bytes of a file; of what is no image they are 1 and True, for the decoder to refuse.
    """
    start = _bytes(data, 0, 35)
    of_kind = {_jpeg: _equal(start, 0, b"\xff\xd8\xff"), _png: _equal(start, 0, b"\x89PNG"),
               _webp: _equal(start, 0, b"RIFF") & _equal(start, 8, b"WEBP"), _bmp: _equal(start, 0, b"BM")}  # fmt: skip
    cases = [(mine, lambda read=read: read(data, start)) for read, mine in of_kind.items()]
    exif, taken = tf.case(cases, default=lambda: (tf.constant(-1, tf.int64), tf.constant(True)))
    return tf.cond(exif >= 0, lambda: _orientation(data, exif), lambda: tf.constant(1)), taken


def is_deep(data):
    """Whether a scalar string is a PNG of 16 bits: scalar bool."""
    start = _bytes(data, 0, 25)
    return _equal(start, 0, b"\x89PNG") & (start[24] == 16)


def upright(image, orientation):
    """uint8 (height, width, channels), scalar int32 -> the image as it is to be shown, its sides swapped from 5 on."""

    def turned():
        rows_first = tf.where(orientation >= 5, [1, 0, 2], [0, 1, 2])
        shown = tf.transpose(image, rows_first)
        shown = tf.gather(shown, _places(tf.shape(shown)[1], _among(orientation, 2, 3, 6, 7)), axis=1)
        return tf.gather(shown, _places(tf.shape(shown)[0], _among(orientation, 3, 4, 7, 8)), axis=0)

    return tf.cond(orientation > 1, turned, lambda: image)


def _places(count, backwards):
    return tf.where(backwards, tf.range(count)[::-1], tf.range(count))


def _jpeg(data, _):
    """Where EXIF begins, or -1, and whether it is as `exif.is_plain_jpeg` says: its segments up to the pixels."""

    def step(at, exif, is_plain, over):
        part = _bytes(data, at, 10)
        marker = part[1]
        found = (exif < 0) & (marker == 0xE1) & _equal(part, 4, b"Exif\0\0")
        is_frame = _among(marker, *sorted(FRAMES))
        plain = (marker <= HUFFMAN) & (part[4] == 8) & _among(part[9], 1, 3)
        over = (part[0] != 0xFF) | _among(marker, 0xDA, 0xD9)
        following = tf.where(marker == 0xFF, at + 1, at + 2 + _number(part[2:4]))  # 0xFF may be repeated
        return following, tf.where(found, at + 10, exif), is_plain & (over | ~is_frame | plain), over

    return _walk(data, step, 2, tf.constant(True))


def _png(data, _):
    def step(at, exif, state, _):
        part = _bytes(data, at, 8)
        over = _equal(part, 4, b"IDAT") | _equal(part, 4, b"IEND")
        return at + 12 + _number(part[:4]), tf.where(_equal(part, 4, b"eXIf"), at + 8, exif), state, over

    return _walk(data, step, 8, tf.constant(True))


def _webp(data, start):
    def step(at, exif, state, _):
        part = _bytes(data, at, 8)
        size = _number(part[4:][::-1])
        return at + 8 + size + size % 2, tf.where(_equal(part, 0, b"EXIF"), at + 8, exif), state, ~state

    is_animated = _equal(start, 12, b"VP8X") & (start[20] // 2 % 2 == 1)
    return _walk(data, step, 12, ~is_animated)


def _bmp(_, start):
    is_plain = (_number(start[14:18][::-1]) >= 40) & (_number(start[30:34][::-1]) == 0)
    return tf.constant(-1, tf.int64), is_plain & (_number(start[28:30][::-1]) == 24)


def _walk(data, step, start, state):
    """Goes from part to part; returns where EXIF begins, or -1, and the last state.

    Args:
        data: scalar string.
        step: (position, where EXIF begins, state, over) -> the same behind a part; `over` ends the walk.
        start: position of the first part.
        state: what `step` carries along.
    """
    size = tf.strings.length(data)
    begin = tf.constant(start, tf.int64), tf.constant(-1, tf.int64), state, tf.constant(False)
    _, exif, state, _ = tf.while_loop(
        lambda at, exif, state, over: ~over & (at < tf.cast(size, tf.int64)), step, begin, maximum_iterations=MOST_PARTS
    )
    return exif, state


def _orientation(data, start):
    """Scalar int32 1 to 8 of the EXIF at `start`; 1 where it says nothing, or nothing that can be read."""
    start = tf.where(_equal(_bytes(data, start, 6), 0, b"Exif\0\0"), start + 6, start)
    head = _bytes(data, start, 8)
    little = _equal(head, 0, b"II*\0")

    def number(some):
        return tf.where(little, _number(some[..., ::-1]), _number(some))

    directory = start + number(head[4:8])
    count = tf.maximum(number(_bytes(data, directory, 2)), 1)
    entries = tf.reshape(_bytes(data, directory + 2, 12 * count), [-1, 12])
    kind = number(entries[:, 2:4])
    value = tf.where(kind == SHORT, number(entries[:, 8:10]), tf.where(kind == LONG, number(entries[:, 8:12]), 0))
    found = tf.reduce_max(tf.where(number(entries[:, :2]) == ORIENTATION, value, 0))
    is_valid = (little | _equal(head, 0, b"MM\0*")) & (found >= 1) & (found <= 8)
    return tf.cast(tf.where(is_valid, found, 1), tf.int32)


def _bytes(data, at, count):
    """`count` bytes from `at` on, int64 (count,): zeros where the string has ended."""
    at, count = tf.cast(at, tf.int64), tf.cast(count, tf.int64)
    some = tf.strings.substr(data, tf.minimum(at, tf.cast(tf.strings.length(data), tf.int64)), count)
    return tf.cast(tf.io.decode_raw(some, tf.uint8, fixed_length=tf.cast(count, tf.int32)), tf.int64)


def _equal(some, at, expected):
    return tf.reduce_all(some[at : at + len(expected)] == tf.constant(list(expected), tf.int64))


def _number(some):
    """int64 (..., n), bytes, the highest first -> int64 (...)."""
    weights = tf.constant([256**place for place in range(some.shape[-1])][::-1], tf.int64)
    return tf.reduce_sum(some * weights, -1)


def _among(value, *choices):
    return tf.reduce_any(value == tf.constant(choices, value.dtype))
