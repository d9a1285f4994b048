"""What an autoencoder takes and answers."""

from collections.abc import Mapping

from export.saved_model import field_names
from tasks.schema import Reconstruction, Schema, fields


def schema(preparing: Mapping) -> Schema:
    """Of preparing.json's content."""
    taken = fields(preparing)
    if preparing["kind"] == "image":
        return Schema(taken, Reconstruction())
    restored = [one for one in taken if one.kind != "text"]
    names = field_names([one.label for one in restored]).values()
    return Schema(
        taken, Reconstruction(tuple((one.name, f"reconstructed_{n}") for one, n in zip(restored, names, strict=True)))
    )
