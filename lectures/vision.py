r"""Vision: the networks of the ImageNet contest, counted

A layer table is enough to count a network's weights: a convolution has a weight for every input channel at every place
of its window, and a bias, for each filter. The counts here are made from the tables of the papers and of the code that
their authors released, and compared with what is known of them. The errors are the papers' own; nothing of them was
trained here, and they are quoted.
"""

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, near

ALEXNET = (
    ("conv1, 11x11", 11, 3, 96, 1, 55),
    ("conv2, 5x5", 5, 96, 256, 2, 27),
    ("conv3, 3x3", 3, 256, 384, 1, 13),
    ("conv4, 3x3", 3, 384, 384, 2, 13),
    ("conv5, 3x3", 3, 384, 256, 2, 13),
    ("dense6", 6, 256, 4096, 1, 1),
    ("dense7", 1, 4096, 4096, 1, 1),
    ("dense8", 1, 4096, 1000, 1, 1),
)


def count(window, channels, filters, groups=1):
    """Weights and biases of a convolution; a dense layer is one whose window is the whole map."""
    return window * window * channels // groups * filters + filters


def bars(axes, names, numbers, unit=1e6):
    """A bar for each layer, in millions of parameters, the first on top."""
    axes.barh(range(len(names)), [one / unit for one in numbers], color=PALETTE[5])
    axes.set(yticks=range(len(names)), ylim=(len(names) - 0.4, -0.6), xlabel="million parameters")
    axes.set_yticklabels(names, fontsize=8)


def s76_alexnet():
    r"""AlexNet's two streams have 60,965,224 parameters, nearly all in the dense layers

    AlexNet was spread over two graphics cards of 3 GB (GTX 580). In layers 2, 4 and 5 each half of the filters sees the
    half of the channels that lies on its own card, which halves their weights: two groups. Its top-5 error of 15.3% in
    2012, an average of seven networks, stood against 26.2% of the second best. The lectures print 15 and 15.4%.

    Formula: n = k^2 \frac{c_{in}}{g} c_{out} + c_{out}

    Source: Krizhevsky, Sutskever and Hinton 2012, ImageNet classification with deep convolutional neural networks
    (errors as quoted); layer table of the Caffe release

    Where: `models/alexnet.py`; `python -m apps.networks alexnet`
    """
    numbers = [count(k, c_in, c_out, groups) for _, k, c_in, c_out, groups, _ in ALEXNET]
    one_stream = sum(count(k, c_in, c_out) for _, k, c_in, c_out, _, _ in ALEXNET)
    total, dense = sum(numbers), sum(numbers[5:])
    maps = [55 * 55 * 96, 27 * 27 * 256, 13 * 13 * 384, 13 * 13 * 384, 13 * 13 * 256]
    multiplications = sum((n - c_out) * side**2 for n, (_, _, _, c_out, _, side) in zip(numbers, ALEXNET, strict=True))
    # Picture
    figure, axes = canvas()
    bars(axes, [name for name, *_ in ALEXNET], numbers)
    checks = [
        near("parameters of the two streams", total, 60_965_224, 0),
        near("parameters of one stream of the same width", one_stream, 62_378_344, 0),
        near("multiplications for a picture", multiplications, 724_406_816, 0),
        near("numbers in maps 2 to 5, as in the lectures' row", sum(maps[1:]), 186_624 + 64_896 + 64_896 + 43_264, 0),
        near("size of the input, 224 x 224 x 3", 224 * 224 * 3, 150_528, 0),
        at_least("share of the parameters in dense layers", dense / total, 0.95),
    ]
    return Shown(checks, figure, "The three dense layers hold nearly all of AlexNet's 61 million parameters.")


