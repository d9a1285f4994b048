"""The classic networks: sizes, refusals, first weights, streams, windows, receptive fields, auxiliary heads."""

from dataclasses import replace
from unittest import mock

import keras
import numpy as np
import pytest

from cli.arguments import parse
from models.alexnet import AlexNet
from models.auxiliary_heads import WithAuxiliaryHeads, cut
from models.enet import ENet
from models.googlenet import GoogLeNet
from models.overfeat import OverFeat
from models.shufflenet import ShuffleNet
from models.vgg import VGG
from tasks.classify.config import Config
from tests.layers.comparison import fill
from tests.models.abstract import abstract_weights
from training.losses import CrossEntropy
from training.trainer import Trainer

SMALLEST = [
    (AlexNet(), 67),
    (OverFeat(), 71),
    (OverFeat("accurate"), 77),
    (VGG(11), 32),
    (GoogLeNet(), 79),
    (GoogLeNet(heads=False), 47),
    (ShuffleNet(1), 32),
    (ShuffleNet(), 32),
    (ENet(), 16),
]
on_tensorflow = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="gradients of TensorFlow")


def pictures(number, side, seed=0):
    return np.random.default_rng(seed).uniform(0, 1, (number, side, side, 3)).astype("float32")


@pytest.mark.parametrize(("recipe", "smallest"), SMALLEST, ids=str)
def test_the_smallest_picture_is_named_and_fits(recipe, smallest):
    with abstract_weights():
        assert recipe.build((smallest, smallest + 8, 1), 5).output_shape == (None, 5)
        with pytest.raises(ValueError, match=rf"at least {smallest} pixels.*Received: 200x{smallest - 1}"):
            recipe.build((200, smallest - 1, 3), 5)


