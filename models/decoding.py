"""Beam search and sampling: from what an encoder made to texts, for every decoder of this suite.

A decoder is a layer with two methods besides `call`, see `layers.TransformerDecoder`:

    memory, state = decoder.start(encoded, mask, beams, length)
    features, state = decoder.step(vectors, memory, state, position, parents, ancestors)

`Found` is what comes out. Everything is of `keras.ops`, has fixed shapes, and can stand in one compiled graph.

Beam search goes on with the `beams` best unfinished hypotheses of each element. Of their 2 `beams` best continuations
those that end are finished if they are among the `beams` first, else dropped; the `beams` best that do not end go on.
An element is done once `beams` hypotheses have finished, or at its limit, where the `beams` best continuations stay as
they are. Finished ones are compared by `log p / tokens ** length_penalty`, the end token counted. (So do fairseq and
CTranslate2.)

Reference:
    Wu et al. 2016, Google's neural machine translation system (arXiv:1609.08144), section 7, for the penalty's purpose.
"""

from dataclasses import dataclass

from keras import ops

from models.repetition import repeating

HIDDEN = -1e30  # below every log probability of a text, and finite: the difference of two infinities would be NaN
CHUNK = 64  # tokens of which the largest is looked for first


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
    memory, state = decoder.start(encoded, mask, beams, length)
    own = ops.broadcast_to(ops.arange(beams), (batch, beams))
    places = ops.arange(length)
    never = _never(embedding, tokens)

    def proceed(position, last, total, parents, ancestors, texts, finished, scores, count, state):
        here = ops.equal(places, position)
        ancestors = ops.where(here, own[..., None], ancestors)
        vectors = embedding(last)
        features, state = decoder.step(vectors, memory, state, position, parents, ancestors)
        logits = embedding(features, transposed=True)  # (batch, beams, vocab)
        probabilities = logits - ops.logsumexp(logits, axis=-1, keepdims=True)
        candidates = total[..., None] + (probabilities + never)
        if no_repeat:
            again = repeating(texts, position, no_repeat, embedding.vocab_size)
            candidates = ops.where(again, HIDDEN, candidates)
        best, origin, token = best_continuations(candidates, 2 * beams)

        done = ops.logical_or(count >= beams, position >= limits)  # before this step
        ends = ops.equal(token, tokens.end)
        stops = ops.logical_or(ends, ops.expand_dims(position + 1 >= limits, 1))
        first = ops.arange(2 * beams) < beams
        # With fewer tokens than beams some hypotheses are of hidden tokens, or go on from none.
        real = ops.logical_and(first, best > HIDDEN / 2)
        finishing = ops.logical_and(ops.logical_and(stops, real), ops.expand_dims(ops.logical_not(done), 1))
        continued = ops.where(here, token[..., None], rows(texts, origin))
        score = best / ops.power(ops.cast(position + 1, best.dtype), length_penalty)
        scores, kept = ops.top_k(ops.concatenate([scores, ops.where(finishing, score, HIDDEN)], axis=1), beams)
        finished = rows(ops.concatenate([finished, continued], axis=1), kept)
        count = count + ops.sum(ops.cast(finishing, "int32"), axis=1)

        total, chosen = ops.top_k(ops.where(ends, HIDDEN, best), beams)
        parents = rows(origin, chosen)
        texts = rows(continued, chosen)
        ancestors = rows(ancestors, parents)
        return position + 1, rows(token, chosen), total, parents, ancestors, texts, finished, scores, count, state

    def unfinished(position, last, total, parents, ancestors, texts, finished, scores, count, state):
        waiting = ops.logical_and(count < beams, position < limits)
        return ops.logical_and(position < length, ops.any(waiting))

    empty = ops.zeros((batch, beams, length), "int32")
    total = ops.broadcast_to(ops.where(ops.equal(ops.arange(beams), 0), 0.0, HIDDEN), (batch, beams))
    start = (
        ops.convert_to_tensor(0, "int32"),
        ops.full((batch, beams), tokens.start, "int32"),
        total,  # the first step continues one empty text, not `beams` of them
        own,
        empty,
        empty,
        empty,
        ops.full((batch, beams), HIDDEN, "float32"),
        ops.zeros((batch,), "int32"),
        state,
    )
    found = ops.while_loop(unfinished, proceed, start)
    finished, scores = found[6], found[7]
    return finished, scores, ops.any(ops.equal(finished, tokens.end), axis=-1)


