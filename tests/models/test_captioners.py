"""Networks for captioning: sizes by hand, files, decoding step by step, the grid, a backbone before them, refusals."""

import keras
import numpy as np
import pytest
from keras import ops

from models import image_encoder
from models.captioner import Captioner, with_backbone
from models.decoding import Tokens
from models.loading import load
from models.sequence_ensemble import together
from models.show_attend_tell import ShowAttendTell
from models.show_tell import ShowTell
from models.transformer_captioner import TransformerCaptioner

TOKENS = Tokens(start=2, end=3, never=(0, 1, 2))
VOCABULARY, LENGTH = 11, 6
GRID = (2, 3, 5)
RECIPES = {
    "show and tell": ShowTell(6, 4, dropout=0.2),
    "show, attend and tell": ShowAttendTell(6, 4, positions=True),
    "show, attend and tell, lstm": ShowAttendTell(6, 4, cell="lstm", attention="multiplicative"),
    "transformer": TransformerCaptioner(8, 1, 2, 2, 12),
    "transformer, bare": TransformerCaptioner(8, 0, 1, 2, 12, positions=False),
}
TARGETS = np.array([[2, 5, 4, 7, 3, 6], [2, 8, 9, 0, 0, 0], [2, 10, 6, 4, 5, 0]], "int32")


def images(seed=0, shape=GRID):
    return np.random.default_rng(seed).standard_normal((len(TARGETS), *shape)).astype("float32")


@pytest.fixture(scope="module", params=[*RECIPES, "two members"])
def network(request):
    """A network with random weights, large enough that captions differ."""
    if request.param == "two members":
        return together([drawn(RECIPES["show, attend and tell"], seed) for seed in (1, 2)])
    return drawn(RECIPES[request.param])


def drawn(recipe, seed=1):
    model = recipe.build("features", GRID, VOCABULARY)
    random = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        scale = 1.5 / weight.shape[0] ** 0.5 if len(weight.shape) > 1 else 0.2
        weight.assign(weight + scale * random.standard_normal(weight.shape))
    return model


def logits_of(model, features, targets):
    return np.asarray(model({"features": ops.array(features), "target": ops.array(targets)}))


def test_sizes_are_those_counted_by_hand():
    units, embedding, inputs, vocabulary, regions = 6, 4, 5, 11, 6
    projection = (inputs + 1) * units
    lower = 3 * units * (embedding + units) + 6 * units
    upper = 3 * units * (units + units + units) + 6 * units
    attention = units * units + units * units + units
    starts = 2 * (units + 1) * units
    readout = (units + units + embedding + 1) * embedding
    decoder = lower + upper + attention + starts + readout
    attend = ShowAttendTell(units, embedding).build("features", GRID, vocabulary)
    assert attend.count_params() == vocabulary * embedding + projection + decoder
    placed = ShowAttendTell(units, embedding, positions=True).build("features", GRID, vocabulary)
    assert placed.count_params() == attend.count_params() + regions * units
    whole = ShowTell(units, embedding, cell="gru").build("features", GRID, vocabulary)
    assert whole.count_params() == attend.count_params()


def test_the_stem_makes_one_region_of_eight_pixels_a_side():
    model = ShowAttendTell(6, 4).build("image", (32, 48, 3), VOCABULARY)
    parts = Captioner.of(model)
    assert parts.grid == (4, 6) and parts.encoder.output_shape == (None, 24, 6)
    assert parts.encoder.input.shape == (None, 32, 48, 3)


@pytest.mark.whole
def test_a_file_holds_the_network(network, tmp_path):
    before = logits_of(network, images(), TARGETS)
    assert before.shape == (*TARGETS.shape, VOCABULARY) and before.dtype == np.float32
    network.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(logits_of(load(tmp_path / "model.keras"), images(), TARGETS), before)


def test_step_by_step_equals_the_whole_pass(network):
    parts = Captioner.of(network)
    whole = logits_of(network, images(), TARGETS)
    memory, state = parts.decoder.start(parts.encoder(ops.array(images())), None, 1, LENGTH)
    parents, ancestors = ops.zeros((3, 1), "int32"), ops.zeros((3, 1, LENGTH), "int32")
    for position in range(3):
        vectors = parts.embedding(ops.array(TARGETS[:, position : position + 1]))
        features, state = parts.decoder.step(vectors, memory, state, position, parents, ancestors)
        logits = np.asarray(parts.embedding(features, transposed=True))[:, 0]
        np.testing.assert_allclose(logits, whole[:, position], rtol=1e-4, atol=1e-5)


def test_each_caption_is_of_its_own_image(network):
    logits = logits_of(network, images(), TARGETS)
    np.testing.assert_allclose(logits_of(network, images()[::-1], TARGETS[::-1])[::-1], logits, rtol=1e-4, atol=1e-5)
    other = logits_of(network, np.roll(images(), 1, axis=0), TARGETS)
    assert np.abs(other - logits).max(axis=(1, 2)).min() > 1e-3


