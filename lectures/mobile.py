r"""Networks for phones and cars: few weights, few multiplications

The winners of the contest need billions of multiplications for a picture. Two networks of 2016 and 2017 do with a
fraction: ENet, which finds the class of every pixel of a street, makes the picture small at once and its channels few
inside every block; ShuffleNet splits its convolutions into groups and shuffles the channels between them. The counts
here are made from the tables of their authors; the times and errors of the papers are not repeated.
"""

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, near


def bottleneck(inputs, channels, pixels, before=1, asymmetric=False, decoder=False):
    """Weights and multiply-adds of ENet's block: to a quarter of the channels, a 3x3 (or 5x1 and 1x5), and back.

    In the encoder the pixels may be made fewer by a 2x2 (`before` = 4); the decoder has ReLU, without a slope to learn.
    """
    inner = channels // 4
    window = 10 if asymmetric else 9
    products = before * inputs * inner + window * inner**2 + inner * channels
    norms, slopes = 2 * (2 * inner + channels), 0 if decoder else 2 * inner + channels
    return products + inner + norms + slopes, products * pixels


def s81_enet(classes: int = 12, width: int = 480, height: int = 360):
    r"""ENet has 363,856 parameters, because its blocks work on a quarter of the channels of an eighth of the picture

    The first block halves the picture with 13 filters beside a pool, the next ones twice again: most of its 29 blocks
    see an eighth of each side, one place for 64 pixels. Inside a block the channels are a quarter. The decoder, which
    brings the pixels back, has only five small blocks. The paper says 0.37 million parameters, with the statistics of
    batch norm.

    Formula: n = c_{in} \frac{c}{4} + 9 \left(\frac{c}{4}\right)^2 + \frac{c}{4} c

    Source: Paszke and others 2016, ENet: a deep neural network architecture for real-time semantic segmentation;
    layer tables of the authors' release

    Where: `models/enet_blocks.py`; `python -m apps.networks enet`, `python -m apps.segment enet`
    """
    half, quarter, eighth = (width * height // side**2 for side in (2, 4, 8))
    first = 27 * 13 + 13 + 3 * 16, 27 * 13 * half
    stage_1 = [bottleneck(16, 64, quarter, before=4), *4 * [bottleneck(64, 64, quarter)]]
    plain, asymmetric = bottleneck(128, 128, eighth), bottleneck(128, 128, eighth, asymmetric=True)
    stage_2 = [bottleneck(64, 128, eighth, before=4), *6 * [plain], *2 * [asymmetric]]
    stage_3 = [*6 * [plain], *2 * [asymmetric]]
    encoder = first[0] + sum(one[0] for one in stage_1 + stage_2 + stage_3)
    up_1, up_2 = (bottleneck(*two, 0, decoder=True)[0] for two in ((128, 64), (64, 16)))
    beside = 128 * 64 + 2 * 64, 64 * 16 + 2 * 16  # a 1x1 with batch norm where the channels change
    blocks = 2 * bottleneck(64, 64, 0, decoder=True)[0] + bottleneck(16, 16, 0, decoder=True)[0]
    decoder = up_1 + up_2 + sum(beside) + blocks + 4 * 16 * classes + classes
    work = {
        "first block, 1/2": first[1],
        "stage 1, 1/4": sum(one[1] for one in stage_1),
        "stage 2, 1/8": sum(one[1] for one in stage_2),
        "stage 3, 1/8": sum(one[1] for one in stage_3),
    }
    small = (work["stage 2, 1/8"] + work["stage 3, 1/8"]) / sum(work.values())
    whole = 9 * 128**2 * eighth / plain[1]  # a 3x3 of all channels beside a block
    # Picture
    figure, axes = canvas(4.8, 3.0)
    axes.barh(range(len(work)), [one / 1e6 for one in work.values()], color=PALETTE[5])
    axes.set(yticks=range(len(work)), ylim=(len(work) - 0.4, -0.6), xlabel="million multiply-adds in the encoder")
    axes.set_yticklabels(work, fontsize=8)
    checks = [
        near("parameters of the encoder", encoder, 338_156, 0),
        near("parameters", encoder + decoder, 363_856, 0),
        near("multiply-adds of the encoder", sum(work.values()), 1_071_316_800, 0),
        near("share of them at an eighth of the sides", small, 0.7665, 0.00005),
        at_least("a 3x3 of 128 channels over a block, in multiply-adds", whole, 8),
    ]
    return Shown(checks, figure, "Three quarters of the encoder's work is done at an eighth of the picture's size.")


def s82_shufflenet(groups: int = 3, channels: int = 240, pixels: int = 224):
    r"""ShuffleNet divides the work of a 1x1 convolution by its groups, and a shuffle lets the groups meet

    In a small network the 1x1 convolutions cost most. Split into groups, each output sees one group of the inputs, and
    however many layers follow, a group never hears of another. So the channels are written as a table of groups by
    places and read by columns: the next layer's groups hold one channel of each. Nothing is learned for it. With
    three groups the network of the paper has 1.9 million parameters and 138 million multiply-adds.

    Formula: j = (i \bmod \tfrac{c}{g})\, g + \lfloor i / \tfrac{c}{g} \rfloor

    Source: Zhang and others 2018, ShuffleNet: an extremely efficient convolutional neural network for mobile devices,
    table 1; counts of the authors' release

    Where: `layers/channel_shuffle.py`; `python -m apps.networks shufflenet --version 1`
    """
    shuffle = np.arange(channels).reshape(groups, -1).T.ravel()  # written by rows, read by columns
    grouped = np.kron(np.eye(groups), np.ones((channels // groups, channels // groups)))
    seen = {
        "without a shuffle": grouped @ grouped > 0,
        "with a shuffle": grouped @ grouped[shuffle] > 0,
    }
    side = pixels // 8
    weights, work = 27 * 24 + 48, 27 * 24 * (pixels // 2) ** 2
    inputs = 24
    for stage, units in enumerate((4, 8, 4)):
        filters, area = channels * 2**stage, (side // 2**stage) ** 2
        for unit in range(units):
            first = 1 if stage == unit == 0 else groups  # the 24 channels of the first layer are not grouped
            outputs, inner = filters - inputs if unit == 0 else filters, filters // 4
            products = inputs * inner // first, 9 * inner, inner * outputs // groups
            weights += sum(products) + 2 * (inner + inner + outputs)
            work += products[0] * area * (4 if unit == 0 else 1) + (products[1] + products[2]) * area
            inputs = filters
    weights, work = weights + 1000 * inputs, work + 1000 * inputs
    # Picture
    figure, axes = panels(2, width=6.6, height=3.3)
    for one, (name, sees) in zip(axes, seen.items(), strict=True):
        one.imshow(sees, cmap="Blues", vmin=0, vmax=1.4, interpolation="nearest")
        one.set(title=f"two layers {name}", xlabel="input channel", ylabel="output channel")
        one.grid(visible=False)
    alone, shuffled = seen.values()
    checks = [
        near("share of inputs that an output sees, without", alone.mean(), 1 / 3, 1e-12),
        near("the same, with a shuffle", shuffled.mean(), 1, 0),
        near("parameters, millions", weights / 1e6, 1.9, 0.05),
        near("multiply-adds, millions", work / 1e6, 138, 2),
    ]
    return Shown(checks, figure, "Without a shuffle each output sees a third of the inputs; with it, all of them.")


def questions(measured) -> list[Question]:
    encoder = measured["S81"]["parameters of the encoder"]
    total = measured["S81"]["parameters"]
    seen = measured["S82"]["share of inputs that an output sees, without"]
    return [
        Question(
            "Where are ENet's parameters?",
            (f"Nearly all in the encoder, {encoder / total:.0%}.", "Half in each part.", "Nearly all in the decoder."),
            0,
            "The encoder understands; the decoder only brings the pixels back, with five small blocks.",
        ),
        Question(
            "Two convolutions of three groups follow each other without a shuffle. Which share of the inputs does an "
            "output see?",
            ("all", f"{seen:.2f}", f"{seen**2:.2f}"),
            1,
            "Its own group, through however many layers.",
        ),
        Question(
            "What does a shuffle of the channels learn?",
            ("One weight for each group.", "One weight for each channel.", "Nothing: it is a fixed order."),
            2,
            "It writes a table by rows and reads it by columns.",
        ),
    ]
