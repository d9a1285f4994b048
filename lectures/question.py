"""A question with three answers, for the end of a chapter."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What is asked, the answers to choose from, the right one of them, and why."""

    text: str
    answers: tuple[str, str, str]
    right: int
    why: str
