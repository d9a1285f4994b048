"""A trained Transformer of this suite as a model of CTranslate2: the same weights in another engine."""

import ctranslate2
import numpy as np
from ctranslate2.specs import common_spec, transformer_spec

from data.text.subwords import END, START, UNKNOWN
from layers import SinusoidalPositions

POSITIONS = 512


def convert(model, folder: str) -> None:
    """Write into `folder`, for `ctranslate2.Translator`. Its tokens are ids as text.

    Args:
        model: `keras.Model` of `models.Transformer` with norms first, sinusoidal positions, relu, one dictionary.
        folder: There already, and empty.
    """
    from models.part_names import ENCODED
    from models.translator import Translator

    parts = Translator.of(model)
    encoder, decoder, table = model.get_layer(ENCODED), parts.decoder, parts.embedding
    if (decoder.norm, decoder.positions, decoder.activation) != ("pre", "sinusoidal", "relu"):
        raise ValueError(
            "Only norms first, sinusoidal positions and relu are converted. Received: "
            f"norm={decoder.norm!r}, positions={decoder.positions!r}, activation={decoder.activation!r}"
        )
    spec = transformer_spec.TransformerSpec.from_config(
        decoder.num_layers, decoder.num_heads, activation=common_spec.Activation.RELU
    )
    embeddings = np.asarray(table.embeddings)
    positions = SinusoidalPositions()
    codes = np.asarray(positions(np.zeros((1, POSITIONS, table.units), "float32")))[0]
    for side in (spec.encoder, spec.decoder):
        vectors = side.embeddings[0] if side is spec.encoder else side.embeddings
        vectors.weight, side.position_encodings.encodings = embeddings, codes
        side.scale_embeddings = True
    _norm(spec.encoder.layer_norm, encoder)
    _norm(spec.decoder.layer_norm, decoder.last_norm)
    spec.decoder.projection.weight = embeddings
    for number, layer in enumerate(spec.encoder.layer):
        block = model.get_layer(f"encoder_block_{number}")
        _norm(layer.self_attention.layer_norm, block.attention_norm)
        _attention(layer.self_attention, block.attention)
        _feed_forward(layer.ffn, block)
    for layer, block in zip(spec.decoder.layer, decoder.blocks, strict=True):
        _norm(layer.self_attention.layer_norm, block.self_attention_norm)
        _attention(layer.self_attention, block.self_attention)
        _norm(layer.attention.layer_norm, block.cross_attention_norm)
        _attention(layer.attention, block.cross_attention)
        _feed_forward(layer.ffn, block)
    spec.config.layer_norm_epsilon = decoder.epsilon
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = map(str, (UNKNOWN, START, END))
    spec.config.decoder_start_token = str(START)
    tokens = [str(token) for token in range(len(embeddings))]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.validate()
    spec.save(folder)


def _norm(spec, layer):
    spec.gamma, spec.beta = np.asarray(layer.gamma), np.asarray(layer.beta)


def _linear(spec, *layers):
    """Dense layers side by side; CTranslate2 keeps kernels as (outputs, inputs)."""
    spec.weight = np.ascontiguousarray(np.concatenate([np.asarray(layer.kernel) for layer in layers], axis=1).T)
    spec.bias = np.concatenate([np.asarray(layer.bias) for layer in layers])


def _attention(spec, layer):
    projections = [layer.query_projection, layer.key_projection, layer.value_projection]
    if len(spec.linear) == 2:  # self-attention
        _linear(spec.linear[0], *projections)
    else:
        _linear(spec.linear[0], projections[0])
        _linear(spec.linear[1], *projections[1:])
    _linear(spec.linear[-1], layer.output_projection)


def _feed_forward(spec, block):
    _norm(spec.layer_norm, block.feed_forward_norm)
    _linear(spec.linear_0, block.feed_forward.hidden)
    _linear(spec.linear_1, block.feed_forward.outer)


class CTranslate2:
    """Beam search by CTranslate2 of a model that `convert` wrote."""

    def __init__(self, folder: str, kind: str, beams: int, threads: int, at_once: int):
        self.engine = ctranslate2.Translator(
            folder, device="cpu", compute_type=kind, inter_threads=at_once, intra_threads=threads
        )
        self.beams = beams

    def prepare(self, source: np.ndarray):
        """Token ids (batch, length), 0 after each sentence, as it wants them."""
        return [[str(token) for token in row if token] for row in source]

    def __call__(self, sentences):
        """Tokens of the best translation of each, the end token last, and the scores."""
        from models.translator import most_tokens

        found = self.engine.translate_batch(
            sentences,
            beam_size=self.beams,
            length_penalty=1.0,
            max_decoding_length=most_tokens(max(map(len, sentences))),
            return_scores=True,
            return_end_token=True,
        )
        return [[int(token) for token in one.hypotheses[0]] for one in found], [one.scores[0] for one in found]
