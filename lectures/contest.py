r"""The contest: data sets, errors, and what the papers say

In 2012 a network won the ImageNet contest by eleven points. The errors below are quoted from the papers; what is
computed is what they can mean: how far chance alone moves such an error, and which printed figures fit no paper.
"""

import numpy as np

from evaluation.figures import PALETTE, QUIET, canvas
from evaluation.ilsvrc import PAPERS, TESTED
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, near


def chance(error, pictures):
    """Standard error, in points, of an error in percent measured on so many pictures."""
    share = error / 100
    return 100 * np.sqrt(share * (1 - share) / pictures)


def errors(axes, marked):
    """The papers' errors as bars, those in `marked` in another colour."""
    for k, (name, error) in enumerate(PAPERS.items()):
        axes.barh(k, error, color=PALETTE[1] if name in marked else PALETTE[5])
        axes.annotate(f"{error:g}", (error + 0.9, k), va="center", fontsize=8)
    axes.set(xlabel="top-5 error in percent", yticks=range(len(PAPERS)), ylim=(len(PAPERS) - 0.4, -1.2), xlim=(0, 31))
    axes.set_yticklabels(PAPERS, fontsize=8)


def s74_caltech(categories: int = 101, typical: int = 50, trained_on: int = 30):
    r"""Caltech-101 is too small to tell good networks apart

    Caltech-101 has 101 categories of 40 to 800 pictures, most of about 50 (as quoted), so that after 30 for training
    about 20 are left in most. The accuracy of one category is then uncertain by ten points, and the 3,030 training
    pictures are one for every 20,000 parameters of AlexNet. The 26% error on the lectures' slide belongs to another
    contest: see E20.

    Formula: s = \sqrt{\frac{p (1 - p)}{n}}

    Source: Fei-Fei, Fergus and Perona 2004, Learning generative visual models from few training examples

    Where: `python -m apps.classify --data FOLDER pretrained`, which needs few pictures
    """
    left = typical - trained_on
    uncertain = chance(26, left)
    per_picture = 60_965_224 / (categories * trained_on)
    sizes = np.array([20, 100, 1000, 10_000, 100_000])
    # Picture
    figure, axes = canvas()
    axes.plot(sizes, chance(26, sizes), "o-", color=PALETTE[0])
    axes.annotate("one category of\nCaltech-101", (32, 8.5), fontsize=8)
    axes.annotate("ImageNet's test part", (60_000, chance(26, TESTED)), fontsize=8, ha="right")
    axes.set(xlabel="pictures that are tested", ylabel="standard error in points", xscale="log", yscale="log")
    checks = [
        near("training pictures at 30 a category", categories * trained_on, 3030, 0),
        near("standard error of a category, points", uncertain, 9.808, 0.05),
        at_least("AlexNet's parameters for each training picture", per_picture, 20_000),
    ]
    return Shown(checks, figure, "The standard error falls from ten points with 20 pictures to a tenth with 100,000.")


def s75_imagenet(pictures: int = 1_281_167, categories: int = 1000):
    r"""ImageNet's contest has 1.2 million pictures of 1000 categories

    That is four hundred times what Caltech-101 gives for training. The test part has 100,000 pictures, so an error of
    15% is certain to a ninth of a point, and the eleven points between the winner and the second best of 2012 are
    sixty times what chance explains. Guessing five of 1000 categories is wrong in 99.5%.

    Formula: \text{top-5 error} = \frac{1}{N} \sum_n [t_n \notin \text{five best of } y_n]

    Source: Russakovsky and others 2015, ImageNet large scale visual recognition challenge (sizes as quoted)

    Where: `models/pretrained.py`, whose networks were trained on it
    """
    guessing = 100 * (1 - 5 / categories)
    rng = np.random.default_rng(0)
    right = [np.sum(rng.permutation(categories)[:5] == 0) for _ in range(20_000)]
    lead = PAPERS["second best 2012"] - PAPERS["AlexNet, 7 networks"]
    both = np.hypot(chance(PAPERS["second best 2012"], TESTED), chance(PAPERS["AlexNet, 7 networks"], TESTED))
    # Picture
    figure, axes = canvas()
    sizes = {"Caltech-101, training": 3030, "digits in these pages": 1797, "MNIST": 70_000, "ImageNet": pictures}
    for k, size in enumerate(sorted(sizes.values())):
        axes.barh(k, size, color=PALETTE[5])
        axes.annotate(f"{size:,}", (size * 1.1, k), va="center", fontsize=8)
    axes.set(xlabel="pictures", xscale="log", xlim=(100, 2e7), yticks=range(len(sizes)))
    axes.set_yticklabels(sorted(sizes, key=sizes.get), fontsize=8)
    checks = [
        near("pictures in a category, mean", pictures / categories, 1281, 1),
        near("error of guessing, percent", guessing, 99.5, 1e-9),
        near("error of guessing, tried 20,000 times", 100 * (1 - np.mean(right)), guessing, 0.2),
        near("standard error of AlexNet's error, points", chance(15.3, TESTED), 0.1138, 0.0005),
        at_least("lead of 2012 in standard errors", lead / both, 55),
    ]
    return Shown(checks, figure, "ImageNet has hundreds of times as many pictures as Caltech-101.")


