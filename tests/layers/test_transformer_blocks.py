"""Transformer blocks beyond their rows: decoding step by step, beams, exports, masked places, dropout."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

import layers
from layers import key_value_cache
from tests.layers.comparison import fill

RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.standard_normal((3, 5, 8)).astype("float32")
SOURCE = RANDOM.standard_normal((3, 6, 4)).astype("float32")
SOURCE_MASK = np.arange(6) < np.array([[6], [2], [4]])
LENGTH = 7  # of the cache: more than there are steps

every_form = pytest.mark.parametrize(
    "settings", [{"norm": "pre", "rotary": True}, {"norm": "post"}], ids=["pre, rotary", "post"]
)


def decoder(**settings):
    block = layers.TransformerDecoderBlock(**{"num_heads": 2, "feed_forward_units": 16, **settings})
    block.build(INPUTS.shape, SOURCE.shape)
    fill(block)
    return block


def decode(block, inputs, source, source_mask):
    """Steps through `inputs` in a loop that is a single operation of the graph."""
    projected = block.project_source(source)

    def step(position, cache, outputs):
        visible = key_value_cache.visible(position, LENGTH)
        here = ops.take(inputs, position[None], axis=1)
        change, cache, _ = block.step(here, cache, position, visible, projected, source_mask)
        written = ops.equal(ops.arange(inputs.shape[1]), position)[:, None]
        return position + 1, cache, ops.where(written, change, outputs)

    start = (ops.array(0, "int32"), block.empty_cache(ops.shape(inputs)[0], LENGTH), ops.zeros_like(inputs))
    return ops.while_loop(lambda position, *_: position < inputs.shape[1], step, start)[2]


def compiled(function):
    if keras.backend.backend() == "jax":
        import jax

        return [jax.jit(function)]
    import tensorflow as tf

    return [tf.function(function), tf.function(function, jit_compile=True)]


@pytest.mark.whole
@every_form
def test_steps_in_a_compiled_loop_equal_the_whole_pass(settings):
    block = decoder(**settings)
    whole = np.asarray(block(INPUTS, SOURCE, source_mask=SOURCE_MASK))
    for function in compiled(lambda *tensors: decode(block, *tensors)):
        stepped = function(*(ops.convert_to_tensor(x) for x in (INPUTS, SOURCE, SOURCE_MASK)))
        np.testing.assert_allclose(np.asarray(stepped), whole, rtol=1e-6, atol=2e-6)


@pytest.mark.whole
@every_form
def test_beams_with_ancestors_equal_the_history_of_each(settings):
    """Beams replace each other at random; each must give what its own history gives in one pass."""
    if keras.backend.backend() == "jax" and not settings.get("rotary"):
        pytest.skip("takes long to compile; tests/models/test_decoding.py searches this form on JAX, too")
    block = decoder(**settings)
    beams, steps = 3, 5
    random = np.random.default_rng(1)
    projected = block.project_source(ops.array(SOURCE))
    cache = block.empty_cache(3, LENGTH, beams)
    ancestors = np.zeros((3, beams, LENGTH), "int32")
    history = np.zeros((3, beams, steps, 8), "float32")
    for position in range(steps):
        parents = random.integers(0, beams, (3, beams))
        ancestors = np.take_along_axis(ancestors, parents[..., None], axis=1)
        ancestors[..., position] = np.arange(beams)
        inputs = random.standard_normal((3, beams, 8)).astype("float32")
        history = np.take_along_axis(history, parents[..., None, None], axis=1)
        history[:, :, position] = inputs
        visible = key_value_cache.visible(position, LENGTH, beams, ops.array(ancestors))
        outputs, cache, weights = block.step(inputs, cache, position, visible, projected, SOURCE_MASK)
        source, mask = (np.repeat(x, beams, axis=0) for x in (SOURCE, SOURCE_MASK))
        whole, crossed = block(history.reshape(-1, steps, 8), source, source_mask=mask, return_weights=True)
        expected = np.asarray(whole)[:, position].reshape(3, beams, 8)
        np.testing.assert_allclose(np.asarray(outputs), expected, rtol=1e-6, atol=2e-6)
        expected = np.asarray(crossed)[:, :, position].reshape(3, beams, 2, 6).swapaxes(1, 2)
        np.testing.assert_allclose(np.asarray(weights), expected, rtol=1e-6, atol=2e-6)


@pytest.mark.whole
def test_beams_without_ancestors_keep_to_themselves():
    block = decoder()
    projected, cache, outputs = block.project_source(ops.array(SOURCE)), block.empty_cache(3, LENGTH, 2), []
    for position in range(5):
        inputs = np.stack([INPUTS[:, position], -INPUTS[:, position]], axis=1)
        visible = key_value_cache.visible(position, LENGTH, 2)
        result, cache, _ = block.step(inputs, cache, position, visible, projected)
        outputs.append(np.asarray(result))
    for beam, sign in enumerate((1, -1)):
        whole = np.asarray(block(sign * INPUTS, SOURCE))
        np.testing.assert_allclose(np.stack(outputs, axis=1)[:, :, beam], whole, rtol=1e-6, atol=2e-6)


def test_half_precision_decodes_as_the_whole_pass():
    block = decoder(dtype="mixed_bfloat16")
    whole = np.asarray(ops.cast(block(INPUTS, SOURCE, source_mask=SOURCE_MASK), "float32"))
    stepped = decode(block, ops.cast(INPUTS, "bfloat16"), ops.array(SOURCE), SOURCE_MASK)
    assert np.abs(np.asarray(ops.cast(stepped, "float32")) - whole).max() < 0.03 * np.abs(whole).max()


LOAD = """
import sys
import numpy as np
import tensorflow as tf
data = np.load(sys.argv[1] + "/data.npz")
loaded = tf.saved_model.load(sys.argv[1] + "/saved")
found = loaded.decode(*(tf.constant(data[name]) for name in ("inputs", "source", "mask")))
print(np.abs(found.numpy() - data["expected"]).max(), "layers" in sys.modules)
"""


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a SavedModel is written under TensorFlow")
def test_a_saved_model_decodes_in_a_process_without_the_suite(tmp_path):
    import tensorflow as tf

    block = decoder(rotary=True)
    archive = keras.export.ExportArchive()
    archive.track(block)
    shapes = [(None, 5, 8), (None, 6, 4)]
    signature = [*(tf.TensorSpec(shape, "float32") for shape in shapes), tf.TensorSpec((None, 6), "bool")]
    archive.add_endpoint("decode", lambda *tensors: decode(block, *tensors), signature)
    archive.write_out(tmp_path / "saved", verbose=False)
    expected = np.asarray(block(INPUTS, SOURCE, source_mask=SOURCE_MASK))
    np.savez(tmp_path / "data.npz", inputs=INPUTS, source=SOURCE, mask=SOURCE_MASK, expected=expected)
    command = [sys.executable, "-c", LOAD, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert result.returncode == 0, result.stderr[-2000:]
    error, imported = result.stdout.split()
    assert float(error) < 2e-6
    assert imported == "False"


@every_form
def test_what_stands_at_masked_places_has_no_influence(settings):
    mask = np.arange(5) < np.array([[5], [2], [3]])
    other = np.where(mask[..., None], INPUTS, np.float32(50))
    other_source = np.where(SOURCE_MASK[..., None], SOURCE, np.float32(50))
    encoder = layers.TransformerEncoderBlock(2, 16, **settings)
    before, after = (np.asarray(encoder(x, mask=mask))[mask] for x in (INPUTS, other))
    np.testing.assert_allclose(before, after, rtol=1e-6, atol=1e-6)
    block = decoder(**settings)
    arguments = {"inputs_mask": mask, "source_mask": SOURCE_MASK}
    before = np.asarray(block(INPUTS, SOURCE, **arguments))[mask]
    after = np.asarray(block(other, other_source, **arguments))[mask]
    np.testing.assert_allclose(before, after, rtol=1e-6, atol=1e-6)


def test_the_decoder_does_not_see_what_is_to_come():
    block = decoder()
    other = INPUTS.copy()
    other[:, 3:] = 7
    before, after = (np.asarray(block(x, SOURCE))[:, :3] for x in (INPUTS, other))
    np.testing.assert_allclose(before, after, rtol=1e-6, atol=1e-6)


def test_masks_of_the_wrong_length_are_refused():
    block = decoder()
    of_inputs, of_source = np.ones((3, 5), bool), SOURCE_MASK
    for arguments in ({"inputs_mask": of_source}, {"source_mask": of_inputs}):
        with pytest.raises(ValueError, match="The mask must have the shape"):
            block(INPUTS, SOURCE, **arguments)
    with pytest.raises(ValueError, match="The mask must have the shape"):
        layers.TransformerEncoderBlock(2, 16)(INPUTS, mask=of_source)


def test_features_that_the_heads_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="multiple of `num_heads`. Received: size=8, num_heads=3"):
        layers.TransformerEncoderBlock(3, 16)(INPUTS)


def test_masks_that_keras_keeps_are_used():
    masking = keras.layers.Masking()
    inputs = np.where((np.arange(5) < 3)[:, None], INPUTS, np.float32(0))
    source = np.where(SOURCE_MASK[..., None], SOURCE, np.float32(0))
    block = decoder()
    outputs = block(masking(inputs), masking(source))
    expected = block(inputs, source, inputs_mask=np.tile(np.arange(5) < 3, (3, 1)), source_mask=SOURCE_MASK)
    np.testing.assert_array_equal(np.asarray(outputs), np.asarray(expected))
    assert np.asarray(outputs._keras_mask)[0].tolist() == [True, True, True, False, False]


@pytest.mark.parametrize("rate", ["dropout", "attention_dropout", "hidden_dropout"])
def test_each_rate_drops_in_training_only(rate):
    settings = {"dropout": 0.0, rate: 0.5}
    block = decoder(**settings, seed=3)
    first, second = (np.asarray(block(INPUTS, SOURCE, training=True)) for _ in range(2))
    inferred, exact = (np.asarray(each(INPUTS, SOURCE)) for each in (block, decoder(dropout=0.0)))
    assert np.abs(first - second).max() > 0.1
    np.testing.assert_array_equal(inferred, exact)
    np.testing.assert_array_equal(np.asarray(decoder(**settings, seed=3)(INPUTS, SOURCE, training=True)), first)


def test_parts_of_a_block_with_a_seed_draw_apart():
    block = decoder(seed=5)
    drops = [layer for layer in block._flatten_layers() if isinstance(layer, layers.Dropout)]
    assert len({drop.seed for drop in drops}) == len(drops) == 6
