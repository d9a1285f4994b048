"""A stage of captioning in which captions are drawn, and rewarded for being like those that people wrote.

Cross-entropy teaches to go on after the words of people; this teaches to write whole captions. Of each image `DRAWN`
captions are drawn. The reward of one is its CIDEr-D against the captions of the image, its end counted as a word, and
the loss of each token is weighted by what the reward exceeds the mean of the others of the image by: what is better
than those becomes more probable, what is worse less.

References:
    Rennie et al. 2017, Self-critical sequence training for image captioning (arXiv:1612.00563).
    Luo 2020, A better variant of self-critical sequence training (arXiv:2003.09971), for the mean of the others.
"""

from dataclasses import replace

import keras
import numpy as np

from data.subwords import END, START
from evaluation.caption_words import words
from training.place import Place
from training.run_directory import RunDirectory

DRAWN = 5  # captions of an image
IMAGES = 512  # for which captions are drawn before the network changes
ROWS = 128  # captions of an update
END_WORD = "<end>"
USUAL = 0.99  # share of the training captions that are no longer than the longest that is drawn: few take long to draw


def reward(model, config, splits, subwords, inputs, batches, directory: RunDirectory) -> None:
    """Train a captioner further by rewards.

    Its records are in the folder rewards/ of the run. Should it not validate better than the epochs before, the weights
    are put back as they were.

    Args:
        model: `keras.Model` of a recipe, trained with cross-entropy.
        config: `apps.caption.Config`.
        splits: `CaptionSplits`.
        subwords: `Subwords`.
        inputs: `ImageInputs`, what `model` takes.
        batches: `CaptionBatches` of the training images, for those and their lengths.
        directory: Of the run.
    """
    from apps.caption_stage import learn_further
    from training.plan import Plan
    from training.token_cross_entropy import TokenCrossEntropy

    drawn = RewardedBatches(model, config, splits.train, subwords, inputs, batches)
    trainer = replace(config.trainer, epochs=config.reward_epochs, learning_rate=config.reward_learning_rate)
    plan = Plan(drawn.size, trainer.epochs, drawn.steps_per_epoch, 1)
    given = (config, splits, subwords, inputs, drawn.dataset)
    course = {"trainer": trainer, "plan": plan, "resumable": drawn.draws_after, "callbacks": [FreshTwin(drawn)]}
    learn_further("rewards", directory, model, TokenCrossEntropy(), *given, **course)


class FreshTwin(keras.callbacks.Callback):
    """Gives the twin that draws the captions the weights of the network, each time before it draws."""

    def __init__(self, batches: "RewardedBatches"):
        super().__init__()
        self.batches = batches
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.batches.draws_after(self.batches.start.done_before(self._epoch) + batch + 1):
            if keras.backend.backend() == "jax":
                self.model.jax_state_sync()  # within an epoch JAX keeps the values beside the variables
            self.batches.refresh()


