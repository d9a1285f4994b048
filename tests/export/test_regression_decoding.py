"""Decoding of regressions: by hand, in NumPy and in the graph; what it refuses."""

import numpy as np
import pytest

from export.errors import ExportError
from export.guard import compare
from export.regression_decoding import RegressionDecoding

DECODE = RegressionDecoding(mean=100.0, scale=20.0, noise=0.3, width=1.7, level=0.9)


def test_by_hand():
    outputs = np.array([[[1.0], [2.0]]])  # one row, two members: mean 1.5, variance 0.25
    found = DECODE.reference(outputs)
    std = 20 * np.sqrt(0.25 + 0.09)
    assert found["prediction"][0] == pytest.approx(130)
    assert found["std"][0] == pytest.approx(std)
    assert found["lower"][0] == pytest.approx(130 - 1.7 * std)
    assert found["upper"][0] == pytest.approx(130 + 1.7 * std)


def test_members_that_give_a_deviation():
    outputs = np.array([[[1.0, 0.4], [2.0, 0.2]]])
    found = DECODE.reference(outputs)
    assert found["std"][0] == pytest.approx(20 * np.sqrt(0.25 + (0.16 + 0.04) / 2))


def bounds_near_zero():
    """A target around 150 whose lower bounds are near zero: sums of numbers near 150, in float32."""
    decode = RegressionDecoding(mean=150.0, scale=80.0, noise=1.0, width=1.97, level=0.95)
    outputs = (np.random.default_rng(0).normal(size=(32, 1, 1)) * 0.02).astype("float32")
    return decode, decode.reference(outputs), {name: np.asarray(value) for name, value in decode(outputs).items()}


def test_the_guard_knows_the_rounding_of_sums():
    """-7.20842 for -7.20843, where numbers near 150 were subtracted, is no wrong export."""
    decode, expected, got = bounds_near_zero()
    expected = {name: expected[name] for name in got}
    got["lower"] = got["lower"] + np.spacing(np.float32(150.0))  # as another order of the same sums gives it
    with pytest.raises(ExportError, match="`lower` differs"):
        compare(expected, got, 1e-6, "it")
    assert compare(expected, got, 1e-6, "it", decode.magnitudes(expected)) < 1e-6


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("lower", lambda value: value + 0.001),
        ("upper", lambda value: value * 1.00001),
        ("prediction", lambda value: value + 0.0005),
        ("std", lambda value: value * 1.00001),
        ("lower", lambda value: -value),
        ("prediction", lambda value: value[::-1]),
    ],
)
def test_the_guard_still_sees_wrong_numbers(name, wrong):
    decode, expected, got = bounds_near_zero()
    got[name] = wrong(got[name])
    with pytest.raises(ExportError, match=f"`{name}` differs"):
        compare({one: expected[one] for one in got}, got, 1e-6, "it", decode.magnitudes(expected))


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("members", [1, 16])
def test_the_graph_equals_numpy_also_far_from_zero(members, outputs):
    """A target around 2,000 with a deviation of 3, such as a year, keeps its spread to six digits."""
    decode = RegressionDecoding(2000.0, 3.0, 0.3, 1.7, 0.9)
    random = np.random.default_rng(0)
    given = random.normal(size=(50, members, outputs)).astype("float32")
    given[..., 1:] = np.abs(given[..., 1:])
    expected, found = decode.reference(given), decode(given)
    for name in ("prediction", "std", "lower", "upper"):
        np.testing.assert_allclose(np.asarray(found[name]), expected[name], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(decode.numeric(given)), expected["numbers"], rtol=1e-6)


@pytest.mark.parametrize(
    ("field", "value"), [("scale", 0.0), ("noise", -0.1), ("width", -1.0), ("level", 1.0), ("scale", float("nan"))]
)
def test_settings_that_mean_nothing_are_refused(field, value):
    settings = {"mean": 0.0, "scale": 1.0, "noise": 0.1, "width": 1.0, "level": 0.9, field: value}
    with pytest.raises(ExportError, match=f"{field}={value}"):
        RegressionDecoding(**settings)
