"""Recipes of regression: units, members that share nothing, thinned networks, the double sigmoid."""

import keras
import numpy as np
import pytest

from data.double_sigmoid import DoubleSigmoid
from models.ensemble import Ensemble, bin_edges
from models.linear import Linear
from models.mlp import MLP
from models.regression import monte_carlo, standardized, with_units
from tests.layers.starts import alike

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(size=(200, 5)).astype("float32")
FEATURES[:, 3] = FEATURES[:, 3] > 0
LINEAR = RANDOM.normal(size=(4, 6))


def ensemble(outputs=1, **changes):
    recipe = Ensemble(**{"members": 4, "folds": 2, "hidden": (16, 8), "bins": 6, "embedding": 3, **changes})
    return recipe.build((5,), outputs, FEATURES, LINEAR)


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("network", [lambda k: ensemble(k), lambda k: MLP((8,)).build((5,), k),
                                     lambda k: Linear().build((5,), k)])  # fmt: skip
def test_answers_are_in_the_units_of_the_target(network, outputs):
    model = with_units(network(outputs), mean=100.0, scale=20.0)
    answers, plain = model.predict(FEATURES, verbose=0), standardized(model).predict(FEATURES, verbose=0)
    assert answers.shape == (200, model.output_shape[1], outputs)
    np.testing.assert_allclose(answers[..., 0], 100 + 20 * plain[..., 0], rtol=1e-6, atol=1e-4)
    if outputs == 2:
        start = FEATURES @ LINEAR[:, :-1].T + LINEAR[:, -1] if plain.shape[1] > 1 else 0
        np.testing.assert_allclose(plain[..., 0], np.broadcast_to(start, plain.shape[:2]), atol=1e-5)
        np.testing.assert_allclose(plain[..., 1], 1.001, rtol=1e-6)
        np.testing.assert_allclose(answers[..., 1], 20 * plain[..., 1], rtol=1e-6)


def test_parameters_of_an_ensemble():
    # 4 columns of 6 bins: embedding 4 * (6 + 1) * 12; then per member 17 * 16 + 16, 16 * 8 + 8, 8 + 1; and 5 + 1
    assert ensemble().count_params() == 4 * 7 * 12 + 4 * (17 * 16 + 16 + 16 * 8 + 8 + 8 + 1 + 5 + 1)


def test_an_ensemble_starts_from_ridge_regression():
    np.testing.assert_allclose(
        ensemble().predict(FEATURES, verbose=0)[..., 0], FEATURES @ LINEAR[:, :-1].T + LINEAR[:, -1], atol=1e-5
    )


def test_no_two_members_begin_equal_and_a_seed_gives_the_same_again():
    """With columns of two values only, first weights are all in which members trained on the same rows differ."""
    begun = []
    for _ in range(2):
        keras.utils.set_random_seed(2)
        model = ensemble()
        # (members, inputs, units) of each hidden layer; of the embeddings, whose members lie side by side
        kernels = {f"hidden_{i}": np.array(model.get_layer(f"hidden_{i}").kernel) for i in (1, 2)}
        embedding = np.array(model.get_layer("embedding").kernel)  # (columns, bins, members * numbers)
        kernels["embedding"] = np.moveaxis(embedding.reshape(*embedding.shape[:-1], 4, 3), -2, 0)
        begun.append(kernels)
    for name, kernel in begun[0].items():
        assert len(np.unique(kernel, axis=0)) == 4, name
        np.testing.assert_array_equal(kernel, begun[1][name])
    assert alike(model.trainable_weights[:-2]) == []  # the last two: the linear path, given from outside


