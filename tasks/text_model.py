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

BINARY_SHARE = 0.05  # of naive Bayes, that a bag of two classes begins with (benchmarks/texts.py)
PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # of ridge regression
TextModel = Bag | TextCNN | TextRecurrent | TextTransformer
RECIPES = {one.NAME: one for one in (Bag, TextCNN, TextRecurrent, TextTransformer)}
"""As the user types them."""


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
        return partial(
            BagPrepare.fit,
            words=model.words,
            characters=characters,
            most=model.vocab_size,
            opening=model.opening,
            shapes=model.shapes,
        )
    if isinstance(model, TextModel):
        return partial(SequencePrepare.fit, tokens=model.tokens, vocab_size=model.vocab_size, longest=model.longest)
    return None


def require_text(recipe, splits) -> None:
    """Raise UserError where a network and the data do not fit: one reads text and there is none, or the reverse."""
    if isinstance(recipe, TextModel) and splits.kind != "text":
        raise UserError(
            f"`{recipe.NAME}` reads text, and {splits.name} has no column of it. `--columns "
            "NAME=text` makes a column text; for other columns use `mlp`."
        )


def trainer_for(recipe, trainer: Trainer) -> Trainer:
    """`trainer` with the learning rate of a recipe that has one of its own, unless one was named."""
    own = getattr(recipe, "LEARNING_RATE", None)
    if own is None or trainer.learning_rate is not None or not trainer.update_rule.startswith("adam"):
        return trainer
    return replace(trainer, learning_rate=own)


def build(recipe: TextModel, splits, num_outputs: int):
    """The network of a text recipe for `splits`; a bag of classes may begin as naive Bayes."""
    from models.text_inputs import TextShape

    text = TextShape(splits.prepare.vocab_size, splits.prepare.num_features)
    if not isinstance(recipe, Bag):
        return recipe.build(text, num_outputs)
    if not splits.classes:
        return recipe.build(text, num_outputs, ridge(splits, num_outputs))
    share = recipe.naive_bayes
    share = (BINARY_SHARE if len(splits.classes) == 2 else 0.0) if share is None else share
    return recipe.build(text, num_outputs, naive_bayes(splits, share) if share else None)


def naive_bayes(splits, share: float) -> tuple[np.ndarray, ...]:
    """A share of naive Bayes' weights for a bag of the training rows: (vocab_size, classes), a bias (classes,), zeros.

    Of each n-gram the log of its share among the n-grams of the rows of a class, with one more row for each (Laplace),
    less the mean over the classes (Wang and Manning 2012). Divided by the mean tf-idf weight of the n-gram, so that a
    row scores as with counts.
    """
    from data.pipeline import fixed_part

    rows, labels = fixed_part(splits.train, splits.prepare), splits.train.labels
    size, classes = splits.prepare.vocab_size, len(splits.classes)
    flat = np.repeat(labels.astype(np.int64), rows.lengths) * size + rows.ids
    counts = np.bincount(flat, minlength=classes * size).reshape(classes, size) + 1.0
    ratios = np.log(counts / counts.sum(axis=1, keepdims=True)).T
    ratios -= ratios.mean(axis=1, keepdims=True)
    seen = np.bincount(rows.ids, minlength=size)
    weight = np.bincount(rows.ids, weights=rows.weights, minlength=size) / np.maximum(seen, 1)
    ratios *= np.where(seen > 0, share / np.maximum(weight, 1e-6), 0)[:, None]
    prior = np.log((np.bincount(labels, minlength=classes) + 1.0) / (len(labels) + classes))
    columns = [np.zeros((splits.prepare.num_features, classes), np.float32)] if splits.prepare.num_features else []
    return ratios.astype(np.float32), prior.astype(np.float32), *columns


def ridge(splits, num_outputs: int) -> tuple[np.ndarray, ...]:
    """Ridge regression of the standardised target on a bag and the other columns, as weights of its linear part.

    The penalty is the one of `PENALTIES` with the least error on the validation rows. A second output, a deviation,
    begins with zeros.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import Ridge

    from data.pipeline import fixed_part

    size, parts = splits.prepare.vocab_size, []
    for part in (splits.train, splits.validation):
        rows = fixed_part(part, splits.prepare)
        matrix = csr_matrix((rows.weights, rows.ids, rows.starts), (len(rows), size))
        parts.append(matrix if rows.features is None else hstack([matrix, csr_matrix(rows.features)]).tocsr())
    targets = [part.labels.astype(np.float64) for part in (splits.train, splits.validation)]
    mean, scale = targets[0].mean(), targets[0].std()
    targets = [(values - mean) / scale for values in targets]
    fitted = [Ridge(alpha=penalty, solver="sparse_cg").fit(parts[0], targets[0]) for penalty in PENALTIES]
    best = min(fitted, key=lambda model: np.mean((model.predict(parts[1]) - targets[1]) ** 2))
    weights = np.zeros((parts[0].shape[1], num_outputs), np.float32)
    weights[:, 0] = best.coef_
    weights[0] = 0  # fills up
    bias = np.zeros(num_outputs, np.float32)
    bias[0] = best.intercept_
    return weights[:size], bias, *([weights[size:]] if splits.prepare.num_features else [])
