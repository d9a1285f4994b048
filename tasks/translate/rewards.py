"""A stage of translation in which the network translates its training sentences, and is rewarded for BLEU.

Of each sentence beam search gives several translations. The reward of one is its BLEU against the translation of the
pair (smoothed, 0-1; nothing for what comes to no end). See `tasks.rewards`.

References:
    Shen et al. 2016, Minimum risk training for neural machine translation (arXiv:1512.02433).
    Edunov et al. 2018, Classical structured prediction losses for sequence to sequence learning (arXiv:1711.04956),
    for the candidates of beam search.
"""

from dataclasses import replace
from functools import partial

import keras
import numpy as np

from tasks.rewards import TEXTS, FreshTwin, Group, RewardedBatches
from tasks.translate import validation
from tasks.translate.prepared import Prepared, tokens_per_step, trainer_for
from training.plan import Plan
from training.run_directory import RunDirectory


def reward(prepared: Prepared, model, directory: RunDirectory):
    """Train a translator further by rewards; return the `Fitted` of it.

    Its records are in the folder rewards/ of the run. Should it not validate better than before
    (`training.further_stage`), the weights are put back as they were.

    Args:
        prepared: What was trained on what.
        model: `keras.Model` of its recipe, trained with cross-entropy.
        directory: Of the run.
    """
    from training.fit import fit
    from training.further_stage import learn_further
    from training.token_cross_entropy import TokenCrossEntropy

    seed, epochs = prepared.trainer.seed, prepared.reward_epochs
    writer = TranslationWriter(model, prepared)
    rewarded = RewardedBatches(model, writer, seed, epochs)
    plan = Plan(tokens_per_step(prepared.batches), epochs, rewarded.steps_per_epoch, 1, "target_tokens")
    trainer = replace(
        trainer_for(replace(prepared.asked, seed=seed), prepared.recipe, plan),
        epochs=epochs,
        learning_rate=prepared.reward_learning_rate,
        schedule="cosine",
        warmup=0.05,
    )
    prepared.compile(model, trainer, plan, TokenCrossEntropy())
    further = partial(
        fit,
        model,
        rewarded.dataset,
        prepared.validation(),
        trainer=trainer,
        plan=plan,
        best_by="bleu",
        measure=validation.bleu(prepared, model, prepared.search),
        resumable=rewarded.written_after,
        callbacks=[FreshTwin(rewarded)],
    )
    return learn_further(
        "rewards", directory, model, further, validation.bleu_of_each(prepared, model, prepared.search)
    )


class TranslationWriter:
    """Translates training sentences and rewards the translations: a `tasks.rewards.Writer`."""

    inputs = {"source": ("int32", [None])}
    finish = None

    def __init__(self, model, prepared: Prepared):
        from models.translator import Translator

        self.twin = keras.models.clone_model(model)
        self.translator = Translator.of(self.twin)
        self.pairs, self.target, self.batches = prepared.splits.train, prepared.target, prepared.batches
        self.seed, self.length_penalty = prepared.trainer.seed, prepared.search.length_penalty
        self.tokenize = prepared.tokenize
        self.searches = {}

    def groups(self, epoch: int) -> list[Group]:
        random = np.random.default_rng([self.seed, 3, epoch])
        plan = self.batches.plan(random.permutation(len(self.batches.sources)))
        whole = [(bucket, rows) for bucket, rows in plan if len(rows) == self.batches.buckets[bucket].size] or plan
        shuffled = [whole[place] for place in random.permutation(len(whole))]
        return [Group(rows, len(rows), (self.batches.buckets[bucket].target_length,)) for bucket, rows in shuffled]

    def write(self, group: Group, random: np.random.Generator):
        shape = self.batches.buckets[self.batches.bucket_of[group.rows].max()]
        given, _ = replace(self.batches, buckets=(replace(shape, size=len(group.rows)),)).arrays(0, group.rows)
        tokens, _, complete = map(np.asarray, self.search(*group.lengths)(given["source"]))
        tokens = tokens.reshape(-1, tokens.shape[-1])
        return {"source": given["source"]}, tokens, self.rewards(group.rows, tokens) * complete

    def rewards(self, rows: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """The rewards (n, `TEXTS`) of translations of pairs (n,)."""
        from evaluation.translation import sentence_bleu

        references = [self.pairs.targets[row] for row in np.repeat(rows, TEXTS)]
        return sentence_bleu(self.target.decode(tokens), references, self.tokenize).reshape(-1, TEXTS) / 100

    def search(self, longest: int):
        """Beam search for translations of at most so many tokens, as one graph."""
        from export.found_texts import TOKENS
        from training.devices import compiled

        if longest not in self.searches:
            settings = {"beams": TEXTS, "length_penalty": self.length_penalty, "longest": longest}
            self.searches[longest] = compiled(
                lambda source: self.translator.search(source, TOKENS, **settings),
                ("int32", 2),
                variables=self.twin.variables,
            )
        return self.searches[longest]
