"""Search the hyperparameters of a network that describes images.

    python -m tuning.caption                                             drawn scenes
    python -m tuning.caption --data captions.json --images photos/ --strategy bayesian --time-limit 8h
    python -m tuning.caption --data captions.csv --images photos/ transformer

What you name is kept, the rest is searched. The dictionary always is kept: a loss per subword of one dictionary does
not compare with that of another. Features of photographs are computed once for all trials.
"""

from dataclasses import replace

from models.show_attend_tell import ShowAttendTell
from models.show_tell import ShowTell
from models.transformer_captioner import TransformerCaptioner
from tasks.caption import TASK
from tasks.caption.config import Config
from tuning.space import among, linear, no_space, settled_by, training


def sample(hp, base: Config) -> Config:
    """A configuration near `base`, with the same dictionary and smoothing."""
    hidden_words = linear(hp, "word_dropout", base.word_dropout, 0.0, 0.3)
    return replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer), word_dropout=hidden_words)


def network(hp, model):
    """A network of the same kind: how deep, how wide, how much is dropped."""
    if not isinstance(model, ShowTell | ShowAttendTell | TransformerCaptioner):
        return no_space(model)
    dropout = linear(hp, "dropout", model.dropout, 0.0, 0.6)
    units = [model.units // 2, model.units, 2 * model.units]
    match model:
        case ShowTell() | ShowAttendTell():
            chosen = replace(
                model,
                units=among(hp, "units", model.units, units),
                embedding_units=among(hp, "embedding_units", model.embedding_units, (64, 128, 256)),
                cell=among(hp, "cell", model.cell, ("gru", "lstm")),
                dropout=dropout,
            )
            if isinstance(model, ShowTell):
                return chosen
            return replace(chosen, attention=among(hp, "attention", model.attention, ("additive", "multiplicative")))
        case TransformerCaptioner():
            return replace(
                model,
                encoder_layers=hp.Int("encoder_layers", 0, 3, default=model.encoder_layers),
                num_layers=hp.Int("num_layers", 1, max(4, model.num_layers), default=model.num_layers),
                num_heads=among(hp, "num_heads", model.num_heads, (model.num_heads, 2 * model.num_heads)),
                dropout=dropout,
            )
    return model


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    return settled_by(TASK, base)[0]


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.caption")
