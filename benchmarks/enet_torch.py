"""ENet in PyTorch, layer for layer as `models/enet_blocks.py` has it: one process of benchmarks/segmentation.py.

Channels last and the fused AdamW, PyTorch's fastest settings on a CPU.
"""

import torch
import torch.nn.functional as F
from torch import nn

STAGE = (1, 2, "asymmetric", 4, 1, 8, "asymmetric", 16)
EPSILON = 1e-3


def norm(filters):
    return nn.BatchNorm2d(filters, EPSILON)


class Bottleneck(nn.Module):
    """1x1 to a quarter, a convolution, 1x1 back, added to the input; it may halve the image."""

    def __init__(self, channels, filters, kind=1, rate=0.1, halves=False, decodes=False):
        super().__init__()
        inner = filters // 4
        size = 2 if halves else 1

        def active(width):
            return nn.ReLU() if decodes else nn.PReLU(width)

        if kind == "asymmetric":
            middle = [nn.Conv2d(inner, inner, (5, 1), padding=(2, 0), bias=False)]
            middle += [nn.Conv2d(inner, inner, (1, 5), padding=(0, 2))]
        else:
            middle = [nn.Conv2d(inner, inner, 3, padding=kind, dilation=kind)]
        self.main = nn.Sequential(
            nn.Conv2d(channels, inner, size, size, bias=False), norm(inner), active(inner),
            *middle, norm(inner), active(inner),
            nn.Conv2d(inner, filters, 1, bias=False), norm(filters), nn.Dropout2d(rate) if rate else nn.Identity(),
        )  # fmt: skip
        self.added, self.halves, self.out = filters - channels, halves, active(filters)

    def forward(self, x):
        y = self.main(x)
        if not self.halves:
            return self.out(x + y)
        pooled, indices = F.max_pool2d(x, 2, return_indices=True)
        return self.out(F.pad(pooled, (0, 0, 0, 0, 0, self.added)) + y), indices


class Upsampling(nn.Module):
    """A transposed convolution, beside unpooling to where the maxima were."""

    def __init__(self, channels, filters):
        super().__init__()
        inner = filters // 4
        self.main = nn.Sequential(
            nn.Conv2d(channels, inner, 1, bias=False), norm(inner), nn.ReLU(),
            nn.ConvTranspose2d(inner, inner, 3, 2, 1, output_padding=1), norm(inner), nn.ReLU(),
            nn.Conv2d(inner, filters, 1, bias=False), norm(filters),
        )  # fmt: skip
        self.shortcut = nn.Sequential(nn.Conv2d(channels, filters, 1, bias=False), norm(filters))

    def forward(self, x, indices):
        return F.relu(F.max_unpool2d(self.shortcut(x), indices, 2) + self.main(x))


class ENet(nn.Module):
    """The whole network, from pixels 0..255 (N, 3, H, W) to logits (N, classes, H, W)."""

    def __init__(self, classes):
        super().__init__()
        self.initial = nn.Conv2d(3, 13, 3, 2, 1)
        self.start = nn.Sequential(norm(16), nn.PReLU(16))
        self.down_1 = Bottleneck(16, 64, rate=0.01, halves=True)
        self.stage_1 = nn.Sequential(*(Bottleneck(64, 64, rate=0.01) for _ in range(4)))
        self.down_2 = Bottleneck(64, 128, halves=True)
        self.stages = nn.Sequential(*(Bottleneck(128, 128, kind) for kind in (*STAGE, *STAGE)))
        self.up_4 = Upsampling(128, 64)
        self.stage_4 = nn.Sequential(*(Bottleneck(64, 64, rate=0, decodes=True) for _ in range(2)))
        self.up_5 = Upsampling(64, 16)
        self.stage_5 = Bottleneck(16, 16, rate=0, decodes=True)
        self.last = nn.ConvTranspose2d(16, classes, 2, 2)

    def forward(self, x):
        x = x / 127.5 - 1
        x = self.start(torch.cat([self.initial(x), F.max_pool2d(x, 2)], 1))
        x, larger = self.down_1(x)
        x, smaller = self.down_2(self.stage_1(x))
        x = self.stage_4(self.up_4(self.stages(x), smaller))
        return self.last(self.stage_5(self.up_5(x, larger)))


class TorchENet:
    """Trains and answers on given pictures; see `benchmarks.segmentation.LaminaENet`."""

    def __init__(self, pictures, truth, classes, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.network = ENet(classes).to(memory_format=torch.channels_last)
        self.x = torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        self.y = torch.from_numpy(truth.astype("int64"))
        self.optimizer = torch.optim.AdamW(self.network.parameters(), 2e-3, weight_decay=1e-4, fused=True)
        self.parameters = sum(one.numel() for one in self.network.parameters())

    def train(self) -> float:
        """One update; the loss before it."""
        self.network.train()
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.network(self.x), self.y, ignore_index=255)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def answer(self, row: int):
        """The classes of one picture."""
        self.network.eval()
        with torch.inference_mode():
            return self.network(self.x[row : row + 1]).argmax(1)