@pytest.mark.parametrize("recipe", [AlexNet(), OverFeat(), VGG(), GoogLeNet(), ShuffleNet(), ENet()], ids=str)
def test_a_table_is_refused(recipe):
    with pytest.raises(
        ValueError, match=r"needs images \(height, width, channels\).*Received: records of shape \(4,\)"
    ):
        recipe.build((4,), 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VGG(weights="imagenet"), "ImageNet weights of VGG are in no package .* Received: weights=imagenet"),
        (lambda: VGG(width=0.0), "`width` must be positive. Received: width=0.0"),
        (lambda: VGG(12), "`depth` must be one of 11, 13, 16, 19. Received: depth=12"),
        (lambda: AlexNet(3), "`streams` must be one of 1, 2. Received: streams=3"),
        (lambda: ShuffleNet(groups=3), "`groups` belongs to `--version 1`; version 2 has none. Received: groups=3"),
        (lambda: ENet().build((36, 48, 3), 2), "8 must divide their sides.*Received: 36x48"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("recipe", [one for one, _ in SMALLEST], ids=str)
def test_the_papers_training_is_a_preset_that_flags_override(recipe):
    paper = replace(recipe, recipe="paper").paper_training()
    trainer = paper.applied(Trainer(seed=3, batch_size=7))
    assert (trainer.seed, trainer.batch_size) == (3, 7)
    assert trainer.learning_rate == recipe.PAPER.settings["learning_rate"]
    assert f"learning_rate {trainer.learning_rate}, " in paper.told(trainer) + ", "
    assert recipe.paper_training() is None


def test_what_is_named_is_kept_where_it_is_the_default_too():
    named = ["--optimizer", "adam", "--decay", "0.9", "--momentum", "0.9", "--l2", "0"]
    config = parse(Config, ["alexnet", "--recipe", "paper", *named])
    paper = config.model.paper_training()
    trainer = paper.applied(config.trainer)
    assert (trainer.optimizer, trainer.decay, trainer.momentum, paper.l2) == ("adam", 0.9, 0.9, 0.0)
    usual = replace(config.model, l2=None).paper_training()
    assert usual.l2 == AlexNet.PAPER.l2 and usual.applied(Trainer()).optimizer == "momentum"


@pytest.mark.whole
def test_the_papers_first_weights():
    model = AlexNet(width=0.1, recipe="paper").build((67, 67, 3), 5)
    for name, bias in (("conv1", 0), ("conv2", 1), ("conv3", 0), ("conv5", 1), ("fc6", 1)):
        layer = model.get_layer(name)
        np.testing.assert_array_equal(layer.bias, bias)
        assert np.std(layer.kernel) == pytest.approx(0.01, rel=0.1)
    assert float(sum(model.losses)) == pytest.approx(
        2.5e-4 * sum(float(np.sum(np.square(w))) for w in model.trainable_weights if w.name == "kernel"), rel=1e-4
    )


@on_tensorflow
def test_two_streams_are_two_networks_until_the_third_convolution():
    import tensorflow as tf

    model = AlexNet(width=0.25).build((67, 67, 3), 5)
    fill(model)
    features = keras.Model(model.input, [model.get_layer("conv1").output, model.get_layer("pool2").output])
    x = tf.constant(pictures(2, 67))
    first, second = (np.asarray(one) for one in features(x))
    # Each half of the channels by itself, from the halves of the kernels.
    for half in (0, 1):
        stream = AlexNet(1, width=0.125).build((67, 67, 3), 5)
        for name in ("conv1", "conv2"):
            kernel, bias = model.get_layer(name).get_weights()
            some = slice(half * len(bias) // 2, (half + 1) * len(bias) // 2)
            stream.get_layer(name).set_weights([kernel[..., some], bias[some]])
        alone = np.asarray(keras.Model(stream.input, stream.get_layer("pool2").output)(x))
        size = alone.shape[-1]
        np.testing.assert_allclose(second[..., half * size : (half + 1) * size], alone, rtol=1e-5, atol=1e-5)
    later = keras.Model(model.get_layer("conv1_relu").input, model.get_layer("pool2").output)
    with tf.GradientTape() as tape:
        given = tf.constant(first)
        tape.watch(given)
        total = tf.reduce_sum(later(given)[..., : second.shape[-1] // 2])
    gradient = np.asarray(tape.gradient(total, given))
    middle = first.shape[-1] // 2
    assert gradient[..., :middle].any()
    assert not gradient[..., middle:].any()


@pytest.mark.whole
@pytest.mark.parametrize(("kind", "window", "stride"), [("fast", 231, 32), ("accurate", 221, 36)])
def test_a_larger_picture_gives_the_scores_of_its_windows(kind, window, stride):
    """The 3x3 convolutions pad, and a window's edge has zeros where the picture goes on; so their outer ring is 0."""
    side = window + stride
    recipe = OverFeat(kind, width=0.02)
    large, small = recipe.build((side, side, 3), 4), recipe.build((window, window, 3), 4)
    for layer in large.layers:
        if layer.weights:
            kernel, bias = (0.2 * np.random.default_rng(1).standard_normal(w.shape) for w in layer.weights)
            if getattr(layer, "padding", "") == "same":
                kernel = kernel * np.pad([[1.0]], 1)[:, :, None, None]
            layer.set_weights([kernel, bias])
    small.set_weights(large.get_weights())
    x = pictures(1, side)
    scores = keras.Model(large.input, large.get_layer("scores").output)
    dense, logits = np.asarray(scores(x)), np.asarray(large(x))
    assert dense.shape == (1, 2, 2, 4)
    for i, j in np.ndindex(2, 2):
        part = x[:, i * stride : i * stride + window, j * stride : j * stride + window]
        np.testing.assert_allclose(dense[:, i, j], np.asarray(small(part)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(logits, dense.mean((1, 2)), rtol=1e-4, atol=1e-5)


@on_tensorflow
@pytest.mark.parametrize(
    ("recipe", "side", "cell", "field", "stride"),
    [(AlexNet(width=0.02), 291, 3, 195, 32), (VGG(16, width=0.02), 320, 4, 212, 32)],
    ids=["alexnet", "vgg16"],
)
def test_receptive_field_and_stride_by_gradient(recipe, side, cell, field, stride):
    """With positive weights, and means for maxima: a maximum passes its gradient to one pixel alone."""
    import tensorflow as tf

    model = recipe.build((side, side, 3), 2)
    for weight in model.weights:
        weight.assign(np.full(weight.shape, 0.1))
    pool5 = keras.Model(model.input, model.get_layer("pool5").output)
    starts = []
    with mock.patch.object(keras.ops, "max_pool", keras.ops.average_pool):
        for at in (cell, cell + 1):
            x = tf.ones((1, side, side, 3))
            with tf.GradientTape() as tape:
                tape.watch(x)
                total = tf.reduce_sum(pool5(x)[:, at, cell])
            touched = np.flatnonzero(np.asarray(tape.gradient(total, x)).any((0, 2, 3)))
            starts.append(touched[0])
            if at == cell:
                assert touched[-1] - touched[0] + 1 == field
    assert starts[1] - starts[0] == stride


@pytest.fixture
def with_heads():
    keras.utils.set_random_seed(0)
    model = GoogLeNet(width=0.05).build((79, 79, 3), 5)
    model.compile(keras.optimizers.SGD(0.0), CrossEntropy(), metrics=["accuracy"])
    return model


@pytest.mark.whole
def test_the_heads_count_three_tenths_in_training_and_nothing_afterwards(with_heads):
    model, x, y = with_heads, pictures(8, 79), np.arange(8) % 5
    for layer in model.layers:
        if hasattr(layer, "rate"):
            layer.rate = 0.0  # no dropout, so that both passes are the same
    tails = [model.get_layer(name).output for name in ("logits", "head1_logits", "head2_logits")]
    logits = [np.asarray(one, np.float64) for one in keras.Model(model.input, tails)(x)]
    main, *heads = (-np.mean((one - np.log(np.exp(one).sum(1, keepdims=True)))[np.arange(8), y]) for one in logits)
    loss, _ = model.train_on_batch(x, y)
    assert float(loss) == pytest.approx(main + 0.3 * sum(heads), rel=1e-4)
    assert float(model.test_on_batch(x, y)[0]) == pytest.approx(main, rel=1e-4)


@pytest.mark.whole
def test_cut_off_the_heads_leave_the_same_answers(with_heads, tmp_path):
    alone = cut(with_heads)
    assert not isinstance(alone, WithAuxiliaryHeads)
    assert cut(alone) is alone
    assert not any("head" in weight.path for weight in alone.weights)
    assert with_heads.training_only == {weight.path for weight in with_heads.weights if "head" in weight.path}
    x = pictures(2, 79)
    np.testing.assert_array_equal(np.asarray(alone(x)), np.asarray(with_heads(x)))
    alone.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        np.asarray(keras.models.load_model(tmp_path / "model.keras")(x)), np.asarray(alone(x))
    )


@pytest.mark.whole
def test_the_decoder_of_enet_gives_a_class_to_each_pixel():
    inputs, blocks = keras.Input((32, 48, 3)), ENet(width=0.25).blocks()
    model = keras.Model(inputs, blocks.decoder(*blocks.encoder(inputs), 7))
    x = np.zeros((1, 32, 48, 3), "float32")
    assert np.asarray(model(x)).shape == (1, 32, 48, 7)
