"""Search the hyperparameters of a network that says why a picture is of its class.

    python -m tuning.explain                                                 drawn birds
    python -m tuning.explain --data captions.json --images photos/ --strategy bayesian --time-limit 8h
    python -m tuning.explain --variant description

What you name is kept, the rest is searched. The dictionary, the variant and the picture classifier always are kept:
trials compare in what is written.
"""

from dataclasses import replace

from models.explainer import Explainer
from tasks.explain import TASK
from tasks.explain.config import Config
from tuning.space import among, linear, logarithmic, no_space, settled_by, training


def sample(hp, base: Config) -> Config:
    """A configuration near `base`, of the same variant and with the same dictionary."""
    chosen = replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer))
    if base.variant in ("explanation", "explanation-dis"):
        weight = logarithmic(hp, "reward_weight", base.reward_weight, 0.5, 20.0)
        rate = logarithmic(hp, "reward_learning_rate", base.reward_learning_rate, 1e-4, 5e-3)
        chosen = replace(chosen, reward_weight=weight, reward_learning_rate=rate)
    return chosen


def network(hp, model):
    """A network of the same kind: how wide it is, how much is dropped."""
    if not isinstance(model, Explainer):
        return no_space(model)
    return replace(
        model,
        units=among(hp, "units", model.units, (model.units // 2 or 1, model.units, 2 * model.units)),
        embedding_units=among(hp, "embedding_units", model.embedding_units, (32, 64, 128)),
        class_units=among(hp, "class_units", model.class_units, (32, 64, 128)),
        dropout=linear(hp, "dropout", model.dropout, 0.0, 0.6),
    )


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    return settled_by(TASK, base)[0]


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.explain")
