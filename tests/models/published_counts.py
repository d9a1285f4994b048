"""Published figures of the classic networks: per layer (output shape, parameters, multiply-adds), and totals.

From the authors' files where they exist (Caffe's prototxt of AlexNet and GoogLeNet, overfeat-torch, ShuffleNet-Series,
ENet-training), the papers' tables and torchvision; recomputed from the formulas.
"""

from models.alexnet import AlexNet
from models.enet import ENet
from models.googlenet import GoogLeNet
from models.overfeat import OverFeat
from models.shufflenet import ShuffleNet
from models.vgg import VGG

# name, recipe, side of the picture, parameters, multiply-adds (None: not published), exactly to how many
TOTALS = [
    ("alexnet", AlexNet(), 227, 60_965_224, 724_406_816, 1),
    ("alexnet, one stream", AlexNet(1), 227, 62_378_344, 1_135_256_096, 1),
    ("overfeat fast", OverFeat(), 231, 145_920_872, 2_801_403_904, 1),
    ("overfeat accurate", OverFeat("accurate"), 221, 144_656_488, 5_355_446_784, 1),
    ("vgg 11", VGG(11), 224, 132_863_336, None, 1),
    ("vgg 13", VGG(13), 224, 133_047_848, None, 1),
    ("vgg 16", VGG(16), 224, 138_357_544, 15_470_264_320, 1),
    ("vgg 19", VGG(19), 224, 143_667_240, 19_632_062_464, 1),
    ("vgg 11, batch norm", VGG(11, batch_norm=True), 224, 132_868_840, None, 1),
    ("vgg 16, batch norm", VGG(16, batch_norm=True), 224, 138_365_992, 15_470_264_320, 1),
    ("googlenet", GoogLeNet(heads=False), 224, 6_998_552, 1_582_671_872, 1),
    ("googlenet with heads", GoogLeNet(), 224, 13_378_280, None, 1),
    *(
        (f"shufflenet v1 {width}x g{groups}", ShuffleNet(1, groups, width=width), 224, count, work, 5_000)
        for width, groups, count, work in (
            (1.0, 1, 1_530_936, 143_080_000),
            (1.0, 2, 1_732_848, 140_840_000),
            (1.0, 3, 1_864_728, 137_460_000),
            (1.0, 4, 1_967_344, 134_340_000),
            (1.0, 8, 2_433_768, 138_370_000),
            (0.5, 3, 717_324, 37_590_000),
            (0.5, 8, 1_010_448, 40_470_000),
            (1.5, 3, 3_441_168, 292_440_000),
            (1.5, 8, 4_268_952, 290_190_000),
            (2.0, 3, 5_449_776, 524_050_000),
            (2.0, 8, 6_521_232, 521_940_000),
        )
    ),
    *(
        (f"shufflenet v2 {width}x", ShuffleNet(width=width), 224, count, work, 5_000)
        for width, count, work in (
            (0.5, 1_366_792, 40_480_000),
            (1.0, 2_278_604, 144_910_000),
            (1.5, 3_503_624, 295_760_000),
            (2.0, 7_393_996, 583_250_000),
        )
    ),
]

