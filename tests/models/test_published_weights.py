"""The same random weights in our networks and in those of keras.applications and torchvision: the same outputs.

AlexNet is not here: torchvision's has other widths and no response normalization; its GoogLeNet has other kernels.
ResNet-50 and deeper are compared with keras.applications (test_resnet.py): torchvision has their strides elsewhere.
"""

import keras
import numpy as np
import pytest

from models.resnet import ResNet
from models.shufflenet import ShuffleNet
from models.vgg import STAGES, VGG

pytestmark = pytest.mark.slow


def close(ours, theirs):
    assert np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs)) < 1e-5


def pictures(side):
    return np.random.default_rng(0).normal(0, 1, (2, side, side, 3)).astype("float32")


@pytest.mark.parametrize("depth", [16, 19])
def test_vgg_of_keras_applications_both_ways(depth):
    make = getattr(keras.applications, f"VGG{depth}")
    source = make(weights=None, input_shape=(32, 32, 3), classes=7, classifier_activation=None)
    ours, x = VGG(depth).build((32, 32, 3), 7), pictures(32)
    ours.set_weights(source.get_weights())
    close(np.asarray(ours(x, training=False)), np.asarray(source(x, training=False)))
    random = np.random.default_rng(0)
    source.set_weights([weight + 0.01 * random.standard_normal(weight.shape) for weight in ours.get_weights()])
    given = np.asarray(source(x, training=False))
    assert np.max(np.abs(given - np.asarray(ours(x, training=False)))) > 1e-3
    ours.set_weights(source.get_weights())
    close(np.asarray(ours(x, training=False)), given)


def torch_network(name):
    """A network of torchvision with statistics of batch norm that are not those of the start, and its modules."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed")
    torch.manual_seed(0)
    network = getattr(torchvision.models, name)(weights=None).eval()
    modules = dict(network.named_modules())
    for module in modules.values():
        if isinstance(module, torch.nn.BatchNorm2d):
            for tensor, low, high in (
                (module.weight, 0.5, 1.5),
                (module.bias, -0.2, 0.2),
                (module.running_mean, -0.2, 0.2),
                (module.running_var, 0.5, 2.0),
            ):
                torch.nn.init.uniform_(tensor, low, high)
    return network, modules


def torch_outputs(network, x):
    import torch

    with torch.no_grad():
        return network(torch.from_numpy(x.transpose(0, 3, 1, 2).copy())).numpy()


def torch_weights(module, image=None):
    """Weights of a module in our order and layout; `image` is (channels, height, width) before a dense layer."""
    tensors = [module.weight.detach().numpy()]
    kernel = tensors[0]
    if kernel.ndim == 4:
        tensors[0] = kernel.transpose(2, 3, 1, 0)
    elif kernel.ndim == 2:
        if image:
            kernel = kernel.reshape(-1, *image).transpose(0, 2, 3, 1).reshape(len(kernel), -1)
        tensors[0] = kernel.T
    if module.bias is not None:
        tensors.append(module.bias.detach().numpy())
    if hasattr(module, "running_mean"):
        tensors += [module.running_mean.numpy(), module.running_var.numpy()]
    return tensors


@pytest.mark.parametrize("depth", [11, 16, 19])
def test_vgg_of_torchvision(depth):
    network, _ = torch_network(f"vgg{depth}")
    ours, x = VGG(depth).build((224, 224, 3), 1000), pictures(224)
    names = [f"conv{s}_{i}" for s, count in enumerate(STAGES[depth], 1) for i in range(1, count + 1)]
    modules = [module for module in network.modules() if getattr(module, "weight", None) is not None]
    for name, module in zip([*names, "fc6", "fc7", "logits"], modules, strict=True):
        ours.get_layer(name).set_weights(torch_weights(module, (512, 7, 7) if name == "fc6" else None))
    close(np.asarray(ours(x, training=False)), torch_outputs(network, x))


@pytest.mark.parametrize("depth", [18, 34])
def test_resnet_of_torchvision(depth):
    network, modules = torch_network(f"resnet{depth}")
    ours, x = ResNet(depth).build((224, 224, 3), 1000), pictures(224)
    for name, module in modules.items():
        if getattr(module, "weight", None) is None:
            continue
        if name in ("conv1", "bn1"):
            target = {"conv1": "stem_conv", "bn1": "stem_norm"}[name]
        elif name == "fc":
            target = "logits"
        else:
            stage, block, *rest = name.split(".")
            part = "shortcut" if rest[0] == "downsample" else rest[0][-1]
            kind = "norm" if "bn" in rest[0] or rest[-1] == "1" else "conv"
            target = f"stage{stage[-1]}_block{int(block) + 1}_{part}_{kind}"
        ours.get_layer(target).set_weights(torch_weights(module))
    close(np.asarray(ours(x, training=False)), torch_outputs(network, x))


@pytest.mark.parametrize(("name", "width"), [("x0_5", 0.5), ("x1_0", 1.0), ("x1_5", 1.5), ("x2_0", 2.0)])
def test_shufflenet_of_torchvision(name, width):
    network, modules = torch_network(f"shufflenet_v2_{name}")
    ours, x = ShuffleNet(width=width).build((224, 224, 3), 1000), pictures(224)
    parts = {
        "branch1": ("beside_depthwise", "beside_depthwise_norm", "beside_project", "beside_project_norm"),
        "branch2": ("first", "first_norm", "", "depthwise", "depthwise_norm", "last", "last_norm"),
    }
    for path, module in modules.items():
        if getattr(module, "weight", None) is None:
            continue
        first, *rest = path.split(".")
        if first == "fc":
            target = "logits"
        elif first in ("conv1", "conv5"):
            target = first + ("", "_norm")[int(rest[0])]
        else:
            unit, branch, number = rest
            target = f"{first}_{int(unit) + 1}_{parts[branch][int(number)]}"
        ours.get_layer(target).set_weights(torch_weights(module))
    close(np.asarray(ours(x, training=False)), torch_outputs(network, x))
