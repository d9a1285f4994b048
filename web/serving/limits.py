"""What one call, and all that wait, may ask of a server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of a server, so that no caller takes it from the others.

    Attributes:
        body: Most bytes of a body as it is sent: 413 above.
        unpacked: Most bytes of a body that was packed by gzip: 413 above.
        rows: Most rows of a call: 400 above.
        seconds: Longest wait for an answer: 504 after it.
        waiting: Most calls that wait for a model: 429 above.
        batch: Most rows that are computed together.
        pause: Seconds that a row waits for others, at most; none where the model is idle.
        threads: That a model computes with.
    """

    body: int = 10_000_000
    unpacked: int = 40_000_000
    rows: int = 1024
    seconds: float = 30.0
    waiting: int = 128
    batch: int = 32
    pause: float = 0.002
    threads: int = 2

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of rows that are computed together: 1, 2, 4 ... `batch`; others are filled up to the next."""
        powers = [2**power for power in range(self.batch.bit_length()) if 2**power < self.batch]
        return (*powers, self.batch)
