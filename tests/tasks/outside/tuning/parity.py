"""Search the hyperparameters of the sixth task.

python -m tuning.parity
"""

from dataclasses import replace

from tasks.parity import TASK, Config
from tuning.space import linear, settled_by


def sample(hp, base: Config) -> Config:
    """A configuration near `base`."""
    return replace(base, model=replace(base.model, dropout=linear(hp, "dropout", base.model.dropout, 0.0, 0.5)))


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data."""
    return settled_by(TASK, base)[0]


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.parity")
