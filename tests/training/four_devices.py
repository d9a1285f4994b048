"""Trains on one and on four virtual devices of JAX and prints, as JSON, what came out of each.

XLA_FLAGS=--xla_force_host_platform_device_count=4 KERAS_BACKEND=jax python -m tests.training.four_devices
"""

import json
import tempfile
from pathlib import Path

import jax
import keras
import numpy as np

from models.mlp import MLP
from tests.training.test_trainer import ROWS, batches, validation
from training import hosts
from training.compilation import compile_model
from training.fit import fit
from training.losses import CrossEntropy
from training.plan import plan
from training.run_directory import RunDirectory
from training.trainer import Trainer


def train(folder: Path, dropout: float, batch_size: int) -> dict:
    """Figures of each epoch, weights, and the parts that batches of training and of validation were divided into."""
    parts, place = set(), jax.make_array_from_process_local_data

    def watched(layout, values, *rest):
        array = place(layout, values, *rest)
        parts.add((len(values), len({str(shard.index) for shard in array.addressable_shards})))
        return array

    jax.make_array_from_process_local_data = watched
    trainer = Trainer(epochs=3, batch_size=batch_size, learning_rate=0.01)
    keras.utils.set_random_seed(0)
    model = MLP((32,), dropout=dropout, batch_norm=True).build((64,), 10)
    schedule = plan(trainer, ROWS)
    compile_model(model, trainer, schedule, CrossEntropy(), ["accuracy"])
    rows, _ = fit(model, batches(schedule), validation(), trainer=trainer, plan=schedule, run=RunDirectory(folder))
    hosts.alone(model)
    jax.make_array_from_process_local_data = place
    sample = np.random.default_rng(0).random((5, 64), "float32")
    return {
        "rows": rows,
        "weights": [weight.tolist() for weight in model.get_weights()],
        "parts": sorted(parts),
        "predicted": model.predict(sample, verbose=0).tolist(),  # five rows do not divide among four devices
        "evaluated": model.evaluate(validation(), verbose=0),
        "devices": len(model.variables[0].value.sharding.device_set),
    }


def main():
    results = {}
    for name, dropout, batch_size in (("plain", 0.0, 24), ("dropout", 0.3, 24), ("indivisible", 0.0, 30)):
        for devices in ("one", "four"):
            if devices == "four":
                assert hosts.spread() == 4
            with tempfile.TemporaryDirectory() as folder:
                results[f"{name}, {devices}"] = train(Path(folder), dropout, batch_size)
            assert keras.distribution.distribution() is None
    print(json.dumps(results))


if __name__ == "__main__":
    main()
