"""Sentences of explanations: what they say is what was computed."""

import numpy as np
import pytest

from evaluation.explanation import Answer, Columns, Places, Words
from evaluation.explanation_sentences import number, share, told
from evaluation.shapley import Contributions

CAT = Answer("cat", 0.9, 0, "cat", 0.9, "dog", 0.08, 1)
NOT_DOG = Answer("dog", 0.08, 1, "cat", 0.9, "cat", 0.9, 0)
PRICE = Answer("price", 23.1)


def places(place=(0, 0), hidden=0.2):
    empty = np.zeros((12, 12))
    return Places(np.zeros((12, 12, 3), np.uint8), 4, empty, empty, place, hidden)


def columns(amounts, base, answer):
    shares = Contributions(
        tuple(amounts),
        np.array(list(amounts.values()))[:, None],
        np.array([base]),
        np.array([answer]),
        np.zeros((len(amounts), 1)),
        10,
    )
    return Columns(shares, {name: name[:1] for name in amounts}, "training rows")


@pytest.mark.parametrize(
    ("answer", "given", "sentence"),
    [
        (
            CAT,
            places((0, 8)),
            "cat (0.90) rather than dog (0.08). It rests most on the top right (rows 1 to 4, columns 9 to 12); with "
            "that hidden, cat has 0.20.",
        ),
        (
            CAT,
            places((4, 4), hidden=0.899),
            "cat (0.90) rather than dog (0.08): no single patch of 4 x 4 pixels decides it; whichever is hidden, cat "
            "still has 0.90.",
        ),
        (
            NOT_DOG,
            places((8, 4), hidden=0.7),
            "cat (0.90), not dog (0.08). What speaks most against dog is the bottom (rows 9 to 12, columns 5 to 8); "
            "with that hidden, dog has 0.70.",
        ),
        (
            NOT_DOG,
            places((4, 4), hidden=0.05),
            "cat (0.90), not dog (0.08): no single patch of 4 x 4 pixels decides it; whichever is hidden, dog has at "
            "most 0.08.",
        ),
    ],
)
def test_places(answer, given, sentence):
    assert told(answer, given, None, ()) == sentence


def test_columns_of_a_number():
    found = columns({"rooms": 3.3, "age": -0.4, "town": 1.2, "year": 0.05, "tax": 0.05}, 18.9, 23.1)
    assert told(PRICE, None, found, ()) == (
        "price 23.1, 4.2 above the average of 18.9: rooms=r adds 3.3, town=t adds 1.2, age=a takes 0.4, and the other "
        "2 columns together add 0.1."
    )


def test_columns_of_a_class():
    found = columns({"age": -0.2}, 1.0, 0.9)
    assert (
        told(CAT, None, found, ())
        == "cat (0.90) rather than dog (0.08), 0.10 below cat's average of 1.00: age=a takes 0.20."
    )


def test_words():
    pieces = [("a ", 0.0), ("fine ", 1.0), ("film", -0.5)]
    assert told(CAT, None, None, (Words("text", pieces),)) == (
        "cat (0.90) rather than dog (0.08): “fine” (without it 0.33) speaks for cat most."
    )
    assert (
        told(PRICE, None, None, (Words("text", pieces),)) == "price 23.1: “fine” (without it 22.1) raises price most."
    )
    assert "no single piece" in told(CAT, None, None, (Words("text", [("a", 0.001)]),))


def test_numbers_claim_no_more_than_is_known():
    assert (share(1.0), share(0.991), share(0.5), share(0.001)) == ("above 0.99", "above 0.99", "0.50", "below 0.01")
    assert (number(0.12345), number(1234.5), number(-2)) == ("0.123", "1,234", "-2")
