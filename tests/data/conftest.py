"""Small files and folders for the tests of data; and the folder of real datasets, where there is one."""

import os

import numpy as np
import pytest
from PIL import Image

from data.settings import Data
from data.source import resolve


@pytest.fixture
def write(tmp_path):
    """`write(name, text or bytes) -> path` of a file in a fresh folder."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


@pytest.fixture
def draw(tmp_path):
    """`draw(name, pixels) -> path` of an image file, in the format of its ending."""

    def draw(name, pixels, **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.asarray(pixels))
        image.save(path, **options)
        return str(path)

    return draw


@pytest.fixture
def load():
    """`load(path, **fields of Data) -> Splits`, with seed 0."""

    def load(path, seed=0, **fields):
        return resolve(Data(data=path, **fields), seed=seed)

    return load


@pytest.fixture
def real_data():
    """The folder of real datasets."""
    folder = os.environ.get("LAMINA_DATA")
    if not folder:
        pytest.skip("LAMINA_DATA does not name a folder of real datasets")
    return folder
