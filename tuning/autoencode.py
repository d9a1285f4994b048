"""Search the hyperparameters of an autoencoder.

    python -m tuning.autoencode                                          digits
    python -m tuning.autoencode --data banknote.csv --target last --trials 30 dense --hidden 6 4 2 --activation tanh
    python -m tuning.autoencode --data photos/ --time-limit 30m conv --code 64

What you name is kept, as the layers here; the rest is searched. The size of the code always is: a longer one is always
better at rebuilding, and says less.
"""

from dataclasses import replace

from models.conv_autoencoder import ConvAutoencoder
from models.dense_autoencoder import DenseAutoencoder
from models.sparse_autoencoder import SparseAutoencoder
from models.variational_autoencoder import VariationalAutoencoder
from tasks.autoencode import TASK
from tasks.autoencode.config import Config
from tuning.space import among, layers, linear, no_space, settled_by, training

ACTIVATIONS = ("elu", "relu", "tanh")


def sample(hp, base: Config) -> Config:
    """A configuration near `base`, with the same loss and penalties, and a code of the same size."""
    return replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer))


def network(hp, model):
    """An autoencoder of the same kind, on the same code."""
    match model:
        case DenseAutoencoder():
            return replace(dense(hp, model), noise=linear(hp, "noise", model.noise, 0.0, 0.3))
        case SparseAutoencoder():
            return dense(hp, model)
        case ConvAutoencoder():
            return replace(
                model,
                filters=layers(hp, "filters", model.filters, most=3, factor=2),
                noise=linear(hp, "noise", model.noise, 0.0, 0.3),
                batch_norm=hp.Boolean("batch_norm", default=model.batch_norm),
            )
        case VariationalAutoencoder(body="conv"):
            return replace(model, filters=layers(hp, "filters", model.filters, most=3, factor=2))
        case VariationalAutoencoder():
            hidden = layers(hp, "hidden", model.hidden, most=3)
            return replace(model, hidden=hidden, activation=among(hp, "activation", model.activation, ACTIVATIONS))
    return no_space(model)


def dense(hp, model):
    """Other layers before the code, mirrored after it."""
    *before, code = model.hidden
    found = {"activation": among(hp, "activation", model.activation, ACTIVATIONS)}
    if before:
        found["hidden"] = (*layers(hp, "hidden", tuple(before), most=3), code)
    return replace(model, **found)


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    found, prepared = settled_by(TASK, base)
    model = found.model
    if isinstance(model, VariationalAutoencoder) and model.body == "auto":
        model = replace(model, body="conv" if prepared.splits.kind == "image" else "dense")
    return replace(found, model=model, loss=prepared.loss)


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.autoencode")
