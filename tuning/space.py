"""What spaces are made of: hyperparameters around a value that is known to work, named as the flags of an app.

A space is a function `sample(hp, base) -> Config`; `base` is settled, so that no field of it stands for "as the data
asks". With the defaults of its hyperparameters a sample is the base itself. What the user has named is kept:
`hyperparameters` makes it a constant of the space.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence, Set

from cli.errors import UserError
from tasks.task import Task

DEPTH, WIDTH = "_depth", "_width"


def hyperparameters(sample: Callable, base, kept: Set[str]):
    """The space of `sample` around `base`, as `keras_tuner.HyperParameters`.

    What `kept` names, fields that the user has typed, is a constant in it, and so is what would change such a field
    along with its own. Raises UserError where nothing is left to search.
    """
    from keras_tuner import HyperParameters

    everything = HyperParameters()
    sample(everything, base)
    space = HyperParameters()
    for one in everything.space:
        named_itself = one.name.removesuffix(DEPTH).removesuffix(WIDTH) in kept
        if named_itself or changes(sample, base, one, kept):
            space.Fixed(one.name, everything.values[one.name])
    sample(space, base)
    if not ranges(space):
        raise UserError(
            f"The space is empty: `sample` has {', '.join(everything.values) or 'no hyperparameter'}, and each of them "
            "is given on the command line or has one value. Leave out a flag that the search shall choose."
        )
    return space


def changes(sample: Callable, base, hyperparameter, kept: Set[str]) -> bool:
    """Whether a value of a hyperparameter changes a field of `kept`, such as units that are heads times a size."""
    from keras_tuner import HyperParameters

    span = range_of(hyperparameter.get_config()) or {}
    for value in span.get("choices", [span[end] for end in ("low", "high") if end in span]):
        given = HyperParameters()
        given.values = {hyperparameter.name: value}
        if values_of(sample(given, base), kept) != values_of(base, kept):
            return True
    return False


def values_of(config, names: Set[str], path: str = "") -> dict:
    """The fields of a configuration with one of these names, inner ones included, by their path."""
    found = {}
    for field in dataclasses.fields(config):
        value, place = getattr(config, field.name), f"{path}{field.name}"
        if dataclasses.is_dataclass(value):
            found |= values_of(value, names, f"{place}.")
        elif field.name in names:
            found[place] = value
    return found


def named(config, default=None) -> set[str]:
    """Names of the fields, inner ones included, in which `config` differs from `default`, that of no arguments."""
    default = type(config)() if default is None else default
    found = set()
    for field in dataclasses.fields(config):
        value, usual = getattr(config, field.name), getattr(default, field.name)
        if dataclasses.is_dataclass(value):
            found |= named(value, usual if type(usual) is type(value) else None)
        elif value != usual:
            found.add(field.name)
    return found


def field_names(config) -> set[str]:
    """Names of all fields of a configuration, inner ones included."""
    found = set()
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        found |= field_names(value) if dataclasses.is_dataclass(value) else {field.name}
    return found


def typed(arguments: Sequence[str]) -> set[str]:
    """Names of the fields whose flags stand on a command line, those with their default value too."""
    flags = [one.removeprefix("--").partition("=")[0] for one in arguments if one.startswith("--")]
    return {flag.removeprefix("no-").replace("-", "_") for flag in flags}


def ranges(space) -> dict[str, dict]:
    """Each hyperparameter with more than one value -> {"low", "high", "log"} or {"choices"}, for reports."""
    found = {one.name: range_of(one.get_config()) for one in space.space}
    return {name: span for name, span in found.items() if span}


def range_of(config: Mapping) -> dict | None:
    """The range in the configuration of a `keras_tuner` hyperparameter, None where there is nothing to choose."""
    if "min_value" in config:
        low, high = config["min_value"], config["max_value"]
        return {"low": low, "high": high, "log": config["sampling"] == "log"} if low < high else None
    if "value" in config:  # a constant
        return None
    choices = list(config.get("values", (False, True)))  # a Boolean has nothing but its name
    return {"choices": choices} if len(choices) > 1 else None


def logarithmic(hp, name: str, default: float, low: float, high: float) -> float:
    """A positive number whose order of magnitude counts, of three digits."""
    low, high = min(low, default), max(high, default)
    value = hp.Float(name, low, high, sampling="log", default=default)
    return value if value == default else digits(value)


def digits(value: float) -> float:
    """Three digits: the fourth of a rate is noise, and long in a command."""
    return float(f"{value:.3g}")


def linear(hp, name: str, default: float, low: float, high: float) -> float:
    """A number, in steps of a hundredth."""
    value = hp.Float(name, min(low, default), max(high, default), default=default)
    return value if value == default else round(value, 2)


def whole(hp, name: str, default: int, low: int, high: int) -> int:
    """A whole number whose order of magnitude counts."""
    return hp.Int(name, max(min(low, default), 1), max(high, default), sampling="log", default=default)


def among(hp, name: str, default, choices: Sequence):
    """One of `choices` or the default; numbers in their order."""
    values = list(dict.fromkeys([*choices, default]))
    return hp.Choice(name, values if isinstance(default, str) else sorted(values), default=default)


def training(hp, trainer):
    """A `Trainer` with another learning rate, weight decay, number of epochs and, unless None, batch size."""
    rate, decay = trainer.learning_rate, trainer.weight_decay
    # From a tenth to five times what is usual for the optimizer and the network: most of a wider range trains badly.
    found = {"learning_rate": logarithmic(hp, "learning_rate", rate, digits(rate / 10), digits(rate * 5))}
    if trainer.batch_size:
        found["batch_size"] = batch_size(hp, "batch_size", trainer.batch_size)
    # The default is chosen for a short training: twice as many may be better, half as many overfit less.
    found["epochs"] = whole(hp, "epochs", trainer.epochs, trainer.epochs // 2, trainer.epochs * 2)
    if decay:
        found["weight_decay"] = logarithmic(hp, "weight_decay", decay, digits(decay / 30), digits(decay * 30))
    else:  # a logarithmic scale does not reach the default
        found["weight_decay"] = among(hp, "weight_decay", decay, (0.0, 0.01, 0.03, 0.1, 0.3))
    return dataclasses.replace(trainer, **found)


def settled_by(task: Task, base):
    """`base` with network, epochs, batch size and learning rate written out, and the `Prepared` that it comes to."""
    from training.compilation import highest_rate

    prepared = task.prepare(base, task.load(base))
    trainer = prepared.trainer
    rate = trainer.learning_rate or highest_rate(trainer, prepared.build())
    return dataclasses.replace(base, model=prepared.recipe, trainer=settled(trainer, prepared.plan, rate)), prepared


def no_space(model):
    """Raises UserError: nothing of this model is searched."""
    raise UserError(
        f"`{type(model).__name__}` has no space: the search would train the same network again and again. Give it a "
        "`case` in `network`, or name another model."
    )


def settled(trainer, plan, learning_rate: float):
    """A `Trainer` with what it leaves to the data and the optimizer written out."""
    from training.optimizers import ADAMW_DECAY

    usual = ADAMW_DECAY if trainer.optimizer == "adamw" else 0.0
    decay = usual if trainer.weight_decay is None else trainer.weight_decay
    return dataclasses.replace(
        trainer, epochs=plan.epochs, batch_size=plan.batch_size, learning_rate=learning_rate, weight_decay=decay
    )


def batch_size(hp, name: str, default: int) -> int:
    """Once and twice the default, which is small already: half of it costs twice the time."""
    return among(hp, name, default, [default, 2 * default])


def layers(hp, name: str, default: tuple[int, ...], most: int, factor: int = 4) -> tuple[int, ...]:
    """Sizes of layers: how many, and how wide the first one is; the others keep their ratio to it.

    Args:
        name: of the field, such as "hidden".
        default: sizes that are known to work.
        most: layers.
        factor: the first layer has between a `factor`-th of its units and `factor` times as many.
    """
    depth = hp.Int(name + DEPTH, 1, max(most, len(default)), default=len(default))
    width = whole(hp, name + WIDTH, default[0], default[0] // factor, default[0] * factor)
    # More layers than by default are as wide as the last one.
    shape = [*default, *[default[-1]] * depth][:depth]
    return tuple(max(round(width * size / default[0]), 1) for size in shape)
