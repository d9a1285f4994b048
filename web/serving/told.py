"""What the server says while it runs: one JSON object a line, on stderr."""

import json
import sys
from datetime import UTC, datetime


def tell(event: str, **fields) -> None:
    """Write a line: the time, what happened, and its fields."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": moment, "event": event, **fields}, ensure_ascii=False)
    sys.stderr.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stderr.flush()
