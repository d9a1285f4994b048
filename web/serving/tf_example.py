"""`tf.train.Example` as bytes, without TensorFlow, which the server itself does not load.

    message Example { Features features = 1; }         message Feature { oneof {
    message Features { map<string, Feature> = 1; }        BytesList = 1; FloatList = 2; Int64List = 3; } }

and each list has its values in field 1, numbers packed: https://protobuf.dev/programming-guides/encoding.
"""

import struct
from collections.abc import Mapping


def encoded(features: Mapping[str, list]) -> bytes:
    """An example.

    Args:
        features: name -> values: all bytes, all float, or all int of 64 bits.
    """
    entries = [
        _field(1, _field(1, name.encode("utf-8", "backslashreplace")) + _field(2, _feature(values)))
        for name, values in features.items()
    ]
    return _field(1, b"".join(entries))


def _feature(values: list) -> bytes:
    if not values:
        return b""
    if isinstance(values[0], bytes):
        return _field(1, b"".join(_field(1, value) for value in values))
    if isinstance(values[0], float):
        return _field(2, _field(1, struct.pack(f"<{len(values)}f", *values)))
    return _field(3, _field(1, b"".join(_varint(value % 2**64) for value in values)))


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes: its number with the wire type 2, its length, the content."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
