"""What a call is refused with."""


class CallError(Exception):
    """A call that gets no answer, and why.

    Attributes:
        status: Of HTTP: 400 for what the caller has to mend, 404, 413, 429, 500, 503, 504.
        retry_after: Seconds after which it may be tried again; None where that would change nothing.
    """

    def __init__(self, status: int, sentence: str, retry_after: int | None = None):
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def malformed(sentence: str) -> CallError:
    """A call that its caller has to mend."""
    return CallError(400, sentence)
