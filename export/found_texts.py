"""What the exports of translators and captioners share: the special tokens, and the check of their answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.text.subwords import END, PADDING, START, UNKNOWN
from export.guard import TOOLS, UNCHECKED, WORDS, compare, run_saved_model
from models.decoding import Tokens

TOKENS = Tokens(START, END, (PADDING, UNKNOWN, START))
# Of a score or an attention: sums over many terms, made by two programs whose products differ by the order of sums.
TOLERANCE = 1e-5


def check(
    path: str | Path,
    inputs: dict[str, np.ndarray],
    scalars: dict[str, np.ndarray],
    wanted: dict[str, dict[str, np.ndarray]],
    maps: list,
    compare_maps: Callable[[list, dict[str, np.ndarray], str], float],
) -> dict[str, float]:
    """Run the signatures of a SavedModel in fresh processes, in Python and through `saved_model_cli`, and compare.

    Args:
        path: The SavedModel, with the signatures serving_default, n_best and attention.
        inputs: Raw records: name to objects (N,).
        scalars: What `n_best` takes besides.
        wanted: Answers of serving_default and n_best as the suite itself gives them, name to array (N, ...).
        maps: For each record what `attention` must give.
        compare_maps: Function of maps, the outputs of `attention` for the same records, and words for messages, that
            returns the largest difference or raises ExportError.

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
        if signature == "attention":
            difference = compare_maps([maps[row] for row in rows], outputs, what)
        else:
            answers = {key: values[rows] for key, values in wanted[signature].items()}
            difference = compare(answers, outputs, TOLERANCE, what)
        found[TOOLS[way]] = max(difference, found.get(TOOLS[way], 0.0))
    return found
