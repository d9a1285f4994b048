"""Two finished runs, of images and of a table, made without a task; copies of them may be damaged."""

import shutil
from dataclasses import asdict

import keras
import numpy as np
import pytest

from data.settings import Data
from data.source import resolve
from data.targets import ClassTarget
from export import examples
from models.mlp import MLP
from tests.tasks.runs import guard_in_this_process
from training.run_directory import RunDirectory


def write_run(folder, data: Data):
    splits = resolve(data, ClassTarget, seed=3)
    keras.utils.set_random_seed(0)
    model = MLP((32,)).build(splits.input_shape, len(splits.classes))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = np.asarray(splits.prepare.finish(splits.prepare.fixed(splits.train.inputs)))
    model.fit(x, splits.train.labels, epochs=15, verbose=0)
    folder.mkdir()
    run = RunDirectory(folder)
    run.write_json("config.json", {"app": "classify", "data": asdict(data), "trainer": {"seed": 3}})
    preparing = {"kind": splits.kind, "classes": splits.classes, "prepare": splits.prepare.config()}
    run.write_json("preparing.json", preparing)
    examples.write(examples.take(splits.test.inputs), run / "examples.json")
    model.save(run / "model.keras")
    return splits


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "digits"
    return folder, write_run(folder, Data("digits"))


@pytest.fixture(scope="session")
def people_csv(tmp_path_factory):
    """A table whose class is known: old or rich is yes."""
    path = tmp_path_factory.mktemp("tables") / "people.csv"
    random = np.random.default_rng(0)
    lines = ["age,net income,town,buys"]
    for _ in range(300):
        age, income, town = random.integers(18, 90), random.integers(10, 100), random.choice(["Ulm", "Bonn", "Köln"])
        lines.append(f"{age},{income},{town},{'yes' if age > 60 or income > 70 else 'no'}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def people_run(tmp_path_factory, people_csv):
    folder = tmp_path_factory.mktemp("runs") / "people"
    return folder, write_run(folder, Data(str(people_csv), target="buys"))


@pytest.fixture
def damaged(digits_run, tmp_path):
    """A copy of the run of digits, to be damaged."""
    return shutil.copytree(digits_run[0], tmp_path / "damaged")


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Runs without exports, which have tests of their own, in an empty folder."""
    from tasks import course

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(course, "export_run", lambda *_: {"saved_model_difference": 0.0})
    return tmp_path


@pytest.fixture
def loader_here():
    """The guard loads an export in this process, once for a test of many faults."""
    with guard_in_this_process():
        yield
