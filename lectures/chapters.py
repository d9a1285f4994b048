"""The chapters in the order of reading, and the rows in them, found by the names of their functions."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from cli.errors import UserError

CHAPTERS = (
    "neurons",
    "xor",
    "single_neuron",
    "networks",
    "representable",
    "activations",
    "outputs",
    "losses",
    "loss_tables",
    "backpropagation",
    "networks_by_hand",
    "slips",
    "optimizers",
    "learning_rates",
    "initialization",
    "data",
    "more_data",
    "regularization",
    "dropout",
    "normalization",
    "tuning",
    "searches",
    "representation",
    "structure",
    "recurrence",
    "sentences",
    "history",
    "contest",
    "vision",
    "mobile",
    "explanations",
    "playground",
    "setup",
)
ROW = re.compile(r"[se]\d\d_\w+")
FIELDS = ("Formula", "Source", "Where")
PICTURE = re.compile(r"^ *# Picture\n.*", re.M | re.S)


@dataclass(frozen=True)
class Row:
    """A row of the curriculum, as its function says it.

    name: "S40", or "E01" for a trap of the lectures and what is right instead; title, text: the first line and the
    paragraph of the docstring; formula: LaTeX; source: the lecture or paper; where: its place in the suite; code: the
    lines of the function up to its picture, after the functions of the module that it calls.
    """

    name: str
    chapter: str
    function: Callable
    title: str
    text: str
    formula: str
    source: str
    where: str
    code: str

    @property
    def constants(self) -> dict[str, object]:
        """Name -> usual value of what a reader can change."""
        return {name: one.default for name, one in inspect.signature(self.function).parameters.items()}


def chapter(name: str) -> ModuleType:
    return import_module(f"lectures.{name}")


def rows(of: str) -> list[Row]:
    """The rows of a chapter, in the order in which they stand there."""
    module = chapter(of)
    found = [one for name, one in vars(module).items() if ROW.fullmatch(name) and one.__module__ == module.__name__]
    return [_row(of, function) for function in found]


def chosen(names: tuple[str, ...]) -> list[Row]:
    """The rows of these names, or of these chapters, in the given order; all of them where none is named.

    Raises:
        UserError: There is no such row.
    """
    by_chapter = {of: rows(of) for of in CHAPTERS}
    by_name = {row.name: row for found in by_chapter.values() for row in found}
    if not names:
        return list(by_name.values())
    wanted = []
    for name in names:
        spelled = re.sub(r"^([SE])(\d)$", r"\g<1>0\2", name.upper())
        if name.lower() in by_chapter:
            wanted += by_chapter[name.lower()]
        elif spelled in by_name:
            wanted.append(by_name[spelled])
        else:
            raise UserError(
                f"no row {name!r}. Allowed: {', '.join(sorted(by_name))}, or a chapter: {', '.join(CHAPTERS)}."
            )
    return wanted


def _code(function):
    """The lines of a function without its docstring, up to its picture."""
    source = inspect.getsource(function)
    source = source.replace(f'r"""{function.__doc__}"""', "").replace(f'"""{function.__doc__}"""', "")
    return "\n".join(line for line in PICTURE.sub("", source).splitlines() if line.strip())


def _helpers(function, code):
    """The functions of the same module that some code calls, and those that they call, before those that call them."""
    module, found, seen = inspect.getmodule(function), [], set()
    own = {name: one for name, one in vars(module).items() if inspect.isfunction(one) and not ROW.fullmatch(name)}

    def visit(code):
        for name, one in own.items():
            if one.__module__ == module.__name__ and one not in seen and re.search(rf"\b{name}\b", code):
                seen.add(one)
                visit(_code(one))
                found.append(one)

    visit(code)
    return found


def _row(of, function):
    title, _, rest = inspect.getdoc(function).partition("\n\n")
    paragraphs, fields = [], dict.fromkeys(FIELDS, "")
    for paragraph in rest.split("\n\n"):
        name, _, value = paragraph.partition(": ")
        if name in FIELDS:
            fields[name] = value
        else:
            paragraphs.append(paragraph.replace("\n", " "))
    code = _code(function)
    code = "\n\n".join([*map(_code, _helpers(function, code)), code])
    name = function.__name__[:3].upper()
    formula, source_of, where = (fields[one].replace("\n", " ") for one in FIELDS)
    return Row(name, of, function, title, " ".join(paragraphs), formula, source_of, where, code)
