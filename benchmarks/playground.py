"""How many pictures a second the playground sends, and how soon it pauses.

    python -m benchmarks.playground
    python -m benchmarks.playground --settings "networkShape=8,8,8&seed=1" --seconds 10

The server runs in a process of its own; this one asks as a page does. A picture counts when it is whole. A pause is
timed from the request to the answer, after which no further epoch follows.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time

import httpx2

from cli.packages import child_environment

PAUSES = 20


def address_of(process: subprocess.Popen) -> str:
    for line in process.stdout:
        if "http://" in line:
            return line.split()[-1]
    raise SystemExit("the server has ended")


class Stream(threading.Thread):
    """Reads pictures and notes when each came, its epoch and its length."""

    def __init__(self, url: str):
        super().__init__(daemon=True)
        self.url, self.seen = url, []
        self.start()

    def run(self) -> None:
        with httpx2.stream("GET", self.url, timeout=None) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    self.seen.append((time.perf_counter(), json.loads(line[6:])["epoch"], len(line)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", default="networkShape=8,8,8&seed=1", help="what stands after # in the address")
    parser.add_argument("--seconds", type=float, default=10.0, help="of playing")
    given = parser.parse_args()
    process = subprocess.Popen(
        [sys.executable, "-m", "apps.playground", "--port", "0"],
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        url = address_of(process)
        name = httpx2.post(f"{url}sessions", json={"address": given.settings}, timeout=60).json()["session"]
        where = f"{url}sessions/{name}"
        stream = Stream(f"{where}/events")

        def order(word: str) -> float:
            began = time.perf_counter()
            httpx2.post(f"{where}/{word}", timeout=60).raise_for_status()
            return time.perf_counter() - began

        order("play")
        while not stream.seen or stream.seen[-1][1] < 3:  # all is traced
            time.sleep(0.01)
        first = time.perf_counter()
        time.sleep(given.seconds)
        seen = [one for one in stream.seen if one[0] >= first]
        pauses = []
        for _ in range(PAUSES):
            pauses.append(order("pause"))
            order("play")
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()
    gaps = [later[0] - earlier[0] for earlier, later in zip(seen, seen[1:], strict=False)]
    print(
        f"pictures_per_second={len(gaps) / sum(gaps):.1f} longest_gap_ms={1000 * max(gaps):.0f} "
        f"epochs_per_second={(seen[-1][1] - seen[0][1]) / sum(gaps):.1f} "
        f"kilobytes_a_picture={statistics.mean(one[2] for one in seen) / 1000:.1f} "
        f"pause_ms_median={1000 * statistics.median(pauses):.0f} pause_ms_longest={1000 * max(pauses):.0f} "
        f"load={os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
