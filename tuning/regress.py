"""Search the hyperparameters of a regression.

    python -m tuning.regress                                             diabetes
    python -m tuning.regress --data houses.csv --target price --strategy bayesian --trials 40
    python -m tuning.regress --data houses.csv --target price --loss gaussian mlp

What you name is kept, as `--loss gaussian` and the MLP here; the rest is searched.
"""

from dataclasses import replace

from models.bag import Bag
from models.ensemble import Ensemble
from models.linear import Linear
from models.mlp import MLP
from models.text_cnn import TextCNN
from models.text_recurrent import TextRecurrent
from models.text_transformer import TextTransformer
from tasks.regress import TASK
from tasks.regress.config import Config
from tuning.classify import mlp, text, with_vocabulary
from tuning.space import among, layers, linear, no_space, settled_by, training


def sample(hp, base: Config) -> Config:
    """A configuration near `base`, of the same loss."""
    return replace(base, model=network(hp, base.model, base.mc_dropout > 0), trainer=training(hp, base.trainer))


def network(hp, model, drops: bool):
    """A network of the same kind; `drops` says that it needs dropout to predict with."""
    match model:
        case Ensemble():
            return replace(
                model,
                hidden=layers(hp, "hidden", model.hidden, most=3, factor=2),
                bins=among(hp, "bins", model.bins, (8, 16, 32, 64)),
                embedding=among(hp, "embedding", model.embedding, (4, 8, 16)),
                dropout=linear(hp, "dropout", model.dropout, 0.0, 0.5),
            )
        case MLP():
            found = mlp(hp, model)
            return replace(found, dropout=max(found.dropout, 0.02)) if drops else found
        case Bag() | TextCNN() | TextRecurrent() | TextTransformer():
            return text(hp, model)
        case Linear():  # its training alone is searched
            return model
    return no_space(model)


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    found, prepared = settled_by(TASK, base)
    return replace(found, model=with_vocabulary(found.model, prepared))


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.regress")
