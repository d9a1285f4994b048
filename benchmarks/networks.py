"""Training and inference of each published network at its size, beside keras.applications and torchvision.

    python -m benchmarks.networks                                       # all, about half an hour and 8 GB
    python -m benchmarks.networks --networks ResNet-50 --repetitions 3  # one, two minutes

Milliseconds for one step of SGD on a batch (`--batch` pictures), and for the answers to one: the network alone, on
pictures in memory, no pipeline. Each system is a process of its own; they take turns, a repetition each, and sleep in
between. A cell is the median over the repetitions of one run, a ratio the median of the ratios repetition by
repetition: above 1 this suite is faster. Keras is keras.applications' network with its own settings; PyTorch is
torchvision's, in eager mode with channels last. Peers that are not installed, or have another architecture under the
name (torchvision's AlexNet and GoogLeNet), are left out; those that remain must have as many numbers in their kernels.
Prints Markdown.
"""

import argparse
import json
import math
import os
import statistics
import sys
import time
from importlib import metadata, util

from benchmarks.turns import take_turns
from evaluation.published_figures import FIGURES

SYSTEMS = ("lamina", "keras", "torch")
# title -> constructor in keras.applications, constructor in torchvision.models; None where there is none
PEERS = {
    "VGG-16": ("VGG16", "vgg16"),
    "VGG-19": ("VGG19", "vgg19"),
    "ResNet-50": ("ResNet50", "resnet50"),
    "ResNet-101": ("ResNet101", "resnet101"),
    "ResNet-152": ("ResNet152", "resnet152"),
    "ShuffleNet v2": (None, "shufflenet_v2_x1_0"),
    "MobileNetV2": ("MobileNetV2", "mobilenet_v2"),
}
SECONDS = 1.0
"""That a measurement takes, at least one step."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    titles = [one.title for one in FIGURES]
    parser.add_argument("--networks", nargs="+", choices=titles, default=titles)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--worker", nargs=3, metavar=("SYSTEM", "TITLE", "BATCH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(*arguments.worker[:2], int(arguments.worker[2]))
    names = [name for name in ("tensorflow", "keras", "torch", "torchvision") if util.find_spec(name)]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    print(f"{len(os.sched_getaffinity(0))} cores, {versions}, batch {arguments.batch}, seed 0, float32, ", end="")
    print(f"medians of {arguments.repetitions} interleaved repetitions, milliseconds a batch\n")
    ratios = [f"{peer} / ours" for peer in SYSTEMS[1:]]
    print("| network | what |", " | ".join([*SYSTEMS, *ratios]), "|\n" + "|---" * (len(SYSTEMS) + 4) + "|", flush=True)
    for title in arguments.networks:
        workers = {system: (system, title, str(arguments.batch)) for system in systems(title)}
        _, found = take_turns("benchmarks.networks", workers, arguments.repetitions)
        for what in ("training", "inference"):
            print(
                row(title, what, {name: [one[what] for one in several] for name, several in found.items()}), flush=True
            )


def systems(title: str) -> list[str]:
    """Those that have this network here."""
    keras_name, torch_name = PEERS.get(title, (None, None))
    there = [bool(keras_name), bool(torch_name and util.find_spec("torchvision"))]
    return ["lamina", *(name for name, is_there in zip(SYSTEMS[1:], there, strict=True) if is_there)]


def row(title: str, what: str, times: dict[str, list[float]]) -> str:
    """A line of the table: medians, and the median of the ratios to each peer."""
    cells = [f"{statistics.median(times[name]):,.0f}" if name in times else "-" for name in SYSTEMS]
    for peer in SYSTEMS[1:]:
        pairs = zip(times.get(peer, ()), times["lamina"], strict=False)
        ratios = [theirs / ours for theirs, ours in pairs]
        cells.append(f"{statistics.median(ratios):.2f}" if ratios else "-")
    return f"| {title} | {what} | " + " | ".join(cells) + " |"


def work(system: str, title: str, batch: int) -> None:
    """A worker: builds, warms up and reports, then measures once for each line of its standard input."""
    import numpy as np

    one = next(one for one in FIGURES if one.title == title)
    random = np.random.default_rng(0)
    pictures = random.normal(size=(batch, one.size, one.size, 3)).astype("float32")
    labels = random.integers(0, one.classes, batch)
    make = torch_steps if system == "torch" else keras_steps
    parameters, training, inference = make(system, one, pictures, labels)
    loss = training()
    inference()
    print(json.dumps({"parameters": parameters, "loss": 2 * loss + 10}), flush=True)
    for _ in sys.stdin:
        found = {"training": milliseconds(training), "inference": milliseconds(inference)}
        print(json.dumps({**found, "loss": training()}), flush=True)


def milliseconds(step) -> float:
    """Mean time of a step."""
    began, steps = time.perf_counter(), 0
    while not steps or time.perf_counter() - began < SECONDS:
        step()
        steps += 1
    return 1000 * (time.perf_counter() - began) / steps


def keras_steps(system: str, one, pictures, labels):
    """Of the suite or of keras.applications: numbers in its kernels, a step of training that gives its loss, one of
    inference."""
    from training.devices import configure

    configure()
    import keras

    keras.utils.set_random_seed(0)
    if system == "lamina":
        from tasks.network_request import built, recipes

        model = built(recipes()[one.recipe](**one.settings), one.size, one.classes)
        for layer in model.layers:  # a pretrained backbone begins frozen
            layer.trainable = True
    else:
        constructor = getattr(keras.applications, PEERS[one.title][0])
        model = constructor(weights=None, classes=one.classes, classifier_activation=None)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    jit = "auto" if system == "keras" else False  # as each trains by itself on a CPU
    model.compile(keras.optimizers.SGD(1e-4, momentum=0.9), loss, jit_compile=jit)
    kernels = sum(math.prod(weight.shape) for weight in model.trainable_weights if len(weight.shape) > 1)
    return kernels, lambda: float(model.train_on_batch(pictures, labels)), lambda: model.predict_on_batch(pictures)


def torch_steps(system: str, one, pictures, labels):
    """Of torchvision: numbers in its kernels, a step of training that gives its loss, one of inference."""
    import torch
    import torchvision

    torch.manual_seed(0)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    model = getattr(torchvision.models, PEERS[one.title][1])(weights=None, num_classes=one.classes)
    model = model.to(memory_format=torch.channels_last)
    inputs = torch.from_numpy(pictures.transpose(0, 3, 1, 2)).to(memory_format=torch.channels_last)
    targets = torch.from_numpy(labels)
    optimizer = torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9)

    def training() -> float:
        model.train()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss.item()

    def inference():
        model.eval()
        with torch.inference_mode():
            return model(inputs).numpy()

    return sum(weight.numel() for weight in model.parameters() if weight.dim() > 1), training, inference


if __name__ == "__main__":
    main()
