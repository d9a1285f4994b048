"""Order, cache, shuffle, batch, prefetch: what the one pipeline promises."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from data import pipeline
from data.images.augmentation import Augmentation
from data.images.images import ImagePrepare
from data.pipeline import batches
from data.splits import Split
from data.tables.column_kinds import ColumnKind
from data.tables.table_features import TablePrepare

ROWS = 53


def numbered():
    """A table whose only input is the number of the row; the label is the same number."""
    values = np.arange(ROWS)
    split = Split({"row": values.astype(np.float32)}, values.astype(np.int32), values.astype(str).astype(object))
    return split, TablePrepare.fit(split.inputs, {"row": ColumnKind("number", "plain")})


def pictures(kind="array", rows=20):
    """Images of 6x5 pixels as arrays or as PNG bytes."""
    pixels = np.random.default_rng(1).integers(0, 256, (rows, 6, 5, 1), dtype=np.uint8)
    values = pixels
    if kind == "bytes":
        values = np.array([tf.io.encode_png(image).numpy() for image in pixels], dtype=object)
    split = Split({"image": values}, np.arange(rows, dtype=np.int32), np.arange(rows).astype(str).astype(object))
    return split, ImagePrepare((6, 5), 1).standardized_by(pixels), pixels


def labels(dataset):
    return [y.numpy().tolist() for _, y in dataset]


def test_evaluation_is_in_order_and_keeps_every_row():
    split, prepare = numbered()
    seen = labels(batches(split, prepare, 8))
    assert sum(seen, []) == list(range(ROWS))
    assert [len(batch) for batch in seen] == [8] * 6 + [5]


def test_labels_stay_with_their_inputs():
    split, prepare = numbered()
    for x, y in batches(split, prepare, 8, seed=3, epochs=2):
        expected = (y.numpy() - np.arange(ROWS).mean()) / np.arange(ROWS).std()
        np.testing.assert_allclose(x.numpy()[:, 0], expected, atol=1e-5)


def test_an_epoch_holds_a_row_at_most_once_and_drops_the_rest():
    split, prepare = numbered()
    seen = labels(batches(split, prepare, 8, seed=0, epochs=3))
    epochs = [sum(seen[start : start + 6], []) for start in (0, 6, 12)]
    assert len(seen) == 18
    for epoch in epochs:
        assert len(set(epoch)) == len(epoch) == 48
    assert epochs[0] != epochs[1] != epochs[2]
    assert len({frozenset(epoch) for epoch in epochs}) > 1  # another rest is dropped each epoch


def test_the_order_depends_on_seed_and_epoch_alone():
    split, prepare = numbered()
    whole = labels(batches(split, prepare, 8, seed=4, epochs=5))
    assert whole == labels(batches(split, prepare, 8, seed=4, epochs=5))
    assert whole[18:] == labels(batches(split, prepare, 8, seed=4, first_epoch=3, epochs=5))
    assert whole != labels(batches(split, prepare, 8, seed=5, epochs=5))


def test_orders_of_neighbouring_epochs_and_seeds_do_not_correlate():
    rows = 60_000
    orders = [
        tf.random.experimental.stateless_shuffle(tf.range(rows), pipeline._seed(seed, 0, epoch)).numpy()
        for seed in (0, 1)
        for epoch in range(4)
    ]
    for first in range(len(orders)):
        for second in range(first):
            assert abs(np.corrcoef(orders[first], orders[second])[0, 1]) * rows**0.5 < 4.5


def test_resuming_repeats_the_augmented_images_of_an_uninterrupted_run():
    split, prepare, _ = pictures()
    vary = Augmentation(shift=0.3, rotation=20.0, flip=True, light=0.2)
    whole = [x.numpy() for x, _ in batches(split, prepare, 6, seed=1, epochs=3, augment=vary)]
    resumed = [x.numpy() for x, _ in batches(split, prepare, 6, seed=1, first_epoch=2, epochs=3, augment=vary)]
    np.testing.assert_array_equal(whole[6:], resumed)
    assert not np.array_equal(np.sort(whole[0].ravel()), np.sort(whole[3].ravel()))


def test_training_shapes_are_static_and_types_as_promised():
    split, prepare, _ = pictures()
    train, test = batches(split, prepare, 6, seed=0), batches(split, prepare, 6)
    assert train.element_spec == (tf.TensorSpec((6, 6, 5, 1), tf.float32), tf.TensorSpec((6,), tf.int32))
    assert test.element_spec == (tf.TensorSpec((None, 6, 5, 1), tf.float32), tf.TensorSpec((None,), tf.int32))


def test_a_batch_larger_than_the_split_is_cut_to_it():
    split, prepare = numbered()
    assert [len(batch) for batch in labels(batches(split, prepare, 500, seed=0, epochs=2))] == [ROWS, ROWS]


def test_fewer_steps_per_epoch_take_the_first_batches_of_each_order():
    split, prepare = numbered()
    whole = labels(batches(split, prepare, 8, seed=2, epochs=2))
    assert labels(batches(split, prepare, 8, seed=2, epochs=2, steps_per_epoch=2)) == whole[:2] + whole[6:8]


def test_the_autotuner_is_off():
    split, prepare = numbered()
    for dataset in (batches(split, prepare, 8), batches(split, prepare, 8, seed=0)):
        assert dataset.options().autotune.enabled is False


@pytest.mark.parametrize("seed", [None, 7])
def test_images_that_do_not_fit_in_memory_come_in_the_same_batches(seed, monkeypatch):
    split, prepare, pixels = pictures("bytes")
    vary = Augmentation(shift=0.3) if seed else None
    kept = [(x.numpy(), y.numpy()) for x, y in batches(split, prepare, 6, seed=seed, epochs=2, augment=vary)]
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 0)
    lazy = batches(split, prepare, 6, seed=seed, epochs=2, augment=vary)
    assert (lazy.element_spec[0].shape[0] is None) == (seed is None)
    for (x, y), (other_x, other_y) in zip(kept, lazy, strict=True):
        np.testing.assert_array_equal(x, other_x)
        np.testing.assert_array_equal(y, other_y)


@pytest.mark.parametrize("seed", [None, 7])
def test_tables_that_do_not_fit_in_memory_come_in_the_same_batches(seed, monkeypatch):
    words = np.array([f"word{row % 5} and word{row % 3}" for row in range(ROWS)], dtype=object)
    split = Split({"text": words}, np.arange(ROWS, dtype=np.int32), words)
    prepare = TablePrepare.fit(split.inputs, {"text": ColumnKind("text")})
    kept = [x.numpy() for x, _ in batches(split, prepare, 8, seed=seed)]
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 0)
    for x, other in zip(kept, batches(split, prepare, 8, seed=seed), strict=True):
        np.testing.assert_allclose(x, other[0], atol=1e-7)


def test_a_split_is_prepared_once(monkeypatch):
    split, prepare, _ = pictures("bytes")
    calls = []
    fixed = ImagePrepare.fixed
    monkeypatch.setattr(ImagePrepare, "fixed", lambda self, *args: calls.append(1) or fixed(self, *args))
    for _ in range(3):
        list(batches(split, prepare, 6))
    assert len(calls) == 1
    assert split.take(np.arange(3)).fixed == {}  # a part of a split must not inherit what was kept
    one, other = (pipeline.fixed_part(split, prepare) for _ in range(2))
    assert np.shares_memory(one, other)
    assert one.dtype == np.uint8


def test_large_images_are_evaluated_in_smaller_batches(monkeypatch):
    split, prepare, _ = pictures("bytes")
    whole = np.concatenate([x.numpy() for x, _ in batches(split, prepare, 100)])
    monkeypatch.setattr(pipeline, "MOST_VALUES", 3 * int(np.prod(prepare.input_shape)))
    parts = [x.numpy() for x, _ in batches(split, prepare, 100)]
    assert {len(part) for part in parts[:-1]} == {3}
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(("limit", "times"), [(pipeline.CACHE_LIMIT, 1), (0, 3)])
def test_evaluation_batches_are_kept_where_they_are_small(limit, times, monkeypatch):
    split, prepare, _ = pictures()
    finished = []
    finish = ImagePrepare.finish

    def counted(self, x):
        tf.py_function(lambda: finished.append(1), [], [])
        return finish(self, x)

    monkeypatch.setattr(ImagePrepare, "finish", counted)
    monkeypatch.setattr(pipeline, "CACHE_LIMIT", limit)
    dataset = batches(split, prepare, 6)
    passes = [[(x.numpy(), y.numpy()) for x, y in dataset] for _ in range(3)]
    assert len(finished) == times * len(passes[0])
    for later in passes[1:]:
        for (x, y), (first_x, first_y) in zip(later, passes[0], strict=True):
            np.testing.assert_array_equal(x, first_x)
            np.testing.assert_array_equal(y, first_y)


def test_wrong_arguments_are_refused_with_the_value():
    split, prepare = numbered()
    with pytest.raises(ValueError, match="batch_size=0"):
        batches(split, prepare, 0)
    with pytest.raises(ValueError, match="at least one record"):
        batches(split.take([]), prepare, 8)
    with pytest.raises(ValueError, match="needs a `seed`"):
        batches(split, prepare, 8, augment=Augmentation(shift=0.1))


class Counted(keras.layers.Layer):
    """Counts how often it is written into a graph."""

    times = 0

    def build(self, input_shape):
        self.factor = self.add_weight(shape=input_shape[1:], initializer=keras.initializers.Constant(2))

    def call(self, x):
        Counted.times += 1
        return self.factor * x


def test_a_model_compiled_for_several_updates_a_call_answers_batch_by_batch():
    split, prepare = numbered()
    inputs = keras.Input(prepare.input_shape)
    model = keras.Model(inputs, Counted()(inputs))
    model.compile(loss="mse", steps_per_execution=8)
    Counted.times = 0
    found = pipeline.outputs(model, split, prepare, 5)
    np.testing.assert_allclose(found, 2 * prepare.fixed(split.inputs), rtol=1e-6)
    assert Counted.times <= 3  # once for the model, and once or twice for the shape of the last batch
    assert model.steps_per_execution == 8 and model.predict_function is None
    written = Counted.times
    model.set_weights([np.full(prepare.input_shape, 3, np.float32)])
    np.testing.assert_allclose(pipeline.outputs(model, split, prepare, 5), 3 * prepare.fixed(split.inputs), rtol=1e-6)
    assert Counted.times == written  # with the weights of the moment
