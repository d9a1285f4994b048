"""The rows that a row of a table is held against: those that the run was trained on, where they are still there."""

from collections.abc import Mapping

import numpy as np

from export import examples
from tasks.records import own_data
from training.run_lock import RunError

MOST_ROWS = 200  # that are kept


def of_run(trained) -> tuple[Mapping[str, np.ndarray], str]:
    """Raw columns, each (N,), and what these rows are, of a finished run on a table.

    A run whose data is gone or has changed has the records that its exports are checked on.
    """
    from data.errors import DataError
    from data.settings import Data
    from data.source import resolve

    seed, kinds = trained.directory.read_json("config.json").get("trainer", {}).get("seed", 0), trained.prepare.kinds
    try:
        data = own_data(trained.directory, Data)
        splits = resolve(data, trained.target_type, seed=seed, standardize=False, kinds=kinds)
        return training_rows(splits.train)
    except (DataError, RunError):
        rows = examples.read(trained.directory / "examples.json")
        return rows, "rows of its test split (the training data is not there as it was)"


def training_rows(train) -> tuple[Mapping[str, np.ndarray], str]:
    """Raw columns of some rows of a training split, evenly spread, and what they are."""
    return train.spread(MOST_ROWS).inputs, "training rows"