# recipe, side -> name of a layer: output shape without the batch, parameters, multiply-adds or None
LAYERS = [
    (
        AlexNet(),
        227,
        {
            "conv1": ((55, 55, 96), 34_944, 105_415_200),
            "pool1": ((27, 27, 96), 0, 0),
            "conv2": ((27, 27, 256), 307_456, 223_948_800),
            "conv3": ((13, 13, 384), 885_120, 149_520_384),
            "conv4": ((13, 13, 384), 663_936, 112_140_288),
            "conv5": ((13, 13, 256), 442_624, 74_760_192),
            "pool5": ((6, 6, 256), 0, 0),
            "fc6": ((4096,), 37_752_832, 37_748_736),
            "fc7": ((4096,), 16_781_312, 16_777_216),
            "logits": ((1000,), 4_097_000, 4_096_000),
        },
    ),
    (
        OverFeat(),
        231,
        {
            "conv1": ((56, 56, 96), 34_944, None),
            "pool1": ((28, 28, 96), 0, 0),
            "conv2": ((24, 24, 256), 614_656, None),
            "pool2": ((12, 12, 256), 0, 0),
            "conv3": ((12, 12, 512), 1_180_160, None),
            "conv4": ((12, 12, 1024), 4_719_616, None),
            "conv5": ((12, 12, 1024), 9_438_208, None),
            "pool5": ((6, 6, 1024), 0, 0),
            "fc1": ((1, 1, 3072), 113_249_280, None),
            "fc2": ((1, 1, 4096), 12_587_008, None),
            "scores": ((1, 1, 1000), 4_097_000, None),
        },
    ),
    (
        OverFeat("accurate"),
        221,
        {
            "conv1": ((108, 108, 96), 14_208, None),
            "pool1": ((36, 36, 96), 0, 0),
            "conv2": ((30, 30, 256), 1_204_480, None),
            "pool2": ((15, 15, 256), 0, 0),
            "conv3": ((15, 15, 512), 1_180_160, None),
            "conv4": ((15, 15, 512), 2_359_808, None),
            "conv5": ((15, 15, 1024), 4_719_616, None),
            "conv6": ((15, 15, 1024), 9_438_208, None),
            "pool6": ((5, 5, 1024), 0, 0),
            "fc1": ((1, 1, 4096), 104_861_696, None),
            "fc2": ((1, 1, 4096), 16_781_312, None),
            "scores": ((1, 1, 1000), 4_097_000, None),
        },
    ),
    (
        VGG(16),
        224,
        {"conv1_2": ((224, 224, 64), 36_928, None), "pool5": ((7, 7, 512), 0, 0), "fc6": ((4096,), 102_764_544, None)},
    ),
    (
        GoogLeNet(),
        224,
        {
            "conv1": ((112, 112, 64), 9_472, None),
            "conv2_reduce": ((56, 56, 64), 4_160, None),
            "conv2": ((56, 56, 192), 110_784, None),
            "inception_3a": ((28, 28, 256), 0, 0),
            "pool3": ((14, 14, 480), 0, 0),
            "inception_4d": ((14, 14, 528), 0, 0),
            "pool4": ((7, 7, 832), 0, 0),
            "inception_5b": ((7, 7, 1024), 0, 0),
            "head1_average": ((4, 4, 512), 0, 0),
            "logits": ((1000,), 1_025_000, None),
        },
    ),
    (
        ShuffleNet(1, 3),
        224,
        {
            "conv1": ((112, 112, 24), 648, None),
            "pool1": ((56, 56, 24), 0, 0),
            "stage2_1_out": ((28, 28, 240), 0, 0),
            "stage3_1_out": ((14, 14, 480), 0, 0),
            "stage4_4_out": ((7, 7, 960), 0, 0),
            "logits": ((1000,), 960_000, None),
        },
    ),
    (
        ENet(),
        512,
        {
            "initial": ((256, 256, 16), 0, 0),
            "bottleneck1_0_out_prelu": ((128, 128, 64), 64, None),
            "bottleneck2_0_out_prelu": ((64, 64, 128), 128, None),
            "bottleneck3_7_out_prelu": ((64, 64, 128), 128, None),
        },
    ),
]

# recipe, side -> beginning of the names of the layers of a block: parameters
BLOCKS = [
    (
        GoogLeNet(),
        224,
        {
            "inception_3a": 163_696,
            "inception_3b": 388_736,
            "inception_4a": 376_176,
            "inception_4b": 449_160,
            "inception_4c": 510_104,
            "inception_4d": 605_376,
            "inception_4e": 868_352,
            "inception_5a": 1_043_456,
            "inception_5b": 1_444_080,
            "head1": 3_188_840,
            "head2": 3_190_888,
        },
    ),
    (
        ShuffleNet(1, 3),
        224,
        {
            "stage2_1": 6_972,
            "stage2_2": 10_860,
            "stage2_4": 10_860,
            "stage3_1": 21_240,
            "stage3_8": 40_920,
            "stage4_1": 80_880,
            "stage4_4": 158_640,
        },
    ),
    (
        ENet(),
        512,
        {
            "initial": 412,
            "bottleneck1_1": 4_656,
            "bottleneck1_4": 4_656,
            "bottleneck2_0": 22_112,
            "bottleneck2_1": 18_016,
            "bottleneck2_3": 19_040,
            "bottleneck3_7": 18_016,
        },
    ),
]

DECODER = {"bottleneck4_0": 13_904, "bottleneck4_1": 4_560, "bottleneck5_0": 1_572, "bottleneck5_1": 324, "logits": 780}
ENET = {12: 363_856, 11: 363_791, 19: 364_311}
