"""The bundled scenes: deterministic, unambiguous in pixels, held out as promised; names and masks fit the captions."""

import re

import numpy as np
import pytest

from data.captions import scene_drawing, scenes
from data.captions.caption_pairs import Regions
from data.captions.caption_source import resolve
from data.settings import CaptionData

SIZED = re.compile(r"there is a (large|small) (\w+) (\w+) (above|left of) a (large|small) (\w+) (\w+)")
ROWS, COLUMNS = np.mgrid[: scenes.SIDE, : scenes.SIDE]


@pytest.fixture(scope="module")
def made():
    return scenes.make(0)


def parsed(captions):
    """Per scene: sizes, colours, shapes of the first and the second thing, and the relation, read off the text."""
    found = [SIZED.fullmatch(texts[-1]).groups() for texts in captions]
    return [((a, b, c), (e, f, g), relation) for a, b, c, relation, e, f, g in found]


@pytest.mark.whole
def test_sizes_name_and_notes(made):
    assert {part: len(captions) for part, captions in made.parts.items()} == scenes.SIZES
    assert made.name == "scenes"
    assert made.image_size == (64, 64)
    assert made.train.images.shape == (6000, 64, 64, 3)
    assert made.train.images.dtype == np.uint8
    assert "6000 / 500 / 500 images" in made.notes[0]
    assert "red star" in made.notes[1]
    assert "circle above triangle" in made.notes[1]
    assert resolve(CaptionData(), seed=0).name == "scenes"


def test_the_same_seed_makes_the_same_and_another_seed_others(made, monkeypatch):
    monkeypatch.setattr(scenes, "SIZES", dict.fromkeys(scenes.SIZES, 40))
    one, two, other = scenes.make(3), scenes.make(3), scenes.make(4)
    for part in scenes.SIZES:
        np.testing.assert_array_equal(one.parts[part].images, two.parts[part].images)
        assert one.parts[part].captions == two.parts[part].captions
        assert one.parts[part].captions != other.parts[part].captions
    parts = [set(map(bytes, part.images)) for part in one.parts.values()]
    assert len(set.union(*parts)) == 160


def test_every_image_has_five_different_captions_of_the_same_things(made):
    first, second, relation = parsed(made.test.captions)[0]
    for part in made.parts.values():
        for texts, (first, second, relation) in zip(part.captions, parsed(part.captions), strict=True):
            assert len(set(texts)) == 5
            after = {"above": "below", "left of": "right of"}[relation]
            assert texts[0] == f"a {first[1]} {first[2]} {relation} a {second[1]} {second[2]}"
            assert texts[1] == f"a {second[1]} {second[2]} {after} a {first[1]} {first[2]}"
            plain = [text.replace("disc", "circle").replace("box", "square") for text in texts[2:4]]
            other = {"above": ("over", "under"), "left of": ("to the left of", "to the right of")}[relation]
            assert plain[0] == texts[0].replace(relation, other[0])
            assert plain[1] == texts[1].replace(after, other[1])
            assert first[1] != second[1]
            assert first[2] != second[2]


def unseen(part):
    """Whether each scene has a thing, or a relation, that is held out: bool (N, 2)."""
    rows = []
    for first, second, relation in parsed(part.captions):
        thing = first[1:] in scenes.UNSEEN_THINGS or second[1:] in scenes.UNSEEN_THINGS
        related = (first[2], relation.removesuffix(" of"), second[2]) in scenes.UNSEEN_RELATIONS
        rows.append((thing, related))
    return np.array(rows)


def test_what_is_held_out_is_only_in_its_own_part(made):
    for part in (made.train, made.validation, made.test):
        assert not unseen(part).any()
    combinations = made.others["combinations"]
    held_out = unseen(combinations)
    assert (held_out.sum(1) == 1).all()
    assert held_out.sum(0).tolist() == [250, 250]
    assert [origin.endswith("colour and shape") for origin in combinations.origins] == held_out[:, 0].tolist()
    assert [origin.endswith("relation") for origin in combinations.origins] == held_out[:, 1].tolist()


def test_all_that_is_not_held_out_is_learned(made):
    """Each word, each other thing on each side, each other relation of two shapes: often enough."""
    things, relations = {}, {}
    for first, second, relation in parsed(made.train.captions):
        for side, thing in enumerate((first[1:], second[1:])):
            things[side, thing] = things.get((side, thing), 0) + 1
        key = (first[2], relation, second[2])
        relations[key] = relations.get(key, 0) + 1
    assert len(things) == 2 * 30
    assert len(relations) == 2 * 30 - 8
    assert min(things.values()) > 50
    assert min(relations.values()) > 40


def test_masks_show_the_relation_clearly(made):
    for part in made.parts.values():
        masks = part.regions.masks
        area = masks.sum((2, 3))
        assert area.min() > 50
        assert not (masks[:, 0] & masks[:, 1]).any()
        down = (masks * ROWS).sum((2, 3)) / area
        right = (masks * COLUMNS).sum((2, 3)) / area
        down, right = down[:, 1] - down[:, 0], right[:, 1] - right[:, 0]
        above = np.array([relation == "above" for _, _, relation in parsed(part.captions)])
        along, across = np.where(above, down, right), np.where(above, right, down)
        assert along.min() > 14
        assert (np.abs(across) / along).max() < 0.5
        large = np.array([[first[0] == "large", second[0] == "large"] for first, second, _ in parsed(part.captions)])
        sides = part.regions.boxes
        longer = np.maximum(sides[..., 2] - sides[..., 0], sides[..., 3] - sides[..., 1])
        assert longer[large].min() > longer[~large].max() + 1
        assert sides.min() > 0  # nothing is cut off by the border
        assert sides.max() < scenes.SIDE


