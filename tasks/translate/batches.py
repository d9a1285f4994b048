"""Sentence pairs as batches of token ids."""

from dataclasses import dataclass


def learn_subwords(splits, size: int | None, *, joint: bool, lower: bool):
    """The subwords of source and target, learned from the training pairs: one object twice for a joint dictionary.

    Args:
        splits: `TranslationSplits`.
        size: Subwords; None for one for 600 letters, between 500 and 16000.
        joint: One dictionary for both languages.
        lower: Without capitals.
    """
    from data.text.subwords import learn_pair

    if size is None:
        letters = sum(map(len, splits.train.sources)) + sum(map(len, splits.train.targets))
        size = min(max(round(letters / 60_000) * 100, 500), 16_000)
    return learn_pair(splits, size, joint=joint, lower=lower, split_digits=True)


@dataclass(frozen=True)
class Batching:
    """How pairs become batches.

    Attributes:
        tokens: Of an update, of the longer side, padding included.
        buckets: Lengths that batches are padded to.
        longest: Tokens of a side; longer pairs are left out.
        subword_dropout: Probability that a merge of subwords is left out in training.
    """

    tokens: int
    buckets: int
    longest: int
    subword_dropout: float

    def of(self, pairs, source, target, *, training: bool = False):
        """The `PairBatches` of the pairs of one split; for training with the subwords that dropout leaves."""
        from data.text.pair_batches import make

        def draw(rows, seed):
            sides = (source, pairs.sources), (target, pairs.targets)
            return [
                subwords.draw(sentences[rows], self.subword_dropout, (*seed, side))
                for side, (subwords, sentences) in enumerate(sides)
            ]

        return make(
            source.encode(pairs.sources),
            target.encode(pairs.targets),
            tokens=self.tokens,
            buckets=self.buckets,
            longest_source=self.longest,
            longest_target=self.longest,
            draw=draw if training and self.subword_dropout else None,
        )
