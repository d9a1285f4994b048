"""A further stage of a training, whose network is kept only where its gain is more than chance."""

from collections.abc import Callable

import numpy as np

from training.fit import Fitted
from training.run_directory import RunDirectory


def learn_further(
    stage: str,
    directory: RunDirectory,
    model,
    learn: Callable[..., Fitted],
    validate: Callable[[], np.ndarray],
) -> Fitted:
    """Train a trained network further; return a row of figures per epoch of it, and which weights were kept.

    The weights are put back as they were unless the validation records score better than before by more than two
    standard errors of the difference: of a few hundred records chance alone makes a harmful stage look a little better,
    and the same records have chosen the best epoch of the stage.

    Args:
        stage: Name of the stage and of its subfolder of the run.
        directory: Of the run.
        model: `keras.Model`, compiled for the stage.
        learn: Trains it; a function of `run`, the folder of the stage.
        validate: The score (N,) of each validation record with the weights as they are; more is better.
    """
    weights, before = model.get_weights(), validate()
    folder = RunDirectory(directory / stage)
    folder.path.mkdir(exist_ok=True)
    fitted = learn(run=folder)
    gains = validate() - before
    gain, error = gains.mean(), gains.std() / len(gains) ** 0.5
    told = f"{stage}: validation records score {gain:+.3f} (standard error {error:.3f}) beside the network before it"
    print(told if gain > 2 * error else f"{told}, which is put back", flush=True)
    if gain <= 2 * error:
        model.set_weights(weights)
        return Fitted(fitted.rows, f"The weights from before the stage {stage} were kept.")
    return fitted
