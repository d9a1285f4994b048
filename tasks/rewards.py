"""Training by rewards: the network's own samples that score well become more probable.

Cross-entropy trains with teacher forcing; this trains on the model's own samples. For each example `TEXTS` texts are
written and rewarded. The loss of each of their tokens is weighted by the advantage: the reward minus the mean reward of
the other texts of the example.

References:
    Rennie et al. 2017, Self-critical sequence training for image captioning (arXiv:1612.00563).
    Luo 2020, A better variant of self-critical sequence training (arXiv:2003.09971), for the mean of the others.
"""

from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np

from data.text.subwords import END, START
from training.place import Place

TEXTS = 5  # of an example


@dataclass(frozen=True)
class Group:
    """Examples for which texts are written before the network changes.

    Attributes:
        rows: Their positions.
        size: Texts of an update; those left over are dropped.
        lengths: Tokens that the texts of an update are padded to, ascending; none is longer than the last.
    """

    rows: np.ndarray
    size: int
    lengths: tuple[int, ...]

    @property
    def steps(self) -> int:
        """Updates of the group."""
        return TEXTS * len(self.rows) // self.size


class Writer(Protocol):
    """Writes texts and rewards them.

    Attributes:
        twin: A clone of the network that learns, which writes.
        inputs: What the network takes beside "target": name -> dtype and shape of a batch, None where it varies.
        finish: None, or name -> what is still done to an input.
    """

    twin: keras.Model
    inputs: dict[str, tuple]
    finish: dict | None

    def groups(self, epoch: int) -> list[Group]:
        """The groups of an epoch, in its order; their updates are as many in each epoch."""

    def write(self, group: Group, random: np.random.Generator):
        """Inputs of the examples, name -> (n, ...); tokens (n * `TEXTS`, length), the end token last and 0 after it,
        those of an example together; rewards (n, `TEXTS`).
        """


def advantages(rewards: np.ndarray) -> np.ndarray:
    """What each reward (n, texts) exceeds the mean of the others of its example by: float32 (n * texts,)."""
    others = (rewards.sum(axis=1, keepdims=True) - rewards) / (rewards.shape[1] - 1)
    return (rewards - others).astype("float32").reshape(-1)


class RewardedBatches:
    """Batches of texts that a twin of the network writes, each with its weight.

    The twin has the weights that the network has when texts are written: on JAX, which keeps them to itself within an
    epoch, nothing else could write. What epoch e writes depends on the seed, e and those weights.

    Args:
        model: `keras.Model`, the network that learns.
        writer: `Writer`.
        seed: Non-negative integer.
        epochs: Positive integer.

    Attributes:
        start: `Place` that the batches start at.
        steps_per_epoch: Batches of an epoch.
    """

    def __init__(self, model, writer: Writer, seed: int, epochs: int):
        self.model, self.writer, self.seed, self.epochs = model, writer, seed, epochs
        groups = writer.groups(0)
        self.ends = np.cumsum([group.steps for group in groups])
        self.sizes = {group.size for group in groups}
        self.steps_per_epoch = int(self.ends[-1])
        self.start = Place()
        self.refresh()

    @property
    def rows(self) -> int | None:
        """Of each batch; None where they vary."""
        return max(self.sizes) if len(self.sizes) == 1 else None

    def refresh(self) -> None:
        """Write with the weights that the network has now."""
        self.writer.twin.set_weights(self.model.get_weights())

    def written_after(self, step: int) -> bool:
        """Whether what follows a step of an epoch has yet to be written, so that it depends on the weights then."""
        return step in self.ends

    def epoch(self, epoch: int, first_step: int = 0):
        """Yields the batches of an epoch from a step on: `({name, "target"}, labels, weights)`.

        It goes on after `first_step` as it would have without an interruption where `written_after(first_step)`.
        """
        groups = self.writer.groups(epoch)
        for number in range(int(np.searchsorted(self.ends, first_step, side="right")), len(groups)):
            group, random = groups[number], np.random.default_rng([self.seed, 3, epoch, number])
            inputs, tokens, rewards = self.writer.write(group, random)
            weights = advantages(rewards)
            rows = random.permutation(len(tokens))[: group.steps * group.size]
            rows = rows[np.argsort(np.count_nonzero(tokens[rows], axis=1), kind="stable")]
            for part in random.permutation(group.steps):
                chosen = rows[part * group.size : (part + 1) * group.size]
                most = np.count_nonzero(tokens[chosen], axis=1).max()
                length = min(length for length in group.lengths if length >= most)
                labels = np.zeros((group.size, length), np.int32)
                labels[:, : tokens.shape[1]] = tokens[chosen, :length]
                target = np.concatenate([np.full((group.size, 1), START, np.int32), labels[:, :-1]], axis=1)
                target = np.where(target == END, 0, target)  # what follows an end counts for nothing
                given = {name: values[chosen // TEXTS] for name, values in inputs.items()}
                yield given | {"target": target}, labels, weights[chosen]

    def dataset(self, first_epoch: int = 0, first_step: int = 0):
        """A tf.data dataset from a step of an epoch on, see `epoch`. Nothing is written before it is asked for."""
        from data.stream import stream

        self.start = start = Place(first_epoch, first_step)
        self.refresh()

        def batches():
            for epoch in range(first_epoch, self.epochs):
                yield from self.epoch(epoch, start.done_before(epoch))

        size = self.rows
        inputs = {name: (dtype, [size, *shape]) for name, (dtype, shape) in self.writer.inputs.items()}
        ids = ("int32", [size, None])
        count = max(self.steps_per_epoch * (self.epochs - first_epoch) - first_step, 0)
        labels = [ids, ("float32", [size])]
        return stream(batches, inputs | {"target": ids}, labels, count, finish=self.writer.finish)


class FreshTwin(keras.callbacks.Callback):
    """Gives the twin that writes the weights of the network, each time before it writes."""

    def __init__(self, batches: RewardedBatches):
        super().__init__()
        self.batches = batches
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.batches.written_after(self.batches.start.done_before(self._epoch) + batch + 1):
            if keras.backend.backend() == "jax":
                self.model.jax_state_sync()  # within an epoch JAX keeps the values beside the variables
            self.batches.refresh()
