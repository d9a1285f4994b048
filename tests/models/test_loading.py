import keras
import numpy as np
import pytest

from layers import BatchNorm, Dense
from models.convnet import ConvNet
from models.loading import LoadingError, copy_matching_weights, in_float32, load
from models.mlp import MLP


def randomized(model, seed=0):
    random = np.random.default_rng(seed)
    model.set_weights([random.uniform(0.1, 1, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def test_a_saved_model_comes_back(tmp_path):
    model = randomized(MLP((8,), batch_norm=True).build((5,), 3))
    model.save(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    back = load(tmp_path / "model.keras")
    np.testing.assert_array_equal(back(x), model(x))
    assert not back.compiled
    assert isinstance(back.get_layer("hidden_1"), Dense)


def test_code_in_a_file_does_not_run(tmp_path):
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs)).save(tmp_path / "model.keras")
    with pytest.raises(LoadingError, match="model.keras: does not load"):
        load(tmp_path / "model.keras")


def test_missing_and_broken_files(tmp_path):
    with pytest.raises(LoadingError, match="model.keras: no such file"):
        load(tmp_path / "model.keras")
    (tmp_path / "model.keras").write_bytes(b"PK nothing")
    with pytest.raises(LoadingError, match="model.keras: not a .keras file"):
        load(tmp_path / "model.keras")


@pytest.mark.whole
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "bfloat16"])
def test_half_precision_becomes_float32(policy):
    keras.config.set_dtype_policy(policy)
    try:
        half = randomized(ConvNet().build((8, 8, 1), 3), seed=1)
    finally:
        keras.config.set_dtype_policy("float32")
    whole = in_float32(half)
    assert {layer.compute_dtype for layer in whole.layers} == {"float32"}
    assert {w.dtype for w in whole.trainable_weights} == {"float32"}
    reference = ConvNet().build((8, 8, 1), 3)
    reference.set_weights([np.asarray(w).astype("float32") for w in half.get_weights()])
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 1)).astype("float32")
    np.testing.assert_allclose(whole(x), reference(x), rtol=1e-6)


def test_float32_is_left_alone():
    model = MLP((4,)).build((2,), 2)
    assert in_float32(model) is model


def test_warm_start_takes_all_but_the_head():
    source = randomized(MLP((8,), batch_norm=True).build((5,), 3), seed=0)
    target = randomized(MLP((8,), batch_norm=True).build((5,), 7), seed=1)
    head = target.get_layer("logits").get_weights()
    copied, skipped = copy_matching_weights(source, target)
    assert skipped == ["logits/kernel", "logits/bias"]
    assert len(copied) == 5  # kernel, gamma, beta, moving mean, moving variance
    for name in ("hidden_1", "batch_norm_1"):
        for theirs, ours in zip(
            source.get_layer(name).get_weights(), target.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
    for before, after in zip(head, target.get_layer("logits").get_weights(), strict=True):
        np.testing.assert_array_equal(after, before)
    assert isinstance(target.get_layer("batch_norm_1"), BatchNorm)


def test_warm_start_from_a_stranger_is_refused():
    with pytest.raises(ValueError, match="share no weights"):
        copy_matching_weights(ConvNet().build((8, 8, 1), 3), MLP((8,)).build((5,), 2))
