"""Sentences in, sentences out: a trained network for translation with its dictionaries and its search."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.errors import DataError
from data.text.subwords import END, PADDING, START, UNKNOWN, Subwords
from models.decoding_settings import DecodingSettings

SENTENCES_AT_ONCE = 64
TOKENS_AT_ONCE = 8192  # of the sources of a batch, padding included; long sentences come in smaller batches
LONGEST = 2000  # tokens of a source: memory grows with the square


@dataclass(frozen=True)
class Translation:
    """What a search found for one sentence, the best first.

    Attributes:
        texts: The translations.
        scores: Of each: log probability / tokens ** length penalty.
        complete: Of each: whether it ended by itself, not at the limit of its length.
        ids: Target tokens of the best, the end token last where it is complete.
        unknown: Pieces of the source that are in no dictionary.
    """

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    complete: tuple[bool, ...]
    ids: np.ndarray
    unknown: int


class SentenceTranslator:
    """Translates with a network, in batches of sentences of about one length.

    Args:
        model: `keras.Model` that a recipe of translation built.
        source, target: `Subwords`.
        search: `DecodingSettings`.
        seed: Of drawing at random.
    """

    def __init__(self, model, source: Subwords, target: Subwords, search: DecodingSettings, seed: int = 0):
        from models.translator import Translator

        self.source, self.target, self.search, self.seed = source, target, search, seed
        self.model, self.parts = model, Translator.of(model)

    def __call__(self, sentences, origins=None) -> list[Translation]:
        """The translations of sentences, in their order. A sentence without any piece is translated as nothing.

        Raises:
            DataError: A sentence is longer than `LONGEST` tokens; with its origin.
        """
        sentences = [str(sentence) for sentence in sentences]
        ids = self.source.encode(sentences)
        refuse_long(ids, origins)
        rows = [row for row in range(len(ids)) if len(ids[row])]
        found = [Translation(("",), (0.0,), (True,), np.zeros(0, np.int32), 0)] * len(ids)
        noise = np.random.default_rng(self.seed)
        for part in batches(rows, ids):
            source = padded([np.append(ids[row], END) for row in part])
            tokens, scores, complete = self._search(source, noise)
            # All at once: a call takes milliseconds, of however few texts.
            texts = np.reshape(self.target.decode(tokens.reshape(-1, tokens.shape[-1])), scores.shape)
            for place, row in enumerate(part):
                found[row] = Translation(
                    tuple(map(str, texts[place])),
                    tuple(float(score) for score in scores[place]),
                    tuple(bool(ended) for ended in complete[place]),
                    tokens[place, 0][tokens[place, 0] != PADDING],
                    int(np.count_nonzero(ids[row] == UNKNOWN)),
                )
        return found

    def attention(self, sentences, found: list[Translation]) -> list[tuple[list[str], list[str], np.ndarray]]:
        """Pieces of each source and of its best translation, and where each looked: (target pieces, source pieces)."""
        maps = []
        for sentence, one in zip(sentences, found, strict=True):
            source = np.append(self.source.encode([str(sentence)])[0], END)
            target = np.concatenate([[START], one.ids[:-1]]) if len(one.ids) else np.array([START])
            weights = self.parts.attention(source[None].astype("int32"), target[None].astype("int32"))
            pieces = [self.source.pieces[piece] for piece in source], [self.target.pieces[piece] for piece in one.ids]
            maps.append((*pieces, np.asarray(weights)[0, : len(one.ids)]))
        return maps

    def _search(self, source, noise):
        """Texts, scores and complete of a batch, as NumPy."""
        from models.translator import most_tokens

        count, length = source.shape
        if self.search.sample:
            drawn = noise.random((count, self.search.beams, most_tokens(length)), "float32")
            outputs = self._compiled(source, drawn)
        else:
            outputs = self._compiled(*whole_batch(source))
        return [np.asarray(output)[:count] for output in outputs]

    @cached_property
    def _compiled(self):
        """The search as one graph."""
        from export.found_texts import TOKENS
        from training.devices import compiled

        search = self.search
        if search.sample:
            settings = {"temperature": search.temperature, "top_k": search.top_k, "top_p": search.top_p}
            return compiled(
                lambda source, noise: self.parts.draw(source, TOKENS, noise, **settings),
                ("int32", 2),
                ("float32", 3),
                variables=self.model.variables,
            )
        settings = {"beams": search.beams, "length_penalty": search.length_penalty}
        return compiled(
            lambda source: self.parts.search(source, TOKENS, **settings), ("int32", 2), variables=self.model.variables
        )


def batches(rows: list[int], ids):
    """Yields the rows in parts of about one length, short ones first."""
    ordered = sorted(rows, key=lambda row: len(ids[row]))
    first = 0
    while first < len(ordered):
        last = first + 1
        while (
            last < len(ordered)
            and last - first < SENTENCES_AT_ONCE
            and (len(ids[ordered[last]]) + 1) * (last - first + 1) <= TOKENS_AT_ONCE
        ):
            last += 1
        yield ordered[first:last]
        first = last


def padded(ids) -> np.ndarray:
    """Lists of tokens as int32 (n, longest)."""
    source = np.full((len(ids), max(map(len, ids))), PADDING, np.int32)
    for row, one in enumerate(ids):
        source[row, : len(one)] = one
    return source


def whole_batch(source: np.ndarray) -> tuple[np.ndarray]:
    """The batch as it is; on JAX, which compiles for each shape, filled up to one of a few shapes."""
    import keras

    if keras.backend.backend() != "jax":
        return (source,)
    rows = SENTENCES_AT_ONCE if len(source) > 8 else 8
    filled = np.full((max(rows, len(source)), -(-source.shape[1] // 16) * 16), PADDING, np.int32)
    filled[:, 0] = END
    filled[: len(source), : source.shape[1]] = source
    return (filled,)


def refuse_long(ids, origins=None) -> None:
    """Raises DataError on a sentence of more than `LONGEST` tokens."""
    for row, one in enumerate(ids):
        if len(one) + 1 > LONGEST:
            where = f"sentence {row + 1}" if origins is None else str(origins[row])
            raise DataError(
                f"{where}: {len(one)} tokens, and at most {LONGEST - 1} can be translated at once. Split the text into "
                "sentences, one a line."
            )
