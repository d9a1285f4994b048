"""Search the hyperparameters of a translator.

    python -m tuning.translate                                           phrases, English to German
    python -m tuning.translate --data pairs.tsv --strategy hyperband --time-limit 8h --jobs 2
    python -m tuning.translate --data pairs.tsv --vocab-size 4000 recurrent

What you name is kept, the rest is searched. The dictionary always is kept: a loss per subword of one dictionary does
not compare with that of another.
"""

from dataclasses import replace

from models.recurrent import Recurrent
from models.transformer import Transformer
from tasks.translate import TASK
from tasks.translate.config import Config
from tuning.space import among, batch_size, linear, no_space, settled_by, training


def sample(hp, base: Config) -> Config:
    """A configuration near `base`, with the same dictionary and smoothing."""
    tokens = batch_size(hp, "tokens", base.tokens)
    return replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer), tokens=tokens)


def network(hp, model):
    """A network of the same kind: how deep, how wide, how much is dropped.

    Depth and width of a Transformer are half to one and a half of the default: of six layers where two are usual, a
    trial would take as long as many of the others.
    """
    match model:
        case Transformer():
            depth, heads, ratio = model.num_layers, model.num_heads, model.feed_forward_units // model.units
            num_heads = among(hp, "num_heads", heads, (max(heads // 2, 1), heads * 3 // 2))
            units = num_heads * (model.units // heads)
            drawn = hp.Int("feed_forward_ratio", 1, 4, default=max(ratio, 1))
            same = (num_heads, drawn) == (heads, ratio)  # a size that is no multiple is kept, too
            return replace(
                model,
                units=units,
                num_heads=num_heads,
                num_layers=hp.Int("num_layers", max(depth // 2, 1), max(depth * 3 // 2, 2), default=depth),
                feed_forward_units=model.feed_forward_units if same else drawn * units,
                dropout=linear(hp, "dropout", model.dropout, 0.0, 0.5),
            )
        case Recurrent():
            return replace(
                model,
                units=among(hp, "units", model.units, (128, 256, 512)),
                embedding_units=among(hp, "embedding_units", model.embedding_units, (128, 256, 512)),
                cell=among(hp, "cell", model.cell, ("gru", "lstm")),
                attention=among(hp, "attention", model.attention, ("additive", "multiplicative")),
                dropout=linear(hp, "dropout", model.dropout, 0.0, 0.6),
            )
    return no_space(model)


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    found, prepared = settled_by(TASK, base)
    trainer = replace(found.trainer, batch_size=base.trainer.batch_size)
    return replace(found, trainer=trainer, tokens=prepared.batching.tokens)


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.translate")
