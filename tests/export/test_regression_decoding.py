"""Decoding of regressions: by hand, in NumPy and in the graph; what it refuses."""

import numpy as np
import pytest

from export.errors import ExportError
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
