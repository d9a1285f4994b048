"""Lines that a web server writes, as JSON."""

import json


def log(lines=60):
    """What a web server writes: objects in objects, lists of words, fields that only some lines have."""
    for n in range(lines):
        failed = n % 3 == 0
        entry = {
            "timestamp": f"2024-05-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:07Z",
            "level": "ERROR" if failed else "INFO",
            "message": f"request {n} {'timed out after waiting' if failed else 'came from cache'} by node {n % 7}",
            "request": {
                "method": ("GET", "POST")[n % 2],
                "headers": {"host": f"shop{n % 5}.example", "accept": {"types": ["text/html", "image/webp"], "q": 0.9}},
                "tags": ["mobile", "retry"] if failed else ["desktop", f"zone{n % 4}"],
                "size": 100 + 17 * n % 911,
            },
            "user": {"id": n * 37 % 50, "country": ("DE", "FR", None)[n % 3]},
            "took_ms": 900.5 + n if failed else 12.25 + n % 9,
        }
        if n % 4 == 0:
            entry["user"]["plan"] = {"name": "pro"}
        if n % 10 == 0:
            entry["request"]["headers"] = {}  # as empty as it gets
            entry["user"] = None
        yield entry


def lines_of(records):
    return "\n".join(json.dumps(record) for record in records)
