"""The error of an export that cannot be made or must not be used."""

from cli.errors import UserError


class ExportError(UserError):
    """An export that cannot be written here, or that does not compute what its model computes."""
