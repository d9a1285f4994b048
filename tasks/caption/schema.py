"""What a captioner takes and answers."""

from collections.abc import Mapping

from tasks.schema import PICTURE, Caption, Schema


def schema(preparing: Mapping) -> Schema:
    """Of preparing.json's content."""
    return Schema((PICTURE,), Caption())
