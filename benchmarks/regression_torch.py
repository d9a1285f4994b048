"""The networks of benchmarks/regression.py in PyTorch, trained as its users do: one process of the benchmark."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from models.ensemble import bin_edges

MEMBERS, BINS, EMBEDDING = 16, 32, 8


class Members(nn.Module):
    """A linear layer for each member: (members, batch, inputs) or (batch, inputs) to (members, batch, units)."""

    def __init__(self, inputs, units, members):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(members, inputs, units) * (2 / inputs) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(members, 1, units))

    def forward(self, x):
        return torch.baddbmm(self.bias, x, self.kernel)


class Ensemble(nn.Module):
    """The default network of apps.regress for columns of many values."""

    def __init__(self, x):
        super().__init__()
        _, edges = bin_edges(x, BINS)
        edges = torch.tensor(np.array(edges), dtype=torch.float32)  # (columns, bins + 1)
        lowest, highest = torch.zeros(BINS), torch.ones(BINS)
        lowest[0], highest[-1] = -3, 4
        for name, value in (("start", edges[:, :-1]), ("slope", 1 / edges.diff()), ("low", lowest), ("high", highest)):
            self.register_buffer(name, value)
        columns = x.shape[1]
        self.embedding = Members(BINS, EMBEDDING * MEMBERS, columns)
        self.straight = Members(columns, 1, MEMBERS)
        self.layers = nn.ModuleList(
            Members(inputs, units, MEMBERS)
            for inputs, units in ((columns * (EMBEDDING + 1), 128), (128, 128), (128, 1))
        )

    def forward(self, x):
        filled = ((x[..., None] - self.start) * self.slope).clamp(self.low, self.high)  # (batch, columns, bins)
        h = F.relu(self.embedding(filled.transpose(0, 1)))  # (columns, batch, members * embedding)
        h = h.reshape(x.shape[1], len(x), MEMBERS, EMBEDDING).permute(2, 1, 0, 3).flatten(2)
        h = torch.cat([h, x.expand(MEMBERS, -1, -1)], dim=2)
        for layer in self.layers[:-1]:
            h = F.dropout(F.relu(layer(h)), 0.1, self.training)
        return (self.layers[-1](h) + self.straight(x.expand(MEMBERS, -1, -1)))[..., 0].T  # (batch, members)


def make(model: str, x: np.ndarray, y: np.ndarray, compiled: bool, *, epochs: int, batch_size: int):
    """`train()`, which trains some epochs and gives the mean loss of the last, and the number of parameters."""
    torch.manual_seed(0)
    if model == "mlp":
        sizes = (x.shape[1], 128, 128)
        hidden = [part for i in range(2) for part in (nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU())]
        network = nn.Sequential(*hidden, nn.Linear(128, 1))
        optimizer = torch.optim.Adam(network.parameters(), 1e-3, eps=1e-8, fused=True)
    else:
        network = Ensemble(x)
        optimizer = torch.optim.AdamW(network.parameters(), 1e-3, eps=1e-8, weight_decay=0.01, fused=True)
    parameters = sum(weight.numel() for weight in network.parameters())
    network = torch.compile(network) if compiled else network
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)[:, None]
    steps = len(x) // batch_size

    def train():
        network.train()
        for _ in range(epochs):
            order, total = torch.randperm(len(inputs)), torch.zeros(())
            for step in range(steps):
                rows = order[step * batch_size : (step + 1) * batch_size]
                optimizer.zero_grad(set_to_none=True)
                loss = F.mse_loss(network(inputs[rows]), targets[rows].expand(-1, MEMBERS if model != "mlp" else 1))
                loss.backward()
                optimizer.step()
                total += loss.detach()
        return float(total) / steps

    return train, parameters
