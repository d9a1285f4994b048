"""The page: every section where there is something to show, text escaped, nothing asked from outside."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from evaluation import autoencoding_plots, autoencoding_report
from evaluation.autoencoding_report import Records
from tests.evaluation import pages

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (5, 8, 8, 1)).astype(np.uint8)
SCORES = {"mse": 0.01, "pca_mse": 0.04, "psnr": 20.0, "pca_psnr": 14.0, "explained": 0.9, "pca_explained": 0.6}
ROWS = [{"age <b>": 30.0 + n, "town": "Köln & Ulm"} for n in range(5)]


def page(tmp_path, **changes):
    arguments = {
        "title": "digits <script>",
        "command": "python -m apps.autoencode --data 'a & b'",
        "notes": ["<i>note</i>"],
        "classes": ("0", "<1>"),
        "anomaly": None,
        "history": {"loss": [0.5, 0.2], "val_loss": [0.5, 0.3]},
        "scores": SCORES,
        "code_size": 3,
        "codes": RANDOM.normal(size=(20, 3)),
        "labels": np.arange(20) % 2,
        "errors": RANDOM.uniform(0.01, 0.1, 20),
        "pairs": Records({"original": IMAGES, "network": IMAGES, "PCA": IMAGES}),
        "surprising": Records({"original": IMAGES, "network": IMAGES}, ("<a>",) * 5, (0.5,) * 5),
    }
    return pages.written(autoencoding_report, tmp_path, **(arguments | changes))


def test_the_page_of_images(tmp_path):
    html = page(tmp_path)
    assert "digits &lt;script&gt;" in html and "&lt;i&gt;note" in html and "&lt;a&gt;" in html
    assert "<script" not in html and not re.search(r'(src|href)="(?!data:)', html)
    assert "0.25" in html and "of PCA&#39;s error" in html
    for absent in ("New records", "<h2>Anomaly"):
        assert absent not in html


def test_the_page_of_a_table_a_variational_network_and_an_anomaly(tmp_path):
    walk = Records({"between": ROWS})
    html = page(
        tmp_path,
        anomaly="<1>",
        scores=SCORES | {"anomaly_auroc": 0.8, "pca_anomaly_auroc": 0.7},
        pairs=Records({"original": ROWS, "network": ROWS, "PCA": ROWS}),
        surprising=Records({"original": ROWS, "network": ROWS}, ("t.csv:3",) * 5, (0.5,) * 5),
        walks=[walk],
        samples=Records({"made": ROWS}),
    )
    for text in ("age &lt;b&gt;", "Köln &amp; Ulm", "t.csv:3: 0.5", "New records", "drawn at random", "<h2>Anomaly"):
        assert text in html
    assert '<b>"' not in html and "Class &lt;1&gt; was never seen" in html


def decoded(picture):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.uri.partition(",")[2]))).convert("RGB"))


def test_images_stand_in_their_row_and_column():
    """Four images of one grey each: the sheet has them from left to right, the second row below the first."""
    greys = np.arange(4, dtype=np.uint8)[:, None, None, None] * 60 * np.ones((1, 6, 6, 1), np.uint8)
    drawn = decoded(autoencoding_plots.image_rows({"a": greys, "b": greys[::-1]}, "alt"))
    dark = np.argwhere((drawn < 10).all(axis=2))
    left, right = dark[dark[:, 0] < drawn.shape[0] / 2], dark[dark[:, 0] > drawn.shape[0] / 2]
    assert np.median(left[:, 1]) < 0.4 * drawn.shape[1] < 0.7 * drawn.shape[1] < np.median(right[:, 1])


@pytest.mark.whole
@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("classes", [(), ("a", "b"), tuple(map(str, range(30)))])
def test_a_map_for_codes_of_any_size(size, classes):
    labels = np.arange(60) % max(len(classes), 1)
    picture = autoencoding_plots.code_map(RANDOM.normal(size=(60, size)), labels, classes)
    assert picture.uri.startswith("data:image/png") and "60 points" in picture.alt


def test_equal_codes_can_be_drawn():
    autoencoding_plots.code_map(np.zeros((9, 4)), np.zeros(9, int), ())
    autoencoding_plots.score_histogram(np.zeros(9), np.arange(9) > 2, "a")
