"""How dates are written: every order of day and month is found, and what can be read in two ways is refused."""

import datetime

import numpy as np
import pytest
import tensorflow as tf

from data.tables import date_column, date_form
from data.tables.column_kinds import ColumnKind
from data.tables.date_column import DateColumn
from data.tables.number_form import Unclear

# cells of a column -> the form, and the first cell as ISO 8601 has it
READ = [
    (["2024-05-31"], date_form.YEAR_FIRST, "2024-05-31T00:00"),
    (["2024-05-31T14:00:00Z", "2024-05-31 14:00"], date_form.YEAR_FIRST, "2024-05-31T14:00"),
    (["2024-05-31T14:00+02:00"], date_form.YEAR_FIRST, "2024-05-31T12:00"),
    (["2018/07/07"], date_form.YEAR_FIRST, "2018-07-07T00:00"),
    (["2018.7.7"], date_form.YEAR_FIRST, "2018-07-07T00:00"),
    (["2024-05"], date_form.YEAR_FIRST, "2024-05-01T00:00"),
    (["31/12/2022", "01/02/2022"], date_form.DAY_FIRST, "2022-12-31T00:00"),
    (["01/02/2022", "31/12/2022"], date_form.DAY_FIRST, "2022-02-01T00:00"),
    (["01/02/2022", "12/31/2022"], date_form.MONTH_FIRST, "2022-01-02T00:00"),
    (["12/31/2022 3:05 PM"], date_form.MONTH_FIRST, "2022-12-31T15:05"),
    (["12/31/2022 12:05 a.m."], date_form.MONTH_FIRST, "2022-12-31T00:05"),
    (["03.04.2022"], date_form.DAY_FIRST, "2022-04-03T00:00"),
    (["3.4.2022 18:30"], date_form.DAY_FIRST, "2022-04-03T18:30"),
    (["31/12/68", "1/2/69"], date_form.DAY_FIRST, "2068-12-31T00:00"),
    (["31/12/69", "1/2/70"], date_form.DAY_FIRST, "1969-12-31T00:00"),
    (["Mar 7, 2018", "May 3, 2024"], date_form.YEAR_FIRST, "2018-03-07T00:00"),
    (["7 March 2018"], date_form.YEAR_FIRST, "2018-03-07T00:00"),
    (["7-Mar-18"], date_form.YEAR_FIRST, "2018-03-07T00:00"),
    (["Wed, 7 Mar 2018 10:00"], date_form.YEAR_FIRST, "2018-03-07T10:00"),
    (["May 3rd 2024"], date_form.YEAR_FIRST, "2024-05-03T00:00"),
    (["March 2018"], date_form.YEAR_FIRST, "2018-03-01T00:00"),
]


def moment(days):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(days=float(days))).isoformat(timespec="minutes")


@pytest.mark.parametrize(("cells", "form", "first"), READ, ids=[cells[0] for cells, *_ in READ])
def test_dates_as_people_write_them(cells, form, first):
    words = np.array(cells, dtype=object)
    assert date_form.decide(words, lambda: "") == form
    found = date_form.days(words, form)
    assert np.isfinite(found).all()
    assert moment(np.round(found[0] * 1440) / 1440) == first


@pytest.mark.parametrize(
    ("cells", "part"),
    [(["03/04/2022", "5/6/2022"], "'03/04/2022', and nothing says"), (["31/12/2022", "12/31/2022"], "two ways")],
)
def test_dates_that_can_be_read_in_two_ways_are_refused(cells, part):
    with pytest.raises(Unclear, match=part):
        date_form.decide(np.array(cells, dtype=object), lambda: "")


def test_what_is_unclear_is_cleared_up_by_the_file_or_by_the_user():
    words = np.array(["03/04/2022"], dtype=object)
    for form, day in ((date_form.DAY_FIRST, "2022-04-03"), (date_form.MONTH_FIRST, "2022-03-04")):
        assert date_form.decide(words, lambda form=form: form) == date_form.decide(words, lambda: "", form) == form
        assert moment(date_form.days(words, form)[0])[:10] == day


@pytest.mark.parametrize("cell", ["31/02/2022", "2024-13-01", "1.2.3", "10.0.0.1", "2024-05-31T25:00", "x", "12345"])
def test_what_is_no_date_is_none(cell):
    assert np.isnan(date_form.days(np.array([cell], dtype=object), date_form.DAY_FIRST))[0]


def test_times_of_day_are_minutes():
    words = np.array(["14:30", "3:05 PM", "12:00 am", "7:05:30", "25:00", "3:60", "13:00 pm"], dtype=object)
    np.testing.assert_array_equal(date_form.minutes(words), [870, 905, 0, 425.5, np.nan, np.nan, np.nan])


def test_the_calendar_is_pythons():
    random = np.random.default_rng(0)
    edges = [-719162.0, 0.0, 11016.0, 11016 + 86399.9999 / 86400]
    days = np.concatenate([random.uniform(-200_000, 400_000, 3000), edges])
    year, month, weekday, hour = (part.numpy() for part in date_column.calendar(tf.constant(days, tf.float64)))
    for place, day in enumerate(days):
        right = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=round(day * 86400))
        found = (year[place], month[place], weekday[place], hour[place])
        assert found == (right.year, right.month, right.weekday(), right.hour)


def test_a_date_has_year_month_weekday_and_hour_where_they_differ():
    days = np.array([19357.0, 19358.25, np.nan, 19360.25])  # Saturday 2022-12-31, Sunday at 6, none, Tuesday at 6
    column = DateColumn.fit("when", days, ColumnKind("date", date_form.YEAR_FIRST))
    names = ["when", "when year", "when month=1", "when month=12", "when weekday=Tuesday", "when weekday=Saturday"]
    names += ["when weekday=Sunday", "when hour=0", "when hour=6", "when missing"]
    assert column.feature_names() == names
    found = column.encode(tf.constant(days)).numpy()
    known = days[[0, 1, 3]]
    np.testing.assert_allclose(found[[0, 1, 3], 0], (known - known.mean()) / known.std(), rtol=1e-5)
    np.testing.assert_array_equal(found[[0, 1, 3], 2:], [[0, 1, 0, 1, 0, 1, 0, 0], [1, 0, 0, 0, 1, 0, 1, 0],
                                                         [1, 0, 1, 0, 0, 0, 1, 0]])  # fmt: skip
    np.testing.assert_array_equal(found[2], [0] * 9 + [1])
    np.testing.assert_allclose(column.restore(found[[0, 1, 3]]), known, atol=1e-6)
    assert column.shown(days[1:]).tolist() == ["2023-01-01 06:00", "", "2023-01-03 06:00"]
    alone = DateColumn.fit("when", days[:1], column.kind)
    assert alone.feature_names() == ["when"] and alone.shown(days[:1]).tolist() == ["2022-12-31"]
