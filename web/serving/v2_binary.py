"""The binary extension of KServe's protocol v2: tensors as bytes after the JSON, little-endian, row after row.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
An element of text or bytes is its length (4 bytes) and its content.
"""

import struct
from collections.abc import Sequence

import numpy as np
from starlette.responses import Response

from web.serving.errors import malformed
from web.serving.signature import TEXT, Tensor

HEADER = "Inference-Header-Content-Length"
_LENGTH = struct.Struct("<I")


def parted(content: bytes, length: str | None) -> tuple[bytes, memoryview]:
    """The JSON of a body, and what follows it. Raises CallError where the header gives no length of it."""
    if length is None:
        return content, memoryview(b"")
    if not (length.isascii() and length.isdecimal() and int(length) <= len(content)):
        raise malformed(f"{HEADER} must be the length of the JSON in the body. Received: {length[:20]}")
    return content[: int(length)], memoryview(content)[int(length) :]


def appended(answer: Response, tensors: Sequence[bytes]) -> Response:
    """An answer of JSON with tensors after it."""
    if not tensors:
        return answer
    headers = {HEADER: str(len(answer.body))}
    return Response(b"".join([answer.body, *tensors]), 200, headers, "application/octet-stream")


def packed(array: np.ndarray) -> bytes:
    """The bytes of a tensor."""
    if array.dtype != object:
        return array.astype(array.dtype.newbyteorder("<")).tobytes()
    elements = array.ravel().tolist()
    return b"".join(part for element in elements for part in (_LENGTH.pack(len(element)), element))


def unpacked(content: memoryview, tensor: Tensor, count: int) -> np.ndarray:
    """`count` elements. Raises CallError where the bytes are not so many."""
    if tensor.dtype == TEXT:
        return _texts(content, tensor.name, count)
    if tensor.dtype == "bfloat16":
        raise malformed(f"`{tensor.name}`: give bfloat16 as numbers in the JSON")
    dtype = np.dtype("uint8" if tensor.dtype == "bool" else tensor.dtype)
    if len(content) != count * dtype.itemsize:
        raise malformed(f"`{tensor.name}`: Expecting {count * dtype.itemsize} bytes but got {len(content)}")
    found = np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype)
    return found != 0 if tensor.dtype == "bool" else found


def _texts(content: memoryview, name: str, count: int) -> np.ndarray:
    elements, place = [], 0
    while place < len(content):
        start = place + _LENGTH.size
        end = start + _LENGTH.unpack_from(content, place)[0] if start <= len(content) else len(content) + 1
        if end > len(content):
            raise malformed(f"`{name}`: the bytes end inside of an element")
        elements.append(bytes(content[start:end]))
        place = end
    if len(elements) != count:
        raise malformed(f"`{name}`: Expecting {count} elements but got {len(elements)}")
    found = np.empty(count, object)
    found[:] = elements
    return found
