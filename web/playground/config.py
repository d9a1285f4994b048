"""What `python -m apps.playground` is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """Open the playground on this machine."""

    data: str | None = None
    """A table to begin with (.csv .tsv .jsonl .parquet .xlsx ...), of at most 20,000 rows; others can be brought to the
    page."""
    port: int = 8502
    """Where it listens; 0 for a free one."""
    host: str = "127.0.0.1"
    """Name or number to listen on; the default is reached from this machine alone."""
    token: str = ""
    """What every request must carry; it stands in the address that is printed."""
    open: bool = False
    """Let everybody in who reaches `--host`, without a token."""
