"""A trained network that is asked why: what explaining needs of a run, finished or just trained."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

PICTURES_AT_ONCE, ROWS_AT_ONCE = 256, 4096
SMALLEST = 1e-12  # probability whose logarithm is taken


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with what stands before and behind it.

    Attributes:
        model: `keras.Model`.
        prepare: From raw records to its inputs.
        scores: From its outputs, as NumPy, to probabilities (N, K), or to numbers (N, 1).
        classes: Names of the probabilities; () where the answer is a number.
        target: Name of the number; "" where there are classes.
        background: Raw columns of rows that a row of a table is held against, each (N,), and what these are. Asked for
            only where there are columns besides text.
    """

    model: object
    prepare: object
    scores: Callable[[np.ndarray], np.ndarray]
    classes: tuple[str, ...]
    target: str
    background: Callable[[], tuple[Mapping[str, np.ndarray], str]]

    @property
    def is_picture(self) -> bool:
        from data.images.images import ImagePrepare

        return isinstance(self.prepare, ImagePrepare)

    @property
    def texts(self) -> dict[str, str]:
        """Columns of text, and the form of each; of a table or of pictures none."""
        return dict(getattr(self.prepare, "forms", {}))

    def answers(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Probabilities (N, K), or numbers (N, 1), of raw records."""
        if self.texts:
            return self.prepare.answers(inputs, self.of_inputs)
        chunks = _chunks(inputs, PICTURES_AT_ONCE if self.is_picture else ROWS_AT_ONCE)
        batches = (self.prepare.model_input(some) for some in chunks)
        return np.concatenate([self.of_inputs(batch) for batch in batches])

    def of_inputs(self, batch) -> np.ndarray:
        """Those of records that are prepared."""
        return self.scores(np.asarray(self.model.predict_on_batch(batch)))

    def logs(self, answers: np.ndarray) -> np.ndarray:
        """Log probabilities (N, K) of probabilities; numbers stay as they are."""
        return np.log(np.maximum(answers, SMALLEST)) if self.classes else answers


def _chunks(inputs: Mapping[str, np.ndarray], most: int) -> Iterator[dict[str, np.ndarray]]:
    """Yields the records, so many at a time."""
    count = len(next(iter(inputs.values())))
    for start in range(0, count, most):
        yield {name: values[start : start + most] for name, values in inputs.items()}
