"""The section of columns: a row for each, folded where there are many, and none where there is nothing to show."""

from types import SimpleNamespace

from evaluation import columns_report


def described(name, **fields):
    usual = {"use": "input", "what": "number", "gaps": "", "contents": "1 to 3", "note": ""}
    return SimpleNamespace(name=name, **usual | fields)


def test_each_column_has_a_row():
    (section,) = columns_report.section([described("a"), described("b", use="left out", note="always 'k'")])
    text, table = section.blocks
    assert "--columns" in text.lines[0]
    assert table.rows == [
        ["a", "input", "number", "", "1 to 3", ""],
        ["b", "left out", "number", "", "1 to 3", "always 'k'"],
    ]


def test_many_columns_are_folded_and_the_first_are_shown():
    (section,) = columns_report.section([described(str(place)) for place in range(3000)])
    folded = section.blocks[-1]
    assert folded.title == "3,000 columns" and "first 200 of 3,000" in folded.blocks[0].lines[0]
    assert len(folded.blocks[1].rows) == 200


def test_other_data_has_no_section():
    assert columns_report.section(()) == []
