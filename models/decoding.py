"""Beam search: from what an encoder made to texts, for every decoder of this suite.

A decoder is a layer with two methods besides `call`, see `layers.TransformerDecoder`:

    memory, state = decoder.start(encoded, mask, beams, length)
    features, state = decoder.step(vectors, memory, state, position, parents, ancestors)

Everything is of `keras.ops` and can stand in one compiled graph. Drawing at random is in `models/sampling.py`.

Beam search goes on with the `beams` best unfinished hypotheses of each element. Of their 2 `beams` best continuations
those that end are finished if they are among the `beams` first, else dropped; the `beams` best that do not end go on.
An element is done once `beams` hypotheses have finished, or at its limit, where the `beams` best continuations stay as
they are. Finished ones are compared by `log p / tokens ** length_penalty`, the end token counted. (So do fairseq and
CTranslate2.)

Reference:
    Wu et al. 2016, Google's neural machine translation system (arXiv:1609.08144), section 7, for the penalty's purpose.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from keras import ops, tree

from layers.hidden import HIDDEN
from layers.rows import rows
from models.repetition import repeating

TINY = float(np.finfo("float32").tiny)
CHUNK = 64  # tokens of which the largest is looked for first
LEAVE_AT = 8  # sentences leave when at least 1 / LEAVE_AT of those in the batch are done


@dataclass(frozen=True)
class Tokens:
    """The tokens that decoding must know of.

    Attributes:
        start: Comes before the first token.
        end: Ends a text.
        never: Tokens that no text holds, such as padding.
    """

    start: int
    end: int
    never: tuple[int, ...]


class Hypotheses(NamedTuple):
    """What a search keeps of each sentence. The first axis of all is the batch.

    Attributes:
        limits: (batch,) the most tokens of a text.
        last: (batch, beams) the last token of each hypothesis.
        total: (batch, beams) its log probability.
        parents: (batch, beams) the hypothesis of the step before that it continues.
        ancestors: (batch, beams, length) the place of the one of each earlier step that it continues.
        texts: (batch, beams, length) its tokens, then 0.
        finished: (batch, beams, length) the best that have ended.
        scores: (batch, beams) of these.
        count: (batch,) how many have ended.
    """

    limits: object
    last: object
    total: object
    parents: object
    ancestors: object
    texts: object
    finished: object
    scores: object
    count: object


def beam_search(
    embedding,
    decoder,
    encoded,
    mask,
    tokens: Tokens,
    *,
    beams,
    limits,
    length,
    length_penalty=1.0,
    no_repeat: int = 0,
):
    """Searches the most probable texts.

    Where the size of the batch is known only at run time, in a graph of TensorFlow for all shapes, sentences that are
    done leave the batch.

    Args:
        embedding: Layer from tokens to vectors, and `transposed` from features to logits.
        decoder: Layer as above.
        encoded: Tensor of shape (batch, positions, features), what the decoder looks at.
        mask: Booleans of shape (batch, positions), True where a position counts; or None.
        tokens: The special ones.
        beams: Positive integer, hypotheses that are followed for each element, also a scalar tensor. 1 is greedy.
        limits: Integers of shape (batch,), in [1, length]: the most tokens of a text, the end token counted.
        length: The largest limit; integer, also a scalar tensor.
        length_penalty: Float, also a scalar tensor: 0 prefers short texts, 1 compares means per token.
        no_repeat: No text holds so many tokens in a row twice; 0 allows everything.

    Returns:
        The found texts, the best first: tokens int32 (batch, beams, length), the end token last and 0 after it; scores
        float32 (batch, beams), log p / tokens ** length_penalty; and complete, bool (batch, beams): whether the text
        has ended by itself. Where there are fewer texts than `beams`, the last ones are empty and score `HIDDEN`.
    """
    batch = ops.shape(encoded)[0]
    mask = ops.ones(ops.shape(encoded)[:2], "bool") if mask is None else mask
    memory, state = decoder.start(encoded, mask, beams, length)
    own = ops.broadcast_to(ops.arange(beams), (batch, beams))
    places = ops.arange(length)
    never = never_written(embedding, tokens)

    def proceed(position, before, memory, state):
        here = ops.equal(places, position)
        ancestors = ops.where(here, ops.arange(beams)[:, None], before.ancestors)
        features, state = decoder.step(embedding(before.last), memory, state, position, before.parents, ancestors)
        probabilities = ops.softmax(embedding(features, transposed=True))  # (batch, beams, vocab)
        if no_repeat:
            again = repeating(before.texts, position, no_repeat, embedding.vocab_size)
            probabilities = ops.where(again, 0.0, probabilities)
        best, origin, token = best_continuations(probabilities, before.total, 2 * beams, never)

        done = ops.logical_not(_waiting(before, position, beams))
        ends = ops.equal(token, tokens.end)
        stops = ops.logical_or(ends, ops.expand_dims(position + 1 >= before.limits, 1))
        first = ops.arange(2 * beams) < beams
        # With fewer tokens than beams some hypotheses are of hidden tokens, or go on from none.
        real = ops.logical_and(first, best > HIDDEN / 2)
        finishing = ops.logical_and(ops.logical_and(stops, real), ops.expand_dims(ops.logical_not(done), 1))
        continued = ops.where(here, token[..., None], rows(before.texts, origin))
        score = best / ops.power(ops.cast(position + 1, best.dtype), length_penalty)
        scores, kept = ops.top_k(ops.concatenate([before.scores, ops.where(finishing, score, HIDDEN)], axis=1), beams)
        total, chosen = ops.top_k(ops.where(ends, HIDDEN, best), beams)
        parents = rows(origin, chosen)
        after = Hypotheses(
            limits=before.limits,
            last=rows(token, chosen),
            total=total,
            parents=parents,
            ancestors=rows(ancestors, parents),
            texts=rows(continued, chosen),
            finished=rows(ops.concatenate([before.finished, continued], axis=1), kept),
            scores=scores,
            count=before.count + ops.sum(ops.cast(finishing, "int32"), axis=1),
        )
        return position + 1, after, memory, state

    def unfinished(position, hypotheses, *_):
        return ops.logical_and(position < length, ops.any(_waiting(hypotheses, position, beams)))

    empty = ops.zeros((batch, beams, length), "int32")
    # The first step continues one empty text, not `beams` of them.
    total = ops.broadcast_to(ops.where(ops.equal(ops.arange(beams), 0), 0.0, HIDDEN), (batch, beams))
    hypotheses = Hypotheses(
        limits=limits,
        last=ops.full((batch, beams), tokens.start, "int32"),
        total=total,
        parents=own,
        ancestors=empty,
        texts=empty,
        finished=empty,
        scores=ops.full((batch, beams), HIDDEN, "float32"),
        count=ops.zeros((batch,), "int32"),
    )
    start = (ops.convert_to_tensor(0, "int32"), hypotheses, memory, state)
    if isinstance(batch, int):
        found = ops.while_loop(unfinished, proceed, start)[1]
        finished, scores = found.finished, found.scores
    else:
        finished, scores = _leaving(unfinished, proceed, start, beams)
    return finished, scores, ops.any(ops.equal(finished, tokens.end), axis=-1)


def _waiting(hypotheses: Hypotheses, position, beams):
    """Which sentences are not done at a position, (batch,)."""
    return ops.logical_and(hypotheses.count < beams, position < hypotheses.limits)


def _leaving(unfinished, proceed, start, beams):
    """`ops.while_loop(unfinished, proceed, start)` in which sentences that are done leave the batch.

    Returns:
        Finished texts and their scores, of all sentences.
    """

    def put(found, places, hypotheses):
        parts = (hypotheses.finished, hypotheses.scores)
        return tuple(ops.scatter_update(whole, places[:, None], part) for whole, part in zip(found, parts, strict=True))

    def proceed_and_leave(position, hypotheses, memory, state, places, found):
        position, *carried = proceed(position, hypotheses, memory, state)
        hypotheses, memory, state = carried
        waiting = _waiting(hypotheses, position, beams)

        def leave():
            kept = ops.nonzero(waiting)[0]
            fewer = tree.map_structure(lambda part: ops.take(part, kept, axis=0), (hypotheses, memory, state, places))
            return *fewer, put(found, places, hypotheses)

        def stay():
            return hypotheses, memory, state, places, found

        # Leaving copies what stays: only when it saves more.
        many = LEAVE_AT * ops.sum(ops.cast(waiting, "int32")) <= (LEAVE_AT - 1) * ops.shape(waiting)[0]
        return position, *ops.cond(many, leave, stay)

    hypotheses = start[1]
    carried = (*start, ops.arange(ops.shape(hypotheses.count)[0]), (hypotheses.finished, hypotheses.scores))
    _, hypotheses, _, _, places, found = ops.while_loop(unfinished, proceed_and_leave, carried)
    return put(found, places, hypotheses)


def never_written(embedding, tokens):
    """What to add to scores (..., vocab) so that no text holds the tokens that it must not hold."""
    return ops.convert_to_tensor([HIDDEN if token in tokens.never else 0.0 for token in range(embedding.vocab_size)])


def best_continuations(probabilities, totals, count, never):
    """The best of all continuations of all hypotheses.

    Looks first for the chunks of tokens with the largest maxima: the best tokens can be in no others. So most
    probabilities are compared once: they are not sorted, nor is their logarithm taken. Among equals the first
    hypothesis, then the first token, wins.

    Args:
        probabilities: Of each token after each hypothesis, (batch, beams, vocab), vocab being at least 2.
        totals: Log probabilities of the hypotheses, (batch, beams); a continuation has the sum of both.
        count: How many; at most 2 beams.
        never: (vocab,) `HIDDEN` for tokens that no text holds, else 0.

    Returns:
        Their sums, falling, the hypothesis and the token of each: tensors of shape (batch, count).
    """
    batch, beams, _ = ops.shape(probabilities)
    vocab = probabilities.shape[-1]
    if vocab <= CHUNK:
        sums = logs(probabilities) + never + totals[..., None]
        sums, place = ops.top_k(ops.reshape(sums, (batch, beams * vocab)), count)
        return sums, place // vocab, place % vocab
    # Chunks of one size spare a copy of the probabilities.
    size = max((size for size in range(CHUNK // 2, CHUNK + 1) if vocab % size == 0), default=CHUNK)
    missing = -vocab % size
    chunks = (vocab + missing) // size  # at least 2
    if missing:
        probabilities = ops.pad(probabilities, ((0, 0), (0, 0), (0, missing)))
        never = ops.pad(never, (0, missing), constant_values=HIDDEN)
    parts = ops.reshape(probabilities, (batch, beams * chunks, size))
    maxima = logs(ops.reshape(ops.max(parts, axis=-1), (batch, beams, chunks))) + totals[..., None]
    # A few more than `count`: of each hypothesis one may be there for a token that no text holds. The special tokens
    # are the first, in one chunk.
    most = beams * min(chunks, 3)
    best_parts = ops.top_k(ops.reshape(maxima, (batch, beams * chunks)), most)[1]
    best_parts = ops.sort(best_parts, axis=-1)  # so that among equals the first wins
    sums = logs(rows(parts, best_parts)) + rows(totals, best_parts // chunks)[..., None]
    sums = sums + ops.take(ops.reshape(never, (chunks, size)), best_parts % chunks, axis=0)
    sums, place = ops.top_k(ops.reshape(sums, (batch, most * size)), count)
    part = rows(best_parts, place // size)
    token = part % chunks * size + place % size
    return sums, part // chunks, token


def logs(probabilities):
    """Logarithms; of 0, `HIDDEN`."""
    return ops.where(probabilities > 0, ops.log(ops.maximum(probabilities, TINY)), HIDDEN)
