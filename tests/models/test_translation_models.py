"""Networks for translation: sizes by hand, files, masks, order, decoding step by step, refusals."""

import keras
import numpy as np
import pytest
from keras import ops

from models.decoding import beam_search
from models.loading import load
from models.recurrent import Recurrent
from models.transformer import Transformer
from models.translator import Translator
from tests.models.tiny_translators import LENGTH, LIMITS, RECIPES, SOURCES, TOKENS, compiled, translator

TARGETS = np.array([[1, 5, 4, 7, 3, 6], [1, 3, 0, 0, 0, 0], [1, 8, 8, 0, 0, 0], [1, 2, 3, 4, 5, 0], [1, 4, 4, 4, 4, 4]])
TARGETS = TARGETS.astype("int32")


@pytest.fixture(scope="module", params=RECIPES)
def network(request):
    network = translator(request.param)
    network.call = called(network.model)
    return network


def called(model):
    """The network as a compiled function of arrays; on JAX it keeps the weights of its first call."""
    function = compiled(lambda source, target: model({"source": source, "target": target}), xla=False)
    return lambda source, target: np.asarray(function(*map(ops.convert_to_tensor, (source, target))))


same_on_jax = pytest.mark.skipif(keras.backend.backend() == "jax", reason="the same code on each backend")


def transformer_count(units, layers, feed_forward, vocabularies, norm="pre"):
    """Weights and biases of the parts of Vaswani et al. 2017, counted by hand."""
    attention = 4 * (units * units + units)
    feed_forward = units * feed_forward + feed_forward + feed_forward * units + units
    norms = 2 * units
    encoder_block = attention + feed_forward + 2 * norms
    decoder_block = 2 * attention + feed_forward + 3 * norms
    last = 2 * norms if norm == "pre" else 0
    return sum(vocabularies) * units + layers * (encoder_block + decoder_block) + last


def recurrent_count(units, embedding, gates, biases, vocabularies, attention):
    def cell(inputs):
        return gates * units * (inputs + units) + biases * gates * units

    states = 2 if gates == 4 else 1
    starts = 2 * (2 * units + 1) * units * states
    readout = (units + 2 * units + embedding + 1) * embedding
    return (
        sum(vocabularies) * embedding
        + 2 * cell(embedding)  # the encoder, in both directions
        + cell(embedding)
        + cell(3 * units)
        + attention
        + starts
        + readout
    )


COUNTS = {
    "transformer": (Transformer(), None, 1000, transformer_count(128, 4, 256, [1000])),
    "transformer, two dictionaries": (Transformer(), 300, 1000, transformer_count(128, 4, 256, [300, 1000])),
    "transformer, post": (Transformer(norm="post"), None, 50, transformer_count(128, 4, 256, [50], "post")),
    "gru": (Recurrent(8, 6), 20, 30, recurrent_count(8, 6, 3, 2, [20, 30], 8 * 8 + 16 * 8 + 8)),
    "lstm": (
        Recurrent(8, 6, cell="lstm", attention="multiplicative"),
        None,
        30,
        recurrent_count(8, 6, 4, 1, [30], 8 * 16),
    ),
}


@same_on_jax
@pytest.mark.parametrize("name", COUNTS)
def test_sizes_are_those_counted_by_hand(name):
    recipe, source_size, target_size, expected = COUNTS[name]
    assert recipe.build(source_size, target_size).count_params() == expected


@same_on_jax
def test_rotary_positions_have_no_weights():
    small = {"units": 8, "num_layers": 1, "num_heads": 2, "feed_forward_units": 8}
    counts = {Transformer(**small, positions=kind).build(9, 9).count_params() for kind in ("rotary", "sinusoidal")}
    assert len(counts) == 1


@pytest.mark.whole
@pytest.mark.parametrize("dictionaries", ["shared", "separate"])
@pytest.mark.parametrize("name", ["transformer, pre", "lstm, multiplicative"])
def test_a_file_holds_the_network(name, dictionaries, tmp_path):
    network = translator(name, vocab_size=9 if dictionaries == "shared" else 11)
    tables = [layer.name for layer in network.model.layers if layer.name.endswith("embedding")]
    assert len(tables) == (1 if dictionaries == "shared" else 2)
    logits = called(network.model)(SOURCES, TARGETS)
    assert logits.shape == (*TARGETS.shape, network.vocab_size) and logits.dtype == np.float32
    network.model.save(tmp_path / "model.keras")
    loaded = load(tmp_path / "model.keras")
    np.testing.assert_array_equal(called(loaded)(SOURCES, TARGETS), logits)
    np.testing.assert_allclose(stepped(loaded, 1)[0], logits[:, 0], rtol=1e-4, atol=1e-5)


def stepped(model, steps, source=SOURCES):
    """Logits of each step, fed with the targets, by `start` and `step` of the decoder."""
    parts = Translator.of(model)

    def decode(source, target):
        mask = ops.not_equal(source, 0)
        memory, state = parts.decoder.start(parts.encoder(source), mask, 1, LENGTH)
        parents = ops.zeros((len(SOURCES), 1), "int32")
        ancestors = ops.zeros((len(SOURCES), 1, LENGTH), "int32")
        logits = []
        for position in range(steps):
            vectors = parts.embedding(target[:, position : position + 1])
            features, state = parts.decoder.step(vectors, memory, state, position, parents, ancestors)
            logits.append(parts.embedding(features, transposed=True)[:, 0])
        return logits

    return [np.asarray(part) for part in compiled(decode, xla=False)(ops.array(source), ops.array(TARGETS))]


