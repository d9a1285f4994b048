"""What a regression takes and answers."""

from collections.abc import Mapping

from tasks.schema import Number, Schema, fields, target


def schema(preparing: Mapping) -> Schema:
    """Of preparing.json's content."""
    ends = (target(preparing).get(end) for end in ("smallest", "largest"))
    return Schema(fields(preparing), Number(preparing["target"], preparing["decode"]["level"], *ends))
