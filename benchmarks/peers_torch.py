"""The four models of benchmarks/training.py in PyTorch, trained as its users do: one process of the benchmark.

Channels last for images and the fused Adam, PyTorch's fastest settings on a CPU; `torch.autocast` for bfloat16.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut without parameters (He et al., 2015, option A)."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv_1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.norm_1 = nn.BatchNorm2d(filters)
        self.conv_2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.norm_2 = nn.BatchNorm2d(filters)
        self.stride, self.padding = stride, filters - channels

    def forward(self, x):
        shortcut = x[:, :, :: self.stride, :: self.stride]
        if self.padding:
            shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, self.padding))
        x = F.relu(self.norm_1(self.conv_1(x)))
        return F.relu(self.norm_2(self.conv_2(x)) + shortcut)


def mlp():
    layers = [nn.Flatten()]
    for inputs in (784, 512):
        layers += [nn.Linear(inputs, 512), nn.ReLU(), nn.Dropout(0.2)]
    return nn.Sequential(*layers, nn.Linear(512, 10))


def convnet(batch_norm: bool):
    layers = []
    for channels, filters in ((1, 32), (32, 64)):
        layers.append(nn.Conv2d(channels, filters, 3, padding=1, bias=not batch_norm))
        layers += [nn.BatchNorm2d(filters)] if batch_norm else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Flatten(), nn.Dropout(0.25), nn.Linear(64 * 7 * 7, 128, bias=not batch_norm)]
    layers += [nn.BatchNorm1d(128)] if batch_norm else []
    return nn.Sequential(*layers, nn.ReLU(), nn.Dropout(0.25), nn.Linear(128, 10))


def resnet():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    channels = 16
    for filters in (16, 32, 64):
        for block in range(3):
            layers.append(Block(channels, filters, 2 if filters > channels and block == 0 else 1))
            channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


MODELS = {"mlp": mlp, "convnet": lambda: convnet(False), "convnet_bn": lambda: convnet(True), "resnet20": resnet}


class TorchTraining:
    """A model that trains an epoch at a time; `compiled` by `torch.compile`."""

    def __init__(self, model: str, precision: str, images: np.ndarray, labels: np.ndarray, compiled: bool):
        torch.manual_seed(0)
        self.precision = precision
        self.model = MODELS[model]()
        self.num_parameters = sum(p.numel() for p in self.model.parameters())
        self.x = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
        self.y = torch.from_numpy(labels.astype("int64"))
        if model != "mlp":
            self.model = self.model.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.model.parameters(), 1e-3, eps=1e-8, fused=True)
        self.settings = (
            "fused Adam" + (", channels last" if model != "mlp" else "") + (", compiled" if compiled else "")
        )
        if compiled:
            self.model = torch.compile(self.model)

    def train(self, epochs: int, batch_size: int) -> tuple[float, float]:
        """Loss and accuracy of the last epoch."""
        self.model.train()
        steps = len(self.x) // batch_size
        for _ in range(epochs):
            order = torch.randperm(len(self.x))
            total, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for step in range(steps):
                rows = order[step * batch_size : (step + 1) * batch_size]
                x, y = self.x[rows], self.y[rows]
                self.optimizer.zero_grad(set_to_none=True)
                with torch.autocast("cpu", torch.bfloat16, enabled=self.precision == "bfloat16"):
                    logits = self.model(x)
                    loss = F.cross_entropy(logits, y)
                loss.backward()
                self.optimizer.step()
                total += loss.detach()
                correct += (logits.detach().argmax(1) == y).sum()
        return float(total) / steps, float(correct) / (steps * batch_size)
