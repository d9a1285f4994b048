"""Tell odd digits from even ones.

python -m apps.parity
"""

from cli.run import run
from tasks import course
from tasks.parity import TASK, Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.parity")
