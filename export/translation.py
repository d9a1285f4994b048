"""A translator as a SavedModel: sentences in, sentences out, with dictionaries and beam search inside.

Everything is made of TensorFlow's own operations, so any loader runs it. Signatures:

    serving_default  text (N,)                          translation, score, complete, unknown: (N,)
    n_best           text (N,), beams, length_penalty   translation, score, complete: (N, beams), the best first
    attention        text (N,)                          translation (N,), source_pieces (N, S), target_pieces (N, T),
                                                        attention (N, T, S): where each target piece looked

`score` is the log probability divided by the number of tokens ** length penalty. `complete` is false where a
translation has come to the limit of its length without an end. `unknown` counts the pieces of the text that the
dictionary lacks. A text without words gives an empty translation; one longer than `longest` tokens fails with a message
that says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.text.subwords import END, PADDING, START, UNKNOWN, Subwords
from export import found_texts, signatures
from export.errors import ExportError
from export.found_texts import TOKENS, TOLERANCE
from export.saved_model import require_exportable
from models.translator import Translator


@dataclass(frozen=True)
class TranslationExport:
    """What goes into the SavedModel.

    Attributes:
        model: `keras.Model` of a recipe of translation, computing in float32.
        source, target: `Subwords`.
        beams, length_penalty: Of `serving_default` and `attention`.
        longest: Most tokens of a text.
    """

    model: object
    source: Subwords
    target: Subwords
    beams: int
    length_penalty: float
    longest: int

    def write(self, path: str | Path) -> None:
        """Write the SavedModel `path`. Raises ExportError on another backend than TensorFlow, or half precision."""
        import tensorflow as tf

        require_exportable(self.model)
        parts = Translator.of(self.model)
        text = tf.TensorSpec([None], tf.string, "text")
        number, share = tf.TensorSpec([], tf.int32, "beams"), tf.TensorSpec([], tf.float32, "length_penalty")

        def best(text):
            source, lengths = self._tokens(text)
            found = parts.search(source, TOKENS, beams=self.beams, length_penalty=self.length_penalty)
            return source, lengths, [part[:, 0] for part in found]

        def serving_default(text):
            source, lengths, found = best(text)
            unknown = tf.reduce_sum(tf.cast(source == UNKNOWN, tf.int32), axis=1)
            return {**self._answer(lengths, *found), "unknown": unknown}

        def n_best(text, beams, length_penalty):
            beams, length_penalty = found_texts.allowed(beams, length_penalty)
            source, lengths = self._tokens(text)
            found = parts.search(source, TOKENS, beams=beams, length_penalty=length_penalty)
            return self._answer(lengths[:, None], *found)

        def attention(text):
            source, lengths, found = best(text)
            tokens = tf.where(lengths[:, None] > 0, found[0], PADDING)
            before = tf.concat([tf.fill([tf.shape(tokens)[0], 1], START), tokens[:, :-1]], axis=1)
            weights = parts.attention(source, before)
            real = tf.cast((tokens != PADDING)[:, :, None] & (source != PADDING)[:, None], weights.dtype)
            return {
                "translation": self._answer(lengths, *found)["translation"],
                "source_pieces": _pieces(self.source, source),
                "target_pieces": _pieces(self.target, tokens),
                "attention": weights * real,
            }

        functions = {"serving_default": (serving_default, (text,)), "attention": (attention, (text,))}
        functions |= {"n_best": (n_best, (text, number, share))}
        functions = {name: (signatures.for_any_number(one, ""), given) for name, (one, given) in functions.items()}
        signatures.save(functions, path)

    def _tokens(self, text):
        """Source tokens int32 (N, longest of them + 1), the end token last; and their numbers without it, (N,)."""
        import tensorflow as tf

        ids = self.source.graph.tokenize(text)
        lengths = tf.cast(ids.row_lengths(), tf.int32)
        allowed = tf.debugging.assert_less(
            lengths,
            self.longest,
            f"a text has {self.longest} tokens or more; split it into sentences. Tokens of each text:",
        )
        with tf.control_dependencies([allowed] if allowed is not None else []):
            ends = tf.fill([tf.shape(lengths)[0], 1], END)
            return tf.concat([ids, tf.RaggedTensor.from_tensor(ends)], axis=1).to_tensor(PADDING), lengths

    def _answer(self, lengths, tokens, scores, complete):
        """Answers of one shape; those of texts without words are empty, certain and complete."""
        import tensorflow as tf

        flat = tf.reshape(tokens, [-1, tf.shape(tokens)[-1]])
        texts = tf.reshape(self.target.graph.detokenize(flat), tf.shape(scores))
        empty = tf.broadcast_to(lengths == 0, tf.shape(scores))
        return {
            "translation": tf.where(empty, "", texts),
            "score": tf.where(empty, 0.0, scores),
            "complete": complete | empty,
        }

    def check(
        self,
        path: Path,
        texts: np.ndarray,
        expected: dict[str, np.ndarray],
        maps: list,
        alone: Callable[[int], tuple[dict[str, np.ndarray], list]] | None = None,
    ) -> dict[str, float]:
        """Run the SavedModel in fresh processes, in Python and through `saved_model_cli`, and compare.

        Args:
            path: The SavedModel.
            texts: Sentences, objects (N,).
            expected: What the suite's own translator gives for them: translation, objects, and score and complete, each
                (N, beams), the best first; and unknown (N,).
            maps: For each sentence source pieces, target pieces and where each looked, as it finds them.
            alone: Function of the number of a sentence that gives both for it in a batch of its own.

        Returns:
            Loader to the largest relative difference of a number.

        Raises:
            ExportError: Another sentence, a larger difference, or a loader that fails.
        """
        scalars = {"beams": np.int32(self.beams), "length_penalty": np.float32(self.length_penalty)}

        def by_signature(found):
            best = {name: values[:, 0] for name, values in found.items() if values.ndim == 2}
            best["unknown"] = found["unknown"]
            return {"serving_default": best, "n_best": {name: found[name] for name in best if name != "unknown"}}

        def of_one(row):
            found, own = alone(row)
            return by_signature(found), own

        given = (path, {"text": texts}, scalars, by_signature(expected), maps, _compare_maps)
        return found_texts.check(*given, of_one if alone else None)


def _compare_maps(maps: list, outputs: dict[str, np.ndarray], what: str) -> float:
    """Largest difference of attention weights. Raises ExportError above `TOLERANCE`, or on other pieces."""
    largest = 0.0
    for row, (source, target, weights) in enumerate(maps):
        for key, pieces in (("source_pieces", source), ("target_pieces", target)):
            given = [piece.decode() for piece in outputs[key][row] if piece]
            if given != list(pieces):
                raise ExportError(f"{what}: refused, {key} of record {row} are {given}, expected {list(pieces)}")
        given = outputs["attention"][row, : len(target), : len(source)]
        difference = float(np.max(np.abs(given - weights), initial=0.0))
        if not difference <= TOLERANCE:
            raise ExportError(f"{what}: refused, attention of record {row} differs by {difference:.1e}")
        largest = max(largest, difference)
    return largest


def _pieces(subwords: Subwords, tokens):
    """The piece of each token, empty for padding."""
    import tensorflow as tf

    return tf.gather(tf.constant(["", *subwords.pieces[1:]]), tokens)
