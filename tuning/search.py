"""A search: trials of a space, chosen by a strategy, compared on validation data. The test split is never read.

    found = search("tuning.classify", Config(), Search(strategy="random", trials="12"))
    found.best.score, found.config_of(found.best)

What is searched is the module's: `TASK` (a `tasks.task.Task`), `settle(base)` and `sample(hp, settled)`. Everything
about a search is in its folder (runs/tuning/NAME): type the same command again to go on after an interruption, to the
same trials as without it; `--trials +20` asks for more.
"""

import importlib
import sys
from dataclasses import field, make_dataclass

from cli.run import run as run_command
from training.devices import stderr_closed
from tuning.settings import Found, Search
from tuning.space import typed


def search(space_name: str, base, settings: Search) -> Found:
    """Search, or go on. For `Found.run` use `with tuning.runner.Runner(...) as runner: found = runner.search()`.

    Raises SearchError, before the first trial, for what cannot be searched: an objective that is not measured, an
    empty space, a folder that cannot be written or holds another search, a default that cannot be trained.
    """
    from tuning.runner import Runner

    with Runner(space_name, base, settings) as runner:
        return runner.search()


def start(space_name: str) -> None:
    """Run a search from a command line: the flags of its app, and those of `Search`."""
    space = importlib.import_module(space_name)
    settings = make_dataclass(
        "Config",
        [
            ("app", space.TASK.config, field(default_factory=space.TASK.config)),
            ("tuning", Search, field(default_factory=Search)),
        ],
        frozen=True,
    )

    def main(config) -> None:
        from tuning.result import finish
        from tuning.runner import Runner

        if config.tuning.worker:
            with stderr_closed():  # what TensorFlow says when KerasTuner imports it
                from tuning.cluster import work

            return work(space_name, config.tuning.worker)
        with Runner(space_name, config.app, config.tuning, typed(sys.argv[1:])) as runner:
            finish(runner.search())

    main.__annotations__["config"] = settings
    run_command(main, f"python -m {space_name}", space.__doc__)
