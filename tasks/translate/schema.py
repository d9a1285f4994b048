"""What a translator takes and answers."""

from collections.abc import Mapping

from tasks.schema import Field, Schema, Sentence


def schema(preparing: Mapping) -> Schema:
    """Of preparing.json's content."""
    source, target = preparing["languages"]
    return Schema((Field("text", f"Sentence ({source})", "text"),), Sentence(source, target))
