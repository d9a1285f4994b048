"""Tables in delimited text as programs and people write them: each is read right, or refused with the line."""

import numpy as np
import pytest

from data.errors import DataError
from data.tables import delimited, plain_rows, quoted_rows, table_file

ROMANS = "age,city,y\n1,Rome,a\n2,Oslo,b\n3,Bern,a\n"
READ = {"age": ["1", "2", "3"], "city": ["Rome", "Oslo", "Bern"], "y": ["a", "b", "a"]}
HEADED = ["t.csv:2", "t.csv:3", "t.csv:4"]

# kind: (content, columns, origins, a part of the notes)
RIGHT = {
    "plain": (ROMANS, READ, HEADED, ""),
    "no line end at the end": (ROMANS.rstrip(), READ, HEADED, ""),
    "Windows line ends": (ROMANS.replace("\n", "\r\n"), READ, HEADED, ""),
    "old Mac line ends": (ROMANS.replace("\n", "\r"), READ, HEADED, ""),
    "blank lines": (ROMANS.replace("\n", "\n\n"), READ, ["t.csv:3", "t.csv:5", "t.csv:7"], ""),
    "lines of blanks": (ROMANS.replace("2,", "   \n2,"), READ, ["t.csv:2", "t.csv:4", "t.csv:5"], ""),
    "blanks around cells": (ROMANS.replace(",", " , "), READ, HEADED, ""),
    "all quoted": ("".join('"' + '","'.join(line.split(",")) + '"\n' for line in ROMANS.split()), READ, HEADED, ""),
    "blanks before quotes": (ROMANS.replace(",Rome", ', "Rome"').replace(",Bern,", ', "Bern", '), READ, HEADED, ""),
    "blanks around quotes": (ROMANS.replace(",Rome,", ' , "Rome" , '), READ, HEADED, ""),
    "sep=": ("sep=;\n" + ROMANS.replace(",", ";"), READ, ["t.csv:3", "t.csv:4", "t.csv:5"], ""),
    "sep= with a letter that is not sought": ('"sep=:"\r\n' + ROMANS.replace(",", ":"), READ,
                                              ["t.csv:3", "t.csv:4", "t.csv:5"], ""),
    "sep=\\t": ("sep=\\t\n" + ROMANS.replace(",", "\t"), READ, ["t.csv:3", "t.csv:4", "t.csv:5"], ""),
    "sep= below a comment": ("# made by hand\nsep=;\n" + ROMANS.replace(",", ";"), READ,
                             ["t.csv:4", "t.csv:5", "t.csv:6"], "1 line(s) above the table that begin with #"),
    "comments": ("# made by hand, in 2024\n# twice\n" + ROMANS, READ, ["t.csv:4", "t.csv:5", "t.csv:6"],
                 "2 line(s) above the table that begin with # are passed over"),
    "a commented header": ("# from a program\n#" + ROMANS, READ, ["t.csv:3", "t.csv:4", "t.csv:5"],
                           "the last of them names the columns"),
    "a name that begins with #": (ROMANS.replace("age", "#age"), {"#age": READ["age"], **{name: READ[name] for name in
                                  ("city", "y")}}, HEADED, ""),
    "savetxt of NumPy": ("# a b y\n1.5e0 2 0\n3.5e0 4 1\n", {"a": ["1.5e0", "3.5e0"], "b": ["2", "4"], "y": ["0", "1"]},
                        HEADED[:2], "the last of them names the columns"),
    "comments of Matlab": ("% a\n% b\n1 2 x\n3 4 y\n", {"1": ["1", "3"], "2": ["2", "4"], "3": ["x", "y"]},
                           ["t.csv:3", "t.csv:4"], "2 line(s) above the table that begin with %"),
    "tabs, some of them twice": ("5.1\t1\n6.2\t\t2\n7\t3\n", {"1": ["5.1", "6.2", "7"], "2": ["1", "2", "3"]},
                                 ["t.csv:1", "t.csv:2", "t.csv:3"], "white space separates"),
    "blanks that align, and a tab": ('18.0   8   1\t"chevrolet chevelle"\n15.0   9   2\t"buick"\n',
                                     {"1": ["18.0", "15.0"], "2": ["8", "9"], "3": ["1", "2"],
                                      "4": ["chevrolet chevelle", "buick"]}, ["t.csv:1", "t.csv:2"], "white space"),
    "words with blanks between tabs": ("ann lee\t5\nbob ray\t6\n", {"1": ["ann lee", "bob ray"], "2": ["5", "6"]},
                                       ["t.csv:1", "t.csv:2"], "no header line"),
    "sentences, one with a number": ("my review\nroom 101 bad\nroom 102 good\n",
                                     {"my review": ["room 101 bad", "room 102 good"]}, HEADED[:2], ""),
    "NULL of MySQL": ("a\tb\n1\t\\N\n2\t3\n", {"a": ["1", "2"], "b": ["\\N", "3"]}, HEADED[:2], ""),
    "a title": ("Cities of people\n\n" + ROMANS, READ, ["t.csv:4", "t.csv:5", "t.csv:6"],
                "above line 3 ('Cities of people' ...)"),
    "a title of a spreadsheet": ("Cities,,\n,,\n" + ROMANS, READ, ["t.csv:4", "t.csv:5", "t.csv:6"], "above line 3"),
    "white space": ("  age   city  y\n" + "".join(f"{a:5d}\t {b}   {c} \n" for a, b, c in
                    ((1, "Rome", "a"), (2, "Oslo", "b"), (3, "Bern", "a"))), READ, HEADED, "white space separates"),
    "R's write.table": ('"age" "city" "y"\n"1" 1 "Rome" "a"\n"2" 2 "Oslo" "b"\n"3" 3 "Bern" "a"\n',
                        {"column 1": ["1", "2", "3"], **READ}, HEADED, "the first column holds names of rows"),
    "R's write.table with tabs": ("age\tcity\ty\nr1\t1\tRome\ta\nr2\t2\tOslo\tb\nr3\t3\tBern\ta\n",
                                  {"column 1": ["r1", "r2", "r3"], **READ}, HEADED, "names of rows"),
    "a delimiter ends each row": ("age,city,y\n1,Rome,a,\n2,Oslo,b,\n3,Bern,a,\n", READ, HEADED, ""),
    "a delimiter ends the header": ("age,city,y,\n1,Rome,a\n2,Oslo,b\n3,Bern,a\n", READ, HEADED, ""),
    "doubled quotes and line ends in cells": ('a,b\n"x, ""y""\nz",1\nplain,2\n',
        {"a": ['x, "y"\nz', "plain"], "b": ["1", "2"]}, ["t.csv:2", "t.csv:4"], ""),
    "a quote inside of a cell": ('a,b\n5" pipe,1\n6" pipe,2\n', {"a": ['5" pipe', '6" pipe'], "b": ["1", "2"]},
                                 ["t.csv:2", "t.csv:3"], ""),
    "backslashes before quotes": ('a,b\n"he said \\"hi\\", twice",1\n"C:\\\\temp",2\n',
                                  {"a": ['he said "hi", twice', "C:\\temp"], "b": ["1", "2"]}, ["t.csv:2", "t.csv:3"],
                                  '\\" in its cells is read as a quote (first at line 2)'),
    "a backslash at the end of a cell": (
        'a,b\n"C:\\temp\\",1\n"D:\\",2\n', {"a": ["C:\\temp\\", "D:\\"], "b": ["1", "2"]},
                                         ["t.csv:2", "t.csv:3"], ""),
    "a header of years": ("2019,2020,label\nx,y,u\ny,x,v\nz,x,u\n",
                          {"2019": ["x", "y", "z"], "2020": ["y", "x", "x"], "label": ["u", "v", "u"]}, HEADED, ""),
    "no name": (",age\n5,1\n6,2\n", {"column 1": ["5", "6"], "age": ["1", "2"]}, ["t.csv:2", "t.csv:3"], ""),
    "one column, an empty cell": (
        "review\nbad\n\n\"\"\n  \ngood\n", {"review": ["bad", "", "good"]}, ["t.csv:2", "t.csv:4", "t.csv:6"], "",
    ),
    "one column": ("review\n\"good, really\"\nbad\n", {"review": ["good, really", "bad"]}, ["t.csv:2", "t.csv:3"], ""),
    "colours, not comments": ("#ff0000,1\n#00ff00,2\n0,3\n", {"1": ["#ff0000", "#00ff00", "0"], "2": ["1", "2", "3"]},
                              ["t.csv:1", "t.csv:2", "t.csv:3"], "no header line"),
    "UTF-16 without its mark": (ROMANS.encode("utf-16-le"), READ, HEADED, "UTF-16 (LE, without its mark)"),
    "UTF-16 with its large half first": (ROMANS.encode("utf-16-be"), READ, HEADED, "UTF-16 (BE, without its mark)"),
    "UTF-32": (ROMANS.encode("utf-32"), READ, HEADED, "read as UTF-32"),
}  # fmt: skip


