"""The command of the suite that trains what a page shows, as nearly as an application does."""

from cli.arguments import command
from web.playground.network import activation
from web.playground.training import Training

DIFFERENCES = (
    "standardises the inputs",
    "draws other initial weights",
    "leaves out the rows that fill no batch",
    "keeps the epoch with the lowest validation loss",
)


def app(training: Training) -> str:
    """ "classify" or "regress"."""
    return "classify" if training.data.classes else "regress"


def config(training: Training):
    """The `Config` of the application, for train.csv and test.csv of the archive."""
    from data.settings import Data
    from models.linear import Linear
    from models.logistic import Logistic
    from models.mlp import MLP
    from training.trainer import Trainer

    settings = training.settings
    trainer = Trainer(
        epochs=max(training.epoch, 1),
        batch_size=training.batch_size,
        optimizer=settings.optimizer,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        decay=settings.decay or 1e-6,
        seed=settings.seed_of_weights,
        preflight="off",
    )
    data = Data("train.csv", "label", "test.csv", "test.csv")
    penalties = {"l1": settings.l1, "l2": settings.l2}
    if app(training) == "classify":
        from tasks.classify.config import Config

        linear, others = Logistic(**penalties), {}
    else:
        from tasks.regress.config import Config

        linear, others = Linear(**penalties), {"loss": settings.loss}
    if not settings.layers:
        return Config(model=linear, data=data, trainer=trainer, **others)
    rates = [rate for _, _, rate, _ in settings.layers]
    model = MLP(
        hidden=settings.network_shape,
        activation=activation(settings.layers[0][1]),
        dropout=sum(rates) / len(rates),
        batch_norm=all(norm for *_, norm in settings.layers),
        **penalties,
    )
    return Config(model=model, data=data, trainer=trainer, **others)


def line(training: Training) -> str:
    """The command, typed where train.csv and test.csv are."""
    return command(f"python -m apps.{app(training)}", config(training))


def differences(training: Training) -> list[str]:
    """How the application trains otherwise than the page, each as what it does."""
    settings, found = training.settings, list(DIFFERENCES)
    if app(training) == "classify" and settings.loss == "squared":
        found.append("has a softmax and the cross-entropy in place of the squared loss")
    if app(training) == "regress":
        found.append("standardises the labels")
    for what, values in (
        ("activation", {name for _, name, _, _ in settings.layers}),
        ("dropout", {rate for _, _, rate, _ in settings.layers}),
        ("batch norm", {norm for *_, norm in settings.layers}),
    ):
        if len(values) > 1:
            found.append(f"has the same {what} in all layers")
    return found
