"""The page: complete, self-contained, escaped, and the same for the same run.

Faults planted and caught: autoescape off; an image by address; NaN printed.
"""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.datasets import load_iris

from evaluation import baselines, classification_report, diagnosis, report, report_blocks
from evaluation.decision_region import Region
from tests.evaluation import pages

EVIL = "<script>alert('x')</script>"


class Page(HTMLParser):
    """Collects tags, addresses and text, and checks that what is opened is closed."""

    EMPTY = {"meta", "img", "br"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.open, self.text = [], [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        assert not any(name.startswith("on") for name, _ in attributes)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def arguments(num_classes=3, **changes):
    random = np.random.default_rng(0)
    labels = np.arange(60) % num_classes
    probabilities = random.dirichlet(np.ones(num_classes), 60) + np.eye(num_classes)[labels]
    history = {"loss": [1.0, 0.5, 0.4, 0.35], "val_loss": [1.0, 0.6, 0.5, 0.5]}
    return {
        "title": "iris with mlp",
        "command": "python -m apps.classify --data iris",
        "notes": ["A note."],
        "classes": [f"class {k}" for k in range(num_classes)],
        "history": history,
        "labels": labels,
        "probabilities": probabilities / probabilities.sum(axis=1, keepdims=True),
        "baselines": [],
        "diagnosis": diagnosis.diagnose(
            history, train_accuracy=0.99, validation_accuracy=0.89, guess=float(np.log(num_classes))
        ),
        "mistakes": [],
    } | changes


def written(tmp_path, **options):
    text = pages.written(classification_report, tmp_path, **options)
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    return text


def test_a_whole_page(tmp_path):
    inputs, labels = load_iris(return_X_y=True)
    parts = [(inputs[start::3].astype(np.float32), labels[start::3]) for start in range(3)]
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    row = {"length": np.float32(0.1), "text": "word " * 100, "missing": float("nan")}
    common = {"truth": 0, "predicted": 1, "confidence": 0.987, "origin": "iris.csv:17"}
    text = written(
        tmp_path,
        **arguments(
            baselines=baselines.score(*parts, 3),
            mistakes=[common | {"image": image}, common | {"row": row}],
            decision_region=Region(lambda grid: np.full((len(grid), 3), 1 / 3), inputs[:, :2], labels, ("x", "y")),
            environment={"keras": "3.15"},
            settings={"learning_rate": 0.001},
            model_summary="Dense (None, 3)",
            train_counts=[50, 49, 51],
            files={"model.keras": "the model"},
            best_epoch=2,
        ),
    )
    page = Page(text)
    for words in (
        "iris with mlp",
        "python -m apps.classify --data iris",
        "High variance",
        "Raise --dropout",
        "gradient boosting",
        "logistic regression",
        "iris.csv:17",
        "0.987",
        "Dense (None, 3)",
        "model.keras",
        "3.15",
        "A note.",
        "Decision region",
    ):
        assert words in page.text, words
    assert page.tags.count("img") == 6  # loss, class distribution, confusion, reliability, a mistake, decision region
    assert len(text) < 1_000_000


def test_nothing_is_asked_for_and_nothing_runs(tmp_path):
    text = written(tmp_path, **arguments(classes=["a", "b", EVIL]))
    page = Page(text)
    assert page.addresses and all(address.startswith("data:image/") for address in page.addresses)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert not re.search(r"url\(|@import|https?://", re.sub(r"data:image/[^\"]+", "", text))


def test_every_text_is_escaped(tmp_path):
    mistake = {"truth": 2, "predicted": 0, "confidence": 0.9, "origin": EVIL, "row": {EVIL: EVIL}}
    text = written(
        tmp_path,
        **arguments(
            title=EVIL,
            command=EVIL,
            notes=[EVIL],
            classes=["a", "b", EVIL],
            mistakes=[mistake],
            environment={EVIL: EVIL},
            settings={EVIL: EVIL},
            model_summary=EVIL,
            files={EVIL: EVIL},
        ),
    )
    assert "<script" not in text and text.count("&lt;script&gt;") > 12
    assert "script" not in Page(text).tags


def test_the_figures_are_those_of_the_metrics(tmp_path):
    options = arguments()
    text = Page(written(tmp_path, **options)).text
    accuracy = np.mean(options["probabilities"].argmax(axis=1) == options["labels"])
    assert f"{accuracy:.3f}" in text
    assert "of 60 rows" in text and str(round(60 * (1 - accuracy))) in text


@pytest.mark.parametrize("num_classes", [2, 40])
def test_little_is_needed(tmp_path, num_classes):
    options = arguments(num_classes)
    options |= {"history": {"loss": [1.0]}, "diagnosis": None}
    text = Page(written(tmp_path, **options)).text
    assert "Diagnosis" not in text and "every test row is answered rightly" in text
    assert ("All 40 classes" in text) == (num_classes == 40)


def test_a_class_without_test_rows_gets_dashes_and_a_reason(tmp_path):
    options = arguments()
    options["labels"] = np.where(options["labels"] == 2, 0, options["labels"])
    text = Page(written(tmp_path, **options)).text
    assert "AUC needs rows of every class" in text and "–" in text
    assert "nan" not in text.lower()


def test_the_same_run_gives_the_same_page(tmp_path):
    assert written(tmp_path, **arguments()) == written(tmp_path, **arguments())


def test_cells():
    assert [report.shown(cell) for cell in (0.97345, 12345, float("nan"), None, True, "x", 123456.0)] == [
        "0.973",
        "12,345",
        "–",
        "–",
        "yes",
        "x",
        "1.23e+05",
    ]


def test_settings_of_a_group_stand_in_its_place():
    blocks = report_blocks.run_blocks("run", [], {"epochs": 3, "machines": {"hosts": 2, "rank": None}, "seed": 0}, None)
    assert blocks[-1].blocks[0].items == [("epochs", 3), ("hosts", 2), ("rank", None), ("seed", 0)]


def test_a_small_number_of_a_table_is_not_shown_as_zero():
    assert [report.shown(value) for value in (1e-8, -2e-4, 0.0, 0.0014, 12.5)] == [
        "1e-08",
        "-0.0002",
        "0.000",
        "0.001",
        "12.500",
    ]
