"""Who may import whom: the table of CONTRIBUTING.md, held; and no files that import each other in a circle."""

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from cli.packages import PACKAGES, ROOT

SUITE = {*PACKAGES, "benchmarks"}
# Which every package may import, and which import nothing of the suite.
FOR_ALL = ("cli.errors", "cli.frameworks", "cli.packages")
BACKENDS = {"tensorflow", "jax", "torch"}

# package -> packages of the suite that it may import
INSIDE = {
    "layers": set(),
    "models": {"layers"},
    "data": set(),
    "training": set(),
    "evaluation": set(),
    "export": {"data", "models", "layers"},
    "cli": {"training"},
    "lectures": {"cli", "layers", "models", "data", "training", "evaluation"},
    "tasks": SUITE - {"apps", "tasks", "tuning", "lectures", "benchmarks", "web"},
    "apps": {"cli", "tasks", "lectures", "web"},
    "tuning": SUITE - {"apps", "lectures", "benchmarks", "web"},
    "web": SUITE - {"apps", "tuning", "benchmarks"},
}
# package -> backends that it may import, and files that may import all of them
BACKENDS_OF = {
    "layers": set(),
    "models": set(),
    "data": {"tensorflow"},
    "training": set(),
    "evaluation": set(),
    "export": {"tensorflow"},
    "cli": set(),
    "lectures": {"tensorflow"},
    "tasks": set(),
    "apps": set(),
    "tuning": set(),
    "web": {"tensorflow"},
}
BACKEND_FILES = {
    f"training/{name}.py"
    for name in ("devices", "checkpoint", "gradients", "optimizers", "lowering", "waiting", "hosts")
}
# A layer may use TensorFlow inside a function that says so, and why, with these words.
MARK = "TensorFlow branch, for "


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Line and full name of every import, also those inside functions: of `from a import b` it is `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "a relative import"


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
    for line, full in imports(source):
        name = full.partition(".")[0]
        if f"{full}.".startswith(tuple(f"{one}." for one in FOR_ALL)):
            continue
        if name in SUITE and name != package and name not in INSIDE[package]:
            broken.append(f"{file}:{line} imports {name}; {package}/ may import {sorted(INSIDE[package]) or 'none'}")
        if name == "a relative import":
            broken.append(f"{file}:{line} has a relative import; write the full name")
        foreign = name in BACKENDS and name not in BACKENDS_OF[package] and file not in BACKEND_FILES
        if package == name == "tasks" and (crossed := other_task(file, full)):
            broken.append(f"{file}:{line} imports {full}; a task may not import another one, here {crossed}")
        marked = package == "layers" and name == "tensorflow" and MARK in function_around(source, line)
        if foreign and not marked:
            broken.append(f"{file}:{line} imports {name}; {package}/ may import {sorted(BACKENDS_OF[package])}")
    return broken


def other_task(file: str, full: str) -> str | None:
    """The task that a file imports without being a part of it; what tasks share imports none."""
    part = full.split(".")[1:2]
    return part[0] if part and (ROOT / "tasks" / part[0]).is_dir() and file.split("/")[1] != part[0] else None


def circle(sources: Mapping[str, str]) -> list[str]:
    """Files, of those given with their text, that import each other in a circle; none where there is no circle."""
    modules = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in sources}
    graph = {}
    for file, source in sources.items():
        names = [full for _, full in imports(source)]
        found = {modules.get(name) or modules.get(name.rpartition(".")[0]) for name in names}
        graph[file] = found - {None, file}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_files_import_each_other_in_a_circle():
    files = [file for package in sorted(SUITE) for file in sorted((ROOT / package).rglob("*.py"))]
    assert len(files) > 250
    found = circle({str(file.relative_to(ROOT)): file.read_text() for file in files})
    assert not found, " -> ".join(found)


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ({"a/x.py": "import a.y\n", "a/y.py": "def f():\n    from a import x\n"}, {"a/x.py", "a/y.py"}),
        ({"a/x.py": "from b.y import f\n", "b/y.py": "from c import z\n", "c/z.py": "from a.x import g\n"}, None),
        ({"a/x.py": "from a.y import f\n", "a/y.py": "import numpy\n"}, set()),
    ],
)
def test_planted_circles_are_caught(sources, found):
    assert set(circle(sources)) == (set(sources) if found is None else found)


def test_the_list_of_packages_is_that_of_the_folders():
    folders = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert folders == {*PACKAGES, "benchmarks", "tests"}, "cli/packages.py lists the packages"
    assert set(INSIDE) == set(BACKENDS_OF) == set(PACKAGES)
    assert re.findall(r"^    ([a-z]+)\*$", (ROOT / "setup.cfg").read_text(), re.M) == list(PACKAGES)
    assert f"known-first-party = {list(PACKAGES)}".replace("'", '"') in (ROOT / "pyproject.toml").read_text()


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
        ("data/tables/tables.py", "from . import images\n", "data/tables/tables.py:1 has a relative import"),
        ("tasks/caption/page.py", "from tasks.translate import page\n", "tasks/caption/page.py:1 imports tasks.transl"),
        ("tasks/course.py", "from tasks.caption import page\n", "tasks/course.py:1 imports tasks.caption"),
        ("apps/caption.py", "from models.mlp import MLP\n", "apps/caption.py:1 imports models"),
    ],
)
def test_planted_faults_are_caught(file, source, rule):
    assert [found for found in violations(file, source) if found.startswith(rule)]
