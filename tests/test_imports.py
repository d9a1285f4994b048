"""Who may import whom: the table of CONTRIBUTING.md, held."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUITE = {"apps", "benchmarks", "data", "evaluation", "export", "layers", "models", "training", "tuning"}
BACKENDS = {"tensorflow", "jax", "torch"}

# package -> packages of the suite that it may import
INSIDE = {
    "layers": set(),
    "models": {"layers"},
    "data": set(),
    "training": set(),
    "evaluation": set(),
    "export": {"data", "models", "layers"},
    "apps": SUITE - {"tuning", "benchmarks"},
    "tuning": SUITE - {"benchmarks"},
}
# package -> backends that it may import, and files that may import all of them
BACKENDS_OF = {
    "layers": set(),
    "models": set(),
    "data": {"tensorflow"},
    "training": set(),
    "evaluation": set(),
    "export": {"tensorflow"},
    "apps": set(),
    "tuning": set(),
}
BACKEND_FILES = {
    f"training/{name}.py" for name in ("devices", "checkpoint", "optimizers", "lowering", "waiting", "hosts")
}
# A layer may use TensorFlow inside a function that says so, and why, with these words.
MARK = "TensorFlow branch, for "


def imports(source: str) -> list[tuple[int, str]]:
    """Line and top-level name of every import, also those inside functions."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name.partition(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.append((node.lineno, node.module.partition(".")[0]))
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, "a relative import"))
    return found


def function_around(source: str, line: int) -> str:
    """Text of the innermost function that holds a line, "" at the top level."""
    inside = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= node.end_lineno
    ]
    return ast.get_source_segment(source, inside[-1]) if inside else ""


def violations(file: str, source: str) -> list[str]:
    """Broken rules of one file, as file:line and the rule."""
    package = file.partition("/")[0]
    broken = []
    for line, name in imports(source):
        if name in SUITE and name != package and name not in INSIDE[package]:
            broken.append(f"{file}:{line} imports {name}; {package}/ may import {sorted(INSIDE[package]) or 'none'}")
        if name == "a relative import":
            broken.append(f"{file}:{line} has a relative import; write the full name")
        foreign = name in BACKENDS and name not in BACKENDS_OF[package] and file not in BACKEND_FILES
        marked = package == "layers" and name == "tensorflow" and MARK in function_around(source, line)
        if foreign and not marked:
            broken.append(f"{file}:{line} imports {name}; {package}/ may import {sorted(BACKENDS_OF[package])}")
    return broken


@pytest.mark.parametrize("package", INSIDE)
def test_package_keeps_to_its_row(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files, f"{package}/ holds no Python files"
    broken = [rule for file in files for rule in violations(str(file.relative_to(ROOT)), file.read_text())]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    ("file", "source", "rule"),
    [
        ("layers/dense.py", "def f():\n    import data.pipeline\n", "layers/dense.py:2 imports data"),
        ("layers/dense.py", "import tensorflow as tf\n", "layers/dense.py:1 imports tensorflow"),
        ("layers/dense.py", "def f():\n    import tensorflow as tf\n", "layers/dense.py:2 imports tensorflow"),
        ("models/mlp.py", "from training.fit import fit\n", "models/mlp.py:1 imports training"),
        ("training/trainer.py", "import tensorflow\n", "training/trainer.py:1 imports tensorflow"),
        ("evaluation/plots.py", "from apps import classify\n", "evaluation/plots.py:1 imports apps"),
        ("data/tables.py", "from . import images\n", "data/tables.py:1 has a relative import"),
    ],
)
def test_planted_faults_are_caught(file, source, rule):
    assert [found for found in violations(file, source) if found.startswith(rule)]
