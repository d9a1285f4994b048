"""Batches of translation: every pair once an epoch, static shapes, orders that depend on the seed and the epoch."""

import itertools

import numpy as np
import pytest

from data.text import pair_batches

PADDING, START, END = 0, 2, 3


def pairs(count, longest=30, seed=0):
    """Random ids; the first of each source is unique, so that a pair can be told again."""
    random = np.random.default_rng(seed)

    def draw(first):
        return np.array([first, *random.integers(4, 100, random.integers(0, longest))], np.int32)

    return [draw(1000 + row) for row in range(count)], [draw(2000 + row) for row in range(count)]


def read_back(batches):
    """Pairs of a list of batches, `(source, target)` tuples of ids, in order; checks what every row must be."""
    found = []
    for inputs, labels in batches:
        for source, target, label in zip(inputs["source"], inputs["target"], labels, strict=True):
            ids = source[source != PADDING]
            assert ids[-1] == END
            assert (source[: len(ids)] != PADDING).all()
            assert target[0] == START
            if not label.any():
                continue  # fills up
            answer = label[label != PADDING]
            assert answer[-1] == END
            np.testing.assert_array_equal(target[1 : len(answer)], answer[:-1])  # the token before is what is seen
            assert not target[len(answer) :].any()
            found.append((tuple(ids[:-1].tolist()), tuple(answer[:-1].tolist())))
    return found


def as_tuples(sources, targets):
    return [(tuple(s.tolist()), tuple(t.tolist())) for s, t in zip(sources, targets, strict=True)]


@pytest.mark.parametrize("count", [1, 7, 500])
@pytest.mark.parametrize("buckets", [1, 4])
def test_every_pair_comes_once_an_epoch_with_its_own_translation(count, buckets):
    sources, targets = pairs(count)
    made = pair_batches.make(sources, targets, tokens=300, buckets=buckets)
    for dataset in (made.dataset(), made.dataset(seed=3, first_epoch=2, epochs=3)):
        found = read_back(list(dataset.as_numpy_iterator()))
        assert sorted(found) == sorted(as_tuples(sources, targets))


def test_shapes_are_those_of_the_buckets_and_steps_are_equal_in_all_epochs():
    made = pair_batches.make(*pairs(500), tokens=300, buckets=4)
    assert len(made.buckets) == 4
    allowed = {((b.size, b.source_length), (b.size, b.target_length)) for b in made.buckets}
    batches = list(made.dataset(seed=0, epochs=3).as_numpy_iterator())
    assert len(batches) == 3 * made.steps_per_epoch
    assert {(inputs["source"].shape, labels.shape) for inputs, labels in batches} == allowed
    assert all(inputs["target"].shape == labels.shape for inputs, labels in batches)
    assert all(inputs["source"].dtype == labels.dtype == np.int32 for inputs, labels in batches)


def test_a_batch_holds_no_more_tokens_than_asked():
    made = pair_batches.make(*pairs(500), tokens=300, buckets=4)
    for bucket in made.buckets:
        assert bucket.size * max(bucket.source_length, bucket.target_length) <= 300
        assert (bucket.size + 8) * max(bucket.source_length, bucket.target_length) > 300
    assert {bucket.size for bucket in pair_batches.make(*pairs(9), tokens=1).buckets} == {1}


def test_the_order_of_an_epoch_depends_on_seed_and_epoch_alone():
    made = pair_batches.make(*pairs(300), tokens=300)

    def read(seed, first, last):
        return read_back(list(made.dataset(seed, first_epoch=first, epochs=last).as_numpy_iterator()))

    whole = read(5, 0, 3)
    assert read(5, 1, 3) == whole[300:]
    again = pair_batches.make(*pairs(300), tokens=300)
    assert read_back(list(again.dataset(5, first_epoch=2, epochs=3).as_numpy_iterator())) == whole[600:]
    assert whole[:300] != whole[300:600]
    assert read(6, 0, 1) != whole[:300]


def test_batches_of_an_epoch_do_not_come_sorted_by_length():
    made = pair_batches.make(*pairs(500), tokens=300)
    lengths = [inputs["source"].shape[1] for inputs, _ in made.dataset(0).as_numpy_iterator()]
    assert lengths != sorted(lengths)


def test_what_is_longer_than_the_model_allows_is_counted_and_reported():
    sources, targets = pairs(200)
    made = pair_batches.make(sources, targets, tokens=300, longest_source=20, longest_target=15)
    fits = [len(s) + 1 <= 20 and len(t) + 1 <= 15 for s, t in zip(sources, targets, strict=True)]
    assert made.too_long.tolist() == [row for row, short in enumerate(fits) if not short]
    assert len(made) == sum(fits)
    kept = [pair for pair, short in zip(as_tuples(sources, targets), fits, strict=True) if short]
    assert sorted(read_back(list(made.dataset(0).as_numpy_iterator()))) == sorted(kept)
    assert f"{200 - sum(fits)} of 200 pairs are longer" in " ".join(made.notes())


