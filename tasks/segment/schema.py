"""What a network that finds the class of each pixel takes and answers."""

from collections.abc import Mapping

from tasks.schema import PICTURE, Mask, Schema


def schema(preparing: Mapping) -> Schema:
    """Of preparing.json's content."""
    return Schema((PICTURE,), Mask(tuple(preparing["classes"]), tuple(map(tuple, preparing["palette"]))))
