"""Writes docs/proofs.md: how far each layer is from what it must equal, on TensorFlow and on JAX.

python -m tests.layers.proofs
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "proofs.md"
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}

HEAD = """# Proofs

Written by `python -m tests.layers.proofs` on {date} (TensorFlow {tensorflow}, Keras {keras}, JAX {jax}, on the CPU,
fixed seeds). Each row of `tests/layers/cases.py` is one line. A layer and its reference start from the same random
weights, train for four steps of plain gradient descent on data whose channels differ in mean and variance, then infer.

- *forward*: the largest difference of the outputs, and of the weights and moving statistics afterwards;
- *gradient*: the largest difference of the gradients with respect to inputs and weights;
- *slope*: gradient against central finite differences in float64, along a random direction.

Differences are relative to the largest expected value; 0 means equal to the last bit. The tests demand 1e-5 in float32,
1e-9 in float64 and 1e-8 for the slope. References without a Keras layer of the same job are NumPy formulas. The last
rows of each table hold activations written out against the fused operations that the layers use (TensorFlow keeps leaky
ReLU's slope in float32). Keras on JAX has no float64; for this proof it is let through.
"""


def measure() -> dict:
    """Errors of every case on the backend of this process."""
    from layers import activations
    from tests.layers.cases import CASES
    from tests.layers.comparison import activation_errors, errors, finite_difference_error

    results = {}
    for case in CASES:
        reference = f"keras {case.twin.__name__}" if case.twin else "NumPy formula"
        row = [*errors(case, "float32"), *errors(case, "float64"), finite_difference_error(case)]
        results[case.name] = [reference, *row]
    for name in activations.FUSED:
        row = [*activation_errors(name, "float32"), *activation_errors(name, "float64")]
        results[f"activations.{name}, written out"] = ["the fused operation", *row, None]
    return results


def on_backend(backend) -> dict:
    """The same, in a process of its own."""
    command = [sys.executable, "-m", "tests.layers.proofs", "--measure"]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "KERAS_BACKEND": backend})
    if result.returncode:
        raise SystemExit(f"The proof on {backend} failed:\n{result.stderr[-4000:]}")
    return json.loads(result.stdout.splitlines()[-1])


def rounded(error) -> str:
    if error is None:
        return ""
    return "0" if error == 0 else f"{error:.0e}".replace("e-0", "e-")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--measure", action="store_true", help="print the errors on this process's backend as JSON")
    if parser.parse_args().measure:
        print(json.dumps(measure()))
        return
    results = {backend: on_backend(backend) for backend in BACKENDS}
    versions = {name: version(name) for name in ("tensorflow", "keras", "jax")}
    lines = [HEAD.format(date=datetime.date.today().isoformat(), **versions)]
    for backend, title in BACKENDS.items():
        lines.append(f"## {title}\n")
        lines.append("| layer | reference | forward, f32 | gradient, f32 | forward, f64 | gradient, f64 | slope |")
        lines.append("|---|---|---|---|---|---|---|")
        for name, (reference, *row) in results[backend].items():
            lines.append(f"| `{name}` | {reference} | {' | '.join(rounded(error) for error in row)} |")
        lines.append("")
    PAGE.write_text("\n".join(lines))
    print(f"wrote {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}")


if __name__ == "__main__":
    main()
