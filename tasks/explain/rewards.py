"""The discriminative loss: sentences that the generator draws are rewarded by p(class | sentence) of the frozen
sentence classifier, while half of each batch goes on learning what people wrote.

The gradient is that of L - weight * E[reward]: the expectation by REINFORCE with the mean reward of the picture's other
sentences as baseline (`tasks.rewards`), L the cross-entropy of people's sentences. Without the latter half the language
decays; without the baseline, which the paper has not, the steps needed are many more. Fewer sentences by people that
weigh more would save time, but their noise shortens all of Adam's steps.

Reference:
    Hendricks et al. 2016, Generating visual explanations (arXiv:1603.08507), section 3.2.
"""

import keras
import numpy as np

from data.captions.sentence_batches import started
from models.decoding_settings import DecodingSettings
from tasks.captioner import ImageCaptioner
from tasks.explain.prepared import Prepared
from tasks.explain.reading import told_of
from tasks.explain.stages import Shared
from tasks.rewards import TEXTS, Group, RewardedBatches

PICTURES = 512  # for which sentences are drawn before the generator changes
ROWS = 64  # drawn sentences of an update, beside as many of people


class SentenceWriter:
    """Draws sentences for training pictures and rewards them: a `tasks.rewards.Writer`.

    Attributes:
        size: Drawn sentences of an update.
    """

    def __init__(self, model, prepared: Prepared, shared: Shared, features: np.ndarray):
        self.twin = keras.models.clone_model(model)
        self.length = prepared.length
        search = DecodingSettings(TEXTS, sample=True)
        self.captioner = ImageCaptioner(self.twin, None, prepared.subwords, search, self.length)
        self.reader, self.features, self.seed = shared.reader, features, prepared.trainer.seed
        self.labels = prepared.labels(prepared.splits.train)
        self.size = min(ROWS, TEXTS * min(PICTURES, len(features)))
        self.inputs = {"features": ("float32", features.shape[1:])}
        self.finish = None

    def groups(self, epoch: int) -> list[Group]:
        order = np.random.default_rng([self.seed, 3, epoch]).permutation(len(self.features))
        parts = [order[start : start + PICTURES] for start in range(0, len(order), PICTURES)]
        return [group for group in (Group(part, self.size, (self.length,)) for part in parts) if group.steps]

    def write(self, group: Group, random: np.random.Generator):
        seen = self.features[group.rows]
        tokens = np.concatenate([tokens for tokens, _, _ in self.captioner.searched(seen, random)])
        tokens = tokens.reshape(-1, tokens.shape[-1])
        told = told_of(self.reader, tokens)
        rewards = told[np.arange(len(told)), np.repeat(self.labels[group.rows], TEXTS)]
        return {"features": seen}, tokens, rewards.reshape(-1, TEXTS)


class HalfRewarded(RewardedBatches):
    """Batches of which the first half is people's sentences, and the second half drawn ones with their weights.

    Args:
        model, writer, seed, epochs: See `tasks.rewards.RewardedBatches`.
        features: float32 (N, ...) that the generator is given of the training pictures.
        ids: Per picture the tokens of its sentences by people.
        weight: Of the reward.
    """

    def __init__(self, model, writer: SentenceWriter, seed: int, epochs: int, *, features, ids, weight: float):
        super().__init__(model, writer, seed, epochs)
        self.features, self.ids, self.weight = features, ids, weight

    @property
    def rows(self) -> int:
        return 2 * super().rows

    def epoch(self, epoch: int, first_step: int = 0):
        for step, (inputs, labels, weights) in enumerate(super().epoch(epoch, first_step), start=first_step):
            random = np.random.default_rng([self.seed, 4, epoch, step])
            pictures = random.integers(len(self.ids), size=len(labels))
            chosen = [self.ids[one][random.integers(len(self.ids[one]))] for one in pictures]
            target, following = started([one[: labels.shape[1] - 1] for one in chosen], labels.shape[1])
            given = {
                "features": np.concatenate([self.features[pictures], inputs["features"]]),
                "target": np.concatenate([target, inputs["target"]]),
            }
            yield (
                given,
                np.concatenate([following, labels]),
                np.concatenate([np.ones(len(pictures), np.float32), self.weight * weights]),
            )
