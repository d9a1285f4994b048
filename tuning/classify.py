"""Search the hyperparameters of a classifier.

    python -m tuning.classify                                            digits: 12 trials
    python -m tuning.classify --data people.csv --target income --strategy bayesian --trials 40
    python -m tuning.classify --data people.csv --target income --cross-validate 5 --epochs 30 mlp

What you name is kept, as `--epochs 30` here; the rest is searched.
"""

from dataclasses import replace

from models.bag import Bag
from models.convnet import ConvNet
from models.logistic import Logistic
from models.mlp import MLP
from models.pretrained import Pretrained
from models.published import Published
from models.resnet import ResNet
from models.text_cnn import TextCNN
from models.text_recurrent import TextRecurrent
from models.text_transformer import TextTransformer
from tasks.classify import TASK
from tasks.classify.config import Config
from tuning.space import among, layers, linear, logarithmic, no_space, settled_by, training, whole

SEQUENCES = TextCNN | TextRecurrent | TextTransformer


def sample(hp, base: Config) -> Config:
    """A configuration near `base`."""
    found = replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer))
    if isinstance(base.model, ConvNet | ResNet | Pretrained | Published):
        # None of these mirrors an image that "auto" does not.
        augment = among(hp, "augment", base.data.augment, ("auto", "none", "affine"))
        found = replace(found, data=replace(base.data, augment=augment))
    return found


def network(hp, model):
    """A network of the same kind: how deep, how wide, how much is dropped."""
    match model:
        case MLP():
            return mlp(hp, model)
        case ConvNet():
            return replace(
                model,
                filters=layers(hp, "filters", model.filters, most=3, factor=2),
                dense=whole(hp, "dense", model.dense, 64, 256) if model.dense else 0,
                dropout=linear(hp, "dropout", model.dropout, 0.0, 0.6),
            )
        case Pretrained():
            rate = model.fine_tune_learning_rate
            return replace(
                model,
                dropout=linear(hp, "dropout", model.dropout, 0.0, 0.6),
                fine_tune_learning_rate=logarithmic(hp, "fine_tune_learning_rate", rate, rate / 5, rate * 10),
            )
        case Bag() | TextCNN() | TextRecurrent() | TextTransformer():
            return text(hp, model)
        case Logistic() | ResNet() | Published():  # their training alone is searched
            return model
    return no_space(model)


def mlp(hp, model: MLP) -> MLP:
    """Another MLP."""
    return replace(
        model,
        hidden=layers(hp, "hidden", model.hidden, most=4),
        activation=among(hp, "activation", model.activation, ("relu", "elu", "tanh")),
        dropout=linear(hp, "dropout", model.dropout, 0.0, 0.5),
        batch_norm=hp.Boolean("batch_norm", default=model.batch_norm),
    )


def text(hp, model):
    """Another network that reads text: how many n-grams or tokens, how wide, how much is dropped."""
    found = replace(model, dropout=linear(hp, "dropout", model.dropout, 0.0, 0.7))
    match model:
        case Bag():
            characters = hp.Choice("characters", ["as the texts are", "none", "2 to 4", "2 to 6"])
            spans = {"none": (0, 0), "2 to 4": (2, 4), "2 to 6": (2, 6)}
            most = among(hp, "vocab_size", model.vocab_size, (20_000, 50_000, 200_000))
            return replace(
                found,
                words=among(hp, "words", model.words, (1, 2, 3)),
                characters=spans.get(characters, model.characters),
                vocab_size=most,
            )
        case TextCNN():
            found = replace(found, filters=among(hp, "filters", model.filters, (50, 100, 200)))
        case TextRecurrent():
            found = replace(found, recurrent_units=among(hp, "recurrent_units", model.recurrent_units, (32, 64, 128)))
        case TextTransformer():
            found = replace(found, num_layers=among(hp, "num_layers", model.num_layers, (1, 2, 4)))
    if model.vocab_size:  # `settle` writes it out
        found = replace(found, vocab_size=among(hp, "vocab_size", model.vocab_size, (2000, 4000, 8000, 16_000)))
    widths = (model.units, 2 * model.units) if isinstance(model, TextTransformer) else (100, 200, 300)
    return replace(
        found,
        units=among(hp, "units", model.units, widths),
        longest=among(hp, "longest", model.longest, (50, 100, 200, 400)),
    )


def with_vocabulary(model, prepared):
    """`model` with the tokens that the texts came to and their number, where it reads sequences."""
    if not isinstance(model, SEQUENCES):
        return model
    prepare = prepared.splits.prepare
    return replace(model, tokens=prepare.tokens, vocab_size=model.vocab_size or prepare.vocab_size)


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    found, prepared = settled_by(TASK, base)
    found = replace(found, model=with_vocabulary(found.model, prepared))
    if prepared.two_stages:
        # The two stages of fine-tuning have a batch size each, unless one is named for both.
        found = replace(found, trainer=replace(found.trainer, batch_size=base.trainer.batch_size))
    return found


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.classify")
