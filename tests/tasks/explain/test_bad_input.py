"""What apps.explain refuses: each by argument or file, what is allowed, and what to do."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cli.errors import UserError
from data.settings import ExplanationData
from models.decoding_settings import DecodingSettings
from models.explainer import Explainer
from tasks.explain.config import TINY, Config
from tasks.explain.evaluated import known
from tasks.explain.predictions import foil_of
from tasks.explain.prepared import load, prepare
from tasks.request import Prediction
from training.trainer import Trainer

COUNT = 30


def images(folder):
    """Thirty different pictures."""
    for number in range(COUNT):
        pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")


def coco(classes, texts=lambda number: f"this bird has mark {number % 5}"):
    """COCO's JSON with a class for each image, None for one without."""
    return json.dumps(
        {
            "images": [
                {
                    "id": number,
                    "file_name": f"{number}.png",
                    **({} if classes(number) is None else {"class": classes(number)}),
                }
                for number in range(COUNT)
            ],
            "annotations": [{"image_id": number, "caption": texts(number)} for number in range(COUNT)],
        }
    )


def karpathy(split, classes):
    return json.dumps({
        "images": [
            {"filename": f"{number}.png", "split": split(number), "class": classes(number),
             "sentences": [{"raw": "this bird has a mark"}]}
            for number in range(COUNT)
        ]
    })  # fmt: skip


def table(classes):
    rows = [f"{number}.png,this bird has mark {number % 5},{classes(number)}" for number in range(COUNT)]
    return "\n".join(["image,caption,class", *rows, "0.png,another sentence of it,other"])


FILES = {
    "no class anywhere": ("c.json", coco(lambda _: None), ["no class", "--data birds", "'class'"]),
    "some without a class": ("c.json", coco(lambda n: "ab"[n % 2] if n != 7 else None), ["1 of", "no class", "7.png"]),
    "a class that is an object": (
        "c.json", coco(lambda _: {"name": "a"}), ["c.json:image 1", "'class'", "text or a number"]
    ),
    "two classes of one picture": ("c.csv", table(lambda n: "ab"[n % 2]), ["'0.png'", "'other'", "'a'", "one class"]),
    "one class only": ("c.json", coco(lambda _: "wren"), ["'wren'", "two classes"]),
    "a class that training lacks": (
        "c.json",
        karpathy(lambda n: ("test", "val", "train")[min(n // 5, 2)], lambda n: "new" if n == 2 else "ab"[n % 2]),
        ["'new'", "test", "none for training"],
    ),
    "sentences that name the class": (
        "c.json",
        coco(lambda n: "wren" if n % 2 else "jay", lambda n: f"this {'wren' if n % 2 else 'jay'} has a mark"),
        ["name their class", "Take the names out"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_files(case, tmp_path):
    name, content, parts = FILES[case]
    images(tmp_path)
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(UserError) as refusal:
        load(Config(data=ExplanationData(str(tmp_path / name), images=str(tmp_path))))
    for part in parts:
        assert part in str(refusal.value)


def test_a_file_with_classes_is_read(tmp_path):
    images(tmp_path)
    (tmp_path / "c.json").write_text(coco(lambda n: "ab"[n % 2]), "utf-8")
    splits = load(Config(data=ExplanationData(str(tmp_path / "c.json"), images=str(tmp_path))))
    for part in splits.parts.values():
        assert part.marks is None
        for origin, label in zip(part.origins, part.classes, strict=True):
            assert label == "ab"[int(origin.rpartition("/")[2].removesuffix(".png")) % 2]


SETTINGS = {
    "classifier epochs": (lambda: Config(classifier_epochs=0), ["`--classifier-epochs`", "at least 1", "0"]),
    "sentence epochs": (lambda: Config(sentence_epochs=0), ["`--sentence-epochs`"]),
    "reward epochs": (lambda: Config(reward_epochs=0), ["`--reward-epochs`", "at least 1"]),
    "reward weight": (lambda: Config(reward_weight=0.0), ["`--reward-weight`", "positive"]),
    "reward rate": (lambda: Config(reward_learning_rate=float("nan")), ["`--reward-learning-rate`", "positive"]),
    "dictionary": (lambda: Config(vocab_size=10), ["`--vocab-size`", "at least 50"]),
    "length": (lambda: Config(longest_tokens=1), ["`--longest-tokens`", "at least 2"]),
    "sampling": (lambda: Config(search=DecodingSettings(sample=True)), ["`--sample`", "apps.predict"]),
    "feature": (lambda: Explainer(feature_units=0), ["`feature_units`", "0"]),
    "dropout": (lambda: Explainer(dropout=1.0), ["`dropout`", "[0, 1)"]),
    "unknown data": (lambda: load(Config(data=ExplanationData("brids"))), ["brids", "Did you mean 'birds'?"]),
    "images of birds": (lambda: load(Config(data=ExplanationData(images="photos"))), ["--images", "birds"]),
    "unknown class asked": (lambda: foil_of(("island finch", "jay"), "island fich"), ["`--class`", "'island finch'?"]),
    "class asked of others": (
        lambda: Prediction("runs/x", ("a.png",), foil="jay").refuse_class_flag(), ["`--class`", "apps.explain", "jay"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTINGS)
def test_settings(case):
    make, parts = SETTINGS[case]
    with pytest.raises(UserError) as refusal:
        make()
    for part in parts:
        assert part in str(refusal.value)


def test_a_class_that_the_run_does_not_know(tmp_path):
    images(tmp_path)
    (tmp_path / "c.json").write_text(coco(lambda n: "ab"[n % 2]), "utf-8")
    captions = load(Config(data=ExplanationData(str(tmp_path / "c.json"), images=str(tmp_path)))).train
    assert known(captions, ("a", "b"), "c.json") is captions
    with pytest.raises(UserError, match="'b' is none of the run's"):
        known(captions, ("a",), "c.json")


def test_a_device_is_not_checked():
    with pytest.raises(UserError, match="--check-device"):
        prepare(replace(TINY, trainer=Trainer(check_device="tpu")), None)
