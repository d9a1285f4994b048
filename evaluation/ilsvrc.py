"""The contests on ImageNet: what the papers say of their top-5 errors, and what the lectures printed instead."""

PAPERS = {
    "second best 2012": 26.2,
    "AlexNet, 7 networks": 15.3,
    "OverFeat, contest": 14.2,
    "OverFeat, later": 13.6,
    "VGG, contest": 7.3,
    "GoogLeNet, 7 networks": 6.67,
    "ResNet-152, one network": 5.71,
    "ResNet, contest": 3.57,
}
"""Top-5 error in percent, as the papers print it: Krizhevsky and others 2012, Sermanet and others 2013, Simonyan and
Zisserman 2014, Szegedy and others 2014, He and others 2015."""
YEARS = {"second best 2012": 2012, "AlexNet": 2012, "OverFeat": 2013, "VGG": 2014, "GoogLeNet": 2014, "ResNet": 2015}
"""Of the contest, by the first word or words of an entry's name."""
TESTED = 100_000
"""Pictures of the contest's test part."""
PRINTED = (
    ("E20", "26% on the slide on Caltech-101", "26.2% is the top-5 error of the second best on ImageNet, 2012"),
    ("E21", "AlexNet 15 and 15.4%", "15.3%, seven networks"),
    ("E21", "OverFeat 13.8%", "14.2% at the contest, 13.6% later"),
    ("E21", "GoogLeNet 6.6 and 6.67%", "6.67%, seven networks"),
    ("E22", "ResNet 5.7%", "5.71% is one ResNet-152 on ten crops; the contest was won with 3.57%"),
    ("E22", "ResNet 85% top-1, 97.7% top-5", "not in the paper; 97.7% would be an error of 2.3%"),
    ("E23", "first layer of AlexNet: 253,440 values", "55x55x96 = 290,400"),
    ("E24", "100 inception blocks in GoogLeNet", "9 inception modules; about 100 layers in all"),
)
"""Row of the lectures, what they print, and what is right."""


def year(name: str) -> int:
    """The contest's year of an entry of `PAPERS`."""
    return next(when for start, when in YEARS.items() if name.startswith(start))