def test_members_share_no_weight():
    """No weight that moves the answer of one member moves that of another."""
    model = ensemble(dropout=0.0)
    for weight in model.trainable_weights:  # zeros would hide what a weight before them does
        weight.assign(RANDOM.normal(size=weight.shape))
    before = model.predict(FEATURES, verbose=0)
    for weight in model.trainable_weights:
        values = np.array(weight)
        changed = values.copy()
        if "embedding" in weight.path:  # members lie side by side in the last axis
            changed.reshape(*values.shape[:-1], 4, 3)[..., 1, :] += 0.5
        else:
            changed[1] += 0.5
        weight.assign(changed)
        after = model.predict(FEATURES, verbose=0)
        weight.assign(values)
        assert np.abs(after[:, 1] - before[:, 1]).max() > 1e-3, weight.path
        np.testing.assert_array_equal(after[:, [0, 2, 3]], before[:, [0, 2, 3]], err_msg=weight.path)


def test_bins_hold_equally_many_rows():
    columns, edges = bin_edges(FEATURES, 10)
    assert columns == [0, 1, 2, 4]  # the fourth has two values only
    for column, points in zip(columns, edges, strict=True):
        counts, _ = np.histogram(FEATURES[:, column], points)
        assert counts.min() >= 19 and counts.max() <= 21


def test_columns_of_two_values_need_no_bins():
    model = Ensemble(members=4, folds=2).build((2,), 1, np.tile([[0.0, 1.0], [1.0, 0.0]], (20, 1)), np.zeros((4, 3)))
    assert model.output_shape == (None, 4, 1)


def test_folds_must_leave_two_members_for_every_row():
    for members, folds in ((16, 1), (16, 5), (8, 8), (1, 2)):
        with pytest.raises(ValueError, match=f"Received: folds={folds}, members={members}"):
            Ensemble(members=members, folds=folds)


def test_thinned_networks_are_those_of_dropout():
    """Their mean and spread are those of the trained network with dropout left on, but they never change."""
    keras.utils.set_random_seed(0)
    model = with_units(MLP((64, 32), dropout=0.3).build((5,), 1), mean=10.0, scale=4.0)
    sampled = monte_carlo(model, samples=2000, seed=0)
    answers = sampled.predict(FEATURES[:20], verbose=0)[..., 0]  # (rows, samples)
    repeated = keras.ops.convert_to_tensor(np.repeat(FEATURES[:20], 2000, axis=0))  # each row is thinned on its own
    drawn = np.asarray(model(repeated, training=True))[:, 0, 0].reshape(20, 2000)
    deviations = np.sqrt((answers.var(1) + drawn.var(1)) / 2000)  # of the difference of two means, row by row
    assert (np.abs(answers.mean(1) - drawn.mean(1)) / deviations).max() < 5
    np.testing.assert_allclose(answers.std(1), drawn.std(1), rtol=0.1)
    np.testing.assert_allclose(sampled.predict(FEATURES[:1], verbose=0)[0, :, 0], answers[0], rtol=1e-5)


def test_thinned_networks_keep_batch_norm_and_deviations():
    model = with_units(MLP((16,), dropout=0.2, batch_norm=True).build((5,), 2), mean=0.0, scale=1.0)
    sampled = monte_carlo(model, samples=7, seed=0)
    assert sampled.output_shape == (None, 7, 2)
    for layer in sampled.layers:
        if layer.name.startswith("dropout"):
            layer.set_weights([np.ones_like(layer.get_weights()[0])])
    expected = np.repeat(model.predict(FEATURES, verbose=0), 7, axis=1)
    np.testing.assert_allclose(sampled.predict(FEATURES, verbose=0), expected, rtol=1e-6, atol=1e-6)


def test_a_network_without_dropout_cannot_be_thinned():
    with pytest.raises(ValueError, match="`--mc-dropout` needs a network with dropout.*Received: linear"):
        monte_carlo(with_units(Linear().build((5,), 1), 0.0, 1.0), 5, 0)


def test_two_sigmoid_units_equal_the_double_sigmoid():
    """S16: on substituting the weights the output is the target."""
    curve = DoubleSigmoid()
    model = MLP((2,), activation="sigmoid", dropout=0.0).build((1,), 1)
    model.set_weights([weights.astype("float32") for weights in curve.weights()])
    x = np.linspace(-4, 8, 2001, dtype="float32")[:, None]
    difference = np.abs(model.predict(x, verbose=0)[:, 0] - curve(x[:, 0]))
    assert difference.max() < 1e-6
