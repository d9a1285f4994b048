"""How numbers are written: every way that people write them is read, and what can be read in two ways is refused."""

import numpy as np
import pytest

from data.tables import number_form
from data.tables.number_form import NumberForm, Unclear

# cells of a column -> the form, and the numbers
READ = [
    (["28,470", "757"], "1,234.5", [28470, 757]),
    (["28,470", "1,429,700"], "1,234.5", [28470, 1429700]),
    (["1,234.50", "12"], "1,234.5", [1234.5, 12]),
    (["28.470,50", "3,5"], "1.234,5", [28470.5, 3.5]),
    (["28.470", "757", "1.200"], "1.234,5", [28470, 757, 1200]),
    (["1.234.567", "2"], "1.234,5", [1234567, 2]),
    (["5,5", "12,25", "7"], "comma", [5.5, 12.25, 7]),
    (["0,125", "1,250"], "comma", [0.125, 1.25]),
    (["1234,567", "2,125"], "comma", [1234.567, 2.125]),
    (["1 234,50", "7"], "1 234,5", [1234.5, 7]),
    (["1\u00a0234,50", "12\u202f345,00"], "1 234,5", [1234.5, 12345]),
    (["1 234.50", "7"], "1 234.5", [1234.5, 7]),
    (["1'234.50", "2"], "1'234.5", [1234.5, 2]),
    (["1’234.50", "2"], "1'234.5", [1234.5, 2]),
    (["12,34,567", "5"], "1,234.5", [1234567, 5]),
    (["$2,826.00", "$5.00", "-$3.50", "$-1"], "$1,234.5", [2826, 5, -3.5, -1]),
    (["€ 1.234,50", "€ 3,00"], "€ 1.234,5", [1234.5, 3]),
    (["1.234,50 €", "3,00 €", "7,25"], "1.234,5 €", [1234.5, 3, 7.25]),
    (["USD 12.50", "USD 3"], "USD 1234.5", [12.5, 3]),
    (["R$ 1.234,50", "R$ 3,00"], "R$ 1.234,5", [1234.5, 3]),
    (["€1.2M", "€30M"], "€1234.5M", [1.2, 30]),
    (["45.3%", "3 %"], "1234.5%", [45.3, 3]),
    (["12 kg", "3.5 kg", "1e3 kg"], "1234.5 kg", [12, 3.5, 1000]),
    (["3 m²", "12 m²"], "1234.5 m²", [3, 12]),
    (["12-", "(12)", "3", "+4"], "plain", [-12, -12, 3, 4]),
    (["(1,234.50)", "5.00"], "1,234.5", [-1234.5, 5]),
    (["($1,234.50)", "$5.00"], "$1,234.5", [-1234.5, 5]),
    (["\u22125", "3"], "plain", [-5, 3]),
    ([".5", "1.", "1e5", "-2.5E-3"], "plain", [0.5, 1, 1e5, -2.5e-3]),
]


@pytest.mark.parametrize(("cells", "name", "numbers"), READ, ids=[cells[0] for cells, *_ in READ])
def test_numbers_as_people_write_them(cells, name, numbers):
    words = np.array(cells, dtype=object)
    form = number_form.decide(words, lambda: "")
    assert form.name == name
    assert NumberForm.of(name) == form
    np.testing.assert_array_equal(form.read(words), numbers)


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        (["1,234", "2,345"], "nothing says whether that is 1234 or 1.234"),
        (["1,5", "2.5"], "'1,5' and '2.5'"),
        (["1,234.5", "1.234,5"], "two ways"),
        (["12 kg", "500 g"], "units g, kg"),
        (["$5", "€5"], "units $, €"),
        (["€1.2M", "€900K"], "units €K, €M"),
        (["45%", "0.45"], "with and without %"),
        (["12K", "500"], "with and without K"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(cells, part):
    with pytest.raises(Unclear) as caught:
        number_form.decide(np.array(cells, dtype=object), lambda: "")
    assert part in str(caught.value)


@pytest.mark.parametrize(("mark", "numbers"), [(".", [1234, 2345]), (",", [1.234, 2.345])])
def test_what_is_unclear_is_cleared_up_by_the_file_or_by_the_user(mark, numbers):
    words = np.array(["1,234", "2,345"], dtype=object)
    for form in (number_form.decide(words, lambda: mark), number_form.decide(words, lambda: "", mark)):
        np.testing.assert_array_equal(form.read(words), numbers)
    points = np.array(["1.234", "2.345"], dtype=object)
    found = number_form.decide(points, lambda: mark).read(points)
    np.testing.assert_array_equal(found, [1234, 2345] if mark == "," else [1.234, 2.345])


@pytest.mark.parametrize(
    "cells",
    [
        ["(" + " " * 100_000 + "x"],
        ["1" * 100_000 + " a b"],
        ["12A", "13B"],
        ["10.0.0.1", "1.2.3"],
        ["A-12", "B-7"],
        ["030 123 456", "1-2"],
    ],
)
def test_codes_are_no_numbers(cells):
    words = np.array(cells, dtype=object)
    assert np.isnan(number_form.decide(words, lambda: "").read(words)).all()


@pytest.mark.parametrize("cell", ["1,234", "5 kg", "5%", "$5", "1.234.567", "x", "1e400", "--5", "(5", "5)", "12-3"])
def test_a_plain_column_takes_no_other_form(cell):
    assert np.isnan(NumberForm.of("plain").read(np.array([cell], dtype=object)))[0]


def test_a_column_with_a_decimal_comma_takes_no_point():
    found = NumberForm.of("comma").read(np.array(["1,5", "1.5", "1.500", "7"], dtype=object))
    np.testing.assert_array_equal(found, [1.5, np.nan, np.nan, 7])


def test_long_cells_are_not_tried_for_ever():
    words = np.array(["(" + " " * 100_000 + "x", "1" * 100_000 + " a b"], dtype=object)
    assert np.isnan(number_form.decide(words, lambda: "").read(words)).all()


def test_a_unit_may_be_left_out_where_that_changes_nothing():
    words = np.array(["5", "5 kg", "5 g", "0"], dtype=object)
    np.testing.assert_array_equal(NumberForm.of("1234.5 kg").read(words), [5, 5, np.nan, 0])
    words = np.array(["5", "5%", "0"], dtype=object)
    np.testing.assert_array_equal(NumberForm.of("1234.5%").read(words), [np.nan, 5, 0])
