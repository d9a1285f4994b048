"""One training step of a recurrent layer: ours (as a loop, and written out) beside stock Keras and PyTorch, on the CPU.

python -m benchmarks.recurrence

Forward, and backward to inputs and weights: batch 64, 20 steps, 256 inputs, 256 units. The peers take turns in one
process, so that a busy spell of the machine hits all; printed are the median, the minimum, and the ratio of medians to
PyTorch's.
"""

import argparse
import statistics
import time

import keras
import tensorflow as tf
import torch

import layers
from layers import rnn

BATCH, STEPS, UNITS = 64, 20, 256
ROUNDS = 25


def of_tensorflow(layer, written_out=8):
    """A compiled step; `written_out` is the length up to which our layers write the loop out."""
    rnn.WRITTEN_OUT = written_out
    layer.build((BATCH, STEPS, UNITS))
    inputs = tf.random.normal((BATCH, STEPS, UNITS))
    weights = [weight.value for weight in layer.trainable_weights]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            total = tf.reduce_sum(layer(inputs))
        return tape.gradient(total, [inputs, *weights])

    step()  # traced while `written_out` holds
    return lambda: step()[1].numpy()


def of_torch(kind):
    layer = kind(UNITS, UNITS, batch_first=True)
    inputs = torch.randn(BATCH, STEPS, UNITS, requires_grad=True)

    def step():
        layer.zero_grad()
        layer(inputs)[0].sum().backward()

    return step


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for kind in ("LSTM", "GRU"):
        ours, twin = getattr(layers, kind), getattr(keras.layers, kind)
        peers = {
            "ours": of_tensorflow(ours(UNITS, return_sequences=True)),
            "ours, written out": of_tensorflow(ours(UNITS, return_sequences=True), written_out=STEPS),
            "stock Keras": of_tensorflow(twin(UNITS, return_sequences=True)),
            "PyTorch": of_torch(getattr(torch.nn, kind)),
        }
        times = {name: [] for name in peers}
        for _ in range(ROUNDS):
            for name, step in peers.items():
                step()  # untimed: the threads of the peer before it go to sleep
                start = time.perf_counter()
                step()
                times[name].append(1000 * (time.perf_counter() - start))
        reference = statistics.median(times["PyTorch"])
        for name, all_times in times.items():
            median = statistics.median(all_times)
            print(f"{kind:5} {name:18} {median:7.1f} ms, at best {min(all_times):6.1f}; {median / reference:.2f}")


if __name__ == "__main__":
    main()
