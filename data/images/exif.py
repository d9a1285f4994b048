"""The orientation in which EXIF says that an image is to be shown, from the bytes of its file.

`file_structure` goes the same way inside a graph, step by step; Pillow, which looks at more places, would say otherwise
of files that are damaged, or that have EXIF in other words (XMP).
"""

ORIENTATION = 0x0112  # the tag
SHORT, LONG = 3, 4  # types of its value
MOST_PARTS = 10_000  # segments or chunks that are walked over
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # segments of a JPEG that say its size and colours
HUFFMAN = 0xC2  # the last of those whose codes all decoders know
WORDS = {"JPEG": b"Exif\0\0", "PNG": b"eXIf", "WEBP": b"EXIF"}
"""Kind of file -> what stands before EXIF in it."""


def orientation(content: bytes, kind: str | None) -> int:
    """1 to 8; 1 where the file says nothing, or nothing that can be read."""
    if kind not in WORDS or WORDS[kind] not in content:  # as in most, and fast to see
        return 1
    start = {"JPEG": _in_jpeg, "PNG": _in_png, "WEBP": _in_webp}[kind](content)
    return 1 if start is None else _value(content, start)


def is_plain_jpeg(content: bytes) -> bool:
    """Whether a JPEG is grey or has three colours, of 8 bits, in Huffman codes, as most; what says nothing is plain."""
    return all(
        marker <= HUFFMAN and _number(content, start, 1) == 8 and _number(content, start + 5, 1) in (1, 3)
        for marker, start in _segments(content)
        if marker in FRAMES
    )


def _segments(content):
    """Yields the marker of each segment of a JPEG up to the pixels, and where its content begins."""
    at = 2
    for _ in range(MOST_PARTS):
        if at >= len(content) or content[at] != 0xFF or (marker := _number(content, at + 1, 1)) in (0xDA, 0xD9):
            return
        if marker == 0xFF:  # which may be repeated
            at += 1
            continue
        yield marker, at + 4
        at += 2 + _number(content, at + 2, 2)


def _in_jpeg(content):
    word = WORDS["JPEG"]
    found = (start for marker, start in _segments(content) if marker == 0xE1 and content.startswith(word, start))
    return next((start + len(word) for start in found), None)


def _in_png(content):
    at, found = 8, None
    for _ in range(MOST_PARTS):
        kind = content[at + 4 : at + 8]
        if at >= len(content) or kind in (b"IDAT", b"IEND"):
            break
        found = at + 8 if kind == b"eXIf" else found
        at += 12 + _number(content, at, 4)
    return found


def _in_webp(content):
    at, found = 12, None
    for _ in range(MOST_PARTS):
        if at >= len(content):
            break
        found = at + 8 if content[at : at + 4] == b"EXIF" else found
        size = _number(content, at + 4, 4, "little")
        at += 8 + size + size % 2
    return found


def _value(content, start):
    """The orientation of the EXIF that begins at `start`."""
    start += 6 if content.startswith(b"Exif\0\0", start) else 0
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(content[start : start + 4])
    if order is None:
        return 1
    directory, found = start + _number(content, start + 4, 4, order), 0
    for entry in range(max(_number(content, directory, 2, order), 1)):
        at = directory + 2 + 12 * entry
        if at >= len(content):
            break
        kind = _number(content, at + 2, 2, order)
        if _number(content, at, 2, order) == ORIENTATION and kind in (SHORT, LONG):
            found = max(found, _number(content, at + 8, 2 if kind == SHORT else 4, order))
    return found if 1 <= found <= 8 else 1


def _number(content, at, count, order="big"):
    """The number in `count` bytes; what has ended is zeros."""
    return int.from_bytes(content[at : at + count].ljust(count, b"\0"), order)
