"""Several networks of one configuration, trained one after the other and asked together."""

from collections.abc import Callable
from dataclasses import replace

from training.run_directory import RunDirectory


def train(train_one: Callable, config, directory: RunDirectory):
    """A network, or `config.members` of them as one, and a row of figures per epoch: their means.

    Member k has the seed of the configuration plus k, for its first weights, the order of its records and its dropout;
    its records are in the folder member-k of the run, where an interrupted training goes on.

    Args:
        train_one: Function of a configuration and a `RunDirectory` to a `keras.Model` and rows, which it has written.
        config: Of an app, with `members` and `trainer`.
        directory: Of the run.
    """
    if config.members == 1:
        return train_one(config, directory)
    from models.sequence_ensemble import together

    models, rows, times = [], [], []
    for number in range(config.members):
        print(f"member  {number + 1} of {config.members}", flush=True)
        folder = RunDirectory(directory / f"member-{number}", directory.watch)
        folder.path.mkdir(exist_ok=True)
        trainer = replace(config.trainer, seed=(config.trainer.seed + number) % 2**31)
        model, own = train_one(replace(config, trainer=trainer), folder)
        models.append(model)
        rows.append(own)
        times += folder.read_rows("timing.csv")
    means = [mean(some) for some in zip(*rows, strict=False)]  # as far as the shortest training went
    directory.write_rows("metrics.csv", means)
    directory.write_rows("timing.csv", [{**row, "epoch": number} for number, row in enumerate(times, start=1)])
    return together(models), means


def note(count: int) -> str:
    """What a report says of several members."""
    return f"{count} networks decide together; the curves are the means of theirs, each alone (member-0/ and so on)."


def mean(rows: tuple[dict[str, float], ...]) -> dict[str, float]:
    """The mean of each figure."""
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
