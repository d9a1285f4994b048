"""The error of an export that cannot be made or must not be used."""


class ExportError(ValueError):
    """An export that cannot be written here, or that does not compute what its model computes."""
