"""The data argument says what it is; the configuration loads without a framework."""

import subprocess
import sys

import numpy as np
import pytest

from data.errors import DataError
from data.source import BUNDLED, TOYS, kind_of
from data.targets import ClassTarget, NumberTarget


def test_the_configuration_imports_no_framework():
    code = (
        "import sys; from data.settings import Data; Data();"
        "heavy = {'tensorflow', 'keras', 'pandas', 'sklearn', 'matplotlib', 'tensorflow_datasets'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_kind_is_read_off_the_argument(write, tmp_path):
    assert {kind_of(name, task) for name, tasks in BUNDLED.items() for task in tasks} == {"bundled"}
    assert {kind_of(name, task) for name, tasks in TOYS.items() for task in tasks} == {"toy"}
    assert kind_of("tfds:mnist") == "tfds"
    assert kind_of(str(tmp_path)) == "folder"
    for name in ("a.csv", "a.tsv", "a.txt", "a.jsonl", "a.json", "a.csv.gz", "A.CSV"):
        assert kind_of(write(name, "x")) == "table"


def test_bundled_data_of_another_application_are_refused_with_those_that_fit():
    with pytest.raises(DataError, match=r"--data diabetes is for apps.regress. Allowed here: digits, lang"):
        kind_of("diabetes", ClassTarget)
    with pytest.raises(DataError, match=r"--data digits is for apps.classify and apps.autoencode. Allowed here: diab"):
        kind_of("digits", NumberTarget)


def test_regression_takes_no_folder(tmp_path):
    with pytest.raises(DataError, match="is a folder, and regression takes a table"):
        kind_of(str(tmp_path), NumberTarget)


def test_digits_are_the_real_ones_in_three_parts(load):
    from sklearn.datasets import load_digits

    splits = load("digits")
    parts = (splits.train, splits.validation, splits.test)
    assert [len(part) for part in parts] == [1151, 287, 359]
    assert splits.input_shape == (8, 8, 1)
    bunch = load_digits()
    rows = [int(origin[len("digits[") : -1]) for part in parts for origin in part.origins]
    assert sorted(rows) == list(range(1797))
    pixels = np.concatenate([part.inputs["image"] for part in parts])[..., 0]
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, np.round(bunch.images[rows] * 255 / 16))
    np.testing.assert_array_equal(np.concatenate([part.labels for part in parts]), bunch.target[rows])
    x = splits.prepare.finish(splits.train.inputs["image"]).numpy()
    assert x.mean() == pytest.approx(0, abs=1e-5)
    assert x.std() == pytest.approx(1, abs=1e-5)


def test_digits_take_the_size_and_channels_of_a_model():
    from data.pipeline import batches
    from data.settings import Data
    from data.source import resolve

    splits = resolve(Data(), seed=0, image_size=32, channels=3, standardize=False)
    x, _ = next(iter(batches(splits.train, splits.prepare, 4, seed=0)))
    assert x.shape == (4, 32, 32, 3)
    assert 200 < x.numpy().max() <= 255
