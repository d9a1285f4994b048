"""TensorFlow's own `saved_model_cli run`, which loads as TensorFlow Serving does: into a session.

The command is run once per signature, one after the other in one process: starting TensorFlow takes most of the time.
"""

import ast
import json
import re
import sys
from pathlib import Path

import numpy as np

BEGIN = "signature to run: "
# Runs in a process of its own, which cannot import this suite.
MANY = f"""
import json, sys
from tensorflow.python.tools import saved_model_cli
for name, arguments in json.load(open(sys.argv[1])).items():
    print({BEGIN!r} + name, flush=True)
    sys.argv = ["saved_model_cli", *arguments]
    try:
        saved_model_cli.main()
    except SystemExit as end:
        if end.code:
            raise
"""


def command(
    path: Path, calls: dict[str, dict[str, np.ndarray]], folder: Path
) -> tuple[dict[str, list[int]], list[str]]:
    """The command line that runs signatures in `folder`, and for each the rows of its inputs that it runs on.

    The tool reads NumPy arrays, whose byte strings lose trailing zeros, so records that end in zero are left out.
    Where all do (BMP images), the first goes alone, as a block of exactly its length.

    Args:
        path: The SavedModel.
        calls: Signature to its inputs: name to array (N, ...): float32, or objects (bytes or str).
        folder: The working folder of the command; its inputs are written there.
    """
    rows, arguments = {}, {}
    for number, (signature, inputs) in enumerate(calls.items()):
        rows[signature], files = _write(inputs, folder, f"rows{number}")
        chosen = ["--tag_set", "serve", "--signature_def", signature, "--outdir", f"outputs{number}"]
        given = ";".join(f"{name}={file}" for name, file in files.items())
        arguments[signature] = ["run", "--dir", str(path), *chosen, "--inputs", given]
    (folder / "calls.json").write_text(json.dumps(arguments), encoding="utf-8")
    return rows, [sys.executable, "-I", "-c", MANY, "calls.json"]


def outputs(folder: Path, printed: str) -> dict[str, dict[str, np.ndarray]]:
    """What each signature gave: numbers from the files it wrote, text from what it printed (its files pickle text)."""
    found = {}
    for number, section in enumerate(printed.split(BEGIN)[1:]):
        signature, _, said = section.partition("\n")
        found[signature] = {}
        for path in sorted((folder / f"outputs{number}").glob("*.npy")):
            try:
                found[signature][path.stem] = np.load(path, allow_pickle=False)
            except ValueError:
                block = said.split(f"Result for output key {path.stem}:\n", 1)[1]
                block = block.split(f"Output {path.stem} is saved", 1)[0]
                literals = re.findall(r"b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\"", block)
                found[signature][path.stem] = np.array(
                    [ast.literal_eval(literal) for literal in literals], dtype=object
                )
    return found


def _write(inputs: dict[str, np.ndarray], folder: Path, start: str) -> tuple[list[int], dict[str, str]]:
    """Write the inputs of one signature; return the rows that were kept, and input name to the name of its file.

    One file for each: of a file with many arrays the tool reads the whole list for every one of them.
    """
    encoded = {
        name: [value if isinstance(value, bytes) else value.encode("utf-8") for value in values]
        for name, values in inputs.items()
        if values.dtype == object
    }
    count = len(next(iter(inputs.values())))
    kept = [row for row in range(count) if not any(values[row].endswith(b"\0") for values in encoded.values())] or [0]
    files = {}
    for position, (name, values) in enumerate(inputs.items()):
        files[name] = f"{start}-{position}.npy"
        array = _byte_array([encoded[name][row] for row in kept]) if name in encoded else values[kept]
        np.save(folder / files[name], array)
    return kept, files


def _byte_array(rows: list[bytes]) -> np.ndarray:
    width = max(1, *map(len, rows)) if len(rows) > 1 else max(1, len(rows[0]))
    return np.array(rows, dtype=f"V{width}" if rows[0].endswith(b"\0") else f"S{width}")
