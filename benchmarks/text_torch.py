"""`textcnn` and `recurrent` in PyTorch, layer for layer: one process of benchmarks/text_speed.py.

The fused Adam, PyTorch's fastest on a CPU, and its own recurrent layer, on packed sequences where texts are filled up.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from models.text_cnn import TextCNN
from models.text_recurrent import TextRecurrent


class Convolutions(nn.Module):
    """models/text_cnn.py with its defaults."""

    def __init__(self, vocab_size, classes):
        super().__init__()
        recipe = TextCNN()
        self.dropout = recipe.dropout
        self.embedding = nn.Embedding(vocab_size, recipe.units)
        self.windows = nn.ModuleList(
            nn.Conv1d(recipe.units, recipe.filters, width, padding="same") for width in recipe.widths
        )
        self.logits = nn.Linear(recipe.filters * len(recipe.widths), classes)

    def forward(self, ids):
        counts = (ids != 0).unsqueeze(1)  # (batch, 1, length)
        x = F.dropout(self.embedding(ids), self.dropout / 2, self.training).transpose(1, 2) * counts
        largest = [F.relu(one(x)).masked_fill(~counts, -torch.inf).amax(2) for one in self.windows]
        return self.logits(F.dropout(torch.cat(largest, 1), self.dropout, self.training))


class BothWays(nn.Module):
    """models/text_recurrent.py with its defaults."""

    def __init__(self, vocab_size, classes):
        super().__init__()
        recipe = TextRecurrent()
        self.dropout = recipe.dropout
        self.embedding = nn.Embedding(vocab_size, recipe.units)
        self.gru = nn.GRU(recipe.units, recipe.recurrent_units, batch_first=True, bidirectional=True)
        self.logits = nn.Linear(2 * recipe.recurrent_units, classes)

    def forward(self, ids):
        counts = ids != 0
        x = F.dropout(self.embedding(ids), self.dropout, self.training)
        packed = pack_padded_sequence(x, counts.sum(1), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True, padding_value=-torch.inf)
        return self.logits(F.dropout(states.amax(1), self.dropout, self.training))


class TorchText:
    """Trains and answers on given texts; see `benchmarks.text_speed.LaminaText`."""

    def __init__(self, name, ids, labels, sizes, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.network = {"textcnn": Convolutions, "recurrent": BothWays}[name](*sizes)
        nn.init.normal_(self.network.embedding.weight, std=0.1)
        self.ids, self.labels = torch.from_numpy(ids).long(), torch.from_numpy(labels).long()
        self.optimizer = torch.optim.Adam(self.network.parameters(), 1e-3, fused=True)
        self.parameters = sum(one.numel() for one in self.network.parameters())

    def train(self) -> float:
        """An update on each batch; the mean of the losses before them."""
        self.network.train()
        losses = []
        for ids, labels in zip(self.ids, self.labels, strict=True):
            self.optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(self.network(ids), labels)
            loss.backward()
            self.optimizer.step()
            losses.append(float(loss.detach()))
        return sum(losses) / len(losses)

    def answer(self):
        """The classes of all texts, batch by batch."""
        self.network.eval()
        with torch.inference_mode():
            return [self.network(ids).argmax(1).numpy() for ids in self.ids]
