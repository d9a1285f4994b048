"""No result follows the order of a set, which another start of Python may change: it hashes texts with a new seed."""

import ast
import hashlib
import json
import subprocess
import sys

import pytest

from cli.packages import PACKAGES, ROOT, child_environment
from tasks.task import names

SETS = {"set", "frozenset"}
ORDERLESS = {"sorted", "set", "frozenset", "any", "all", "len", "bool"}
"""What gives the same of any order."""
IN_ORDER = {
    "list",
    "tuple",
    "enumerate",
    "iter",
    "next",
    "zip",
    "map",
    "filter",
    "join",
    "array",
    "fromkeys",
    "Counter",
}
"""What takes one element after the other."""


def is_set(node: ast.AST, known: set[str]) -> bool:
    """Whether an expression is a set, as far as its text tells; `known` are names that hold one."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in known
    if isinstance(node, ast.Call):
        return called(node) in SETS | {"union", "intersection", "difference"}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.BitAnd | ast.BitOr | ast.BitXor):
        sides = node.left, node.right
        return any(is_set(side, known) or (isinstance(side, ast.Call) and called(side) == "keys") for side in sides)
    return False


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def walked_in_order(source: str) -> list[int]:
    """Lines at which the elements of a set are taken one after the other, and their order could be seen."""
    found = []
    for scope in ast.walk(ast.parse(source)):
        if not isinstance(scope, ast.Module | ast.FunctionDef):
            continue
        known: set[str] = set()
        pending = [(node, None) for node in scope.body]
        while pending:
            node, parent = pending.pop(0)
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda) and node is not scope:
                if not isinstance(node, ast.FunctionDef):
                    pending += [(child, node) for child in ast.iter_child_nodes(node)]
                continue
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                (known.add if is_set(node.value, known) else known.discard)(node.targets[0].id)
            if isinstance(node, ast.For) and is_set(node.iter, known):
                found.append(node.lineno)
            if isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
                orderless = isinstance(parent, ast.Call) and called(parent) in ORDERLESS
                if not orderless and any(is_set(one.iter, known) for one in node.generators):
                    found.append(node.lineno)
            if isinstance(node, ast.Call) and called(node) in IN_ORDER and any(is_set(one, known) for one in node.args):
                found.append(node.lineno)
            if isinstance(node, ast.Starred) and is_set(node.value, known) and not isinstance(parent, ast.Set):
                orderless = isinstance(parent, ast.Call) and called(parent) in ORDERLESS
                found += [] if orderless else [node.lineno]
            pending += [(child, node) for child in ast.iter_child_nodes(node)]
    return sorted(set(found))


@pytest.mark.parametrize("package", PACKAGES)
def test_no_set_is_walked_in_its_own_order(package):
    files = sorted((ROOT / package).rglob("*.py"))
    found = [f"{file.relative_to(ROOT)}:{line}" for file in files for line in walked_in_order(file.read_text("utf-8"))]
    assert not found, f"in the order of a set, which differs from start to start; sort it: {found}"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("for kind in set(kinds):\n    draw(kind)\n", [1]),
        ("classes = tuple({name for name in names})\n", [1]),
        ("def f(a):\n    seen = set(a)\n    return [x for x in seen]\n", [3]),
        ("text = ', '.join(a - set(b))\n", [1]),
        ("text = ', '.join(set(a) - set(b))\n", [1]),
        ("rows = {x: 1 for x in one.keys() & other.keys()}\n", [1]),
        ("both = [*{1, 2}]\n", [1]),
        ("for kind in sorted(set(kinds)):\n    draw(kind)\n", []),
        ("fine = sorted(x for x in {1, 2}); same = {x + 1 for x in {1, 2}}; some = any(x for x in {1, 2})\n", []),
        ("fine = sorted({*a, *set(b)})\n", []),
    ],
)
def test_planted_orders_are_seen(source, lines):
    assert walked_in_order(source) == lines


SUMS = """
import hashlib, json, sys
from dataclasses import replace
from pathlib import Path
from tasks import course
from tasks.task import by_name
from models.loading import load
found = {}
for name in sys.argv[2:]:
    task, folder = by_name(name), str(Path(sys.argv[1]) / name)
    config = replace(task.tiny, trainer=replace(task.tiny.trainer, epochs=1), run_dir=folder)
    course.run(task, config, until="trained")
    digest = hashlib.sha256()
    for weight in load(Path(folder) / "model.keras").get_weights():
        digest.update(weight.tobytes())
    found[name] = [digest.hexdigest()]
    for file in ("metrics.csv", "preparing.json", "config.json"):
        found[name].append(hashlib.sha256((Path(folder) / file).read_bytes()).hexdigest())
print(json.dumps(found))
"""


@pytest.mark.slow  # whole trainings of every task, three times
def test_every_task_learns_the_same_under_any_seed_of_hashes(tmp_path):
    found = []
    for seed in ("0", "1", "2"):
        command = [sys.executable, "-c", SUMS, str(tmp_path / seed), *names()]
        environment = child_environment(PYTHONHASHSEED=seed, TF_CPP_MIN_LOG_LEVEL="2")
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == len(names()) and len({hashlib.sha256(str(one).encode()).digest() for one in found}) == 1