def test_the_pixels_of_a_mask_have_the_colour_that_is_named(made):
    """The nearest of the six colours to the mean inside each mask; and nothing of the background is near one."""
    palette = np.array(list(scenes.COLOURS.values()), float)
    for part in (made.test, made.others["combinations"]):
        for row, (first, second, _) in enumerate(parsed(part.captions)):
            for number, thing in enumerate((first, second)):
                mean = part.images[row][part.regions.masks[row, number]].mean(0)
                distances = np.linalg.norm(palette - mean, axis=1)
                assert scenes.NAMES[int(distances.argmin())] == thing[1]
                assert np.sort(distances)[1] > 1.5 * distances.min()
    outside = made.test.images[~made.test.regions.masks.any(1)]
    assert np.quantile(outside, 0.9) < 120


def test_shapes_are_told_apart_by_their_masks(made):
    """The nearest mean mask, turned to one size, names the shape: no network is needed to see which it is."""

    def patches(part):
        shapes = [thing[2] for scene in parsed(part.captions) for thing in scene[:2]]
        made = []
        for mask, (top, left, bottom, right) in zip(
            part.regions.masks.reshape(-1, 64, 64), part.regions.boxes.reshape(-1, 4), strict=True
        ):
            rows = np.linspace(top, bottom - 1, 12).round().astype(int)
            columns = np.linspace(left, right - 1, 12).round().astype(int)
            made.append(mask[np.ix_(rows, columns)].ravel())
        return np.array(made, float), np.array(shapes)

    known, shapes = patches(made.train.take(np.arange(1000)))
    means = {shape: known[shapes == shape].mean(0) for shape in scene_drawing.SHAPES}
    asked, truth = patches(made.test)
    distances = np.stack([np.linalg.norm(asked - mean, axis=1) for mean in means.values()], 1)
    answers = np.array(list(means))[distances.argmin(1)]
    assert (answers == truth).mean() > 0.97


def test_nouns_point_to_the_masks(made):
    for part in made.parts.values():
        for row in range(0, len(part), 50):
            first, second, _ = parsed(part.captions)[row] if row < 1 else parsed(part.captions[row : row + 1])[0]
            for text in part.captions[row]:
                found = part.regions.nouns(row, text)
                words = text.split()
                nouns = {words[place]: number for place, number in found}
                plain = {word.replace("disc", "circle").replace("box", "square"): n for word, n in nouns.items()}
                assert plain == {first[2]: 0, second[2]: 1}
    row, written = 0, "A red thing."
    assert made.test.regions.nouns(row, written) == []


def test_boxes_by_hand():
    masks = np.zeros((1, 1, 6, 8), bool)
    masks[0, 0, 2:5, 3:4] = True
    masks[0, 0, 3, 6] = True
    regions = Regions(masks, ((("red box",),),))
    assert regions.boxes.tolist() == [[[2, 3, 5, 7]]]
    assert regions.nouns(0, "Under a red box, a red box.") == [(3, 0), (6, 0)]


def test_edges_are_smooth_and_areas_as_geometry_says():
    """Coverage sums up to the area that geometry gives each shape, also when it is turned."""
    shapes = np.arange(6)
    radii = np.full(6, 14.0)
    covered, corners = scene_drawing.coverage(shapes, np.full((6, 2), 30.3), radii, np.zeros(6))
    assert corners.tolist() == [[12, 12]] * 6
    area = covered.sum((1, 2)) / 14.0**2
    star = 5 * 0.45 * np.sin(np.pi / 5)
    expected = [np.pi * 0.88**2, 4 * 0.76**2, 3 * np.sqrt(3) / 4, star,
                4 * 0.92 * 0.32 * 2 - 4 * 0.32**2, np.pi * (0.92**2 - 0.48**2)]  # fmt: skip
    np.testing.assert_allclose(area, expected, rtol=0.02)
    assert ((covered > 0) & (covered < 1)).any((1, 2)).all()
    turned, _ = scene_drawing.coverage(shapes, np.full((6, 2), 30.3), radii, np.full(6, 0.3))
    np.testing.assert_allclose(turned.sum((1, 2)), covered.sum((1, 2)), rtol=0.02)


def test_parts_can_be_taken(made):
    rows = made.test.take(np.array([5, 2]))
    assert rows.captions == (made.test.captions[5], made.test.captions[2])
    np.testing.assert_array_equal(rows.regions.masks[1], made.test.regions.masks[2])
    mask = np.zeros(len(made.test), bool)
    mask[7] = True
    assert made.test.take(mask).origins.tolist() == ["scenes/test[7]"]
    assert made.test.num_captions == len(made.test.all_captions()) == 2500
