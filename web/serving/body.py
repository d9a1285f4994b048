"""The body of a request, unpacked."""

import zlib

from starlette.requests import Request

from web.serving.errors import CallError, malformed
from web.serving.limits import Limits

GZIP = 16 + zlib.MAX_WBITS


async def body(request: Request, limits: Limits) -> bytes:
    """The bytes of a body. Raises CallError where it is packed by another method than gzip, broken, or too long."""
    content = await request.body()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return content
    if encoding not in ("gzip", "x-gzip"):
        raise CallError(415, f"Content-Encoding must be gzip, or left out. Received: {encoding[:50]}")
    return gunzipped(content, limits.unpacked)


def gunzipped(content: bytes, most: int) -> bytes:
    """What gzip packed, in one part or several. Raises CallError where that is more than `most` bytes, or broken."""
    parts, left = [], most + 1
    while content:
        unpacking = zlib.decompressobj(GZIP)
        try:
            part = unpacking.decompress(content, left)
        except zlib.error:
            raise malformed("the body is not packed by gzip, as Content-Encoding says it is") from None
        left -= len(part)
        if left <= 0:
            raise CallError(413, f"the unpacked body is longer than {most:,} bytes")
        if not unpacking.eof:
            raise malformed("the body is packed by gzip, and ends too early")
        parts.append(part)
        content = unpacking.unused_data
    return b"".join(parts)
