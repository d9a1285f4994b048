"""Folds: every record validates once, what belongs together stays so, statistics are those of the training records."""

from dataclasses import replace

import numpy as np
import pytest

from data.captions.caption_pairs import Captions, CaptionSplits
from data.errors import DataError
from data.folds import WithheldError, fold, withheld
from data.settings import Data
from data.source import resolve
from data.targets import NumberTarget
from data.text.sentence_pairs import SentencePairs, TranslationSplits


def origins(part):
    return sorted(part.origins.tolist())


def every_fold(splits, folds, seed=0):
    return [fold(splits, number, folds, seed) for number in range(folds)]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("folds") / "rows.csv"
    random = np.random.default_rng(0)
    lines = ["size,town,patient,sick"]
    for row in range(200):
        town = random.choice(["Ulm", "Bonn"])
        lines.append(f"{random.normal():.4f},{town},p{row % 40},{'yes' if row % 5 == 0 else 'no'}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def test_each_record_of_training_and_validation_validates_once(table):
    splits = resolve(Data(table, target="sick"), seed=1)
    found = every_fold(splits, 4)
    pool = sorted(origins(splits.train) + origins(splits.validation))
    assert sorted(name for one in found for name in origins(one.validation)) == pool
    for one in found:
        assert sorted(origins(one.train) + origins(one.validation)) == pool
        assert one.test is splits.test
        assert np.mean(one.validation.labels) == pytest.approx(0.2, abs=0.02), "classes keep their proportions"


def test_statistics_are_those_of_the_training_rows(table):
    one = fold(resolve(Data(table, target="sick"), seed=1), 2, 4, 0)
    prepared = one.prepare.fixed(one.train.inputs)
    sizes = one.prepare.feature_names().index("size")
    assert prepared[:, sizes].mean() == pytest.approx(0, abs=1e-5)
    assert prepared[:, sizes].std() == pytest.approx(1, abs=1e-2)
    # Planted fault: the rows of all folds together have another mean.
    assert abs(one.prepare.fixed(one.validation.inputs)[:, sizes].mean()) > 1e-3


@pytest.mark.parametrize("rare", [1, 2, 3, 4])
def test_a_rare_class_is_dealt_out(rare, write, load):
    random = np.random.default_rng(0)
    kinds = ["rare"] * rare + ["a", "b"] * 40
    rows = [f"{random.normal():.4f},{kind}" for kind in kinds]
    splits = load(write("rows.csv", "x,kind\n" + "\n".join(rows)), target="kind")
    sizes = [len(one.validation) for one in every_fold(splits, 5)]
    assert max(sizes) - min(sizes) <= 1


def test_a_group_stays_together(table):
    splits = resolve(Data(table, target="sick", group="patient"), seed=1)
    for one in every_fold(splits, 3):
        assert len(one.validation) and not set(one.train.groups) & set(one.validation.groups)


def test_equal_images_stay_together():
    splits = resolve(Data("digits"), seed=0)
    twice = splits.train.take(np.repeat(np.arange(200), 2))
    splits = replace(splits, train=twice)
    for one in every_fold(splits, 3):
        seen, held = ({image.tobytes() for image in part.inputs["image"]} for part in (one.train, one.validation))
        assert not seen & held
        assert one.prepare.mean != splits.prepare.mean


def test_numbers_keep_their_distribution():
    splits = resolve(Data("diabetes"), seed=0, target=NumberTarget)
    means = [one.validation.labels.mean() for one in every_fold(splits, 5)]
    assert np.ptp(means) < 0.1 * np.mean(means)


def test_the_ensemble_does_not_pool_a_fold():
    from tasks.regress.config import TINY
    from tasks.regress.prepared import prepare

    splits = resolve(Data("diabetes"), seed=0, target=NumberTarget)
    one = fold(splits, 0, 5, 0)
    rows = prepare(TINY, one).rows
    assert rows.folds is None and len(rows.train) == len(one.train)
    assert prepare(TINY, splits).rows.folds is not None


def test_translations_of_one_source_and_captions_of_one_image_stay_together():
    sources = [f"s{row % 10}" for row in range(30)]
    pairs = SentencePairs.of(sources, [f"t{row}" for row in range(30)], [str(row) for row in range(30)])
    texts = TranslationSplits("pairs", ("a", "b"), pairs.take(slice(0, 20)), pairs.take(slice(20, 30)), pairs)
    for one in every_fold(texts, 3):
        assert not set(one.train.sources) & set(one.validation.sources)
        assert len(one.train) + len(one.validation) == 30
    images = np.arange(12, dtype=np.uint8).repeat(2).reshape(24, 1, 1, 1).repeat(3, 3)
    captions = Captions(images, tuple((f"c{row}",) for row in range(24)), np.arange(24).astype(str).astype(object))
    splits = CaptionSplits("images", captions.take(np.arange(16)), captions.take(np.arange(16, 24)), captions)
    for one in every_fold(splits, 3):
        assert not set(one.train.images[:, 0, 0, 0]) & set(one.validation.images[:, 0, 0, 0])
        assert one.train.num_captions == len(one.train)


def test_refusals(table):
    splits = resolve(Data(table, target="sick"), seed=1)
    with pytest.raises(ValueError, match="`number`"):
        fold(splits, 4, 4, 0)
    small = replace(splits, train=splits.train.take(slice(0, 2)), validation=splits.validation.take(slice(0, 1)))
    with pytest.raises(DataError, match="3 different records cannot be dealt into 4 folds"):
        fold(small, 0, 4, 0)


@pytest.mark.parametrize(
    "use", [len, list, bool, lambda test: test.labels, lambda test: test[0], lambda test: test.take([0])]
)
def test_what_is_withheld_cannot_be_used(use, table):
    splits = withheld(resolve(Data(table, target="sick"), seed=1))
    with pytest.raises(WithheldError, match="out of reach"):
        use(splits.test)
    with pytest.raises(WithheldError):
        use(fold(splits, 0, 3, 0).test)
