"""The systems of benchmarks/decoding.py: each translates a batch of token ids with one and the same network."""

import numpy as np

BEAMS = 4


class Graph:
    """A search as one graph of TensorFlow, or one for each shape; lengths then are multiples of 8, to have few."""

    def __init__(self, search, xla: bool, static: bool = False):
        import tensorflow as tf

        ids = tf.TensorSpec([None, None], tf.int32)
        static = static or xla
        self.pad = 8 if static else 1
        shapes = {} if static else {"input_signature": [ids]}
        self.run = tf.function(search, autograph=False, jit_compile=xla or None, **shapes)

    def prepare(self, source: np.ndarray):
        import tensorflow as tf

        return tf.constant(np.pad(source, [(0, 0), (0, -source.shape[1] % self.pad)]))

    def __call__(self, source):
        """Tokens of the best translation of each sentence, the end token last, and the scores."""
        texts, scores = (part.numpy() for part in self.run(source))
        return [text[text != 0].tolist() for text in texts], scores.tolist()


class PrefixDecoder:
    """A decoder with the contract of `models/decoding.py` that keeps no keys and values: it reads each prefix anew."""

    def __init__(self, decoder):
        self.decoder = decoder

    def start(self, source, source_mask, beams, length):
        from keras import ops

        batch, positions, features = ops.shape(source)
        source = ops.reshape(ops.repeat(source, beams, axis=0), (batch, beams, positions, features))
        masks = ops.reshape(ops.repeat(source_mask, beams, axis=0), (batch, beams, positions))
        return (source, masks), ops.zeros((batch, beams, 0 * length, features))

    def step(self, inputs, memory, state, position, parents, ancestors):
        from keras import ops

        from models.decoding import rows

        source, masks = (ops.reshape(part, (-1, *ops.shape(part)[2:])) for part in memory)
        batch, beams, features = ops.shape(inputs)
        prefix = ops.concatenate([rows(state, parents), inputs[:, :, None]], axis=2)
        outputs = self.decoder(ops.reshape(prefix, (-1, position + 1, features)), source, source_mask=masks)
        return ops.reshape(outputs[:, -1], (batch, beams, features)), prefix


class PaddedDecoder(PrefixDecoder):
    """The same with texts padded to the limit of their length, all of which it reads at each step."""

    def start(self, source, source_mask, beams, length):
        from keras import ops

        memory, state = super().start(source, source_mask, beams, length)
        batch, _, _, features = ops.shape(state)
        return memory, ops.zeros((batch, beams, length, features))

    def step(self, inputs, memory, state, position, parents, ancestors):
        from keras import ops

        from models.decoding import rows

        source, masks = (ops.reshape(part, (-1, *ops.shape(part)[2:])) for part in memory)
        batch, beams, length, features = ops.shape(state)
        here = ops.equal(ops.arange(length), position)[:, None]
        texts = ops.where(here, inputs[:, :, None], rows(state, parents))
        outputs = self.decoder(ops.reshape(texts, (-1, length, features)), source, source_mask=masks)
        return ops.reshape(ops.take(outputs, position, axis=1), (batch, beams, features)), texts


def ours(parts, tokens, xla=False, decoder=None, static=False):
    """Beam search of this suite, also with a decoder that keeps no cache, or with batches that none leaves."""
    from dataclasses import replace

    parts = replace(parts, decoder=decoder(parts.decoder)) if decoder else parts

    def search(source):
        texts, scores, _ = parts.search(source, tokens, beams=BEAMS, length_penalty=1.0)
        return texts[:, 0], scores[:, 0]

    return Graph(search, xla, static)


def keras_hub(parts, tokens, xla=True):
    """KerasHub's BeamSampler. It rearranges the caches itself, so that each hypothesis is a batch row of its own.

    It compares sums of log probabilities, and a text that has ended goes on: what follows its end is cut off here.
    """
    from keras import ops
    from keras_hub.samplers import BeamSampler

    from models.translator import most_tokens

    embedding, decoder = parts.embedding, parts.decoder

    def search(source):
        length = most_tokens(source.shape[1])
        mask = ops.not_equal(source, 0)
        memory, caches = decoder.start(parts.encoder(source, training=False), mask, 1, length)

        def next_token(prompt, cache, index):
            memory, caches = cache
            last = ops.slice(prompt, [0, index - 1], [prompt.shape[0], 1])
            own = ops.zeros((prompt.shape[0], 1, length), "int32")
            features, caches = decoder.step(embedding(last), memory, caches, index - 1, own[..., 0], own)
            return embedding(features, transposed=True)[:, 0], None, (memory, caches)

        prompt = ops.concatenate(
            [ops.full((source.shape[0], 1), tokens.start), ops.zeros((source.shape[0], length), "int32")], axis=1
        )
        written = ops.equal(ops.arange(length + 1), 0)[None] & ops.ones((source.shape[0], 1), "bool")
        sampler = BeamSampler(num_beams=BEAMS, return_all_beams=True)
        texts, sums = sampler(next_token, prompt, (memory, caches), index=1, mask=written, stop_token_ids=[tokens.end])
        texts = texts[:, 0, 1:]
        ended = ops.cumsum(ops.cast(ops.equal(texts, tokens.end), "int32"), axis=1)
        before = ops.logical_or(ended < 1, ops.logical_and(ended < 2, ops.equal(texts, tokens.end)))
        texts = ops.where(before, texts, 0)
        lengths = ops.sum(ops.cast(ops.not_equal(texts, 0), "float32"), axis=1)
        return texts, sums[:, 0] / lengths

    return Graph(search, xla)