def e23_first_map():
    r"""AlexNet's first map has 290,400 numbers, not 253,440

    The lectures copy 253,440 from the figure of the paper. The first layer has 96 filters of 11x11 pixels and moves by
    four. Windows of 11 fit 55 times into 227 pixels: 55 x 55 x 96 is 290,400. Into the printed 224 pixels they fit a
    number of times that is not whole, so the network's input is 227, or 224 with a border.

    Formula: n = \left\lfloor \frac{227 - 11}{4} \right\rfloor + 1 = 55

    Source: Krizhevsky, Sutskever and Hinton 2012, figure 2 and section 3.5; corrected here

    Where: `layers/conv.py`, whose output has this size
    """
    side = (227 - 11) / 4 + 1
    right = side**2 * 96
    printed = 253_440
    side_of_printed = (printed / 96) ** 0.5
    # Picture
    figure, axes = canvas()
    shown = (("printed", printed, PALETTE[1]), ("55 x 55 x 96", right, PALETTE[0]))
    for k, (name, number, colour) in enumerate(shown):
        axes.barh(k, number, color=colour, height=0.5)
        axes.annotate(f"{name}: {number:,.0f}", (5000, k), va="center", color="white")
    axes.set(xlabel="numbers in the first map", yticks=[], ylim=(-0.6, 1.6))
    checks = [
        near("right: size of the first map", right, 290_400, 0),
        near("wrong: the printed size is less by", right - printed, 36_960, 0),
        near("side of a square map of the printed size, which is not whole", side_of_printed, 51.381, 0.01),
        near("windows that fit into 224 pixels, which is not whole", (224 - 11) / 4 + 1, 54.25, 1e-9),
    ]
    return Shown(checks, figure, "The printed bar is shorter than that of 55 x 55 x 96.")


def s77_overfeat():
    r"""OverFeat's fast and accurate networks have 146 and 145 million parameters

    OverFeat makes the dense layers convolutions, so that a larger picture gives an answer for every window of it at
    little cost. Its fast network sees 231 pixels, the accurate one 221, with a finer first stride. The lectures print a
    top-5 error of 13.8%; the paper has 14.2% at the contest of 2013 and 13.6% afterwards.

    Formula: n = k^2 c_{in} c_{out} + c_{out}

    Source: Sermanet and others 2013, OverFeat (errors as quoted); widths and windows of the authors' release

    Where: `models/overfeat.py`; `python -m apps.networks overfeat`
    """
    fast = [(11, 3, 96), (5, 96, 256), (3, 256, 512), (3, 512, 1024), (3, 1024, 1024)]
    fast += [(6, 1024, 3072), (1, 3072, 4096), (1, 4096, 1000)]
    accurate = [(7, 3, 96), (7, 96, 256), (3, 256, 512), (3, 512, 512), (3, 512, 1024), (3, 1024, 1024)]
    accurate += [(5, 1024, 4096), (1, 4096, 4096), (1, 4096, 1000)]
    totals = [sum(count(*layer) for layer in table) for table in (fast, accurate)]
    strides = 4 * 2 * 2 * 2, 2 * 3 * 2 * 3
    # Picture
    figure, axes = panels(2, width=8.6)
    for one, table, name in zip(axes, (fast, accurate), ("fast", "accurate"), strict=True):
        bars(one, [f"{k}x{k}, {filters}" for k, _, filters in table], [count(*layer) for layer in table])
        one.set_title(f"{name}: {sum(count(*layer) for layer in table):,}")
    checks = [
        near("parameters of the fast network", totals[0], 145_920_872, 0),
        near("parameters of the accurate network", totals[1], 144_656_488, 0),
        near("pixels between two answers, fast", strides[0], 32, 0),
        near("pixels between two answers, accurate", strides[1], 36, 0),
    ]
    return Shown(checks, figure, "In both networks the layer after the last pool holds most of the parameters.")