@pytest.mark.whole
def test_greedy_search_is_what_the_whole_pass_says(network):
    parts = Captioner.of(network)
    settings = {"beams": 1, "length_penalty": 1.0, "length": LENGTH}
    texts, scores, complete = (np.asarray(one) for one in parts.search(ops.array(images()), TOKENS, **settings))
    assert texts.shape == (3, 1, LENGTH)
    for row in range(3):
        written = [2]
        total = 0.0
        while len(written) <= LENGTH and written[-1] != 3:
            logits = logits_of(network, images()[row : row + 1], np.array([written], "int32"))[0, -1].astype("float64")
            likely = logits - np.log(np.exp(logits).sum())
            allowed = np.where(np.isin(np.arange(VOCABULARY), TOKENS.never), -np.inf, likely)
            written.append(int(allowed.argmax()))
            total += likely[written[-1]]
        found = texts[row, 0]
        assert found[found != 0].tolist() == written[1:]
        assert complete[row, 0] == (written[-1] == 3)
        np.testing.assert_allclose(scores[row, 0], total / (len(written) - 1), rtol=1e-4)


def test_attention_is_a_share_of_each_region(network):
    parts = Captioner.of(network)
    weights = np.asarray(parts.attention(ops.array(images()), ops.array(TARGETS)))
    regions = parts.grid[0] * parts.grid[1]
    assert weights.shape == (3, LENGTH, regions) and regions == (1 if network.name == "show_tell" else 6)
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-5)


def test_members_look_where_they_look_alone_on_average():
    members = [drawn(RECIPES["show, attend and tell"], seed) for seed in (1, 2)]
    given = ops.array(images()), ops.array(TARGETS)
    said = TARGETS != 0  # after its end no text looks anywhere
    alone = [np.asarray(Captioner.of(one).attention(*given))[said] for one in members]
    assert np.abs(alone[0] - alone[1]).max() > 0.01
    found = np.asarray(Captioner.of(together(members)).attention(*given))[said]
    np.testing.assert_allclose(found, np.mean(alone, axis=0), rtol=1e-5)


def test_regions_are_in_the_order_of_the_image():
    """A bright place of the grid is bright at the same row and column of the regions."""
    model = ShowAttendTell(6, 4, attention="multiplicative").build("features", GRID, VOCABULARY)
    parts = Captioner.of(model)
    features = np.zeros((1, *GRID), "float32")
    features[0, 1, 2] = 3.0
    encoded = np.array(parts.encoder(ops.array(features)))[0].reshape(*parts.grid, -1)
    assert np.abs(encoded[1, 2]).max() > 0
    encoded[1, 2] = 0
    assert np.abs(encoded).max() == 0


@pytest.mark.whole
def test_a_backbone_before_the_captioner(tmp_path):
    encoder = image_encoder.backbone("mobilenet_v2", "none", (32, 32, 3))
    model = ShowAttendTell(6, 4).build("features", encoder.output_shape[1:], VOCABULARY)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype("float32")
    expected = logits_of(model, np.asarray(encoder(ops.array(pixels))), TARGETS)
    whole = with_backbone(encoder, model)
    whole.save(tmp_path / "model.keras")
    loaded = load(tmp_path / "model.keras")
    inputs = {"image": ops.array(pixels), "target": ops.array(TARGETS)}
    np.testing.assert_allclose(np.asarray(loaded(inputs)), expected, rtol=1e-5, atol=1e-6)
    parts = Captioner.of(loaded)
    assert parts.grid == (1, 1) and parts.name == "show_attend_tell"
    assert parts.encoder(inputs["image"]).shape == (3, 1, 6)


@pytest.mark.whole
def test_one_step_moves_every_weight_that_can_matter():
    """All but those of an attention that has one region to look at."""
    for name, recipe in RECIPES.items():
        keras.utils.set_random_seed(0)
        model = recipe.build("features", GRID, VOCABULARY)
        before = [np.asarray(weight) for weight in model.trainable_weights]
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
        model.compile(keras.optimizers.SGD(0.5), loss, jit_compile=False, run_eagerly=True)
        labels = np.array([[5, 4, 7, 3, 6, 3], [8, 9, 3, 0, 0, 0], [10, 6, 4, 5, 3, 0]])
        model.fit({"features": images(), "target": TARGETS}, labels, batch_size=3, verbose=0)
        still = [
            weight.path
            for weight, old in zip(model.trainable_weights, before, strict=True)
            if np.array_equal(np.asarray(weight), old)
        ]
        allowed = "attention" if name == "show and tell" else "key/bias"  # softmax does not see a shift of all keys
        assert all(allowed in path or "score" in path for path in still), (name, still)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ShowTell(units=0), "`units` must be positive. Received: units=0"),
        (lambda: ShowAttendTell(embedding_units=0), "`embedding_units` must be positive. Received: embedding_units=0"),
        (lambda: ShowAttendTell(dropout=1.0), "`dropout` must be in [0, 1). Received: dropout=1.0"),
        (lambda: TransformerCaptioner(units=10), "multiple of `num_heads`. Received: units=10, num_heads=4"),
        (lambda: TransformerCaptioner(encoder_layers=-1), "`encoder_layers` must be 0 or more"),
        (lambda: ShowTell().build("image", (8, 8, 1), 9), "Received: image of shape (8, 8, 1)"),
        (lambda: ShowTell().build("features", (49, 8), 9), "Received: features of shape (49, 8)"),
        (lambda: image_encoder.ImageEncoder(fine_tune_epochs=-1), "`fine_tune_epochs` must be 0 or more"),
        (lambda: image_encoder.ImageEncoder("stem", fine_tune_epochs=1), "is for a backbone"),
        (lambda: image_encoder.backbone("mobilenet_v2", "weights.h5", (32, 32, 3)), "which is no file"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError) as refusal:
        make()
    assert message in str(refusal.value)
