"""Networks that read text: shapes, files, and the same answer whatever a text is filled up to."""

import keras
import numpy as np
import pytest

from cli.errors import UserError
from models.bag import Bag
from models.text_cnn import TextCNN
from models.text_inputs import TextShape
from models.text_recurrent import TextRecurrent
from models.text_transformer import TextTransformer

RECIPES = {
    "bag": Bag(),
    "bag, deep": Bag(hidden=(5,), units=4),
    "textcnn": TextCNN(units=8, filters=3, widths=(2, 3)),
    "textcnn, hidden": TextCNN(units=8, filters=3, widths=(4,), hidden=(6,)),
    "recurrent": TextRecurrent(units=8, recurrent_units=4),
    "recurrent, lstm": TextRecurrent(units=8, recurrent_units=4, cell="lstm", num_layers=2),
    "transformer": TextTransformer(units=8, num_layers=1, num_heads=2, feed_forward_units=8),
}
every_recipe = pytest.mark.parametrize("name", RECIPES)


def inputs(recipe, features, length=7, rows=5):
    random = np.random.default_rng(0)
    lengths = random.integers(1, length + 1, rows)
    inside = np.arange(length) < lengths[:, None]
    found = {"ids": np.where(inside, random.integers(1, 20, (rows, length)), 0).astype(np.int32)}
    if isinstance(recipe, Bag):
        found["weights"] = np.where(inside, random.random((rows, length)), 0).astype(np.float32)
    if features:
        found["features"] = random.normal(size=(rows, features)).astype(np.float32)
    return found


@pytest.mark.whole
@every_recipe
@pytest.mark.parametrize("features", [0, 3])
def test_logits_are_the_same_after_a_file_and_however_far_texts_are_filled_up(name, features, tmp_path):
    keras.utils.set_random_seed(0)
    recipe = RECIPES[name]
    model = recipe.build(TextShape(20, features), 4)
    for weight in model.weights:  # also what begins as zero
        weight.assign(np.random.default_rng(len(weight.shape)).normal(size=weight.shape) * 0.3)
    x = inputs(recipe, features)
    logits = np.asarray(model(x, training=False))
    assert logits.shape == (5, 4) and logits.dtype == np.float32
    longer = x | {key: np.pad(x[key], ((0, 0), (0, 9))) for key in x if key != "features"}
    np.testing.assert_allclose(np.asarray(model(longer, training=False)), logits, rtol=1e-6, atol=2e-6)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(np.asarray(again(x, training=False)), logits)


def test_parameters_by_hand():
    assert Bag().build(TextShape(20), 4).count_params() == 20 * 4 + 4
    cnn = TextCNN(units=8, filters=3, widths=(2, 3)).build(TextShape(20), 4)
    assert cnn.count_params() == 20 * 8 + (2 * 8 + 1) * 3 + (3 * 8 + 1) * 3 + (6 + 1) * 4


def test_a_bag_is_a_linear_layer_on_tf_idf():
    model = Bag(dropout=0).build(TextShape(20, 0), 4)
    x = inputs(Bag(), 0)
    kernel, bias = np.random.default_rng(1).normal(size=(20, 4)), np.arange(4.0)
    model.set_weights([kernel, bias])
    rows = np.zeros((5, 20))
    np.add.at(rows, (np.arange(5)[:, None], x["ids"]), x["weights"])
    np.testing.assert_allclose(np.asarray(model(x)), rows @ kernel + bias, atol=1e-5)


@pytest.mark.parametrize(
    ("recipe", "settings", "message"),
    [
        (Bag, {"words": 0}, "`words` must be from 1 to 5. Received: words=0"),
        (Bag, {"characters": (5, 2)}, "or 0 0 for none. Received: characters=(5, 2)"),
        (Bag, {"hidden": (0,)}, "`hidden` must be one or more positive sizes. Received: hidden=(0,)"),
        (Bag, {"naive_bayes": -1.0}, "`naive_bayes` must be"),
        (TextCNN, {"widths": ()}, "`widths` must be one or more positive sizes. Received: widths=()"),
        (TextRecurrent, {"cell": "rnn"}, "`cell` must be one of gru, lstm. Received: cell=rnn"),
        (TextTransformer, {"units": 30}, "`units` must be a multiple of `num_heads`. Received: units=30, num_heads=4"),
        (TextTransformer, {"longest": 0}, "`longest` must be at least 1. Received: longest=0"),
    ],
    ids=str,
)
def test_refusals(recipe, settings, message):
    with pytest.raises(UserError) as refusal:
        recipe(**settings)
    assert message in str(refusal.value)
