"""What a classifier takes and answers."""

from collections.abc import Mapping

from tasks.schema import Classes, Schema, fields, target


def schema(preparing: Mapping) -> Schema:
    """Of preparing.json's content."""
    return Schema(fields(preparing), Classes(target(preparing).get("name", ""), tuple(preparing["classes"])))
