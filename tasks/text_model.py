"""Which networks read text, how they want it prepared, and which one is the default."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from cli.errors import UserError
from models.bag import Bag
from models.text_cnn import TextCNN
from models.text_recurrent import TextRecurrent
from models.text_transformer import TextTransformer
from training.trainer import Trainer

TextModel = Bag | TextCNN | TextRecurrent | TextTransformer


def preparing(model, chosen_by_data: bool) -> Callable | None:
    """Function from raw training columns and their kinds to the `TextPrepare` that a recipe needs.

    Args:
        model: Recipe; for another than a `TextModel` None comes back,
        chosen_by_data: unless the kind of data is to choose: then the default.
    """
    from data.text.bag_prepare import BagPrepare
    from data.text.sequence_prepare import SequencePrepare

    if chosen_by_data:
        model = Bag()
    if isinstance(model, Bag):
        characters = () if model.characters == (0, 0) else model.characters
        return partial(BagPrepare.fit, words=model.words, characters=characters, most=model.vocab_size)
    if isinstance(model, TextModel):
        return partial(SequencePrepare.fit, vocab_size=model.vocab_size, longest=model.longest)
    return None


def require_text(recipe, splits) -> None:
    """Raise UserError where a network and the data do not fit: one reads text and there is none, or the reverse."""
    if isinstance(recipe, TextModel) and splits.kind != "text":
        raise UserError(
            f"`{type(recipe).__name__.lower()}` reads text, and {splits.name} has no column of it. `--columns "
            "NAME=text` makes a column text; for other columns use `mlp`."
        )


def trainer_for(recipe, trainer: Trainer) -> Trainer:
    """`trainer` with the learning rate of a recipe that has one of its own, unless one was named."""
    own = getattr(recipe, "LEARNING_RATE", None)
    if own is None or trainer.learning_rate is not None or not trainer.optimizer.startswith("adam"):
        return trainer
    return replace(trainer, learning_rate=own)


def build(recipe: TextModel, splits, num_outputs: int, start: bool = False):
    """The network of a text recipe for `splits`; with `start` a bag of classes begins as naive Bayes."""
    from models.text_inputs import TextShape

    text = TextShape(splits.prepare.vocab_size, splits.prepare.num_features)
    if start and isinstance(recipe, Bag):
        return recipe.build(text, num_outputs, naive_bayes(splits, num_outputs))
    return recipe.build(text, num_outputs)


def naive_bayes(splits, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Log-count ratios of the training rows as weights of a bag: (vocab_size, classes), and a bias (classes,).

    Of each n-gram the log of its share among the n-grams of the rows of a class, with one more row for each (Laplace),
    less the mean over the classes. They are scaled to the length of a tf-idf row, and halved: naive Bayes takes words
    for independent, and so is too sure (Wang and Manning 2012).
    """
    from data.pipeline import fixed_part

    rows, labels = fixed_part(splits.train, splits.prepare), splits.train.labels
    size = splits.prepare.vocab_size
    flat = np.repeat(labels.astype(np.int64), rows.lengths) * size + rows.ids
    counts = np.bincount(flat, minlength=classes * size).reshape(classes, size) + 1.0
    ratios = np.log(counts / counts.sum(axis=1, keepdims=True)).T
    ratios -= ratios.mean(axis=1, keepdims=True)
    seen = np.bincount(rows.ids, weights=rows.weights, minlength=size) / np.maximum(
        np.bincount(rows.ids, minlength=size), 1
    )
    scale = 0.5 / np.maximum(seen, 1e-6)  # a mean row then has half the score that naive Bayes gives it
    ratios *= np.where(seen > 0, scale, 0)[:, None]
    ratios[0] = 0  # fills up
    prior = np.bincount(labels, minlength=classes) + 1.0
    return ratios.astype(np.float32), np.log(prior / prior.sum()).astype(np.float32)
