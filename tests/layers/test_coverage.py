"""No public layer without a proof, and no proof of what is not public."""

from pathlib import Path

import pytest

import layers
from layers import activations, initializers
from tests.layers.cases import CASES, ELSEWHERE
from tests.layers.initializer_cases import INITIALIZERS, REGULARIZERS
from tests.layers.refusals import REFUSALS


def proved():
    """Names of the classes that have a row."""
    rows = [case.layer for case in CASES] + [case.initializer for case in INITIALIZERS]
    return {row.__name__ for row in rows + [case.penalty for case in REGULARIZERS]}


def test_every_public_name_has_a_row_and_every_row_is_public():
    assert set(layers.__all__) - set(ELSEWHERE) == proved()


def test_no_exemption_is_stale():
    for name, file in ELSEWHERE.items():
        assert name in layers.__all__
        assert name in (Path(__file__).parent / file).read_text()


def test_every_activation_and_every_initializer_name_has_a_row():
    rows = {case.settings["activation"] for case in CASES if case.layer is layers.Activation}
    assert rows == set(activations.WRITTEN_OUT)
    assert {kind.__name__ for kind in initializers.NAMES.values()} <= proved()


@pytest.mark.parametrize(("kind", "settings", "message"), REFUSALS, ids=lambda value: str(value)[:60])
def test_refusal_names_the_argument_and_the_value(kind, settings, message):
    with pytest.raises(ValueError) as refusal:
        kind(**settings)
    assert message in str(refusal.value)
