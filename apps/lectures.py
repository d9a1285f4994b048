"""The lectures, executable: every row runs, checks its figures and draws its picture.

    python -m apps.lectures                             all rows, some minutes
    python -m apps.lectures S32 E1                      these rows
    python -m apps.lectures losses optimizers           these chapters
    python -m apps.lectures S40 --rate 0.5              a row with a constant of your own; S40 --help names them
    python -m apps.lectures --html pages/               one self-contained page for each chapter as well

A line says what a figure must be and what it is. The last line is `rows=N ok=N failed=0`; the exit code is 1 where a
row fails.
"""

import sys

from cli.run import run
from lectures.settings import Config, for_arguments, own_constants


def main(config: Config) -> dict[str, int]:
    """Run the rows and print their figures; return how many there were, were right, and failed."""
    from lectures import chapters, pages, results

    rows = chapters.chosen(config.names)
    found = []
    for result in results.run(rows, own_constants(config)):
        print("\n".join(results.lines(result)), flush=True)
        found.append(result)
    for path in pages.write(found, config.html) if config.html else ():
        print(f"page: {path}")
    ok = sum(result.ok for result in found)
    counts = {"rows": len(found), "ok": ok, "failed": len(found) - ok}
    print(" ".join(f"{name}={count}" for name, count in counts.items()))
    if counts["failed"]:
        sys.exit(1)
    return counts


if __name__ == "__main__":
    run(main, "python -m apps.lectures", kind=for_arguments)
