"""What the exports of translators and captioners share: the special tokens, and the check of their answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.text.subwords import END, PADDING, START, UNKNOWN
from export.errors import ExportError
from export.guard import TOOLS, UNCHECKED, WORDS, compare, run_saved_model
from models.decoding import Tokens

TOKENS = Tokens(START, END, (PADDING, UNKNOWN, START))
# Of a score or an attention: sums over many terms, made by two programs whose products differ by the order of sums.
TOLERANCE = 1e-5
MOST_BEAMS, MOST_PENALTY = 64, 10  # as `models.search.Search` has them


def allowed(beams, length_penalty):
    """Both, once they are known to be a number of hypotheses and a penalty that a search can have."""
    import tensorflow as tf

    ops = [
        tf.debugging.Assert(
            (beams >= 1) & (beams <= MOST_BEAMS), [f"`beams` must be 1 to {MOST_BEAMS}. Received:", beams]
        ),
        tf.debugging.Assert(
            (length_penalty >= 0) & (length_penalty <= MOST_PENALTY),
            [f"`length_penalty` must be in [0, {MOST_PENALTY}]. Received:", length_penalty],
        ),
    ]
    with tf.control_dependencies(ops):
        return tf.identity(beams), tf.identity(length_penalty)


def check(
    path: str | Path,
    inputs: dict[str, np.ndarray],
    scalars: dict[str, np.ndarray],
    wanted: dict[str, dict[str, np.ndarray]],
    maps: list,
    compare_maps: Callable[[list, dict[str, np.ndarray], str], float],
    alone: Callable[[int], tuple[dict[str, dict[str, np.ndarray]], list]] | None = None,
) -> dict[str, float]:
    """Run the signatures of a SavedModel in fresh processes, in Python and through `saved_model_cli`, and compare.

    Two hypotheses of a search may be so near each other that rounding decides, which is not the same in a batch and
    alone. So a record that does not give what the suite gives in the batch may give what it gives alone.

    Args:
        path: The SavedModel, with the signatures serving_default, n_best and attention.
        inputs: Raw records: name to objects (N,).
        scalars: What `n_best` takes besides.
        wanted: Answers of serving_default and n_best as the suite itself gives them, name to array (N, ...).
        maps: For each record what `attention` must give.
        compare_maps: Function of maps, the outputs of `attention` for the same records, and words for messages, that
            returns the largest difference or raises ExportError.
        alone: Function of the number of a record that gives `wanted` and `maps` of it in a batch of its own.

    Returns:
        Loader to the largest difference of a number.

    Raises:
        ExportError: Another text, a larger difference than `TOLERANCE`, or a loader that fails.
    """
    calls = {"serving_default": inputs, "n_best": {**inputs, **scalars}, "attention": inputs}
    found: dict[str, float] = {}
    name = Path(path).name.removeprefix(UNCHECKED)
    for way, signature, rows, outputs in run_saved_model(path, calls, by_cli=("serving_default",)):
        what = f"{name}, signature {signature}, {WORDS[way]}"

        def difference(rows, answers, maps, outputs, signature=signature, what=what):
            if signature == "attention":
                return compare_maps([maps[row] for row in rows], outputs, what)
            expected = {key: values[rows] for key, values in answers[signature].items()}
            return compare(expected, outputs, TOLERANCE, what)

        try:
            largest = difference(rows, wanted, maps, outputs)
        except ExportError:
            if alone is None:
                raise
            largest = 0.0
            for place, row in enumerate(rows):
                one = {key: values[place : place + 1] for key, values in outputs.items()}
                try:
                    largest = max(largest, difference([row], wanted, maps, one))
                except ExportError as refusal:
                    try:
                        largest = max(largest, difference([0], *alone(row), one))
                    except ExportError:
                        raise refusal from None
        found[TOOLS[way]] = max(largest, found.get(TOOLS[way], 0.0))
    return found
