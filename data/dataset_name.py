"""The short name of a dataset, for names of runs, by the file that holds it."""

import os
import re


def of_file(path: str, silent: frozenset[str] = frozenset(), default: str = "") -> str:
    """The name of a file without endings; that of its folder, where the file's is one of `silent`: it says nothing."""
    stem = os.path.basename(path).split(".")[0]
    if stem.lower() in silent:
        stem = os.path.basename(os.path.dirname(os.path.abspath(path))) or stem
    return re.sub(r"[^a-zA-Z0-9_.-]+", "-", stem) or default
