"""What a run takes and what it answers, as plain data: for the form of a page, without a framework.

It is read off preparing.json, and names inputs and answers as the run's SavedModel does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.tables.date_form import CLOCK
from export.saved_model import field_names

SPREAD = 2  # standard deviations around the mean that hold most numbers


@dataclass(frozen=True)
class Field:
    """One input of a signature.

    Attributes:
        name: In the signature.
        label: What the data calls it.
        kind: "number"; "time" (of day, in minutes); "date" (days since 1970-01-01 UTC); "moment", a date with its hour;
            "choice", "text" and "picture".
        optional: Whether training rows lacked it, so that the network knows what that means.
        smallest, largest: Of the data; dates as "2024-05-31". None where that is not known.
        usual: Lower and upper end of most numbers, where smallest and largest are not known.
        choices: What it can be.
        other: Whether it can be something else, too.
    """

    name: str
    label: str
    kind: str
    optional: bool = False
    smallest: float | str | None = None
    largest: float | str | None = None
    usual: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    other: bool = False


@dataclass(frozen=True)
class Classes:
    """`label`, and `probabilities` in the order of `classes`; `target` is what they are classes of."""

    target: str
    classes: tuple[str, ...]
    kind: str = field(default="classes", init=False)


@dataclass(frozen=True)
class Number:
    """`prediction` of `target`, and `lower` and `upper`, between which a share `level` of all rows is. `smallest` and
    `largest` are those of the data, None where that is not known."""

    target: str
    level: float
    smallest: float | None
    largest: float | None
    kind: str = field(default="number", init=False)


@dataclass(frozen=True)
class Reconstruction:
    """`code`, `anomaly_score`, and `image`, pixels 0-255; or of a table each column again: pairs of the names of the
    input and of the answer."""

    columns: tuple[tuple[str, str], ...] = ()
    kind: str = field(default="reconstruction", init=False)


@dataclass(frozen=True)
class Sentence:
    """`translation`, from a language into another; the signature `attention` has where each piece looked."""

    source: str
    target: str
    kind: str = field(default="sentence", init=False)


@dataclass(frozen=True)
class Caption:
    """`caption`; the signature `attention` has where in the picture each piece looked."""

    kind: str = field(default="caption", init=False)


@dataclass(frozen=True)
class Explanation:
    """`explanation` of the class, `told`, how probable the class is by the sentence alone, and `counter`, what would
    make it the class `not`; the signature `why_not` takes `class_name` besides, another of `classes`."""

    classes: tuple[str, ...]
    kind: str = field(default="explanation", init=False)


@dataclass(frozen=True)
class Mask:
    """`ids` of the picture's pixels, with `confidence`; the id of a class is its place."""

    classes: tuple[str, ...]
    palette: tuple[tuple[int, int, int], ...]
    kind: str = field(default="mask", init=False)


@dataclass(frozen=True)
class Schema:
    """What a run takes and answers.

    Attributes:
        fields: Its inputs, in the order of the data.
        answer: How the outputs of `serving_default` are to be read.
    """

    fields: tuple[Field, ...]
    answer: Classes | Number | Reconstruction | Sentence | Caption | Explanation | Mask


PICTURE = Field("image", "Picture", "picture")


def fields(preparing: Mapping) -> tuple[Field, ...]:
    """The inputs of a run on images or on the columns of a table, of preparing.json's content."""
    if preparing["kind"] == "image":
        return (PICTURE,)
    columns = _columns(preparing["prepare"])
    decided = {one["name"]: one for one in preparing.get("columns", ())}
    names = field_names([column["name"] for column in columns])
    return tuple(_field(names[column["name"]], column, decided.get(column["name"], {})) for column in columns)


def target(preparing: Mapping) -> Mapping:
    """The column that was learned, as `DecidedColumn` has it; empty where that is not known."""
    return next((one for one in preparing.get("columns", ()) if one["use"] == "target"), {})


def _columns(prepare: Mapping) -> Sequence[Mapping]:
    """The columns in the order of the signature; those of text that are not features have a name alone."""
    if "order" not in prepare:
        return prepare["columns"]
    others = {column["name"]: column for column in (prepare["rest"] or {"columns": ()})["columns"]}
    return [others.get(name, {"kind": "text", "name": name}) for name in prepare["order"]]


def _field(name: str, column: Mapping, decided: Mapping) -> Field:
    label, ends = column["name"], (decided.get("smallest"), decided.get("largest"))
    match column["kind"]:
        case "number":
            kind = "time" if column["form"] == CLOCK else "number"
            known = ends[0] is not None or column["quartiles"] > 0  # a heavy tail has no usual width
            spread = SPREAD * column["std"]
            usual = None if known else (column["mean"] - spread, column["mean"] + spread)
            return Field(name, label, kind, column["missing"], *ends, usual)
        case "date":
            return Field(name, label, "moment" if column["hours"] else "date", column["missing"], *ends)
        case "category":
            choices = tuple(column["words"])
            return Field(name, label, "choice", column["missing"], choices=choices, other=column["other"])
        case _:
            return Field(name, label, "text")
