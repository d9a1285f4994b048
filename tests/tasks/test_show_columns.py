"""`--show-columns` prints what was decided about each column before anything is trained."""

from dataclasses import replace

import pytest

from data.errors import DataError
from data.settings import Data
from tasks import course
from tasks.task import by_name


class Prepared(Exception):
    """The course has come to its second step."""


def stop(config, splits):
    raise Prepared


@pytest.mark.parametrize("name", ["classify", "regress", "autoencode"])
def test_the_columns_are_printed(name, people_csv, tmp_path, capsys):
    task = replace(by_name(name), prepare=stop)
    data = Data(str(people_csv), target="age" if name == "regress" else "buys", show_columns=True, columns="town=text")
    with pytest.raises(Prepared):
        course.run(task, replace(task.config(), data=data, run_dir=str(tmp_path / "run")))
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("columns")
    cells = {line.split("  ")[0].strip(): line for line in lines[start + 2 : start + 6]}
    assert "10 to 99" in cells["net income"] and "text" in cells["town"] and "target" in cells[data.target]


def test_other_data_has_none(tmp_path):
    with pytest.raises(DataError, match="--show-columns cannot be used with 'digits'"):
        by_name("classify").load(by_name("classify").config(data=Data("digits", show_columns=True)))
