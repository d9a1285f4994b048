"""Texts drawn at random, token by token, for every decoder of this suite (see `models/decoding.py`)."""

from keras import ops

from layers.rows import rows
from models.decoding import Tokens, never_written


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
    never = never_written(embedding, tokens)

    def proceed(position, last, total, ended, texts, state):
        features, state = decoder.step(embedding(last), memory, state, position, own, ancestors)
        logits = embedding(features, transposed=True)
        probabilities = ops.log_softmax(logits)
        shares, candidates = likely(logits + never, temperature, top_k, top_p)
        reached = ops.cumsum(shares, axis=-1)
        here = ops.equal(places, position)
        share = ops.sum(ops.where(here, noise, 0.0), axis=-1, keepdims=True)
        # Below the end, where rounding would put the largest noise.
        drawn = reached[..., -1:] * ops.minimum(share, 1 - 2**-22)
        token = ops.sum(ops.cast(reached <= drawn, "int32"), axis=-1, keepdims=True)
        if candidates is not None:
            token = ops.take_along_axis(candidates, token, axis=-1)
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


def likely(scores, temperature, top_k: int | None, top_p):
    """The tokens that may be drawn, and how often each should be.

    Args:
        scores: Logits (..., vocab); tokens that no text holds are far below.
        temperature, top_k, top_p: As for `sample`.

    Returns:
        Shares of the same sum for each row, and the tokens that they are of, falling, or None where they are of all
        tokens in their order: nothing is sorted where nothing is left out.
    """
    vocab = scores.shape[-1]
    if (top_k is None or top_k >= vocab) and isinstance(top_p, float) and top_p == 1.0:
        return ops.softmax(scores / temperature), None
    values, candidates = ops.top_k(scores, min(top_k or vocab, vocab))
    shares = ops.exp((values - values[..., :1]) / temperature)  # they fall: the first is the largest
    shares = shares / ops.sum(shares, axis=-1, keepdims=True)
    before = ops.cumsum(shares, axis=-1) - shares
    return ops.where(before < top_p, shares, 0.0), candidates
