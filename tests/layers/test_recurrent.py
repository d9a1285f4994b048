"""LSTM, GRU and Bidirectional: the gates by hand, states, masks, the written-out loop, whole models."""

import keras
import numpy as np
import pytest

import layers
from layers import rnn
from tests.layers.comparison import Caller, fill

MASK = np.array([[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 1]], bool)
PAIRS = {"LSTM": (layers.LSTM, keras.layers.LSTM), "GRU": (layers.GRU, keras.layers.GRU)}
every_kind = pytest.mark.parametrize("kind", PAIRS)


def sequences(shape=(3, 4, 5), seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def built(kind, units=2, seed=1, **settings):
    layer = kind(units, **settings)
    layer.build((3, 4, 5))
    fill(layer, seed)
    return layer


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_lstm_is_the_hand_formula():
    """Gate by gate: multiply to forget, sum to remember."""
    layer, x = built(layers.LSTM, return_sequences=True, return_state=True), sequences()
    w, r, b = layer.get_weights()
    h = c = np.zeros((3, 2))
    expected = []
    for t in range(4):
        i, f, g, o = (x[:, t] @ w[:, k : k + 2] + h @ r[:, k : k + 2] + b[k : k + 2] for k in (0, 2, 4, 6))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        expected.append(h)
    outputs, last, memory = (np.asarray(part) for part in layer(x))
    np.testing.assert_allclose(outputs, np.stack(expected, axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(last, h, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(memory, c, rtol=1e-5, atol=1e-6)


def test_the_forget_gate_starts_open():
    layer = layers.LSTM(3)
    layer.build((None, 4, 5))
    np.testing.assert_array_equal(layer.get_weights()[2], [0] * 3 + [1] * 3 + [0] * 6)


def test_lstm_states_equal_keras_in_and_out():
    """From given states, with a mask, backwards: outputs, states and gradients."""
    x, states = sequences(), [sequences((3, 2), seed) for seed in (1, 2)]
    results = []
    for kind in PAIRS["LSTM"]:
        given = [keras.Input((4, 5)), keras.Input((2,)), keras.Input((2,))]
        settings = {"return_sequences": True, "return_state": True, "go_backwards": True}
        outputs, h, c = kind(2, **settings)(given[0], initial_state=given[1:], mask=MASK[:, ::-1])
        whole = keras.ops.concatenate([outputs, h[:, None], c[:, None]], axis=1)
        model = keras.Model(given, whole)
        fill(model)
        results.append(Caller(Separate(model))([x, *states], sequences((3, 6, 2), 5), training=True))
    ours, keras_s = results
    np.testing.assert_allclose(ours.outputs, keras_s.outputs, rtol=1e-5, atol=1e-6)
    pairs = [(ours.input_gradients, keras_s.input_gradients), (ours.weight_gradients, keras_s.weight_gradients)]
    for a, b in (pair for pairing in pairs for pair in zip(*pairing, strict=True)):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


class Separate(keras.layers.Layer):
    """A model whose inputs are arguments of their own."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.built = True

    def call(self, *inputs):
        return self.model(list(inputs))


@every_kind
def test_masked_steps_have_no_effect(kind):
    """Whatever stands there, NaN too; a masked step repeats the output before it, and a row without steps is 0."""
    layer, x = built(PAIRS[kind][0], return_sequences=True), sequences()
    mask = MASK & (np.arange(3) != 2)[:, None]
    outputs = np.asarray(layer(x, mask=mask))
    other = np.where(mask[:, :, None], x, np.nan)
    np.testing.assert_array_equal(np.asarray(layer(other, mask=mask)), outputs)
    np.testing.assert_array_equal(outputs[0, 3], outputs[0, 2])
    np.testing.assert_array_equal(outputs[1, 1], outputs[1, 0])
    assert not outputs[2].any()
    shorter = np.asarray(layer(x[:1, :3]))
    np.testing.assert_allclose(outputs[:1, :3], shorter, rtol=1e-5, atol=1e-6)


@every_kind
def test_a_leading_masked_step_carries_the_given_state(kind):
    layer, x = built(PAIRS[kind][0], return_sequences=True), sequences()
    states = [sequences((3, 2), seed) for seed in range(layer.STATES)]
    mask = np.array([[0, 1, 1, 1]] * 3, bool)
    outputs = np.asarray(layer(x, initial_state=states, mask=mask))
    np.testing.assert_array_equal(outputs[:, 0], states[0])
    np.testing.assert_allclose(outputs[:, 1:], np.asarray(layer(x[:, 1:], initial_state=states)), rtol=1e-5, atol=1e-6)


@every_kind
def test_a_given_state_continues_a_sequence(kind):
    """So that a decoder can go on step by step."""
    layer, x = built(PAIRS[kind][0], return_sequences=True, return_state=True), sequences()
    whole, *last = layer(x)
    first, *states = layer(x[:, :3])
    second, *end = layer(x[:, 3:], initial_state=states)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), np.asarray(whole), rtol=1e-5, atol=1e-6)
    for a, b in zip(end, last, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-6)


@every_kind
def test_the_loop_equals_the_written_out_one(kind, monkeypatch):
    layer, x = built(PAIRS[kind][0], return_sequences=True), sequences()
    results = []
    for steps in (64, 0):
        monkeypatch.setattr(rnn, "WRITTEN_OUT", steps)
        caller = Caller(layer, {"mask": MASK})
        results.append(caller([x], sequences((3, 4, 2), 3), training=True))
    for a, b in zip(results[0].weight_gradients, results[1].weight_gradients, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(results[0].outputs, results[1].outputs, rtol=1e-5, atol=1e-6)


@every_kind
def test_a_long_sequence_trains_lowered_by_xla(kind):
    """The loop, with a mask, gives the gradients that it gives without XLA."""
    x, weights = sequences((3, 12, 5)), []
    for jit_compile in (True, keras.backend.backend() == "jax"):
        inputs = keras.Input((12, 5))
        layer = PAIRS[kind][0](2, return_sequences=True)
        model = keras.Model(inputs, layer(inputs, mask=inputs[:, :, 0] > -0.5))
        fill(model)
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=jit_compile)
        model.train_on_batch(x, np.ones((3, 12, 2), "float32"))
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.whole
def test_a_model_of_any_length_carries_masks_and_states(tmp_path):
    """Encoder and decoder: a mask from the tokens reaches the LSTM also where it is given states; saved and loaded."""
    source, target = (keras.Input((None,), dtype="int32") for _ in range(2))
    embed = layers.Embedding(9, 6, mask_zero=True)
    read = layers.Bidirectional(layers.LSTM(3, return_sequences=True, return_state=True))
    encoded, h, c, *_ = read(embed(source))
    decoded = layers.LSTM(3, return_sequences=True)(embed(target), initial_state=[h, c])
    context = layers.MultiplicativeAttention()(decoded, encoded)
    model = keras.Model([source, target], layers.Dense(9)(keras.ops.concatenate([decoded, context], axis=-1)))
    tokens, words = np.array([[1, 2, 3], [4, 5, 0]]), np.array([[3, 0, 4, 5], [6, 7, 0, 0]])
    outputs = np.asarray(model([tokens, words]))
    padded = np.pad(tokens, [(0, 0), (0, 4)])
    np.testing.assert_allclose(np.asarray(model([padded, words])), outputs, rtol=1e-5, atol=1e-6)
    without = np.delete(words[:1], 1, axis=1)  # the masked step of the first row
    np.testing.assert_allclose(np.asarray(model([tokens[:1], without]))[0, 1:], outputs[0, 2:], rtol=1e-5, atol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(np.asarray(loaded([tokens, words])), outputs)


def test_masks_go_on_in_the_order_of_the_outputs():
    layer = layers.GRU(2, return_sequences=True, return_state=True, go_backwards=True)
    first, *rest = layer.compute_mask(None, keras.ops.convert_to_tensor(MASK))
    np.testing.assert_array_equal(np.asarray(first), MASK[:, ::-1])
    assert rest == [None]
    assert layers.GRU(2).compute_mask(None, MASK) is None


@pytest.mark.parametrize(
    ("states", "message"),
    [([(3, 2)], "must be 2 of shape"), ([(3, 2), (3, 4)], "Received: shapes [(3, 2), (3, 4)]")],
)
def test_other_states_are_refused(states, message):
    with pytest.raises(ValueError) as refusal:
        layers.LSTM(2)(sequences(), initial_state=[np.zeros(shape, "float32") for shape in states])
    assert message in str(refusal.value)


def test_two_axes_and_a_used_layer_are_refused():
    with pytest.raises(ValueError, match="shape \\(batch, time, inputs\\)"):
        layers.GRU(2)(np.zeros((3, 4), "float32"))
    with pytest.raises(ValueError, match="a new LSTM or GRU"):
        layers.Bidirectional(built(layers.LSTM))
