"""A segmentation from the command line: what it writes, what it scores, what it refuses."""

import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from apps import evaluate, predict
from cli.errors import UserError
from data.masks import coco_masks
from data.settings import SegmentationData
from models.enet_segmenter import ENetSegmenter
from models.unet import UNet
from tasks import course
from tasks.members import Members
from tasks.request import Evaluation, Prediction, refuse_mask_flags
from tasks.segment import TASK
from tasks.segment.config import Answering, Config, PixelLoss
from tasks.segment.prepared import prepare
from tasks.segment.segmenter import Segmenter
from tasks.trained import read
from tests.data.masks import sources
from tests.tasks.runs import guard_in_this_process
from training.trainer import Trainer

pytestmark = pytest.mark.whole

EPOCHS = Trainer(epochs=2, optimizer="adamw", weight_decay=1e-4, batch_size=4)
NET = UNet((4, 8), convolutions=1)


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """Pictures of two sizes whose class is their brightness, with names and a void rim; and a finished run on them."""
    root = tmp_path_factory.mktemp("street")
    for number in range(20):
        random = np.random.default_rng(number)
        height, width = (48, 70) if number % 2 else (60, 40)
        ids = np.kron(random.integers(0, 3, (8, 9)), np.ones((8, 8), int))[:height, :width].astype(np.uint8)
        pixels = (60 + 70 * ids)[..., None] + random.integers(-10, 10, (height, width, 3))
        sources.save(root / "data/images" / f"{number:02}.png", pixels.astype(np.uint8))
        ids[0] = 3
        sources.save(root / "data/masks" / f"{number:02}.png", ids)
    (root / "data/classes.txt").write_text("dark\ngrey\nbright\nrim\n")
    config = Config(
        model=NET,
        data=SegmentationData(str(root / "data"), ignore=("rim",)),
        trainer=replace(EPOCHS, epochs=40, learning_rate=0.02),
        loss=PixelLoss("median"),
        answering=Answering(tile=32, flip_test=True),
        run_dir=str(root / "run"),
    )
    with guard_in_this_process():
        figures = course.run(TASK, config)
    return root, config, figures


def test_it_learns_and_void_counts_nowhere(street):
    root, _, figures = street
    assert figures["miou"] > 0.9 and figures["pixel_accuracy"] > 0.9
    results = json.loads((root / "run/results.json").read_text())
    counts = np.array(results["confusion"])
    assert counts.shape == (3, 3)
    assert counts.sum() == sum(h * w - w for h, w in ((60, 40), (48, 70)) for _ in range(2))  # of four test pictures
    assert set(results["baselines"]) == {"most frequent class of the place", "logistic regression on colour and place"}


def test_its_page_shows_the_worst_pictures(street):
    page = (street[0] / "run/report.html").read_text("utf-8")
    for word in ("The worst pictures", "mean IoU", "Confusion", "Reliability", "boundary F1", "best baseline"):
        assert word in page


def test_it_is_scored_again_by_name(street, tmp_path):
    root, _, figures = street
    scores = evaluate.main(Evaluation(str(root / "run")))
    assert scores == pytest.approx(figures, rel=1e-4)
    other = evaluate.main(Evaluation(str(root / "run"), (str(root / "data"),), output=str(tmp_path / "s.json")))
    assert other["miou"] > 0.8
    (root / "data/classes.txt").rename(tmp_path / "kept")
    (root / "data/classes.txt").write_text("dark\ngrey\nloud\nrim\n")
    with pytest.raises(UserError, match="class 'loud' is not one of the run's"):
        evaluate.main(Evaluation(str(root / "run"), (str(root / "data"),)))
    (tmp_path / "kept").rename(root / "data/classes.txt")


