"""Search the hyperparameters of a translator.

    python -m tuning.translate                                           phrases, English to German
    python -m tuning.translate --data pairs.tsv --strategy hyperband --time-limit 8h --jobs 2
    python -m tuning.translate --data pairs.tsv --vocab-size 4000 recurrent

What you name is kept, the rest is searched. The dictionary always is kept: a loss per subword of one dictionary does
not compare with that of another.
"""

from dataclasses import replace

from apps import translate as app
from apps.translate import Config
from apps.translate_batches import tokens_for
from models.recurrent import Recurrent
from models.transformer import Transformer
from tuning.space import among, batch_size, linear, settled, training


def sample(hp, base: Config) -> Config:
    """A configuration near `base`, with the same dictionary and smoothing."""
    tokens = batch_size(hp, "tokens", base.tokens)
    return replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer), tokens=tokens)


def network(hp, model):
    """A network of the same kind: how deep, how wide, how much is dropped."""
    match model:
        case Transformer():
            head = model.units // model.num_heads
            heads = among(hp, "num_heads", model.num_heads, (2, 4, 8))
            ratio = hp.Int("feed_forward_ratio", 1, 4, default=max(model.feed_forward_units // model.units, 1))
            usual = (heads, ratio) == (model.num_heads, model.feed_forward_units // model.units)
            return replace(
                model,
                units=heads * head,
                num_heads=heads,
                num_layers=hp.Int("num_layers", 1, max(6, model.num_layers), default=model.num_layers),
                feed_forward_units=model.feed_forward_units if usual else ratio * heads * head,
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
    return model


def settle(base: Config) -> Config:
    """`base` with everything written out that the app would choose by the data: the same training."""
    splits = app.load(base)
    base = replace(base, model=app.recipe_for(base))
    batches = app.batch(base, splits.train, *app.learn_subwords(base, splits), training=True)
    plan = app.schedule(base, batches)
    trainer = app.trainer_for(base, plan)
    trainer = replace(settled(trainer, plan, trainer.learning_rate), batch_size=base.trainer.batch_size)
    return replace(base, trainer=trainer, tokens=tokens_for(base, splits.train))


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.translate")
