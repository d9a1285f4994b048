"""The network of all that explains: its parts, what they share, what is frozen, and answers in one graph."""

import keras
import numpy as np
import pytest

from models.decoding import Tokens
from models.explainer import SEES, Explainer
from models.explaining import Explaining, whole
from models.loading import load

TOKENS = Tokens(2, 3, (0, 1, 2))
RECIPE = Explainer(units=6, embedding_units=5, class_units=3, feature_units=7, dropout=0.2)
SHAPE, CLASSES, PHRASES, VOCABULARY, LENGTH = (16, 16, 3), 4, 5, 11, 6
FEATURE = 7 + PHRASES


def built(sees=("picture", "class"), seed=0):
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    classifier = RECIPE.classifier(SHAPE, CLASSES, PHRASES, seed)
    generator = RECIPE.build(FEATURE, VOCABULARY, sees)
    for weight in (*generator.weights, *classifier.weights):
        if "kernel" in weight.path or "embeddings" in weight.path:  # first draws are too small to tell anything apart
            weight.assign(np.asarray(weight) + random.normal(size=weight.shape) * 0.7)
    vectors, typical = random.normal(size=(CLASSES, 3)), random.normal(size=(CLASSES, FEATURE))
    reader = RECIPE.sentence_classifier(VOCABULARY, CLASSES)
    return whole(classifier, vectors.astype("float32"), typical.astype("float32"), generator, reader), generator


@pytest.fixture(scope="module")
def model():
    return built()[0]


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).normal(size=(5, *SHAPE)).astype("float32")


def explained(parts, images, foils, beams=2):
    found = parts.explain(images, np.array(foils, np.int32), TOKENS, beams=beams, length_penalty=1.0, length=LENGTH)
    return {name: keras.ops.convert_to_numpy(value) for name, value in found.items()}


def test_the_whole_gives_class_next_word_and_what_words_tell(model, images):
    target = np.array([[2, 4, 5, 0]] * 5, np.int32)
    found = model({"image": images, "target": target}, training=False)
    assert {name: tuple(value.shape) for name, value in found.items()} == {
        "class": (5, CLASSES), "next": (5, 4, VOCABULARY), "told": (5, CLASSES)
    }  # fmt: skip
    parts = Explaining.of(model)
    feature, logits = parts.classifier(images, training=False)
    np.testing.assert_allclose(np.asarray(found["class"]), np.asarray(logits), rtol=1e-5)
    own = np.asarray(logits).argmax(1)
    vectors = parts.classes.get_weights()[0][own, :3]
    given = {"features": np.concatenate([np.asarray(feature), vectors], 1), "target": target}
    np.testing.assert_allclose(np.asarray(found["next"]), np.asarray(parts.generator(given, training=False)), rtol=1e-4)


def test_it_loads_as_it_was_saved(model, images, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = Explaining.of(load(tmp_path / "model.keras"))
    one, other = (explained(parts, images, [-1] * 5) for parts in (Explaining.of(model), loaded))
    for name, value in one.items():
        np.testing.assert_allclose(other[name], value, rtol=1e-5, err_msg=name)


def test_the_next_most_probable_class_is_the_foil_unless_one_is_asked(model, images):
    parts = Explaining.of(model)
    found = explained(parts, images, [-1] * 5)
    order = np.argsort(-np.asarray(parts.classifier(images, training=False)[1]), axis=1)
    np.testing.assert_array_equal(found["own"], order[:, 0])
    np.testing.assert_array_equal(found["foil"], order[:, 1])
    np.testing.assert_array_equal(explained(parts, images, [0, 1, 2, 3, 0])["foil"], [0, 1, 2, 3, 0])


def test_the_counter_sentence_is_the_one_of_the_beam_that_tells_the_foil_best(model, images):
    parts = Explaining.of(model)
    found = explained(parts, images, [1] * 5, beams=3)
    rows = parts.classes.get_weights()[0][[1] * 5]
    given = np.concatenate([rows[:, 3:], rows[:, :3]], axis=1)
    tokens, _, _ = parts.writer.search(given, TOKENS, beams=3, length_penalty=1.0, length=LENGTH)
    tokens = np.asarray(tokens)
    told = np.array([np.asarray(parts.told(beams, TOKENS)) for beams in tokens])
    margin = told[:, :, 1] - told[np.arange(5), :, found["own"]]
    np.testing.assert_array_equal(found["counter"], tokens[np.arange(5), margin.argmax(1)])


@pytest.mark.parametrize("variant", SEES)
def test_a_variant_looks_at_nothing_else(variant):
    generator = built(SEES[variant])[1]
    target, random = np.array([[2, 4, 5]], np.int32), np.random.default_rng(2)
    features = random.normal(size=(1, FEATURE + 3)).astype("float32")

    def logits(values):
        return np.asarray(generator({"features": values, "target": target}, training=False))

    for part, columns in (("picture", slice(0, FEATURE)), ("class", slice(FEATURE, FEATURE + 3))):
        changed = features.copy()
        changed[:, columns] += 1
        assert np.allclose(logits(features), logits(changed)) == (part not in SEES[variant])


def test_only_the_sketch_of_the_classifier_does_not_learn():
    classifier = RECIPE.classifier(SHAPE, CLASSES, PHRASES)
    fixed = {weight.path.rpartition("/")[2] for weight in classifier.non_trainable_weights}
    assert {"buckets", "signs"} <= fixed
    average = Explainer(pooling="average").classifier(SHAPE, CLASSES, PHRASES)
    assert not {"buckets", "signs"} & {weight.path.rpartition("/")[2] for weight in average.weights}


def test_padding_tells_the_sentence_classifier_nothing():
    reader = RECIPE.sentence_classifier(VOCABULARY, CLASSES)
    short, long = np.array([[2, 4, 5]], np.int32), np.array([[2, 4, 5, 0, 0, 0]], np.int32)
    one, other = (np.asarray(reader({"target": tokens}, training=False)) for tokens in (short, long))
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