def sample(
    embedding,
    decoder,
    encoded,
    mask,
    tokens: Tokens,
    *,
    noise,
    limits,
    temperature=1.0,
    top_k: int | None = None,
    top_p=1.0,
):
    """Draws texts token by token.

    The probabilities are `softmax(logits / temperature)` among the `top_k` most probable tokens, and of these among the
    fewest that together have `top_p`.

    Args:
        embedding, decoder, encoded, mask, tokens, limits: As for `beam_search`.
        noise: Floats in [0, 1) of shape (batch, samples, length), which decide: the same noise gives the same texts.
        temperature: Positive float, also a scalar tensor: below 1 prefers probable tokens, above 1 others.
        top_k: Positive integer, or None for all.
        top_p: Float in (0, 1], also a scalar tensor.

    Returns:
        Tokens, scores and complete, as of `beam_search` with a length penalty of 1; the best first. Scores are of the
        model itself, without temperature.
    """
    batch, samples, length = ops.shape(noise)
    memory, state = decoder.start(encoded, mask, samples, length)
    own = ops.broadcast_to(ops.arange(samples), (batch, samples))
    ancestors = ops.broadcast_to(own[..., None], (batch, samples, length))
    places = ops.arange(length)
    never = _never(embedding, tokens)
    top_k = min(top_k or embedding.vocab_size, embedding.vocab_size)

    def proceed(position, last, total, ended, texts, state):
        features, state = decoder.step(embedding(last), memory, state, position, own, ancestors)
        logits = embedding(features, transposed=True)
        probabilities = ops.log_softmax(logits)
        values, candidates = ops.top_k(logits + never, top_k)
        shares = ops.exp((values - values[..., :1]) / temperature)  # they fall: the first is the largest
        shares = shares / ops.sum(shares, axis=-1, keepdims=True)
        before = ops.cumsum(shares, axis=-1) - shares
        shares = ops.where(before < top_p, shares, 0.0)
        reached = ops.cumsum(shares, axis=-1)
        here = ops.equal(places, position)
        drawn = ops.sum(ops.where(here, noise, 0.0), axis=-1, keepdims=True) * reached[..., -1:]
        place = ops.sum(ops.cast(reached <= drawn, "int32"), axis=-1, keepdims=True)
        # Rounding may put the largest noise beyond the last token that is left.
        place = ops.minimum(place, ops.sum(ops.cast(shares > 0, "int32"), axis=-1, keepdims=True) - 1)
        token = ops.take_along_axis(candidates, place, axis=-1)
        gain = ops.squeeze(ops.take_along_axis(probabilities, token, axis=-1), -1)
        token = ops.where(ended, 0, ops.squeeze(token, -1))
        total = total + ops.where(ended, 0.0, gain)
        texts = ops.where(here, token[..., None], texts)
        ended = ops.logical_or(ended, ops.equal(token, tokens.end))
        ended = ops.logical_or(ended, ops.expand_dims(position + 1 >= limits, 1))
        return position + 1, token, total, ended, texts, state

    def unfinished(position, last, total, ended, texts, state):
        return ops.logical_and(position < length, ops.logical_not(ops.all(ended)))

    start = (
        ops.convert_to_tensor(0, "int32"),
        ops.full((batch, samples), tokens.start, "int32"),
        ops.zeros((batch, samples), "float32"),
        ops.zeros((batch, samples), "bool"),
        ops.zeros((batch, samples, length), "int32"),
        state,
    )
    _, _, total, _, texts, _ = ops.while_loop(unfinished, proceed, start)
    lengths = ops.sum(ops.cast(ops.not_equal(texts, 0), total.dtype), axis=-1)
    scores, order = ops.top_k(total / ops.maximum(lengths, 1.0), samples)
    texts = rows(texts, order)
    return texts, scores, ops.any(ops.equal(texts, tokens.end), axis=-1)


def _never(embedding, tokens):
    """What to add to scores (..., vocab) so that no text holds the tokens that it must not hold."""
    return ops.convert_to_tensor([HIDDEN if token in tokens.never else 0.0 for token in range(embedding.vocab_size)])


def best_continuations(candidates, count):
    """The best of all continuations of all hypotheses.

    Looks first for the chunks of tokens with the largest maxima: the best tokens can be in no others. So most tokens
    are compared once, not sorted. Among equals the first hypothesis, then the first token, wins.

    Args:
        candidates: Scores of shape (batch, beams, vocab), vocab being at least 2.
        count: How many; at most 2 beams.

    Returns:
        Their scores, falling, the hypothesis and the token of each: tensors of shape (batch, count).
    """
    batch, beams, _ = ops.shape(candidates)
    vocab = candidates.shape[-1]
    if vocab <= CHUNK:
        scores, place = ops.top_k(ops.reshape(candidates, (batch, beams * vocab)), count)
        return scores, place // vocab, place % vocab
    missing = -vocab % CHUNK
    chunks = (vocab + missing) // CHUNK  # at least 2, so that there are `count` chunks
    padded = ops.pad(candidates, ((0, 0), (0, 0), (0, missing)), constant_values=2 * HIDDEN)
    parts = ops.reshape(padded, (batch, beams * chunks, CHUNK))
    _, best_parts = ops.top_k(ops.max(parts, axis=-1), count)
    best_parts = ops.sort(best_parts, axis=-1)  # so that among equals the first wins
    scores, place = ops.top_k(ops.reshape(rows(parts, best_parts), (batch, count * CHUNK)), count)
    part = rows(best_parts, place // CHUNK)
    token = part % chunks * CHUNK + place % CHUNK
    return scores, part // chunks, token


def rows(values, index):
    """`values[b, index[b, i]]` for tensors of shape (batch, rows, ...) and (batch, n): (batch, n, ...)."""
    shape = ops.shape(values)
    first = ops.arange(shape[0]) * shape[1]
    flat = ops.reshape(values, (-1, *shape[2:]))
    return ops.take(flat, index + ops.cast(ops.expand_dims(first, 1), index.dtype), axis=0)