def bottleneck(channels, width, shortcut):
    """Parameters of 1x1, 3x3 and 1x1 without biases, each with a batch norm, and of the projection if any."""
    convolutions = channels * width + 9 * width**2 + width * 4 * width
    norms = 2 * (width + width + 4 * width)
    return convolutions + norms + shortcut * (channels * 4 * width + 2 * 4 * width)


def s80_resnet():
    r"""ResNet-50 has 25,557,032 parameters, and Keras counts 79,680 more

    A block of ResNet adds what its three convolutions make of the input to the input itself, so that the gradient has a
    way around them. The authors' convolutions have no biases. Keras's do, 26,560 of them, and it counts 53,120 moving
    statistics as well. The lectures' 5.7% top-5 error is that of one network of 152 layers; see E22.

    Formula: y = F(x) + x, \qquad \frac{\partial y}{\partial x} = \frac{\partial F}{\partial x} + 1

    Source: He, Zhang, Ren and Sun 2015, Deep residual learning for image recognition (errors as quoted)

    Where: `models/resnet.py`; `python -m apps.classify resnet`
    """
    totals, widths = {}, (64, 128, 256, 512)
    for name, blocks in (("ResNet-50", (3, 4, 6, 3)), ("ResNet-101", (3, 4, 23, 3)), ("ResNet-152", (3, 8, 36, 3))):
        channels, total = 64, 49 * 3 * 64 + 2 * 64
        for width, repeated in zip(widths, blocks, strict=True):
            for k in range(repeated):
                total += bottleneck(channels, width, shortcut=k == 0)
                channels = 4 * width
        totals[name] = total + 2048 * 1000 + 1000
    units = 64 + sum(n * 6 * w + 4 * w for n, w in zip((3, 4, 6, 3), widths, strict=True))
    # Picture
    figure, axes = canvas()
    names = {"AlexNet": 60_965_224, "VGG-16": 138_357_544, "GoogLeNet": 6_998_552, **totals}
    for k, (name, number) in enumerate(names.items()):
        axes.barh(k, number / 1e6, color=PALETTE[0] if "ResNet" in name else PALETTE[5])
    axes.set(xlabel="million parameters", yticks=range(len(names)), ylim=(len(names) - 0.4, -0.6))
    axes.set_yticklabels(names, fontsize=8)
    checks = [
        near("parameters of ResNet-50", totals["ResNet-50"], 25_557_032, 0),
        near("parameters of ResNet-101", totals["ResNet-101"], 44_549_160, 0),
        near("parameters of ResNet-152", totals["ResNet-152"], 60_192_808, 0),
        near("biases of Keras's convolutions in ResNet-50", units, 26_560, 0),
        near("what Keras counts", totals["ResNet-50"] + units + 2 * units, 25_636_712, 0),
    ]
    return Shown(checks, figure, "ResNet-152 has as many parameters as AlexNet and less than half of VGG's.")


def e20_caltech_error():
    r"""The 26% on the Caltech-101 slide are the runner-up's on ImageNet

    The slide on Caltech-101 prints an error of 26%. The second best entry to the ImageNet contest of 2012 had a top-5
    error of 26.2%, which rounds to it. Top-5 of 1000 categories and top-1 of 101 are different measures of different
    pictures: guessing alone is wrong in 99.5% of the first and in 99.0% of the second.

    Formula: 1 - \tfrac{5}{1000} = 0.995, \qquad 1 - \tfrac{1}{101} = 0.990

    Source: the lectures; corrected here. Krizhevsky, Sutskever and Hinton 2012, table 2 (26.2% as quoted)

    Where: docs/lectures.md
    """
    printed, right = 26, PAPERS["second best 2012"]
    imagenet, caltech = 100 * (1 - 5 / 1000), 100 * (1 - 1 / 101)
    # Picture
    figure, axes = canvas()
    errors(axes, ("second best 2012",))
    axes.axvline(printed, color=QUIET, linestyle="--")
    axes.annotate("26% printed for Caltech-101", (printed - 0.3, 6.2), fontsize=8, ha="right")
    checks = [
        near("wrong: printed for Caltech-101, less the ImageNet figure rounded", printed - round(right), 0, 0),
        near("right: top-5 error of the second best on ImageNet", right, 26.2, 1e-9),
        near("error of guessing, top-5 of 1000", imagenet, 99.5, 1e-9),
        near("error of guessing, top-1 of 101", caltech, 99.0099, 0.0001),
    ]
    return Shown(checks, figure, "The printed 26% coincides with the runner-up's bar of the ImageNet contest.")


