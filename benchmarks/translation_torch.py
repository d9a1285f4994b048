"""The Transformer of benchmarks/translation_training.py in PyTorch, as its users write it for speed."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from data.text.pair_batches import PairBatches

FEATURES, HEADS, HIDDEN, BLOCKS = 128, 4, 256, 4


class Attention(nn.Module):
    """Queries of x, keys and values of what it looks at, or of x itself."""

    def __init__(self, own: bool):
        super().__init__()
        # One product for all three, where they are of the same vectors.
        self.own = nn.Linear(FEATURES, 3 * FEATURES) if own else None
        self.query, self.pair = (
            (None, None) if own else (nn.Linear(FEATURES, FEATURES), nn.Linear(FEATURES, 2 * FEATURES))
        )
        self.out = nn.Linear(FEATURES, FEATURES)

    def forward(self, x, source=None, mask=None, causal=False):
        if self.own:
            parts = self.own(x).chunk(3, -1)
        else:
            parts = (self.query(x), *self.pair(source).chunk(2, -1))
        heads = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
        found = F.scaled_dot_product_attention(*heads, attn_mask=mask, is_causal=causal)
        return self.out(found.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, rate: float, decoder: bool):
        super().__init__()
        self.attention, self.attention_norm = Attention(True), nn.LayerNorm(FEATURES, 1e-6)
        self.across = Attention(False) if decoder else None
        self.across_norm = nn.LayerNorm(FEATURES, 1e-6) if decoder else None
        self.norm = nn.LayerNorm(FEATURES, 1e-6)
        self.network = nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, FEATURES))
        self.dropout = nn.Dropout(rate)

    def forward(self, x, visible, source=None):
        own = {"causal": True} if self.across else {"mask": visible}
        x = x + self.dropout(self.attention(self.attention_norm(x), **own))
        if self.across:
            x = x + self.dropout(self.across(self.across_norm(x), source, visible))
        return x + self.dropout(self.network(self.norm(x)))


class Transformer(nn.Module):
    """Token ids to logits."""

    def __init__(self, vocabulary: int, rate: float, most: int):
        super().__init__()
        self.table = nn.Embedding(vocabulary, FEATURES)
        nn.init.normal_(self.table.weight, std=FEATURES**-0.5)
        even = np.arange(FEATURES) // 2 * 2
        angles = np.arange(most)[:, None] / 10_000.0 ** (even / FEATURES)
        waves = np.where(np.arange(FEATURES) % 2 == 0, np.sin(angles), np.cos(angles))
        self.register_buffer("waves", torch.from_numpy(waves.astype("float32")))
        self.dropout = nn.Dropout(rate)
        self.encoder = nn.ModuleList(Block(rate, False) for _ in range(BLOCKS))
        self.decoder = nn.ModuleList(Block(rate, True) for _ in range(BLOCKS))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(FEATURES, 1e-6), nn.LayerNorm(FEATURES, 1e-6)

    def forward(self, source, target):
        visible = (source != 0)[:, None, None]
        x, y = (self.dropout(self.table(ids) * FEATURES**0.5 + self.waves[: ids.shape[1]]) for ids in (source, target))
        for block in self.encoder:
            x = block(x, visible)
        x = self.encoder_norm(x)
        for block in self.decoder:
            y = block(y, visible, x)
        return F.linear(self.decoder_norm(y), self.table.weight)


class TorchTraining:
    """A network that trains a pass over the batches; `compiled` by `torch.compile`, each shape on its own."""

    def __init__(self, batches: PairBatches, vocabulary: int, rate: float, smoothing: float, compiled: bool):
        torch.manual_seed(0)
        self.smoothing = smoothing
        self.num_tokens = sum(len(ids) + 1 for ids in batches.targets)
        arrays = [batches.arrays(bucket, rows) for bucket, rows in batches.epoch(0, 0)]
        self.batches = [
            tuple(torch.from_numpy(ids.astype("int64")) for ids in (inputs["source"], inputs["target"], labels))
            for inputs, labels in arrays
        ]
        self.model = Transformer(vocabulary, rate, max(labels.shape[1] for *_, labels in self.batches) + 50)
        self.num_parameters = sum(one.numel() for one in self.model.parameters())
        self.optimizer = torch.optim.Adam(self.model.parameters(), 1e-3, (0.9, 0.98), 1e-8, fused=True)
        self._loss = torch.compile(self._plain_loss, dynamic=False) if compiled else self._plain_loss
        if compiled:
            torch._dynamo.config.recompile_limit = 32  # one for each shape

    def _plain_loss(self, source, target, labels):
        logits = self.model(source, target).flatten(0, 1)
        return F.cross_entropy(logits, labels.flatten(), ignore_index=0, label_smoothing=self.smoothing)

    def train(self) -> float:
        """The loss of one pass over the batches."""
        self.model.train()
        total = torch.zeros(())
        for batch in self.batches:
            self.optimizer.zero_grad(set_to_none=True)
            loss = self._loss(*batch)
            loss.backward()
            self.optimizer.step()
            total += loss.detach()
        return float(total) / len(self.batches)
