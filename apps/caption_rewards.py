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

import numpy as np

from data.subwords import END, START
from evaluation.caption_words import words
from training.run_directory import RunDirectory

DRAWN = 5  # captions of an image
IMAGES = 512  # for which captions are drawn before the network changes
ROWS = 128  # captions of an update
END_WORD = "<end>"


def reward(model, config, splits, subwords, inputs, batches, directory: RunDirectory, rows: list[dict]) -> None:
    """Train a captioner further by rewards.

    Its records are in the folder rewards/ of the run. Should it not validate better than the epochs before, the weights
    are put back as they were.

    Args:
        model: `keras.Model` of a recipe, trained with cross-entropy.
        config: `apps.caption.Config`.
        splits: `CaptionSplits`.
        subwords: `Subwords`.
        inputs: `ImageInputs`, what `model` takes.
        batches: `CaptionBatches` of the training images, for their lengths.
        directory: Of the run.
        rows: Figures of the epochs before.
    """
    from apps.caption_stage import learn_further
    from training.token_cross_entropy import TokenCrossEntropy
    from training.trainer import Plan

    drawn = RewardedBatches(model, config, splits.train, subwords, inputs, batches.lengths)
    trainer = replace(config.trainer, epochs=config.reward_epochs, learning_rate=config.reward_learning_rate, average=1)
    plan = Plan(drawn.size, trainer.epochs, drawn.steps_per_epoch, 1)
    given = (config, splits, subwords, inputs, drawn.dataset)
    learn_further("rewards", rows, directory, model, TokenCrossEntropy(), *given, trainer=trainer, plan=plan)


class RewardedBatches:
    """Batches of captions that the network draws as it then is, each with its weight.

    What epoch e draws depends on the seed, e and the weights of the network alone.

    Attributes:
        size: Captions of a batch.
        steps_per_epoch: Batches of an epoch; the captions left over are dropped.
    """

    def __init__(self, model, config, captions, subwords, inputs, lengths: tuple[int, ...]):
        from apps.caption import texts
        from apps.image_captioner import ImageCaptioner
        from evaluation.captioning import Cider
        from models.search import Search

        self.captioner = ImageCaptioner(model, None, subwords, Search(DRAWN, sample=True), config.longest_tokens)
        self.cider = Cider([[[*words(text), END_WORD] for text in some] for some in texts(config, captions).captions])
        self.captions, self.subwords, self.inputs = captions, subwords, inputs
        self.lengths = (*lengths, config.longest_tokens)  # few shapes: a compiler sees those of before, and one more
        self.seed, self.epochs = config.trainer.seed, config.reward_epochs
        self.size = min(ROWS, DRAWN * min(IMAGES, len(captions)))
        parts = [min(IMAGES, len(captions) - start) for start in range(0, len(captions), IMAGES)]
        self.steps_per_epoch = sum(DRAWN * part // self.size for part in parts)

    def drawn(self, images: np.ndarray, random: np.random.Generator):
        """Captions of some images (n,): tokens int (n * `DRAWN`, length), weights float32 (n * `DRAWN`,)."""
        values = self.inputs.finished(self.captions, images)
        found = [(tokens, complete) for tokens, _, complete in self.captioner.searched(values, random)]
        tokens, complete = (np.concatenate(parts) for parts in zip(*found, strict=True))
        tokens = tokens.reshape(-1, tokens.shape[-1])
        written = self.subwords.decode(tokens)
        ended = [words(text) + [END_WORD] * bool(end) for text, end in zip(written, complete.reshape(-1), strict=True)]
        rewards = self.cider(ended, np.repeat(images, DRAWN)).reshape(-1, DRAWN)
        others = (rewards.sum(axis=1, keepdims=True) - rewards) / (DRAWN - 1)
        return tokens, (rewards - others).astype("float32").reshape(-1)

    def epoch(self, epoch: int):
        """Yields the batches of an epoch: `({name, "target"}, labels, weights)`."""
        random = np.random.default_rng([self.seed, 3, epoch])
        order = random.permutation(len(self.captions))
        for start in range(0, len(order), IMAGES):
            images = order[start : start + IMAGES]
            tokens, weights = self.drawn(images, random)
            rows = random.permutation(len(tokens))[: len(tokens) // self.size * self.size]
            rows = rows[np.argsort(np.count_nonzero(tokens[rows], axis=1), kind="stable")]
            for part in random.permutation(len(rows) // self.size):
                chosen = rows[part * self.size : (part + 1) * self.size]
                most = np.count_nonzero(tokens[chosen], axis=1).max()
                length = min(length for length in self.lengths if length >= most)
                labels = tokens[chosen, :length].astype(np.int32)
                target = np.concatenate([np.full((self.size, 1), START, np.int32), labels[:, :-1]], axis=1)
                target = np.where(target == END, 0, target)  # what follows an end counts for nothing
                shown = self.inputs.values(self.captions)[images[chosen // DRAWN]]
                yield {self.inputs.name: shown, "target": target}, labels, weights[chosen]

    def dataset(self, first_epoch: int = 0):
        """A tf.data dataset of the epochs from `first_epoch` on. Nothing is drawn before it is asked for."""
        from data.stream import stream

        values, finish = self.inputs.values(self.captions), self.inputs.finish

        def batches():
            for epoch in range(first_epoch, self.epochs):
                yield from self.epoch(epoch)

        ids = ("int32", [self.size, None])
        return stream(
            batches,
            {self.inputs.name: (values.dtype, [self.size, *values.shape[1:]]), "target": ids},
            [ids, ("float32", [self.size])],
            self.steps_per_epoch * max(self.epochs - first_epoch, 0),
            finish={self.inputs.name: finish} if finish else None,
        )