def e21_contest_errors():
    r"""Printed errors of AlexNet and OverFeat are not those of the papers

    Printed are 15 and 15.4% for AlexNet, 13.8% for OverFeat and 6.6 or 6.67% for GoogLeNet. The papers have 15.3,
    14.2 at the contest and 13.6 afterwards, and 6.67. AlexNet's 15.4 is within the chance of 100,000 pictures, but the
    same pictures were counted, so it is a slip all the same. OverFeat's 13.8 is neither of the two.

    Formula: s = 100 \sqrt{\frac{p (1 - p)}{100{,}000}}

    Source: Krizhevsky and others 2012; Sermanet and others 2013; Szegedy and others 2014; all as quoted

    Where: docs/lectures.md
    """
    printed = {"AlexNet, 7 networks": 15.4, "OverFeat, contest": 13.8, "GoogLeNet, 7 networks": 6.6}
    off = {name: abs(value - PAPERS[name]) for name, value in printed.items()}
    nearest = min(abs(13.8 - PAPERS[name]) for name in ("OverFeat, contest", "OverFeat, later"))
    # Picture
    figure, axes = canvas()
    errors(axes, ())
    for name, value in printed.items():
        axes.plot(value, list(PAPERS).index(name), "X", color=PALETTE[1], label="printed" if "Alex" in name else None)
    axes.legend(fontsize=8, loc="lower right")
    checks = [
        near("AlexNet: printed less paper, points", off["AlexNet, 7 networks"], 0.1, 1e-9),
        near("OverFeat: printed less contest, points", off["OverFeat, contest"], 0.4, 1e-9),
        near("OverFeat: printed less the nearer of the two figures", nearest, 0.2, 1e-9),
        at_least("OverFeat: that in standard errors", nearest / chance(13.8, TESTED), 1.8),
        near("GoogLeNet: printed less paper, points", off["GoogLeNet, 7 networks"], 0.07, 1e-9),
    ]
    return Shown(checks, figure, "The printed crosses lie beside the ends of the papers' bars, OverFeat's farthest.")


def e22_resnet_errors():
    r"""ResNet's 5.7% is one network; the contest was won with 3.57%

    The lectures print 5.7% as ResNet's top-5 error. That is a single ResNet-152, with ten crops of each picture: 5.71%.
    The ensemble that won the contest of 2015 had 3.57%. Also printed are 85% top-1 and 97.7% top-5 accuracy, which the
    paper does not have: 97.7% would be an error of 2.3%, less than the winner's own.

    Formula: 100 - 97.7 = 2.3 < 3.57

    Source: He, Zhang, Ren and Sun 2015, tables 3 to 5, as quoted; the lectures, corrected here

    Where: `models/resnet.py`
    """
    implied = 100 - 97.7
    contest, single = PAPERS["ResNet, contest"], PAPERS["ResNet-152, one network"]
    apart = (contest - implied) / chance(contest, TESTED)
    # Picture
    figure, axes = canvas()
    errors(axes, ("ResNet-152, one network", "ResNet, contest"))
    axes.axvline(implied, color=QUIET, linestyle="--")
    axes.annotate("97.7% printed", (implied + 0.3, -0.7), fontsize=8)
    checks = [
        near("right: one network", single, 5.71, 1e-9),
        near("right: the contest", contest, 3.57, 1e-9),
        at_least("the single network's error over the contest's", single / contest, 1.5),
        near("wrong: error implied by 97.7%", implied, 2.3, 1e-9),
        at_least("which is below the winner's by so many standard errors", apart, 20),
        at_most("and less than the smallest error of any paper here", implied, min(PAPERS.values())),
    ]
    return Shown(checks, figure, "The printed 97.7% would lie left of all bars, below the error that won the contest.")


def questions(measured) -> list[Question]:
    lead = measured["S75"]["lead of 2012 in standard errors"]
    resnet = measured["S80"]["parameters of ResNet-50"]
    implied = measured["E22"]["wrong: error implied by 97.7%"]
    return [
        Question(
            "AlexNet led by eleven points on 100,000 pictures. How many standard errors is that?",
            ("2", f"about {lead:.0f}", "11"),
            1,
            "The standard error of such an error is a ninth of a point.",
        ),
        Question(
            "Keras counts 25,636,712 parameters for ResNet-50. How many do the authors' layers have?",
            ("the same", "26,560", f"{resnet:,.0f}"),
            2,
            "Keras adds biases and counts the moving statistics of batch normalisation.",
        ),
        Question(
            f"A slide gives ResNet 97.7% top-5 accuracy, an error of {implied:.1f}%. What speaks against it?",
            ("The winner of the contest had 3.57%.", "Nothing.", "An error cannot be below 5%."),
            0,
            "No figure of the paper is that low.",
        ),
    ]