def s78_vgg():
    r"""VGG has 138 million parameters with 16 layers and 144 million with 19

    VGG uses windows of 3x3 throughout. Three of them in a row see 7x7 pixels with fewer weights than one window of 7x7
    has. The counts agree with Keras's own VGG. The lectures give 7.3% top-5 error, which is the result at the contest
    of 2014, and for VGG-19 75% top-1 and 92% top-5 accuracy; single networks of the paper reach 74.5 and 92.0%.

    Formula: 3 \cdot 3^2 c^2 = 27 c^2 < 7^2 c^2 = 49 c^2

    Source: Simonyan and Zisserman 2014, Very deep convolutional networks (errors as quoted)

    Where: `models/vgg.py`; `python -m apps.networks vgg`
    """
    totals = {}
    for name, blocks in (("VGG-16", (2, 2, 3, 3, 3)), ("VGG-19", (2, 2, 4, 4, 4))):
        channels, found = 3, []
        for filters, layers in zip((64, 128, 256, 512, 512), blocks, strict=True):
            for _ in range(layers):
                found.append(count(3, channels, filters))
                channels = filters
        totals[name] = found + [count(7, 512, 4096), count(1, 4096, 4096), count(1, 4096, 1000)]
    layers = {name: len(found) for name, found in totals.items()}
    # Picture
    figure, axes = canvas(4.8, 4.4)
    bars(axes, [f"3x3, layer {k + 1}" for k in range(16)] + ["dense 17", "dense 18", "dense 19"], totals["VGG-19"])
    axes.set_title("VGG-19")
    checks = [
        near("parameters of VGG-16", sum(totals["VGG-16"]), 138_357_544, 0),
        near("parameters of VGG-19", sum(totals["VGG-19"]), 143_667_240, 0),
        near("layers with weights, VGG-16", layers["VGG-16"], 16, 0),
        near("layers with weights, VGG-19", layers["VGG-19"], 19, 0),
        near("in VGG-16's convolutions", sum(totals["VGG-16"][:-3]), 14_714_688, 0),
        near("weights of three 3x3 over one 7x7", 3 * 9 / 49, 0.551, 0.001),
    ]
    return Shown(checks, figure, "The first dense layer of VGG-19 holds more parameters than all others together.")


MODULES = (
    ("3a", 192, 64, 96, 128, 16, 32, 32),
    ("3b", 256, 128, 128, 192, 32, 96, 64),
    ("4a", 480, 192, 96, 208, 16, 48, 64),
    ("4b", 512, 160, 112, 224, 24, 64, 64),
    ("4c", 512, 128, 128, 256, 24, 64, 64),
    ("4d", 512, 112, 144, 288, 32, 64, 64),
    ("4e", 528, 256, 160, 320, 32, 128, 128),
    ("5a", 832, 256, 160, 320, 32, 128, 128),
    ("5b", 832, 384, 192, 384, 48, 128, 128),
)


def inception(_, c, one, reduce3, three, reduce5, five, pool):
    """Parameters of a module: 1x1; 1x1 and 3x3; 1x1 and 5x5; pool and 1x1; side by side."""
    return (
        count(1, c, one)
        + count(1, c, reduce3)
        + count(3, reduce3, three)
        + count(1, c, reduce5)
        + count(5, reduce5, five)
        + count(1, c, pool)
    )


