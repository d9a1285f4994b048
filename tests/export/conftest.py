"""A digit classifier trained for a second, with what its export needs; shared by the tests of this folder."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from data.settings import Data
from data.source import resolve
from export import examples
from export.decoding import ClassDecoding
from models.mlp import MLP


@pytest.fixture(scope="session")
def digits():
    splits = resolve(Data("digits"), seed=0)
    keras.utils.set_random_seed(0)
    model = MLP((32,), batch_norm=True).build(splits.input_shape, 10)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = np.asarray(splits.prepare.finish(splits.prepare.fixed(splits.train.inputs)))
    model.fit(x, splits.train.labels, epochs=3, verbose=0)
    names = tuple(f"digit {name}" for name in splits.classes)
    return SimpleNamespace(
        splits=splits,
        prepare=splits.prepare,
        model=model,
        decode=ClassDecoding(names),
        inputs=examples.take(splits.test.inputs),
    )
