"""Initializers of several weights that must not begin equal."""

import random


def apart(initializer, part: int | str):
    """Returns a copy of an initializer for one of several weights or groups that must not begin equal.

    One initializer gives the same values in each call, and so does its clone where a seed is given. This copy has a
    seed of its own: drawn anew where none was given, else told by the given one and `part`, so that the same two
    always give the same values.

    Args:
        initializer: Of this file or of Keras.
        part: Number or name, another one for each of the weights or groups.
    """
    settings = initializer.get_config()
    if isinstance(settings.get("seed"), dict):  # a `keras.random.SeedGenerator`, which moves on with each call
        return initializer
    if isinstance(settings.get("seed"), int):
        # Mixed, not added: parts of parts, such as projections of blocks, would meet at one sum.
        settings["seed"] = random.Random(f"{settings['seed']}, {part}").randint(1, 10**9)
    return type(initializer).from_config(settings)
