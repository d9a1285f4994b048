"""Learns the subwords of a language from training sentences (SentencePiece, byte-pair encoding), and applies them.

SentencePiece only learns them. Cutting and joining is done by `SubwordGraph`, in training as in the export, so the two
cannot differ; that it gives SentencePiece's ids is tested, not assumed.
"""

import base64
import io
import os
import tempfile
from dataclasses import dataclass, field

import numpy as np

from cli.errors import UserError
from data.errors import DataError
from data.text import unicode_rules

PADDING, UNKNOWN, START, END = 0, 1, 2, 3
SPECIALS = ("<pad>", "<unk>", "<s>", "</s>")
SENTENCES_AT_ONCE = 8192
LEAST_COVERAGE = 0.98  # that SentencePiece takes


@dataclass(frozen=True, eq=False)
class Subwords:
    """The pieces that a language is written with.

    Attributes:
        pieces: id -> piece; the first four are padding, unknown, start and end of a sentence.
        model: SentencePiece's own file, for other programs.
        rules: normalisation, source -> replacement.
    """

    pieces: tuple[str, ...]
    model: bytes
    rules: dict[str, str]
    made: dict = field(default_factory=dict, init=False, repr=False)

    def __len__(self):
        return len(self.pieces)

    @property
    def graph(self):
        """The `SubwordGraph` of these pieces."""
        if "graph" not in self.made:
            from data.text.subword_graph import SubwordGraph

            self.made["graph"] = SubwordGraph(self.pieces, self.rules, len(SPECIALS), UNKNOWN)
        return self.made["graph"]

    def tokenize(self, texts):
        """Ids, ragged int32 (N, None), of string tensors (N,), in a graph or eagerly, without start and end."""
        return self.graph.tokenize(texts)

    def encode(self, sentences):
        """Returns a list of int32 arrays, the ids of each sentence without start and end."""
        import tensorflow as tf

        if "tokenize" not in self.made:
            signature = [tf.TensorSpec([None], tf.string)]
            self.made["tokenize"] = tf.function(self.graph.tokenize, input_signature=signature)
        return _in_parts(sentences, lambda part, _: self.made["tokenize"](part))

    def draw(self, sentences, dropout, seed):
        """Returns ids like those of `encode`, drawn: each merge of two pieces is left out with a probability.

        Args:
            sentences: strings.
            dropout: the probability, in [0, 1]; with 0 the ids are those of `encode`, with 1 they are of letters.
            seed: ints; the same sentences and seed give the same ids.

        Reference:
            Provilkov et al., 2020: BPE-dropout: simple and effective subword regularization (arXiv:1910.13267).
        """
        import tensorflow as tf

        if "draw" not in self.made:
            signature = [tf.TensorSpec([None], tf.string), tf.TensorSpec([]), tf.TensorSpec([2], tf.int32)]
            self.made["draw"] = tf.function(self.graph.draw, input_signature=signature)

        def drawn(part, first):
            own = np.random.SeedSequence([*seed, first]).generate_state(2).astype(np.int32)
            return self.made["draw"](part, tf.constant(dropout, tf.float32), tf.constant(own))

        return _in_parts(sentences, drawn)

    def decode(self, ids):
        """Returns a list of sentences of lists or rows of ids; padding, start and end are silent."""
        import tensorflow as tf

        rows = [np.asarray(row, np.int32).reshape(-1) for row in ids]
        if not rows:
            return []
        flat = np.concatenate(rows)
        if len(flat) and not 0 <= flat.min() <= flat.max() < len(self):
            raise UserError(f"ids must be in [0, {len(self)}). Received: {flat.min()} to {flat.max()}")
        with tf.device("CPU:0"):
            ragged = tf.RaggedTensor.from_row_lengths(flat, [len(row) for row in rows])
            return [text.decode() for text in self.graph.detokenize(ragged).numpy()]

    def unknown_in(self, sentences):
        """Returns how many unknown pieces each sentence has: int (N,)."""
        return np.array([np.count_nonzero(ids == UNKNOWN) for ids in self.encode(sentences)], int)

    def config(self):
        """Returns what `from_config` needs, fit for JSON."""
        return {
            "pieces": list(self.pieces),
            "rules": self.rules,
            "model": base64.b64encode(self.model).decode("ascii"),
        }

    @classmethod
    def from_config(cls, config):
        return cls(tuple(config["pieces"]), base64.b64decode(config["model"]), dict(config["rules"]))


def _in_parts(sentences, cut):
    """Ids of sentences, a list of int32 arrays; `cut(strings, number of the first)` gives those of some, ragged."""
    import tensorflow as tf

    ids = []
    for first in range(0, len(sentences), SENTENCES_AT_ONCE):
        with tf.device("CPU:0"):
            part = cut(tf.constant(list(sentences[first : first + SENTENCES_AT_ONCE]), tf.string), first)
        ids += np.split(part.values.numpy(), part.row_splits.numpy()[1:-1])
    return ids


def learn(sentences, size=8000, *, lower=False, split_digits=False, coverage=1.0):
    """Learns subwords from training sentences; the same sentences give the same subwords.

    Args:
        sentences: strings of the training split only.
        size: wanted number of pieces, the four special ones and all single characters included; fewer are made
            where the sentences do not yield so many.
        lower: whether all letters become lower-case.
        split_digits: whether each digit is a piece of its own, so that numbers never seen are written like others.
        coverage: share of the characters of the text, the most frequent first, that get a piece; 1 is all.

    Raises:
        DataError: there is no text, or `size` is too small for its characters.
        UserError: `size` or `coverage` is out of range.
    """
    import sentencepiece

    if size <= len(SPECIALS):
        raise UserError(f"`size` must be an integer above {len(SPECIALS)}. Received: size={size}")
    if not LEAST_COVERAGE <= coverage <= 1:
        raise UserError(f"`coverage` must be in [{LEAST_COVERAGE}, 1]. Received: coverage={coverage}")
    rules = unicode_rules.make(lower)
    if not any(sentence.strip() for sentence in sentences):
        raise DataError("subwords cannot be learned from empty sentences. Give training sentences with text.")
    model = io.BytesIO()
    longest = max(len(sentence.encode()) for sentence in sentences)
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "rules.tsv")
        with open(table, "w", encoding="ascii") as file:
            file.write(unicode_rules.as_table(rules))
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(sentences),
                model_writer=model,
                model_type="bpe",
                vocab_size=size,
                hard_vocab_limit=False,
                character_coverage=coverage,
                normalization_rule_tsv=table,
                split_digits=split_digits,
                max_sentence_length=max(longest + 1, 4192),  # longer ones would be left out in silence
                pad_id=PADDING,
                unk_id=UNKNOWN,
                bos_id=START,
                eos_id=END,
                num_threads=1,
                minloglevel=2,
            )
        except RuntimeError as error:
            if "required_chars" in str(error) or "too small" in str(error).lower():
                characters = len({letter for sentence in sentences for letter in sentence})
                raise DataError(
                    f"a vocabulary of {size} pieces is too small for about {characters} different characters. "
                    f"Allowed: clearly more pieces than characters (`--vocab-size`), or a `--coverage` below 1."
                ) from error
            raise
    return Subwords(*_without_folder(model.getvalue()), rules)


def _without_folder(model):
    """Returns the pieces of SentencePiece's file, and the file without the path of the table, which is gone by then."""
    from sentencepiece import sentencepiece_model_pb2

    content = sentencepiece_model_pb2.ModelProto.FromString(model)
    content.normalizer_spec.ClearField("normalization_rule_tsv")
    return tuple(piece.piece for piece in content.pieces), content.SerializeToString(deterministic=True)
