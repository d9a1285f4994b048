"""Arrays between two processes: a line of JSON that says what they are, and their bytes. Nothing is unpickled.

A frame is its length (8 bytes, big-endian), the length of its head (4 bytes), the head as JSON, and the bytes of the
arrays that the head lists, one after the other. Text and bytes, which have no fixed width, are the lengths of all
elements (uint32) and then the elements.
"""

import json
import struct
from collections.abc import Mapping

import numpy as np

LENGTH = struct.Struct(">Q")
_HEAD = struct.Struct(">I")


def packed(head: Mapping, arrays: Mapping[str, np.ndarray]) -> bytes:
    """A frame.

    Args:
        head: What JSON can have; its key "arrays" is taken.
        arrays: Numbers and truths of any shape, or objects that are bytes.
    """
    listed, parts = [], []
    for name, array in arrays.items():
        if array.dtype == object:
            elements = array.ravel().tolist()
            lengths = np.array([len(element) for element in elements], np.uint32)
            content = b"".join([lengths.tobytes(), *elements])
            kind = "bytes"
        else:
            content, kind = array.tobytes(), array.dtype.name
        listed.append([name, kind, array.shape, len(content)])
        parts.append(content)
    start = json.dumps({**head, "arrays": listed}).encode()
    length = _HEAD.size + len(start) + sum(map(len, parts))
    return b"".join([LENGTH.pack(length), _HEAD.pack(len(start)), start, *parts])


def unpacked(frame: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """Head and arrays of what follows the length of a frame."""
    (length,) = _HEAD.unpack_from(frame)
    place = _HEAD.size + length
    head = json.loads(frame[_HEAD.size : place])
    arrays = {}
    for name, kind, shape, size in head.pop("arrays"):
        if kind == "bytes":
            count = int(np.prod(shape, dtype=np.int64))
            lengths = np.frombuffer(frame, np.uint32, count, place)
            ends = place + 4 * count + np.cumsum(lengths, dtype=np.int64)
            array = np.empty(count, object)
            array[:] = [frame[end - width : end] for end, width in zip(ends.tolist(), lengths.tolist(), strict=True)]
        else:
            array = np.frombuffer(frame, kind, size // np.dtype(kind).itemsize, place)
        arrays[name] = array.reshape(shape)
        place += size
    return head, arrays
