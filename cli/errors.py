"""The one base of all messages for users.

Every package may import this file, which imports nothing: an error that a user can mend is a `UserError`, wherever it
is raised, and ends a command with one line. Any other exception is a defect and keeps its traceback.
"""


class UserError(ValueError):
    """What the user asked for, or brought, cannot be used; the message says what, where, and what to do."""


class Incomplete(UserError):
    """Some of what was asked for could not be done, and the rest was.

    Attributes:
        rows: What there is.
    """

    def __init__(self, message: str, rows: list):
        super().__init__(message)
        self.rows = rows
