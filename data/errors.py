"""The errors that data raises: each names the file and the line or record, what is allowed and what to do."""

import difflib

from cli.errors import UserError


class DataError(UserError):
    """The data named by the user cannot be used as it is."""


class MissingData(DataError, FileNotFoundError):
    """The file, folder or dataset named by the user is not there."""


def suggestion(name, choices):
    """Returns " Did you mean 'x'?" for the choice nearest to `name`, or nothing when none is near."""
    by_lower = {str(choice).lower(): str(choice) for choice in choices}
    near = difflib.get_close_matches(str(name).lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean {by_lower[near[0]]!r}?" if near else ""


def listing(names, limit=12):
    """Returns the names quoted and joined by commas, at most `limit` of them."""
    names = [str(name) for name in names]
    more = f", ... ({len(names)} in all)" if len(names) > limit else ""
    return ", ".join(repr(name) for name in names[:limit]) + more


def refuse_given(config, options, what):
    """Raises a DataError on an option that the data cannot use, so that none is silently ignored.

    Args:
        config: settings of the data.
        options: names of fields of it.
        what: the data, for the message.
    """
    for option in options:
        given = getattr(config, option)
        if given not in (None, False, ()):
            flag, shown = "--" + option.replace("_", "-"), " ".join(given) if isinstance(given, tuple) else given
            raise DataError(f"{flag} cannot be used with {what}. Received: {flag} {shown}. Leave it out.")
