"""What is published of each network: parameters, multiply-adds and accuracy on ImageNet, each with its source.

Parameters are those that are learned; multiply-adds those of kernels, for one picture of the size that is named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CAFFE = "BVLC/caffe, models/bvlc_alexnet"
KERAS = "keras.io/api/applications"
OVERFEAT = "jhjin/overfeat-torch, run.lua; sermanet/OverFeat, README"
RESNET = "He and others 2015, tables 1 and 6, written out layer by layer"
GOOGLENET = "BVLC/caffe, models/bvlc_googlenet"
LITE = "sebastian-sz/efficientnet-lite-keras, imagenet_evaluation"
TORCHVISION = "pytorch/vision, torchvision/models/shufflenetv2.py"
SHUFFLE = "megvii-model/ShuffleNet-Series"
VGG = "Simonyan and Zisserman 2015, table 1, written out layer by layer"


@dataclass(frozen=True)
class Published:
    """A published network.

    Attributes:
        title: As it is known.
        recipe: Its name on the command line.
        settings: The fields of the recipe that make it this one.
        size: Side of the picture in pixels.
        parameters, multiply_adds: Exact, recomputed from the layers that `counts` gives.
        counts: Where the layers are from.
        year: Of the paper.
        top1, top5: Accuracy on ImageNet's validation part in percent, one crop; None where none is published.
        accuracy: Where that is from.
        classes: Of the last layer.
    """

    title: str
    recipe: str
    settings: Mapping[str, object]
    size: int
    parameters: int
    multiply_adds: int
    counts: str
    year: int
    top1: float | None = None
    top5: float | None = None
    accuracy: str = ""
    classes: int = 1000

    @property
    def accuracies(self) -> str:
        """As text; "" where none is published."""
        both = (("top-1", self.top1), ("top-5", self.top5))
        return ", ".join(f"{name} {value}%" for name, value in both if value is not None)


FIGURES = (
    Published(
        "AlexNet", "alexnet", {"streams": 2}, 227, 60_965_224, 724_406_816, CAFFE, 2012, 57.1, 80.2, CAFFE,
    ),
    Published("AlexNet, one stream", "alexnet", {"streams": 1}, 227, 62_378_344, 1_135_256_096, CAFFE, 2012),
    Published("OverFeat, fast", "overfeat", {"model": "fast"}, 231, 145_920_872, 2_801_403_904, OVERFEAT, 2013),
    Published("OverFeat, accurate", "overfeat", {"model": "accurate"}, 221, 144_656_488, 5_355_446_784, OVERFEAT, 2013),
    Published(
        "VGG-16", "vgg", {"depth": 16, "batch_norm": False}, 224, 138_357_544, 15_470_264_320, VGG, 2014,
        71.3, 90.1, KERAS,
    ),
    Published(
        "VGG-19", "vgg", {"depth": 19, "batch_norm": False}, 224, 143_667_240, 19_632_062_464, VGG, 2014,
        71.3, 90.0, KERAS,
    ),
    Published(
        "GoogLeNet", "googlenet", {"heads": False}, 224, 6_998_552, 1_582_671_872, GOOGLENET, 2014,
        68.7, 88.9, GOOGLENET,
    ),
    Published(
        "GoogLeNet with both heads", "googlenet", {"heads": True}, 224, 13_378_280, 1_591_044_096, GOOGLENET, 2014,
    ),
    Published(
        "ResNet-20, small images", "resnet", {"depth": 20}, 32, 269_722, 40_551_040, RESNET, 2015, classes=10,
    ),
    Published("ResNet-50", "resnet", {"depth": 50}, 224, 25_557_032, 3_857_973_248, RESNET, 2015, 74.9, 92.1, KERAS),
    Published("ResNet-101", "resnet", {"depth": 101}, 224, 44_549_160, 7_570_194_432, RESNET, 2015, 76.4, 92.8, KERAS),
    Published("ResNet-152", "resnet", {"depth": 152}, 224, 60_192_808, 11_282_415_616, RESNET, 2015, 76.6, 93.1, KERAS),
    Published(
        "ShuffleNet v1 g3", "shufflenet", {"version": 1, "groups": 3}, 224,
        1_864_728, 137_460_672, SHUFFLE, 2017,
        67.8, None, SHUFFLE,
    ),
    Published(
        "ShuffleNet v1 g8", "shufflenet", {"version": 1, "groups": 8}, 224,
        2_433_768, 138_365_952, SHUFFLE, 2017,
        68.0, None, SHUFFLE,
    ),
    Published("ShuffleNet v2", "shufflenet", {"version": 2}, 224, 2_278_604, 144_907_992, TORCHVISION, 2018),
    Published(
        "MobileNetV2", "pretrained", {"backbone": "mobilenet_v2"}, 224, 3_504_872, 300_774_272, "keras.applications",
        2018, 71.3, 90.1, KERAS,
    ),
    Published(
        "EfficientNet-Lite0", "pretrained", {"backbone": "efficientnet-lite0"}, 224, 4_652_008, 385_187_552, LITE, 2020,
        75.1, 92.3, LITE,
    ),
)  # fmt: skip


def of(recipe: str, settings: Mapping[str, object]) -> Published | None:
    """The published network that a recipe of these settings is; None of others, and at other widths."""
    for one in FIGURES:
        same = all(settings.get(name) == value for name, value in one.settings.items())
        if one.recipe == recipe and same and settings.get("width", 1) == 1:
            return one
    return None
