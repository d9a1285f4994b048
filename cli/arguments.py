"""A configuration as the command that types it, and back.

    flags(config) -> ["--epochs", "20", "mlp", "--hidden", "64", "32"]      parse(Config, these) -> config
    command("python -m apps.classify", config) -> one line for a shell

Only what differs from the defaults is written, so that a reader sees what a search has changed.
"""

import dataclasses
import shlex
import types
import typing
from collections.abc import Sequence


def command(prog: str, config) -> str:
    """The line that trains `config`: `prog` is "python -m apps.classify"."""
    return shlex.join([*prog.split(), *flags(config)])


def flags(config, default=None) -> list[str]:
    """The arguments that make `config` out of `default`, the configuration of no arguments if None.

    The name of the model and its own flags come last. `parse` gives exactly `config` back.
    """
    start = type(config)() if default is None else default
    own, models = [], []
    hints = typing.get_type_hints(type(config), include_extras=True)
    for field in dataclasses.fields(config):
        value, usual = getattr(config, field.name), getattr(start, field.name)
        if value == usual and type(value) is type(usual):
            continue
        if not dataclasses.is_dataclass(value):
            own += flag(spelling(field.name, hints[field.name]), value)
        elif name := subcommand(hints[field.name], type(value)):
            models += [name, *flags(value, usual if type(usual) is type(value) else None)]
        else:
            own += flags(value, usual)
    return own + models


def flag(name: str, value) -> list[str]:
    """One flag with its value: a tuple is many words, a truth is `--name` or `--no-name`."""
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    if isinstance(value, tuple):
        return [f"--{name}", *map(str, value)]
    text = repr(value) if isinstance(value, float) else str(value)
    # Joined by "=", text that starts with a dash is not taken for a flag.
    return [f"--{name}={text}"] if text.startswith("-") else [f"--{name}", text]


def spelling(field: str, hint) -> str:
    """The flag of a field: its name, or the one that its `tyro.conf.arg(name=...)` gives."""
    for note in getattr(hint, "__metadata__", ()):
        if isinstance(given := getattr(note, "name", None), str):
            return given
    return field.replace("_", "-")


def subcommand(hint, kind: type) -> str | None:
    """The name by which a union of models has `kind`; None where the field is no such union."""
    if not isinstance(hint, types.UnionType) and typing.get_origin(hint) is not typing.Union:
        return None
    for member in typing.get_args(hint):
        if typing.get_origin(member) is typing.Annotated and typing.get_args(member)[0] is kind:
            return next(name for note in member.__metadata__ if isinstance(name := getattr(note, "name", None), str))
    return None


def parse(kind: type, arguments: Sequence[str] | None = None, **settings):
    """The configuration that an app makes of these arguments, by default those of this process.

    Args:
        kind: A dataclass, the `Config` of an app.
        arguments: As `flags` gives them.
        settings: `prog` and `description` of the help text, see `tyro.cli`.
    """
    import tyro

    # Flags may stand before or after the name of the model.
    prefixes = (tyro.conf.OmitSubcommandPrefixes, tyro.conf.OmitArgPrefixes, tyro.conf.CascadeSubcommandArgs)
    return tyro.cli(kind, args=arguments, config=prefixes, **settings)