class RewardedBatches:
    """Batches of captions that a twin of the network draws, each with its weight.

    The twin has the weights that the network has when captions are drawn: on JAX, which keeps them to itself within an
    epoch, nothing else could be drawn with.

    What epoch e draws depends on the seed, e and the weights of the network when it draws alone.

    Attributes:
        size: Captions of a batch.
        start: `Place` that the batches start at.
        steps_per_epoch: Batches of an epoch; the captions left over are dropped.
    """

    def __init__(self, model, config, captions, subwords, inputs, batches):
        from apps.caption_batches import texts
        from apps.image_captioner import ImageCaptioner
        from evaluation.captioning import Cider
        from models.search import Search

        self.model, self.twin = model, keras.models.clone_model(model)
        longest = int(np.quantile([len(ids) + 1 for ids in batches.ids], USUAL, method="higher"))
        longest = min(longest, config.longest_tokens)
        self.captioner = ImageCaptioner(self.twin, None, subwords, Search(DRAWN, sample=True), longest)
        self.cider = Cider([[[*words(text), END_WORD] for text in some] for some in texts(config, captions).captions])
        self.captions, self.subwords, self.inputs, self.batches = captions, subwords, inputs, batches
        # Few shapes: a compiler sees those of before, and one more.
        self.lengths = (*(length for length in batches.lengths if length < longest), longest)
        self.seed, self.epochs = config.trainer.seed, config.reward_epochs
        self.size = min(ROWS, DRAWN * min(IMAGES, len(captions)))
        parts = [min(IMAGES, len(captions) - start) for start in range(0, len(captions), IMAGES)]
        self.steps = [DRAWN * part // self.size for part in parts]  # with captions that are drawn at a time
        self.steps_per_epoch = sum(self.steps)
        self.start = Place()
        self.refresh()

    def refresh(self) -> None:
        """Draw with the weights that the network has now."""
        self.twin.set_weights(self.model.get_weights())

    def drawn(self, images: np.ndarray, seen: np.ndarray, random: np.random.Generator):
        """Captions of some images (n,), `seen` (n, ...): tokens int (n * `DRAWN`, length), weights float32
        (n * `DRAWN`,).
        """
        finish = self.inputs.finish
        values = np.asarray(finish(seen)) if finish else seen
        found = [(tokens, complete) for tokens, _, complete in self.captioner.searched(values, random)]
        tokens, complete = (np.concatenate(parts) for parts in zip(*found, strict=True))
        tokens = tokens.reshape(-1, tokens.shape[-1])
        written = self.subwords.decode(tokens)
        ended = [words(text) + [END_WORD] * bool(end) for text, end in zip(written, complete.reshape(-1), strict=True)]
        rewards = self.cider(ended, np.repeat(images, DRAWN)).reshape(-1, DRAWN)
        others = (rewards.sum(axis=1, keepdims=True) - rewards) / (DRAWN - 1)
        return tokens, (rewards - others).astype("float32").reshape(-1)

    def draws_after(self, step: int) -> bool:
        """Whether what follows a step of an epoch has yet to be drawn, so that it depends on the weights then."""
        return step in np.cumsum(self.steps)

    def epoch(self, epoch: int, first_step: int = 0):
        """Yields the batches of an epoch from a step on: `({name, "target"}, labels, weights)`.

        It goes on after `first_step` as it would have without an interruption where `draws_after(first_step)`.
        """
        order = np.random.default_rng([self.seed, 3, epoch]).permutation(len(self.captions))
        first = int(np.searchsorted(np.cumsum(self.steps), first_step, side="right"))
        for start in range(first * IMAGES, len(order), IMAGES):
            random = np.random.default_rng([self.seed, 3, epoch, start])
            images = order[start : start + IMAGES]
            mirror = None
            if self.batches.mirrored is not None:
                mirror = np.random.default_rng([self.seed, 4, epoch, start]).random(len(images)) < 0.5
            seen = self.batches.shown(images, mirror)
            tokens, weights = self.drawn(images, seen, random)
            rows = random.permutation(len(tokens))[: len(tokens) // self.size * self.size]
            rows = rows[np.argsort(np.count_nonzero(tokens[rows], axis=1), kind="stable")]
            for part in random.permutation(len(rows) // self.size):
                chosen = rows[part * self.size : (part + 1) * self.size]
                most = np.count_nonzero(tokens[chosen], axis=1).max()
                length = min(length for length in self.lengths if length >= most)
                labels = tokens[chosen, :length].astype(np.int32)
                target = np.concatenate([np.full((self.size, 1), START, np.int32), labels[:, :-1]], axis=1)
                target = np.where(target == END, 0, target)  # what follows an end counts for nothing
                shown = seen[chosen // DRAWN]
                yield {self.inputs.name: shown, "target": target}, labels, weights[chosen]

    def dataset(self, first_epoch: int = 0, first_step: int = 0):
        """A tf.data dataset from a step of an epoch on, see `epoch`. Nothing is drawn before it is asked for."""
        from data.stream import stream

        values, finish = self.batches.images, self.inputs.finish
        self.start = start = Place(first_epoch, first_step)
        self.refresh()

        def batches():
            for epoch in range(first_epoch, self.epochs):
                yield from self.epoch(epoch, start.done_before(epoch))

        ids = ("int32", [self.size, None])
        return stream(
            batches,
            {self.inputs.name: (values.dtype, [self.size, *values.shape[1:]]), "target": ids},
            [ids, ("float32", [self.size])],
            max(self.steps_per_epoch * (self.epochs - first_epoch) - first_step, 0),
            finish={self.inputs.name: finish} if finish else None,
        )
