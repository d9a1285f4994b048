"""A further stage of a training, which keeps only what validates better than the network before it."""

from collections.abc import Callable

from training.run_directory import RunDirectory


def learn_further(
    stage: str,
    directory: RunDirectory,
    model,
    learn: Callable[..., list[dict]],
    measure: Callable[[], dict[str, float]],
    by: str,
) -> list[dict]:
    """Train a trained network further; return a row of figures per epoch of it.

    Should the network not validate better than before, its weights are put back.

    Args:
        stage: Its name, and that of the folder in that of the run which holds its records.
        directory: Of the run.
        model: `keras.Model`, compiled for the stage.
        learn: Trains it; a function of `run`, the folder of the stage, and `measure`.
        measure: The figures of the validation records with the weights as they are.
        by: The one of them that counts; more is better.
    """
    weights, before = model.get_weights(), measure()[by]
    folder = RunDirectory(directory / stage)
    folder.path.mkdir(exist_ok=True)
    rows = learn(run=folder, measure=measure)
    if measure()[by] <= before:
        print(f"{stage} did not validate better: the network before it is kept")
        model.set_weights(weights)
    return rows