@pytest.mark.parametrize("kind", RIGHT)
def test_a_table_is_read(kind, write):
    content, columns, origins, note = RIGHT[kind]
    table = table_file.read(write("t.csv", content))
    assert {name: cells.tolist() for name, cells in table.columns.items()} == columns
    assert table.origins().tolist() == origins
    assert note in " ".join(table.notes) and bool(note) == bool(table.notes), table.notes


def test_quotes_that_are_not_closed_are_letters_between_tabs(write):
    table = table_file.read(write("t.tsv", 'review\ty\n"Great movie\tgood\nBad\tbad\nsay "so"\tgood\n'))
    assert table.columns["review"].tolist() == ['"Great movie', "Bad", 'say "so"']
    assert table.notes == ("t.tsv: quotes are read as letters, since not all are closed (first at line 2).",)


def test_two_quotes_that_are_not_closed_do_not_swallow_the_rows_between(write):
    text = 'review\ty\n"Great movie\tgood\nBad\tbad\nthe "\tbad\nfine"\tgood\n'
    table = table_file.read(write("t.tsv", text))
    assert table.columns["review"].tolist() == ['"Great movie', "Bad", 'the "', 'fine"']
    table = table_file.read(write("t.tsv", 'review\ty\n"Great movie\tgood\nBad"\tbad\n'))
    assert table.columns["review"].tolist() == ['"Great movie', 'Bad"']


