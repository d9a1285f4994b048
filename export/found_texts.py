"""What the exports of translators and captioners share: the special tokens, and the check of their answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.text.subwords import END, PADDING, START, UNKNOWN
from export import signatures
from export.errors import ExportError
from export.guard import TOOLS, UNCHECKED, WORDS, compare, run_saved_model
from models.decoding import Tokens

TOKENS = Tokens(START, END, (PADDING, UNKNOWN, START))
# Of a score or an attention: sums over many terms, made by two programs whose products differ by the order of sums.
TOLERANCE = 1e-5
MOST_BEAMS, MOST_PENALTY = 64, 10  # as `models.decoding_settings.DecodingSettings` has them


def save(path: str | Path, name: str, filler, serving_default: Callable, n_best: Callable, attention: Callable) -> None:
    """Write the three signatures as a SavedModel.

    Args:
        path: Folder to make.
        name: Of the records, string (N,), that each takes.
        filler: A record that any of them can answer.
        serving_default, attention: Functions of records that give a dict of tensors (N, ...).
        n_best: Such a function of records, beams and length penalty.
    """
    import tensorflow as tf

    def of_allowed(records, beams, length_penalty):
        return n_best(records, *_allowed(beams, length_penalty))

    records = tf.TensorSpec([None], tf.string, name)
    search = tf.TensorSpec([], tf.int32, "beams"), tf.TensorSpec([], tf.float32, "length_penalty")
    given = {"serving_default": (serving_default, (records,)), "attention": (attention, (records,))}
    given |= {"n_best": (of_allowed, (records, *search))}
    functions = {name: (signatures.for_any_number(one, filler), specs) for name, (one, specs) in given.items()}
    signatures.save(functions, path)


def _allowed(beams, length_penalty):
    """Both, once they are known to be a number of hypotheses and a penalty that a search can have."""
    import tensorflow as tf

    many = [f"`beams` must be 1 to {MOST_BEAMS}. Received:", beams]
    large = [f"`length_penalty` must be in [0, {MOST_PENALTY}]. Received:", length_penalty]
    fits = tf.debugging.Assert((beams >= 1) & (beams <= MOST_BEAMS), many)
    penalty_fits = tf.debugging.Assert((length_penalty >= 0) & (length_penalty <= MOST_PENALTY), large)
    with tf.control_dependencies([fits, penalty_fits]):
        return tf.identity(beams), tf.identity(length_penalty)


def check(
    path: str | Path,
    inputs: dict[str, np.ndarray],
    scalars: dict[str, np.ndarray],
    found: dict[str, np.ndarray],
    maps: list,
    compare_maps: Callable[[list, dict[str, np.ndarray], str], float],
    alone: Callable[[int], tuple[dict[str, np.ndarray], list]] | None = None,
) -> dict[str, float]:
    """Run the signatures of a SavedModel in fresh processes, in Python and through `saved_model_cli`, and compare.

    Two hypotheses of a search may be so near each other that rounding decides, which is not the same in a batch and
    alone. So a record that does not give what the suite gives in the batch may give what it gives alone.

    Args:
        path: The SavedModel, with the signatures serving_default, n_best and attention.
        inputs: Raw records: name to objects (N,).
        scalars: What `n_best` takes besides.
        found: What the suite itself gives for them: name to array (N, beams), the best first; and (N,) for what
            serving_default gives besides.
        maps: For each record what `attention` must give.
        compare_maps: Function of maps, the outputs of `attention` for the same records, and words for messages, that
            returns the largest difference or raises ExportError.
        alone: Function of the number of a record that gives `found` and `maps` of it in a batch of its own.

    Returns:
        Loader to the largest difference of a number.

    Raises:
        ExportError: Another text, a larger difference than `TOLERANCE`, or a loader that fails.
    """
    calls = {"serving_default": inputs, "n_best": {**inputs, **scalars}, "attention": inputs}
    differences: dict[str, float] = {}
    name = Path(path).name.removeprefix(UNCHECKED)
    for way, signature, rows, outputs in run_saved_model(path, calls, by_cli=("serving_default",)):
        what = f"{name}, signature {signature}, {WORDS[way]}"

        def difference(rows, found, maps, outputs, signature=signature, what=what):
            if signature == "attention":
                return compare_maps([maps[row] for row in rows], outputs, what)
            expected = {key: values[rows] for key, values in _of_signature(found, signature).items()}
            return compare(expected, outputs, TOLERANCE, what)

        try:
            largest = difference(rows, found, maps, outputs)
        except ExportError:
            if alone is None:
                raise
            largest = 0.0
            for place, row in enumerate(rows):
                one = {key: values[place : place + 1] for key, values in outputs.items()}
                try:
                    largest = max(largest, difference([row], found, maps, one))
                except ExportError as refusal:
                    try:
                        largest = max(largest, difference([0], *alone(row), one))
                    except ExportError:
                        raise refusal from None
        differences[TOOLS[way]] = max(largest, differences.get(TOOLS[way], 0.0))
    return differences


def _of_signature(found: dict[str, np.ndarray], signature: str) -> dict[str, np.ndarray]:
    """What a signature must give: all hypotheses, or the best of each and what there is besides."""
    if signature == "n_best":
        return {name: values for name, values in found.items() if values.ndim == 2}
    return {name: values[:, 0] if values.ndim == 2 else values for name, values in found.items()}