def test_it_is_scored_in_another_way(street, tmp_path):
    """In other tiles than in training: the confusion is that of such answers, in a record that says so."""
    root, config, _ = street
    assert config.answering == Answering(32, True)
    evaluate.main(Evaluation(str(root / "run"), output=str(tmp_path / "plain.json")))
    evaluate.main(Evaluation(str(root / "run"), tile=64, flip_test=True, output=str(tmp_path / "asked.json")))
    plain, asked = (json.loads((tmp_path / name).read_text()) for name in ("plain.json", "asked.json"))
    assert (asked["of"]["tile"], asked["of"]["flip_test"]) == (64, True) and "tile" not in plain["of"]
    trained = read(str(root / "run"))
    _, part = trained.part(Evaluation(str(root / "run")))
    segmenter, counts = Segmenter(trained.model, trained.prepare, 64, True), np.zeros((3, 3), int)
    for row in range(len(part)):
        truth, answer = part.truth(row), segmenter(part.images[row]).ids
        np.add.at(counts, (truth[truth < 3], answer[truth < 3]), 1)
    assert asked["confusion"] == counts.tolist() != plain["confusion"]


def test_it_writes_masks_overlays_and_regions(street, tmp_path):
    root, _, _ = street
    files = tuple(str(root / "data/images" / f"{number:02}.png") for number in (0, 1))
    request = Prediction(
        str(root / "run"),
        files,
        masks=str(tmp_path / "m"),
        coco=str(tmp_path / "c.json"),
        output=str(tmp_path / "r.csv"),
    )
    rows = predict.main(request)
    answers = [read(str(root / "run")).segmenter()(file) for file in files]
    for row, answer, file in zip(rows, answers, files, strict=True):
        mask = Image.open(row["mask"])
        assert mask.mode == "P" and np.array_equal(np.asarray(mask), answer.ids)
        assert np.asarray(Image.open(row["overlay"])).shape == np.asarray(Image.open(file)).shape
        assert row["top"][0]["label"] == row["label"] and 0 < row["share"] <= 1
    (tmp_path / "pictures").mkdir()
    for file in files:
        shutil.copy(file, tmp_path / "pictures")
    pairs = coco_masks.read(str(tmp_path / "c.json")).parts["train"]
    assert np.array_equal(pairs[1].mask((48, 70)), answers[1].ids + 1)
    assert len(list(csv.DictReader((tmp_path / "r.csv").read_text().splitlines()))) == 2


@pytest.mark.parametrize("flag", [{"masks": "m"}, {"coco": "c.json"}, {"tile": 64}, {"flip_test": True}])
def test_flags_of_masks_are_for_segmentations(flag):
    with pytest.raises(UserError, match="is for runs of apps.segment"):
        refuse_mask_flags(Prediction("run", ("a",), **flag))
    refuse_mask_flags(Prediction("run", ("a",)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Answering(tile=50), "`--tile` must be a multiple of 32"),
        (lambda: Prediction("run", ("a",), tile=50), "`--tile` must be a multiple of 32"),
        (lambda: Evaluation("run", tile=50), "`--tile` must be a multiple of 32"),
        (lambda: refuse_mask_flags(Evaluation("run", flip_test=True)), "`--flip-test` is for runs of apps.segment"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(UserError, match=message):
        make()


def test_the_network_of_the_data():
    config = Config()
    splits = TASK.load(config)
    found = prepare(config, splits)
    assert isinstance(found.recipe, UNet) and found.trainer.batch_size == 8 and found.reachable == 1.0
    other = prepare(replace(config, data=SegmentationData("street")), replace(splits, name="street"))
    assert (
        type(other.recipe).__name__ == "LRASPP" and other.plan.batch_size == 8 and other.trainer.learning_rate == 1e-3
    )


@pytest.mark.parametrize("case", ["enet", "members"])
def test_further_ways_of_training(street, tmp_path, case):
    """ENet's two stages, and an ensemble: both are trained, measured and scored by the same course."""
    _, config, _ = street
    trainer = replace(EPOCHS, epochs=3)
    config = replace(config, trainer=trainer, answering=Answering(), run_dir=str(tmp_path / "run"))
    if case == "enet":
        config = replace(config, model=ENetSegmenter(width=0.25, encoder_share=0.4))
    else:
        config = replace(config, members=Members(2, 1))
    course.run(TASK, config, until="trained")
    trained = read(str(tmp_path / "run"))
    assert trained.segmenter()(sources.picture(0)).ids.shape == sources.SIZE
    if case == "enet":
        assert (tmp_path / "run/encoder/metrics.csv").is_file()
        assert len((tmp_path / "run/metrics.csv").read_text().splitlines()) == 3  # two epochs of the whole
    else:
        assert len([one for one in trained.model.layers if one.name.startswith("member_")]) == 2
