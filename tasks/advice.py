"""The flags that the diagnosis of a training may recommend."""


def flags(recipe, augment: str | None = None):
    """`evaluation.faults.Flags` of a recipe: its own `ADVICE`, and their defaults where it says nothing.

    Args:
        recipe: Of `models`. Its class may have `ADVICE`, a dict from fields of `Flags` to flags as the user types them
            (None: it has no such flag).
        augment: The augmentation that was used already; "strong" leaves none to recommend.
    """
    from evaluation.faults import Flags

    advice = dict(getattr(recipe, "ADVICE", {}))
    if augment == "strong":
        advice.pop("augment", None)
    return Flags(**advice)
