"""Times a training step of the Transformer blocks beside stock Keras and PyTorch: gradients and plain descent.

    python -m benchmarks.transformer_blocks            # about a minute

Batch 64, length 24, 128 features, 4 heads, 256 hidden units, dropout 0.1, masks; float32. Ours and Keras run in one
process, one step of each in turn; PyTorch runs in another one afterwards, as the threads of the two get into each
other's way, and once with one thread, as its threads wait for each other where something else runs. A cell is the
median over the rounds in milliseconds, a ratio that of medians. Below 1 ours is faster.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as cli/frameworks.py has it

import numpy as np

BATCH, LENGTH, FEATURES, HEADS, HIDDEN, RATE = 64, 24, 128, 4, 256, 0.1


def data(decoder):
    random = np.random.default_rng(0)
    inputs = [random.standard_normal((BATCH, LENGTH, FEATURES)).astype("float32") for _ in range(2 if decoder else 1)]
    masks = [np.arange(LENGTH) < random.integers(8, LENGTH + 1, (BATCH, 1)) for _ in inputs]
    return inputs, masks


def keras_step(block, decoder, jit):
    """A function that trains the block by one step and returns the loss."""
    import tensorflow as tf

    inputs, masks = data(decoder)
    block.build(*(x.shape for x in inputs))
    inputs, masks = ([tf.convert_to_tensor(x) for x in part] for part in (inputs, masks))
    arguments = {"inputs_mask": masks[0], "source_mask": masks[1]} if decoder else {"mask": masks[0]}

    @tf.function(jit_compile=jit)
    def step():
        variables = [weight.value for weight in block.trainable_weights]
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(block(*inputs, **arguments, training=True)))
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.01 * gradient)
        return loss

    return lambda: float(step())


def torch_step(decoder, threads):
    """The same in PyTorch, with so many threads."""
    import torch

    inputs, masks = data(decoder)
    kind = torch.nn.TransformerDecoderLayer if decoder else torch.nn.TransformerEncoderLayer
    block = kind(FEATURES, HEADS, HIDDEN, RATE, batch_first=True, norm_first=True)
    optimizer = torch.optim.SGD(block.parameters(), 0.01)
    inputs, hidden = ([torch.from_numpy(x) for x in part] for part in (inputs, [~mask for mask in masks]))
    if decoder:
        order = torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1)
        arguments = {
            "tgt_mask": order,
            "tgt_key_padding_mask": hidden[0],
            "memory_key_padding_mask": hidden[1],
            "tgt_is_causal": True,
        }
    else:
        arguments = {"src_key_padding_mask": hidden[0]}

    def step():
        torch.set_num_threads(threads)
        optimizer.zero_grad()
        loss = block(*inputs, **arguments).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def systems(decoder, torch_too):
    """Name -> function of one step, of Keras and ours or of PyTorch."""
    if torch_too:
        return {
            f"PyTorch, {threads} thread{'s'[: threads - 1]}": torch_step(decoder, threads)
            for threads in sorted({1, os.cpu_count()})
        }
    import layers
    from tests.layers import transformer_twins as twins

    kinds = {"ours": layers.TransformerEncoderBlock, "Keras": twins.EncoderBlockTwin}
    if decoder:
        kinds = {"ours": layers.TransformerDecoderBlock, "Keras": twins.DecoderBlockTwin}
    return {
        f"{name}{', XLA' if jit else ''}": keras_step(kind(HEADS, HIDDEN, dropout=RATE, norm="pre"), decoder, jit)
        for jit in (False, True)
        for name, kind in kinds.items()
    }


def measure(rounds, torch_too) -> dict:
    """Block -> system -> median milliseconds."""
    results = {}
    for block in ("encoder", "decoder"):
        steps = systems(block == "decoder", torch_too)
        times = {name: [] for name in steps}
        for turn in range(rounds + 5):
            for name in sorted(steps, reverse=turn % 2 == 0):
                start = time.perf_counter()
                steps[name]()
                if turn >= 5:
                    times[name].append(time.perf_counter() - start)
        results[block] = {name: 1000 * statistics.median(values) for name, values in times.items()}
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=60, help="rounds per block")
    parser.add_argument("--torch", action="store_true", help="time PyTorch only, and print JSON")
    arguments = parser.parse_args()
    if arguments.torch:
        print(json.dumps(measure(arguments.rounds, torch_too=True)))
        return
    results = measure(arguments.rounds, torch_too=False)
    command = [sys.executable, "-m", "benchmarks.transformer_blocks", "--torch", "--rounds", str(arguments.rounds)]
    peers = subprocess.run(command, capture_output=True, text=True)
    if peers.returncode:
        raise SystemExit(f"PyTorch failed:\n{peers.stderr[-2000:]}")
    print("| block | system | step, ms | ours / it | ours, XLA / it |")
    print("|---|---|---|---|---|")
    for block, times in results.items():
        times |= json.loads(peers.stdout.splitlines()[-1])[block]
        for name, milliseconds in times.items():
            ratios = (times["ours"] / milliseconds, times["ours, XLA"] / milliseconds)
            print(f"| {block} | {name} | {milliseconds:.2f} | {ratios[0]:.2f} | {ratios[1]:.2f} |")


if __name__ == "__main__":
    main()
