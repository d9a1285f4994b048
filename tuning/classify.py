"""Search the hyperparameters of a classifier.

    python -m tuning.classify                                            digits: 12 trials
    python -m tuning.classify --data people.csv --target income --strategy bayesian --trials 40
    python -m tuning.classify --data people.csv --target income --cross-validate 5 --epochs 30 mlp

What you name is kept, as `--epochs 30` here; the rest is searched.
"""

from dataclasses import replace

from apps import classify as app
from apps.classify import Config
from models.convnet import ConvNet
from models.mlp import MLP
from models.pretrained import Pretrained
from models.resnet import ResNet
from tuning.space import among, layers, linear, logarithmic, settled, training, whole


def sample(hp, base: Config) -> Config:
    """A configuration near `base`."""
    found = replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer))
    if isinstance(base.model, ConvNet | ResNet | Pretrained):
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
    return model


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
    """`base` with everything written out that the app would choose by the data: the same training."""
    from training.compilation import highest_rate
    from training.plan import plan

    splits = app.load(base)
    base = replace(base, model=app.recipe_for(base, splits))
    schedule = plan(base.trainer, len(splits.train))
    trainer = settled(base.trainer, schedule, highest_rate(base.trainer, app.build(base, splits)))
    if isinstance(base.model, Pretrained):
        # The two stages of fine-tuning have a batch size each, unless one is named for both.
        trainer = replace(trainer, batch_size=base.trainer.batch_size)
    return replace(base, trainer=trainer)


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.classify")
