"""The page of a captioner's run: what stands in it, for whom, and what is drawn."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from evaluation import caption_report, captioning
from evaluation.attention_overlap import Overlap
from evaluation.caption_baselines import CaptionBaseline
from evaluation.caption_plots import DARK, attention_strip, fitted, lit
from tests.evaluation import pages

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (6, 24, 32, 3)).astype(np.uint8)
REFERENCES = [(f"a dog number {n}", f"dog {n} <runs>", "a dog", "an animal", "it runs") for n in range(6)]
CAPTIONS = ["a dog number 0", "a cat", "a dog number 2", "a dog", "", "dog 5 <runs>"]
SCORES = captioning.scores(CAPTIONS, REFERENCES)
HISTORY = {"loss": [3.0, 2.0], "val_loss": [2.5, 2.2], "val_cider": [0.1, 0.2], "learning_rate": [1e-3, 0.0]}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return pages.written(
        caption_report,
        tmp_path_factory.mktemp("page"),
        title="dogs, show_tell",
        command="python -m apps.caption --data dogs.csv",
        notes=["One image was left out."],
        history=HISTORY,
        images=IMAGES,
        references=REFERENCES,
        captions=CAPTIONS,
        scores=SCORES,
        baselines=[CaptionBaseline("one for all", ("a dog",) * 6, captioning.scores(["a dog"] * 6, REFERENCES))],
        search="Beam search.",
        attention=[(IMAGES[0], ["a", "dog", "犬"], RANDOM.random((3, 2, 2)))],
        overlap=Overlap(20, 0.85, 0.5, 0.125),
        others={"combinations": SCORES},
        best_epoch=2,
        settings={"seed": 0},
    )


def test_what_stands_in_it(page):
    for text in ("this network", "one for all", "this network on combinations", "Where each word looked", "85.0%"):
        assert text in page, text
    for text in ("12.5%", "One image was left out.", "and 2 more", "(empty)", "BLEU-4", "PTB words"):
        assert text in page, text
    assert "dog 5 &lt;runs&gt;" in page and "<runs>" not in page
    assert "http" not in re.sub(r"http-equiv|http://www.w3.org|data:[^\"]+", "", page)


def test_the_worst_come_before_the_best(page):
    worst = page.index("The worst, by ROUGE-L")
    assert page.index("a cat", worst) < page.index("a dog number 0", worst)


def test_light_falls_where_a_word_looked():
    white = np.full((40, 40, 3), 200, np.uint8)
    weights = np.zeros((4, 4))
    weights[0, 3] = 0.3
    seen = lit(white, weights)[..., 0]
    assert seen.shape == (40, 40) and seen[:8, -8:].mean() > 150 > 60 > seen[20:, :20].mean()
    assert seen[-1, 0] == round(200 * DARK)


def test_a_strip_shows_the_image_and_each_word():
    picture = attention_strip(IMAGES[0], ["a", "$dog$", "_b_"], np.ones((3, 2, 2)))
    assert picture.alt.endswith("a $dog$ _b_")
    drawn = Image.open(io.BytesIO(base64.b64decode(picture.uri.partition(",")[2])))
    assert drawn.width > 2.5 * drawn.height
    assert fitted(IMAGES[0]).shape == (120, 160, 3)


def test_words_and_maps_must_be_equally_many():
    with pytest.raises(ValueError, match="Received: 2 and 3"):
        attention_strip(IMAGES[0], ["a", "b"], np.ones((3, 2, 2)))
