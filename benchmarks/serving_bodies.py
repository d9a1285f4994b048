"""Bodies that are almost right: bytes of good ones changed, left out, doubled, or put in from elsewhere."""

import numpy as np

PIECES = [b"[", b"]", b"{", b"}", b",", b'"', b":", b"null", b"NaN", b"1e999", b"-0", b"true", b"\\ud800", b"\xff"]
PIECES += [b'"b64"', b'"inputs"', b'"instances"', b"9" * 400, b"[" * 2000]


def mutated(random: np.random.Generator, body: bytes) -> bytes:
    """A body with one to five changes; one in ten is random bytes."""
    if random.random() < 0.1:
        return random.bytes(int(random.integers(0, 200)))
    content = bytearray(body)
    for _ in range(int(random.integers(1, 6))):
        place = int(random.integers(len(content) + 1))
        kind = random.integers(4)
        if kind == 0:
            content[place:place] = PIECES[int(random.integers(len(PIECES)))]
        elif kind == 1:
            del content[place : place + int(random.integers(1, 8))]
        elif kind == 2:
            content[place : place + 1] = random.bytes(1)
        else:
            content[place:place] = content[place : place + int(random.integers(1, 30))]
    return bytes(content)
