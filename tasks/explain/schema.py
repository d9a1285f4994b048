"""What a network that says why takes and answers."""

from collections.abc import Mapping

from tasks.schema import PICTURE, Explanation, Schema


def schema(preparing: Mapping) -> Schema:
    """Of preparing.json's content."""
    return Schema((PICTURE,), Explanation(tuple(preparing["classes"])))
