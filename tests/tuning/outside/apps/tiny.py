"""The app of the tiny task, as `python -m apps.tiny` finds it with this folder's parent on PYTHONPATH."""

from cli.run import run
from tests.tuning.tiny_task import main

if __name__ == "__main__":
    run(main, "python -m apps.tiny")
