"""What a run takes, read off its record."""

from tasks.schema import fields
from tests.web.page.made_runs import COLUMNS, NUMBER, PLANTED, TABLE


def test_columns_become_fields():
    found = {one.label: one for one in fields(TABLE)}
    kinds = [one.kind for one in found.values()]
    assert kinds == ["number", "number", "time", "choice", "date", "moment", "text"]
    assert (found["age"].smallest, found["age"].largest, found["age"].usual) == (18.0, 90.0, None)
    assert found["opens"].usual == (30.0, 70.0)  # the mean and two standard deviations, where no range is known
    assert found["since"].smallest == "2010-01-01"
    town = found["town"]
    assert town.choices == ("Bonn", "Köln", PLANTED) and town.other and town.optional and not found["age"].optional
    assert [one.name for one in found.values()][1].startswith("net_income_")


def test_a_heavy_tail_has_no_usual_range():
    squashed = {**NUMBER, "name": "wealth", "quartiles": 3.0}
    (found,) = fields({"kind": "table", "prepare": {"columns": [squashed]}})
    assert found.usual is None and found.smallest is None


def test_columns_of_text_stand_in_the_order_of_the_signature():
    prepare = {"form": "bag", "forms": {"note": ""}, "rest": {"columns": [COLUMNS[0]]}, "order": ["note", "age"]}
    assert [(one.name, one.kind) for one in fields({"kind": "text", "prepare": prepare})] == [
        ("note", "text"),
        ("age", "number"),
    ]
    alone = prepare | {"rest": None, "order": ["note"]}
    assert [one.name for one in fields({"kind": "text", "prepare": alone})] == ["note"]
