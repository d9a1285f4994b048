"""A stage of captioning in which captions are drawn, and rewarded for being like those that people wrote.

The reward of a caption is its CIDEr-D against the captions of the image, its end counted as a word; see
`tasks.rewards`.
"""

from dataclasses import replace

import keras
import numpy as np

from evaluation.caption_words import words
from models.decoding_settings import DecodingSettings
from tasks.caption.prepared import Prepared
from tasks.caption.stages import learn_further
from tasks.captioner import ImageCaptioner
from tasks.rewards import TEXTS, FreshTwin, Group, RewardedBatches
from training.plan import Plan
from training.run_directory import RunDirectory

IMAGES = 512  # for which captions are drawn before the network changes
ROWS = 128  # captions of an update
END_WORD = "<end>"
USUAL = 0.99  # share of the training captions that are no longer than the longest that is drawn: few take long to draw


def reward(prepared: Prepared, model, directory: RunDirectory) -> None:
    """Train a captioner further by rewards.

    Its records are in the folder rewards/ of the run. Should it not validate better than before
    (`training.further_stage`), the weights are put back as they were.

    Args:
        prepared: What was trained on what.
        model: `keras.Model` of its recipe, trained with cross-entropy.
        directory: Of the run.
    """
    from training.token_cross_entropy import TokenCrossEntropy

    epochs = prepared.reward_epochs
    writer = CaptionWriter(model, prepared)
    rewarded = RewardedBatches(model, writer, prepared.trainer.seed, epochs)
    learn_further(
        "rewards",
        prepared,
        model,
        prepared.inputs,
        rewarded.dataset,
        TokenCrossEntropy(),
        directory,
        trainer=replace(
            prepared.trainer,
            epochs=epochs,
            learning_rate=prepared.reward_learning_rate,
            preflight="off",  # batches are drawn from the network as they are asked for
            microscope=False,
        ),
        plan=Plan(writer.size, epochs, rewarded.steps_per_epoch, 1),
        resumable=rewarded.written_after,
        callbacks=[FreshTwin(rewarded)],
    )


class CaptionWriter:
    """Draws captions of training images and rewards them: a `tasks.rewards.Writer`.

    Attributes:
        size: Captions of an update.
    """

    def __init__(self, model, prepared: Prepared):
        from evaluation.captioning import Cider

        batches, inputs, captions = prepared.batches, prepared.inputs, prepared.splits.train
        self.twin = keras.models.clone_model(model)
        longest = int(np.quantile([len(ids) + 1 for ids in batches.ids], USUAL, method="higher"))
        longest = min(longest, prepared.longest)
        search = DecodingSettings(TEXTS, sample=True)
        self.captioner = ImageCaptioner(self.twin, None, prepared.subwords, search, longest)
        self.cider = Cider([[[*words(text), END_WORD] for text in some] for some in prepared.texts(captions).captions])
        self.captions, self.subwords, self.batches = captions, prepared.subwords, batches
        self.seed = prepared.trainer.seed
        # Few shapes: a compiler sees those of before, and one more.
        self.lengths = (*(length for length in batches.lengths if length < longest), longest)
        self.size = min(ROWS, TEXTS * min(IMAGES, len(captions)))
        self.inputs = {inputs.name: (batches.images.dtype, batches.images.shape[1:])}
        self.finish = {inputs.name: inputs.finish} if inputs.finish else None

    def groups(self, epoch: int) -> list[Group]:
        order = np.random.default_rng([self.seed, 3, epoch]).permutation(len(self.captions))
        parts = [order[start : start + IMAGES] for start in range(0, len(order), IMAGES)]
        return [Group(part, self.size, self.lengths) for part in parts]

    def write(self, group: Group, random: np.random.Generator):
        mirror = random.random(len(group.rows)) < 0.5 if self.batches.mirrored is not None else None
        (name,) = self.inputs
        seen = self.batches.shown(group.rows, mirror)
        tokens, rewards = self.drawn(group.rows, seen, random)
        return {name: seen}, tokens, rewards

    def drawn(self, images: np.ndarray, seen: np.ndarray, random: np.random.Generator):
        """Captions of some images (n,), `seen` (n, ...): tokens int (n * `TEXTS`, length), rewards (n, `TEXTS`)."""
        values = np.asarray(next(iter(self.finish.values()))(seen)) if self.finish else seen
        found = [(tokens, complete) for tokens, _, complete in self.captioner.searched(values, random)]
        tokens, complete = (np.concatenate(parts) for parts in zip(*found, strict=True))
        tokens = tokens.reshape(-1, tokens.shape[-1])
        written = self.subwords.decode(tokens)
        ended = [words(text) + [END_WORD] * bool(end) for text, end in zip(written, complete.reshape(-1), strict=True)]
        return tokens, self.cider(ended, np.repeat(images, TEXTS)).reshape(-1, TEXTS)
