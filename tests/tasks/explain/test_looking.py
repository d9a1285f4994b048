"""The map of a phrase lies where the network looked for it: a network that sees each word in a place of its own."""

from types import SimpleNamespace

import numpy as np
import pytest

from tasks.explain.looking import looked, phrases

PIECES = ["<pad>", "<unk>", "<s>", "</s>", "▁this", "▁red", "▁cro", "wn", ",", "▁long", "▁beak"]
SENTENCE = "this red crown, long beak"
IDS = np.array([4, 5, 6, 7, 8, 9, 10], np.int32)
SIDE = 24
PLACES = {"red crown": (slice(2, 8), slice(2, 8)), "long beak": (slice(14, 22), slice(14, 22))}
KNOWN = ((1, 3, True), (4, 6, False))  # "this", "red", "crown", ",", "long", "beak"


class Part(SimpleNamespace):
    def __len__(self):
        return len(self.images)


def classify(pictures, training):
    """The brightness of both places, and a class by the first."""
    found = np.stack([np.asarray(pictures)[:, rows, columns].mean((1, 2, 3)) for rows, columns in PLACES.values()], 1)
    return found, np.stack([5 * found[:, 0], np.zeros(len(found))], 1)


def write(inputs, training):
    """Logits that say "red" by the first place, "long" by the second, and what else belongs to them always."""
    seen, target = inputs["features"], inputs["target"]
    assert seen.shape[1] == 3 and target.shape[1] == len(IDS) + 1
    logits = np.zeros((*target.shape, len(PIECES)))
    logits[:, 1, 5], logits[:, 5, 9] = 5 * seen[:, 0], 5 * seen[:, 1]
    return logits


@pytest.fixture
def run():
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    for rows, columns in PLACES.values():
        picture[rows, columns] = 255
    part = Part(images=picture[None], origins=np.array(["0"]))
    prepare = SimpleNamespace(fixed=lambda inputs, origins: inputs["image"], finish=lambda pixels: pixels / 255)
    subwords = SimpleNamespace(pieces=PIECES, encode=lambda texts: [IDS for _ in texts])
    prepared = SimpleNamespace(
        splits=SimpleNamespace(test=part), prepare=prepare, subwords=subwords, classes=("a", "b")
    )
    parts = SimpleNamespace(
        classifier=classify, generator=write, classes=lambda row: np.zeros((1, 3)), num_classes=2, class_units=1
    )
    return prepared, parts


def where(heat):
    """The phrase in whose quarter the strongest place lies."""
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    return {(0, 0): "red crown", (1, 1): "long beak"}.get((row * 2 // SIDE, column * 2 // SIDE))


def test_each_phrase_is_seen_where_it_is(run):
    judged = SimpleNamespace(sentences=[SENTENCE], classes=np.array([0]), judgements=[SimpleNamespace(places=KNOWN)])
    (found,) = looked(*run, judged)
    assert [(text, is_true) for text, is_true, _ in found.maps] == [
        ("a", None),
        ("red crown", True),
        ("long beak", False),
    ]
    assert [where(heat) for _, _, heat in found.maps] == ["red crown", "red crown", "long beak"]
    assert all(heat.shape == (SIDE, SIDE) and heat.max() > 0.01 for _, _, heat in found.maps)


def test_without_known_mentions_the_words_that_depend_most_on_the_picture(run):
    judged = SimpleNamespace(sentences=[SENTENCE], classes=np.array([0]), judgements=[])
    (found,) = looked(*run, judged)
    maps = {text: heat for text, _, heat in found.maps}
    assert len(maps) == 4 and where(maps["red"]) == "red crown" and where(maps["long"]) == "long beak"


def test_a_sentence_of_no_words_has_the_map_of_its_class_alone():
    assert phrases([], np.zeros((2, 2, 0)), None) == []
