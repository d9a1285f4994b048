"""Loads the models that `test_contract.py` saved, in this fresh process, and prints how far their outputs are off.

python -m tests.layers.reload FOLDER THREADS

An operation has as many THREADS as where the models were saved, 0 for the default: sums of several threads differ in
their last bits.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

import layers  # noqa: F401  registers the classes
from training.devices import limit_threads


def main(folder, threads):
    limit_threads(int(threads) or None)
    differences = {}
    for path in sorted(Path(folder).glob("*.keras")):
        saved = np.load(path.with_suffix(".npz"))
        inputs = [saved[f"arr_{number}"] for number in range(len(saved) - 1)]
        outputs = np.asarray(keras.models.load_model(path)(inputs, training=False))
        differences[path.stem] = float(np.max(np.abs(outputs - saved["outputs"])))
    print(json.dumps(differences))


if __name__ == "__main__":
    main(*sys.argv[1:])
