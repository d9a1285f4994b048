"""Encodings: what is read, and what is refused with the encoding that fits; two letters never become one."""

import random

import pytest

from data import encoding, text_file
from data.errors import DataError
from data.tables import table_file

# Encoding: lines of a table in it.
FOREIGN = {
    "cp932": ["合,1", "順,2", "男,3", "女,4"],
    "gb18030": ["北京,好", "上海,坏", "广州,一般", "深圳,好"],
    "big5": ["臺北,好", "高雄,壞", "台中,普通"],
    "cp949": ["서울,예", "부산,아니오", "대구,예"],
    "cp1251": ["Москва,да", "Тверь,нет", "Казань,да"],
    "koi8_r": ["Москва,да", "Тверь,нет", "Казань,да"],
    "cp866": ["Москва,да", "Тверь,нет", "Казань,да"],
    "cp1253": ["Αθήνα,ναι", "Πάτρα,όχι"],
    "cp1255": ["ירושלים,כן", "חיפה,לא"],
    "cp1256": ["القاهرة,نعم", "دبي,لا"],
}


def test_escapes_between_scripts_are_refused(write):
    with pytest.raises(DataError, match=r"t\.csv:2: is in ISO-2022-JP"):
        table_file.read(write("t.csv", "city,y\n東京,1\n".encode("iso2022_jp")))


def lines(some, count=60):
    rng = random.Random(0)
    return "city,y\n" + "\n".join(rng.choice(some) for _ in range(count)) + "\n"


@pytest.mark.parametrize("name", FOREIGN)
def test_another_script_is_refused_with_its_encoding(name, write):
    text = lines(FOREIGN[name])
    with pytest.raises(DataError) as caught:
        table_file.read(write("t.csv", text.encode(name)))
    message = str(caught.value)
    first = text.split("\n")[1]
    assert f"may be {name} (in which it begins {first!r})" in message, message
    assert f"iconv -f {name.upper().replace('_', '-')} -t UTF-8 t.csv > new" in message


@pytest.mark.parametrize(
    ("text", "name"), [("合,1\n順,2\n", "cp932"), ("Б,1\nН,2\n", "cp866"), ("ü,1\nì,2\n", "cp850")]
)
def test_letters_that_latin_1_lacks_are_never_replaced(text, name, write):
    with pytest.raises(DataError, match=r"t\.csv:\d: byte 0x8\w is not UTF-8 nor Latin-1.*iconv"):
        table_file.read(write("t.csv", text.encode(name)))


LATIN = ["José,sí", "São Paulo,não", "coração,sim", "Müller,ja", "Þórður,já"]
LATIN += ["“quoted” – 5 €,x", "20 °C ±5 µm,w", "«été»,n", "¿Él?,x", "© 2024,x", "½ l,x", "naïve,x"]


@pytest.mark.parametrize("line", LATIN)
def test_latin_1_is_read(line, write):
    table = table_file.read(write("t.csv", f"city,y\n{line}\nx,z\n".encode("cp1252")))
    assert table.columns["city"][0] == line.split(",")[0]
    assert "read as Latin-1 (cp1252)" in table.notes[0]


def test_letters_that_were_lost_before_are_told(write):
    read, notes = text_file.read(write("t.csv", "a,b\nx,1\ncaf\ufffd,2\n"), "a table")
    assert "caf\ufffd" in read and "1 replacement character(s)" in notes[0] and "first at line 3" in notes[0]


def test_the_first_byte_that_is_not_utf8_is_found_across_pieces(monkeypatch):
    monkeypatch.setattr(encoding, "PIECE", 7)
    text = ("aé€😀" * 6 + "\n").encode()
    for place in range(len(text) + 1):
        broken = text[:place] + b"\xff" + text[place:]
        with pytest.raises(UnicodeDecodeError) as caught:
            broken.decode()
        with pytest.raises(DataError, match=rf"t:{broken.count(10, 0, caught.value.start) + 1}: byte"):
            encoding.utf8("t", broken, latin=False)
    assert encoding.utf8("t", text, latin=False) == (text, ())


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_bytes_with_zeros_are_not_taken_for_utf16(mark):
    for data in (b"a,b\n1,\x00\n", bytes(range(256)) * 4, ("a\x01b\n" * 30).encode(mark), "a,b\n".encode(mark) + b"\0"):
        with pytest.raises(DataError, match=r"t:\d+: a NUL byte"):
            encoding.utf8("t", data, latin=True)