def s79_googlenet():
    r"""GoogLeNet has nine inception modules and under 7 million parameters

    Each module runs windows of 1x1, 3x3 and 5x5 side by side, after a 1x1 layer that makes the channels fewer. A mean
    over the last map replaces the large dense layers, so it has a ninth of AlexNet's parameters. With the stem's three
    layers, two in each of nine modules, and the last dense one, 22 lie in a row; five pools come on top. Its top-5
    error at the contest of 2014 was 6.67%, with seven networks.

    Formula: n = \text{stem} + \sum_{m=1}^{9} n_m + 1{,}025{,}000

    Source: Szegedy and others 2014, Going deeper with convolutions (error as quoted), table 1

    Where: `models/googlenet.py`; `python -m apps.networks googlenet`
    """
    stem = count(7, 3, 64), count(1, 64, 64), count(3, 64, 192)
    modules = [inception(*module) for module in MODULES]
    widths = [one + three + five + pool for _, _, one, _, three, _, five, pool in MODULES]
    fitting = [c == width for (_, c, *_), width in zip(MODULES[1:], widths, strict=False)]
    total = sum(stem) + sum(modules) + count(1, 1024, 1000)
    depth = len(stem) + 2 * len(modules) + 1
    # Picture
    figure, axes = canvas(4.8, 3.8)
    names = ["7x7", "1x1", "3x3", *(f"module {name}" for name, *_ in MODULES), "dense"]
    bars(axes, names, [*stem, *modules, count(1, 1024, 1000)])
    checks = [
        near("parameters", total, 6_998_552, 0),
        near("inception modules", len(modules), 9, 0),
        near("modules whose input is the output before", sum(fitting), 8, 0),
        near("layers with weights in a row", depth, 22, 0),
        at_least("AlexNet's parameters over GoogLeNet's", 60_965_224 / total, 8.7),
    ]
    return Shown(checks, figure, "The modules grow towards the output; no single layer holds most of the parameters.")


def e24_inception_blocks():
    r"""GoogLeNet has nine inception modules, not a hundred

    The lectures print "100 inception blocks". The paper counts about a hundred layers, or independent building blocks,
    in all, pools included. Modules are nine, each with six convolutions. With the pools and joints of the
    modules, the stem, the dense layer and softmax the blocks come to 84; a few more if dropout and ReLU count. Of
    modules alone a hundred would have ten times the parameters.

    Formula: 9 \cdot (6 + 1 + 1) + 12 = 84

    Source: the lectures; corrected here. Szegedy and others 2014, section 5, "about 100" building blocks

    Where: `models/googlenet.py`
    """
    modules, convolutions = len(MODULES), 6
    in_modules = modules * (convolutions + 1 + 1)  # the pool of the fourth branch, and the joint
    outside = 3 + 2 + 4 + 1 + 1 + 1  # convolutions, normalisations, pools, mean, dense, softmax
    blocks = in_modules + outside
    hundred = sum(inception(*module) for module in MODULES) / 9 * 100
    # Picture
    figure, axes = canvas()
    for k, (name, number) in enumerate((("printed", 100), ("modules", modules), ("blocks in all", blocks))):
        axes.barh(k, number, color=PALETTE[(1, 0, 5)[k]])
        axes.annotate(f"{name}: {number}", (number + 2, k), va="center")
    axes.set(xlabel="number", yticks=[], xlim=(0, 140))
    checks = [
        near("right: inception modules", modules, 9, 0),
        at_least("wrong: a hundred are too many by the factor", 100 / modules, 11),
        near("building blocks in all, without ReLU", blocks, 84, 0),
        at_least("million parameters of a hundred mean modules", hundred / 1e6, 60),
    ]
    return Shown(checks, figure, "Nine modules stand beside the printed hundred; all building blocks come near to it.")


def questions(measured) -> list[Question]:
    alexnet = measured["S76"]["parameters of the two streams"]
    dense = 100 * measured["S76"]["share of the parameters in dense layers"]
    googlenet = measured["S79"]["parameters"]
    first = measured["E23"]["right: size of the first map"]
    return [
        Question(
            "AlexNet has 61 million parameters, GoogLeNet is deeper. How many has it?",
            (f"{alexnet * 2:,.0f}", f"{googlenet:,.0f}", f"{alexnet:,.0f}"),
            1,
            "A mean over the last map takes the place of large dense layers.",
        ),
        Question(
            "Which share of AlexNet's parameters lies in its three dense layers?",
            ("a third", "a half", f"{dense:.0f}%"),
            2,
            "Dense layers share no weights between places; convolutions do.",
        ),
        Question(
            "A picture of 227 pixels, windows of 11 moved by 4, and 96 filters: how many numbers has the map?",
            (f"{first:,.0f}", "253,440", "301,056"),
            0,
            "The windows fit 55 times each way, and 55 x 55 x 96 is that.",
        ),
    ]
