"""Every benchmark asks for what there is, and answers --help; what each of them measures is no test."""

import ast
import importlib
import json
import os
import runpy
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from benchmarks import input_tables, inputs
from cli.errors import UserError
from cli.packages import ROOT

OTHERS = ("torch", "ctranslate2", "keras_hub", "keras_tuner")  # which may be missing
OURS = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))}
BENCHMARKS = sorted((ROOT / "benchmarks").glob("*.py"))
STARTED = [path for path in BENCHMARKS if "__main__" in path.read_text("utf-8")]


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", BENCHMARKS, ids=named)
def test_what_it_imports_is_there(path):
    """In its functions, too, which nothing here calls."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in OURS:
                    importlib.import_module(alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in OURS - {"benchmarks"}:
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


@pytest.mark.parametrize("path", STARTED, ids=named)
def test_help_is_given(path, monkeypatch, capsys):
    name = f"benchmarks.{path.stem}"
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    monkeypatch.delitem(sys.modules, name, raising=False)
    try:
        with mock.patch.dict(os.environ), pytest.raises(SystemExit) as end:
            runpy.run_module(name, run_name="__main__")
    except ModuleNotFoundError as error:
        if error.name in OTHERS:
            pytest.skip(f"{error.name} is not installed")
        raise
    assert not end.value.code
    assert "usage" in capsys.readouterr().out


@pytest.mark.whole
def test_images_are_read_and_measured(capsys):
    from benchmarks import image_inputs

    image_inputs.main(["--images", "40", "--side", "6"])
    lines = capsys.readouterr().out.splitlines()
    stages = ("making the pictures", "Pillow alone", "reading", "an epoch", "scores, baselines")
    assert all(any(line.startswith(stage) and "us an image" in line for line in lines) for stage in stages)


def test_inputs_are_read_and_measured(tmp_path, capsys):
    path = str(tmp_path / "t.csv")
    input_tables.write(path, 60, 5)
    for reader in input_tables.READERS:
        inputs.child(reader, path)
        found = json.loads(capsys.readouterr().out)
        assert found["rows"] == (38 if reader == "splits" else 60) and found["peak"] >= found["before"] > 0
        assert len(inputs.line("60x5", reader, found)) == len(inputs.HEADER)
    with pytest.raises(UserError, match="ROWSxCOLUMNS, at least 20x3. Received: 5x5"):
        inputs.Config(tables=("60x5", "5x5"))


@pytest.mark.whole
def test_the_benchmark_of_training_trains():
    from benchmarks.lamina_training import LaminaTraining

    random = np.random.default_rng(0)
    images, labels = random.integers(0, 256, (256, 8, 8, 1), dtype=np.uint8), random.integers(0, 10, 256)
    training = LaminaTraining("mlp", "float32", images, labels, epochs=2, batch_size=128)
    first, accuracy = training.train(2, 128)
    assert training.train(2, 128)[0] < first and 0 <= accuracy <= 1
