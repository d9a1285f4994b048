"""Search the hyperparameters of a classifier.

    python -m tuning.classify                                            digits: 12 trials
    python -m tuning.classify --data people.csv --target income --strategy bayesian --trials 40
    python -m tuning.classify --data people.csv --target income --cross-validate 5 --epochs 30 mlp

What you name is kept, as `--epochs 30` here; the rest is searched.
"""

from dataclasses import replace

from models.convnet import ConvNet
from models.logistic import Logistic
from models.mlp import MLP
from models.pretrained import Pretrained
from models.published import Published
from models.resnet import ResNet
from tasks.classify import TASK
from tasks.classify.config import Config
from tuning.space import among, layers, linear, logarithmic, no_space, settled_by, training, whole


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


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    found, prepared = settled_by(TASK, base)
    if prepared.two_stages:
        # The two stages of fine-tuning have a batch size each, unless one is named for both.
        found = replace(found, trainer=replace(found.trainer, batch_size=base.trainer.batch_size))
    return found


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.classify")
