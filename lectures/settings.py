"""The settings of `apps.lectures`: which rows, where the pages go, and the constants of a single row."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Annotated

import tyro

from lectures import chapters

NAME = re.compile(r"[SE]\d\d?", re.I)


@dataclasses.dataclass(frozen=True)
class Config:
    """Rows to run, and where to write pages."""

    names: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Rows such as S40 or E1, or chapters such as losses; all of them if none is named."""
    html: str | None = None
    """Folder to write one page per chapter to; a page holds the rows that were run."""


def for_arguments(arguments: Sequence[str]) -> type:
    """`Config`, with a field for each constant of the row where `arguments` name a single one."""
    named = [word for word in arguments if NAME.fullmatch(word)]
    if len(named) != 1:
        return Config
    (row,) = chapters.chosen((named[0],))
    constants = [
        (name, type(value), dataclasses.field(default=value, metadata={"constant": True}))
        for name, value in row.constants.items()
    ]
    return dataclasses.make_dataclass(f"Row{row.name}", constants, bases=(Config,), frozen=True)


def own_constants(config: Config) -> dict[str, object]:
    """The constants of the row that differ from the usual ones."""
    constants = [one for one in dataclasses.fields(config) if one.metadata.get("constant")]
    values = {one.name: getattr(config, one.name) for one in constants}
    return {one.name: values[one.name] for one in constants if values[one.name] != one.default}
