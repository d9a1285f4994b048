"""TensorFlow's own `saved_model_cli run`, which loads as TensorFlow Serving does: into a session."""

import ast
import re
import sys
from pathlib import Path

import numpy as np

OUTPUTS = "outputs_of_cli"


def command(path: Path, inputs: dict[str, np.ndarray], folder: Path) -> tuple[list[int], list[str]]:
    """The command line that runs `serving_default` in `folder`, and the rows of `inputs` that it runs on.

    The tool reads NumPy arrays, whose byte strings lose trailing zeros, so records that end in zero are left out.
    Where all do (BMP images), the first goes alone, as a block of exactly its length.

    Args:
        path: The SavedModel.
        inputs: Signature name to array (N,): float32, or objects (bytes or str).
        folder: The working folder of the command; its input is written there.
    """
    encoded = {
        name: [value if isinstance(value, bytes) else value.encode("utf-8") for value in values]
        for name, values in inputs.items()
        if values.dtype == object
    }
    count = len(next(iter(inputs.values())))
    kept = [row for row in range(count) if not any(values[row].endswith(b"\0") for values in encoded.values())] or [0]
    arrays, parts = {}, []
    for position, (name, values) in enumerate(inputs.items()):
        arrays[f"c{position}"] = _byte_array([encoded[name][row] for row in kept]) if name in encoded else values[kept]
        parts.append(f"{name}=rows.npz[c{position}]")  # relative, because the tool splits at "=", "[" and ";"
    np.savez(folder / "rows.npz", **arrays)
    tool = [sys.executable, "-I", "-m", "tensorflow.python.tools.saved_model_cli", "run", "--dir", str(path)]
    chosen = ["--tag_set", "serve", "--signature_def", "serving_default"]
    return kept, [*tool, *chosen, "--outdir", OUTPUTS, "--inputs", ";".join(parts)]


def outputs(folder: Path, printed: str) -> dict[str, np.ndarray]:
    """What the command gave: numbers from the files it wrote, text from what it printed (its files pickle text)."""
    found = {}
    for path in sorted((folder / OUTPUTS).glob("*.npy")):
        try:
            found[path.stem] = np.load(path, allow_pickle=False)
        except ValueError:
            block = printed.split(f"Result for output key {path.stem}:\n", 1)[1]
            block = block.split(f"Output {path.stem} is saved", 1)[0]
            literals = re.findall(r"b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\"", block)
            found[path.stem] = np.array([ast.literal_eval(literal) for literal in literals], dtype=object)
    return found


def _byte_array(rows: list[bytes]) -> np.ndarray:
    width = max(1, *map(len, rows)) if len(rows) > 1 else max(1, len(rows[0]))
    return np.array(rows, dtype=f"V{width}" if rows[0].endswith(b"\0") else f"S{width}")