@pytest.mark.whole
def test_step_by_step_equals_the_whole_pass(network):
    whole = network.call(SOURCES, TARGETS)
    counts = TARGETS != 0
    for position, logits in enumerate(stepped(network.model, 4)):
        here = counts[:, position]
        np.testing.assert_allclose(logits[here], whole[here, position], rtol=1e-4, atol=1e-5)


@pytest.mark.whole
def test_padding_changes_nothing(network):
    """More of it after the source or the target, and whatever is taken for the vectors of token 0."""
    logits = network.call(SOURCES, TARGETS)
    longer = network.call(np.pad(SOURCES, [(0, 0), (0, 3)]), np.pad(TARGETS, [(0, 0), (0, 2)]))[:, :LENGTH]
    table = network.parts[0].embeddings
    before = np.asarray(table)
    changed = before.copy()
    changed[0] = 30.0
    table.assign(changed)
    other = called(network.model)(SOURCES, TARGETS)
    table.assign(before)
    counts = TARGETS != 0
    np.testing.assert_allclose(longer[counts], logits[counts], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(other[counts][:, 1:], logits[counts][:, 1:], rtol=1e-4, atol=1e-5)


def test_sources_have_no_influence_on_each_other(network):
    logits = network.call(SOURCES, TARGETS)
    np.testing.assert_allclose(network.call(SOURCES[::-1], TARGETS[::-1])[::-1], logits, rtol=1e-4, atol=1e-5)
    other = network.call(np.roll(SOURCES, 1, axis=0), TARGETS)
    assert np.abs(other - logits).max(axis=(1, 2)).min() > 1e-3  # but each has on its own text


def test_the_future_changes_nothing(network):
    logits = network.call(SOURCES, TARGETS)
    for place in (1, 3, 5):
        other = TARGETS.copy()
        other[:, place:] = (other[:, place:] + 4) % 7 + 1
        changed = network.call(SOURCES, other)
        counts = (TARGETS != 0)[:, :place]
        np.testing.assert_allclose(changed[:, :place][counts], logits[:, :place][counts], rtol=1e-4, atol=1e-5)
        assert np.abs(changed[:, place] - logits[:, place]).max() > 1e-3


@same_on_jax
def test_a_source_of_one_token_gives_no_warning(network):
    """Keras warns of a softmax over one entry, and warnings are errors here."""
    short = {"source": ops.array([[2], [3]], "int32"), "target": ops.array(TARGETS[:2, :1])}
    assert np.isfinite(np.asarray(network.model(short))).all()


@pytest.mark.whole
@pytest.mark.parametrize("name", ["transformer, post", "gru, additive"])
def test_half_precision_keeps_float32_logits_and_steps(name):
    if keras.backend.backend() == "jax" and name != "gru, additive":
        pytest.skip("takes long to compile; the states of recurrent layers are what may differ")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = translator(name)
    finally:
        keras.config.set_dtype_policy(before)
    whole = called(network.model)(SOURCES, TARGETS)
    assert whole.dtype == np.float32
    assert network.parts[1].compute_dtype == "bfloat16"
    first = stepped(network.model, 1)[0]
    np.testing.assert_allclose(first, whole[:, 0], atol=0.05 * np.abs(whole).max())

    def search(source, limits):
        settings = {"beams": 2, "limits": limits, "length": LENGTH}
        return beam_search(*network.parts, network.encoder(source), ops.not_equal(source, 0), TOKENS, **settings)

    texts, scores, _ = compiled(search, xla=False)(ops.array(SOURCES), ops.array(LIMITS))
    assert keras.backend.standardize_dtype(scores.dtype) == "float32"
    assert (np.asarray(texts)[:, :, 0] > 1).all()


def test_tokens_have_the_logits_of_their_table(network):
    """One table gives vectors and logits: a token's logit is its vector times the features."""
    table = np.asarray(network.parts[0].embeddings)
    logits = network.call(SOURCES, TARGETS)
    assert np.linalg.matrix_rank(logits.reshape(-1, len(table)).astype("float64"), tol=1e-4) <= table.shape[1]
    assert logits[..., TOKENS.start].std() > 0.01


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Transformer(units=10), "multiple of `num_heads`. Received: units=10, num_heads=4"),
        (lambda: Transformer(num_layers=0), "`num_layers` must be positive. Received: num_layers=0"),
        (lambda: Transformer(dropout=1.0), "`dropout` must be in [0, 1). Received: dropout=1.0"),
        (lambda: Transformer(units=12, positions="rotary"), "even units / num_heads. Received: 12/4"),
        (lambda: Recurrent(units=0), "`units` must be positive. Received: units=0"),
        (lambda: Recurrent(encoder_layers=-1), "`encoder_layers` must be positive. Received: encoder_layers=-1"),
        (lambda: Recurrent(dropout=-0.1), "`dropout` must be in [0, 1). Received: dropout=-0.1"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError) as refusal:
        make()
    assert message in str(refusal.value)