# kind: (content, parts of the message)
REFUSED = {
    "a quote that is not closed": ('a,b\n1,x\n2,"y\n3,z\n', ["t.csv:3:", "not closed", "tr -d '\"' < t.csv > new"]),
    "quotes around some cells, one not closed": ('a\tb\n"x"\t1\n"y\t2\n', ["t.csv:3:", "not closed"]),
    "a quoted delimiter is no reason to split": ('a,b,c\n1,"x,2"\n', ["t.csv:2:", "2 cells", "first row has 3"]),
    "quotes around whole rows": ('a,b,c\n1,2,"x\n3,4,y\n5,6,z"\n7,8,9\n', ["t.csv:2:", "a quote around whole rows"]),
    "ragged": ("a,b\n1,2\n3\n", ["t.csv:3:", "1 cells", "first row has 2"]),
    "decimal commas between commas": ("a,b\n1,5,2\n3,5,4\n", ["t.csv:2:", "3 cells", "Quote a cell"]),
    "names of rows are not guessed": ("a,b\nx,5,2\ny,5,4\n", ["t.csv:2:", "3 cells"]),
    "a title above no header": ("Cities\n1,2\n3,4\n", ["t.csv:2:", "2 cells", "a title, remove that"]),
    "equal names": ("a,b,a\n1,2,3\n", ["t.csv:1:", "'a'", "Rename"]),
    "an empty name that is taken": ("column 2,\n1,2\n3,4\n", ["t.csv:1:", "'column 2'"]),
    "a cell of quotes": ('""\n', ["t.csv", "empty"]),
    "NUL in old Mac lines": (b"a,b\r1,x\r\0,y\r", ["t.csv:3:", "NUL"]),
    "gzip without .gz": (b"\x1f\x8b\x08\0\0\0\0", ["gzip", ".gz"]),
    "a spreadsheet": (b"PK\x03\x04\x14\0\0\0", [".xlsx"]),
    "Parquet": (b"PAR1\x15\x04\0\0", [".parquet"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_table_is_refused_with_its_line(kind, write):
    content, parts = REFUSED[kind]
    with pytest.raises(DataError) as caught:
        table_file.read(write("t.csv", content))
    assert all(part in str(caught.value) for part in parts), str(caught.value)


SPAM = "text,spam\nbuy,spam\nhi,ham\nwin,spam\n"


@pytest.mark.parametrize(
    ("content", "header", "wanted", "names"),
    [
        (SPAM, None, (), ["1", "2"]),
        (SPAM, "yes", (), ["text", "spam"]),
        ("Spam of May\n" + SPAM, "yes", (), ["text", "spam"]),
        (SPAM, None, ["spam"], ["text", "spam"]),
        (SPAM, None, ["2"], ["1", "2"]),
        (SPAM, None, ["last"], ["1", "2"]),
        (ROMANS, "no", (), ["1", "2", "3"]),
        ("2019,5,label\n1,2,u\n3,4,v\n", None, (), ["1", "2", "3"]),
        ("2019,5,label\n1,2,u\n3,4,v\n", None, ["5", "2019"], ["2019", "5", "label"]),
        ("2019,2020,a\n2018,2019,b\n", None, (), ["1", "2", "3"]),
        ("# x\n" + ROMANS, "no", (), ["1", "2", "3"]),
    ],
)
def test_the_header_is_as_the_user_says_or_by_the_names_asked_for(content, header, wanted, names, write):
    table = table_file.read(write("t.csv", content), header, wanted)
    assert list(table.columns) == names
    assert any("no header line" in note for note in table.notes) == (names[0] == "1")


def test_a_name_that_is_not_there_tells_that_no_header_was_seen(write):
    table = table_file.read(write("t.csv", "1,2\n3,4\n"))
    with pytest.raises(DataError, match="No header line was seen; --header yes"):
        table.column_name("price", "--target")


def random_table(rng, delimiter, quoted):
    """Text, its cells and the lines of its rows, as RFC 4180 has them."""
    words = ["a", "red", "", "1", "2.5", "-3", "é", "日本", "a b", "x'y", *[f'x{delimiter}"', "p\nq", '"'] * quoted]
    width, end = rng.integers(2, 6), rng.choice(["\n", "\r\n", "\r"])
    text, cells, lines, line = "", [], [], 1
    for _ in range(rng.integers(1, 30)):
        while rng.random() < 0.1:
            text, line = text + end, line + 1
        row = rng.choice(words, width).tolist()
        written = ['"' + cell.replace('"', '""') + '"' if set(cell) & {'"', "\n", delimiter} else cell for cell in row]
        text += delimiter.join(written) + end
        cells.append(row)
        lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    return text, cells, lines


@pytest.mark.parametrize("delimiter", ",\t;|")
@pytest.mark.parametrize("quoted", [False, True])
def test_both_parsers_read_what_was_written(delimiter, quoted):
    rng = np.random.default_rng(ord(delimiter) + quoted)
    for _ in range(40):
        text, cells, lines = random_table(rng, delimiter, quoted)
        content = ("#\n" + text).encode()
        for columns, places, _ in (
            plain_rows.read(content, 2, 2, delimiter),
            quoted_rows.read("t.csv", content, 2, 2, delimiter),
        ):
            assert list(map(list, zip(*(column.to_pylist() for column in columns), strict=True))) == cells
            assert [place - 1 for place in places] == lines


@pytest.mark.parametrize("rest", ['5" pipe,1\n', '"x" y,1\n', '"x,1\n', "1\n", "  \n1,2\n"])
def test_what_parsers_read_differently_is_left_to_the_careful_one(rest):
    assert plain_rows.read(f"a,b\n{rest}".encode(), 0, 1, ",") is None


@pytest.mark.parametrize("first", ['5" pipe', "plain", '"in ""quotes"",\nand lines"'])
def test_many_rows_are_read_alike(first, write):
    """More than are looked at before a column is kept as a dictionary, and than are made into strings at once."""
    rows = 100_000
    text = f"w,x,y\n{first},0,a\n" + "".join(f"w,{row},{'ab'[row % 2]}\n" for row in range(1, rows))
    table = table_file.read(write("t.csv", text))
    assert len(table) == rows and table.places[-1] == rows + 1 + first.count("\n")
    assert table.columns["x"].tolist() == [str(row) for row in range(rows)]
    assert table.columns["y"].tolist() == ["a", "b"] * (rows // 2)
    assert table.columns["w"].tolist() == [first.strip('"').replace('""', '"')] + ["w"] * (rows - 1)


def test_a_column_is_made_when_it_is_asked_for(write):
    rows = 12_000
    text = "x,c\n" + "".join(f"{row},{'ab'[row % 2]}\n" for row in range(rows))
    table = delimited.read(write("t.csv", text))
    part = table.take(np.arange(rows)[::-1]).take(slice(0, 3)).take(np.array([True, False, True]))
    assert part.columns["x"].tolist() == ["11999", "11997"] and part.columns["c"].tolist() == ["b", "b"]
    assert part.origins().tolist() == ["t.csv:12001", "t.csv:11999"]
    assert table.columns["c"].tolist() == ["a", "b"] * (rows // 2)
