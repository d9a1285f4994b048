"""The encoding of a text: UTF-8, marked or unmarked UTF-16, Latin-1 where that is allowed; else which one would fit."""

import codecs
import os
import re
import unicodedata

from data.errors import DataError

PIECE = 16 * 1024**2
SAMPLE = 32 * 1024  # bytes of the lines that are not ASCII, from which an encoding is guessed
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""First bytes -> encoding; UTF-32 first, since its mark begins as that of UTF-16 does."""
USUAL = ("cp866", "cp1251", "koi8_r", "cp932", "gb18030", "big5", "cp949", "cp850", "mac_roman")
"""Encodings to propose where the text is too short to guess from."""
MOST_GUESSES = 3
UNLIKELY = re.compile("ascii|utf|cp1006|ptcp154|kz1048|johab|big5hkscs")
ALIKE = {"cp1125": "cp866", "shift_jis_2004": "cp932", "euc_jis_2004": "euc_jp"}
"""Encodings that are guessed -> those that are in use, and differ from them in a few letters."""
FOREIGN_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[\x80-\xff]{2,}(?![A-Za-z\x80-\xff])")
ODD_SYMBOL = re.compile(
    rb"[\x81-\x84\x86-\x89\x8b\x8d\x8f\x90\x98\x9b\x9d]|[\xa4-\xa6\xa8\xac\xaf\xb1-\xb4\xb6\xb8\xb9\xbb-\xbe](?=[A-Za-z\xa1-\xff])"
)
"""Bytes that cp1252 has, but hardly any text in it: no letters, quotes, dashes, degrees; and symbols before letters."""
FEWEST_WORDS = 3  # from which another script is believed
HALF_WIDTH = re.compile("[\uff61-\uff9f]{3}")
LATIN_NAMES = re.compile(r"LATIN|DIGIT|FEMININE|MASCULINE|MICRO")
KINDS_OF_FILE = {
    b"\x1f\x8b": "packed with gzip: let its name end in .gz",
    b"BZh": "packed with bzip2: let its name end in .bz2",
    b"\xfd7zXZ": "packed with xz: let its name end in .xz",
    b"PK\x03\x04": "a zip file or a spreadsheet: let its name end in .zip or .xlsx",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet: save it as CSV or .xlsx",
    b"PAR1": "a Parquet file: let its name end in .parquet",
    b"ARROW1": "a Feather file: let its name end in .feather",
    b"SQLite format 3": "a SQLite database: let its name end in .sqlite",
}


def utf8(path: str, data: bytes, latin: bool) -> tuple[bytes, tuple[str, ...]]:
    """A text in UTF-8 without a mark, and notes about how it was decoded. No letter is replaced by another.

    Args:
        path: Of the file, for messages.
        data: Its content.
        latin: Whether what is not UTF-8 is taken for Latin-1 (cp1252), where it looks like it.

    Raises:
        DataError: It is not text, or in an encoding that must be named.
    """
    name = os.path.basename(path)
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return _wide(path, data, encoding, ""), (f"{name} is read as {encoding.upper()}.",)
    if b"\0" in data:
        encoding = _unmarked_utf16(data)
        if encoding:
            text = _wide(path, data, encoding, " without its mark")
            return text, (f"{name} is read as UTF-16 ({encoding[-2:].upper()}, without its mark).",)
        raise _no_text(path, data)
    data = data.removeprefix(codecs.BOM_UTF8)
    if (escape := data.find(b"\x1b$B")) >= 0:
        remedy = f"Convert it: iconv -f ISO-2022-JP -t UTF-8 {name} > new"
        raise DataError(f"{path}:{line_of(data, escape)}: is in ISO-2022-JP, and UTF-8 is needed. {remedy}")
    if data.isascii():
        return data, ()
    error = _first_error(data)
    if error is None:
        lost = data.find("\ufffd".encode())
        if lost < 0:
            return data, ()
        count = data.count("\ufffd".encode())
        return data, (
            f"{name} holds {count} replacement character(s) (\ufffd, first at line {line_of(data, lost)}): letters "
            f"were lost before, when it was converted to UTF-8; different words may have become one.",
        )
    return _not_utf8(path, data, error, latin)


def line_of(data: bytes, position: int) -> int:
    """The line, from 1, of a byte; lines end with \\n, or with \\r where there is no \\n."""
    return data.count(b"\n" if b"\n" in data else b"\r", 0, position) + 1


def _first_error(data):
    """The UnicodeDecodeError of the first byte that is not UTF-8, or None; without the whole text in memory."""
    decoder, start = codecs.getincrementaldecoder("utf-8")(), 0
    try:
        for start in range(0, len(data), PIECE):
            decoder.decode(memoryview(data)[start : start + PIECE], final=start + PIECE >= len(data))
    except UnicodeDecodeError:
        begin = max(0, start - 3)
        while begin < start and data[begin] & 0xC0 == 0x80:  # inside a letter
            begin += 1
        try:
            data[begin:].decode()
        except UnicodeDecodeError as error:
            return UnicodeDecodeError("utf-8", data, begin + error.start, begin + error.end, error.reason)
    return None


def _wide(path, data, encoding, mark):
    """UTF-16 or UTF-32 as UTF-8."""
    shown = encoding[:6].upper()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise DataError(f"{path}:{line}: begins as {shown}{mark}, and breaks here. Save it as UTF-8.") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(f"{path}:{line}: a NUL character in a text of {shown}{mark}. Remove it, or save it as UTF-8.")
    return text.encode()


def _unmarked_utf16(data):
    """The UTF-16 in which a text with NUL bytes is written, or None: they are the upper halves of ASCII letters."""
    head = data[:4096]
    zeros = [head[parity::2].count(0) for parity in (0, 1)]
    if len(data) % 2 or min(zeros) or 8 * max(zeros) < len(head) // 2:
        return None
    pairs = [head[place : place + 2] for place in range(0, len(head) - 1, 2)]
    wide = [pair for pair in pairs if 0 not in pair]
    if wide and all(0x20 <= byte < 0x7F or byte in b"\t\r\n" for pair in wide for byte in pair):
        return None  # ASCII, and a few zeros
    encoding = "utf-16-be" if zeros[0] else "utf-16-le"
    text = head.decode(encoding, "ignore")
    odd = any(unicodedata.category(letter) in {"Cc", "Cn", "Co"} and letter not in "\t\r\n" for letter in text)
    return encoding if not odd and ("\n" in text or "\r" in text) else None


def _no_text(path, data):
    line = line_of(data, data.index(0))
    for start, kind in KINDS_OF_FILE.items():
        if data.startswith(start):
            return DataError(f"{path}:{line}: a NUL byte: this is no text but {kind}.")
    return DataError(
        f"{path}:{line}: a NUL byte, so this is not text. Allowed: text in UTF-8 or UTF-16, also packed under a name "
        f"in .gz, .bz2, .xz or .zip. If it is a spreadsheet, save it as CSV."
    )


def _not_utf8(path, data, error, latin):
    line, name = line_of(data, error.start), os.path.basename(path)
    found = _sample(data)
    guesses = _guessed(found)
    try:
        text = data.decode("cp1252") if latin and not (guesses and _is_foreign(found, guesses[0])) else None
    except UnicodeDecodeError as undefined:
        text, error, line = None, undefined, line_of(data, undefined.start)
    if text is not None:
        note = f"{name} is not UTF-8 (first at line {line}) and is read as Latin-1 (cp1252); "
        return text.encode(), (note + "if letters look wrong, save it as UTF-8.",)
    guesses = guesses or [one for one in USUAL if _all_letters(found, one)][:MOST_GUESSES]
    shown = " or ".join(f"{guess} (in which it begins {_read_as(found, guess)!r})" for guess in guesses)
    iconv = (guesses or ["ISO-8859-1"])[0].upper().replace("_", "-")
    raise DataError(
        f"{path}:{line}: byte 0x{data[error.start]:02x} is not UTF-8{' nor Latin-1' * latin}. Allowed: UTF-8, or "
        f"UTF-16 with its mark.{f' It may be {shown}.' if shown else ''} Convert it, for example: "
        f"iconv -f {iconv} -t UTF-8 {name} > new"
    ) from error


def _sample(data):
    """The first lines that are not ASCII."""
    found, size = [], 0
    for match in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data):
        found.append(match[0][:4096])
        size += len(found[-1])
        if size > SAMPLE:
            break
    return b"\n".join(found)


def _guessed(found):
    """Encodings that a text seems to be in, the likeliest first; last those of old Macintoshes, and half-width kana."""
    import charset_normalizer

    names = [match.encoding for match in charset_normalizer.from_bytes(found) if not UNLIKELY.match(match.encoding)]
    names = [ALIKE.get(name, name) for name in names]

    def is_rare(name):
        return name.startswith("mac_") or HALF_WIDTH.search(found.decode(name, "replace")) is not None

    return sorted(names, key=is_rare)[:MOST_GUESSES]


def _all_letters(found, encoding):
    try:
        text = found.decode(encoding)
    except UnicodeDecodeError:
        return False
    return all(letter.isalpha() for letter in text if ord(letter) > 127)


def _read_as(found, encoding):
    return found.decode(encoding, "replace")[:20].split("\n")[0]


def _is_foreign(found, likely):
    """Whether a text in another script than Latin is likelier: whole words of bytes above 127, or odd symbols."""
    letters = [letter for letter in found.decode(likely, "replace") if ord(letter) > 127 and letter.isalpha()]
    latin = sum(bool(LATIN_NAMES.search(unicodedata.name(letter, ""))) for letter in letters)
    foreign = [*FOREIGN_WORD.findall(found), *ODD_SYMBOL.findall(found)]
    high = len(re.findall(rb"[\x80-\xff]", found))
    return len(set(foreign)) >= FEWEST_WORDS and 2 * latin < len(letters) and 2 * sum(map(len, foreign)) > high