def test_buckets_have_the_least_padding_of_all():
    lengths = np.random.default_rng(1).integers(1, 12, 60)
    values = np.unique(lengths)

    def padded(bounds):
        return sum(min(bound for bound in bounds if bound >= length) for length in lengths)

    best = min(padded((*bounds, values[-1])) for bounds in itertools.combinations(values[:-1], 2))
    assert padded(pair_batches.least_padding(lengths, 3)) == best
    assert pair_batches.least_padding(lengths, 99).tolist() == values.tolist()


def test_padding_is_the_share_of_zeros():
    made = pair_batches.make(*pairs(501), tokens=300)
    batches = list(made.dataset(0).as_numpy_iterator())
    ids = sum(inputs["source"].size + labels.size for inputs, labels in batches)
    used = sum(
        np.count_nonzero(inputs["source"][labels.any(1)]) + np.count_nonzero(labels) for inputs, labels in batches
    )
    assert made.padding == pytest.approx(1 - used / ids)
    assert f"{made.padding:.0%} padding" in made.notes()[0]


def test_an_empty_sentence_is_start_and_end():
    made = pair_batches.make([np.zeros(0, np.int32)], [np.zeros(0, np.int32)], tokens=8)
    ((inputs, labels),) = made.dataset().as_numpy_iterator()
    assert inputs["source"][0].tolist() == [END]
    assert inputs["target"][0].tolist() == [START]
    assert labels[0].tolist() == [END]


def test_impossible_arguments_are_refused():
    with pytest.raises(ValueError, match="equally many. Received: 3 and 2"):
        pair_batches.make(pairs(3)[0], pairs(2)[1])
    with pytest.raises(ValueError, match="must be positive. Received: tokens=0, buckets=4"):
        pair_batches.make(*pairs(3), tokens=0)
    with pytest.raises(ValueError, match="longest_source=1"):
        pair_batches.make(*pairs(3), longest_source=1)


def drawn_longer(sources, targets):
    """A function that draws: the seed and up to 2 tokens more in each sentence."""

    def draw(rows, seed):
        random = np.random.default_rng(seed)

        def more(ids):
            return np.append(ids, random.integers(100, 200, random.integers(0, 3))).astype(np.int32)

        return [more(sources[row]) for row in rows], [more(targets[row]) for row in rows]

    return draw


def test_drawn_ids_are_anew_in_each_epoch_and_fit_their_shapes():
    sources, targets = pairs(300)
    made = pair_batches.make(sources, targets, tokens=300, buckets=4, draw=drawn_longer(sources, targets))
    allowed = {((b.size, b.source_length), (b.size, b.target_length)) for b in made.buckets}
    epochs = []
    for epoch in range(2):
        batches = list(made.dataset(seed=1, first_epoch=epoch, epochs=epoch + 1).as_numpy_iterator())
        assert {(inputs["source"].shape, labels.shape) for inputs, labels in batches} <= allowed
        epochs.append(sorted(read_back(batches)))
    plain = sorted(as_tuples(sources, targets))
    for found in epochs:
        assert [(s[0], t[0]) for s, t in found] == [(s[0], t[0]) for s, t in plain]  # every pair once
        sides = [side for both in zip(found, plain, strict=True) for side in zip(*both, strict=True)]
        assert all(drawn[: len(own)] == own for drawn, own in sides)
        assert 0.5 < np.mean([drawn != own for drawn, own in sides]) < 1
    assert epochs[0] != epochs[1]
    assert sorted(read_back(list(made.dataset().as_numpy_iterator()))) == plain  # validation draws nothing


def test_an_epoch_draws_the_same_whether_it_comes_first_or_second():
    sources, targets = pairs(60)
    made = pair_batches.make(sources, targets, tokens=300, draw=drawn_longer(sources, targets))
    whole = read_back(list(made.dataset(seed=1, epochs=2).as_numpy_iterator()))
    assert whole[60:] == read_back(list(made.dataset(seed=1, first_epoch=1, epochs=2).as_numpy_iterator()))


def test_ids_that_are_longer_than_the_model_allows_are_not_drawn():
    sources, targets = pairs(60, longest=19)
    made = pair_batches.make(
        sources, targets, tokens=300, longest_source=20, longest_target=20, draw=drawn_longer(sources, targets)
    )
    assert not len(made.too_long)
    assert max(bucket.source_length for bucket in made.buckets) <= 20
