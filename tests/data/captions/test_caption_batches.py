"""Batches of captioning: every caption where it belongs, orders that depend on (seed, epoch) alone, static shapes."""

import numpy as np
import pytest

from data.captions import caption_batches
from data.captions.caption_pairs import Captions
from data.text.subwords import END, PADDING, START, learn


def example(count=53, captions=(1, 4)):
    """Images that hold their own number, and captions (image, caption, length times something): unlike each other."""
    random = np.random.default_rng(0)
    images = np.arange(count, dtype=np.float16)[:, None, None] * np.ones((1, 2, 3), np.float16)
    ids = []
    for image in range(count):
        ids.append([
            np.array([4 + image, 4 + number, *[9] * random.integers(0, 12)], np.int32)
            for number in range(random.integers(captions[0], captions[1] + 1))
        ])  # fmt: skip
    return images, ids


def shown(batches):
    """The (image, caption) of every row that counts, after checking that the row is whole."""
    found = []
    for inputs, labels in batches:
        for pixels, target, answer in zip(inputs["image"], inputs["target"], labels, strict=True):
            if answer.any():
                length = int(np.count_nonzero(answer))
                assert target[0] == START
                assert answer[length - 1] == END
                np.testing.assert_array_equal(target[1:length], answer[: length - 1])
                assert not answer[length:].any() and not target[length:].any()
                assert (pixels == answer[0] - 4).all()
                found.append((int(answer[0] - 4), int(answer[1] - 4)))
    return found


def test_validation_shows_every_caption_once_in_order():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8)
    batches = list(made.dataset().as_numpy_iterator())
    everything = [(image, number) for image, captions in enumerate(ids) for number in range(len(captions))]
    assert sorted(shown(batches)) == everything
    lengths = [labels.shape[1] for _, labels in batches]
    assert lengths == sorted(lengths)
    assert set(lengths) <= set(made.lengths)
    assert len(batches) == -(-len(everything) // 8)


def test_an_epoch_shows_each_image_once_and_all_its_captions_in_turn():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8)
    seen = set()
    for epoch in range(12):  # 1, 2, 3 and 4 captions all come round three times or more
        rows = shown(made.arrays(*batch) for batch in made.epoch(0, epoch))
        assert sorted(image for image, _ in rows) == list(range(len(images)))
        assert len(made.epoch(0, epoch)) == made.steps_per_epoch
        seen.update(rows)
        if epoch == 3:
            assert seen == {(image, number) for image, captions in enumerate(ids) for number in range(len(captions))}


def test_every_caption_is_in_every_epoch_where_asked_for():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8, every=True)
    rows = shown(made.dataset(5, epochs=1).as_numpy_iterator())
    assert sorted(rows) == [(image, number) for image, captions in enumerate(ids) for number in range(len(captions))]
    assert made.steps_per_epoch == -(-len(rows) // 8)


def test_order_is_a_function_of_seed_and_epoch():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8)
    whole = list(made.dataset(7, epochs=4).as_numpy_iterator())
    resumed = list(made.dataset(7, first_epoch=2, epochs=4).as_numpy_iterator())
    assert len(whole) == 4 * made.steps_per_epoch
    for (one, labels), (two, others) in zip(whole[2 * made.steps_per_epoch :], resumed, strict=True):
        np.testing.assert_array_equal(one["image"], two["image"])
        np.testing.assert_array_equal(one["target"], two["target"])
        np.testing.assert_array_equal(labels, others)
    orders = [
        shown(made.arrays(*batch) for batch in made.epoch(seed, epoch)) for seed, epoch in ((7, 0), (7, 1), (8, 0))
    ]
    assert orders[0] != orders[1] and orders[0] != orders[2]
    assert shown(whole[: made.steps_per_epoch]) == orders[0]


def test_images_are_shuffled_anew_in_every_epoch_and_for_every_seed():
    """One bucket and every caption, so that nothing but the shuffling can differ."""
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8, buckets=1, every=True)
    orders = [np.concatenate([rows for _, rows in made.epoch(*which)]) for which in ((7, 0), (7, 1), (8, 0), (7, 0))]
    assert (orders[0] != orders[1]).mean() > 0.9
    assert (orders[0] != orders[2]).mean() > 0.9
    np.testing.assert_array_equal(orders[0], orders[3])


def test_shapes_are_static_and_few():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8, buckets=2, name="features")
    spec, labels = made.dataset(0).element_spec
    assert spec["features"].shape == (8, 2, 3)
    assert spec["features"].dtype.name == "float16"
    assert spec["target"].shape[0] == labels.shape[0] == 8
    shapes = {labels.shape for _, labels in made.dataset(0, epochs=3)}
    assert shapes == {(8, length) for length in made.lengths}
    assert len(made.lengths) == 2
    assert made.lengths[-1] == max(len(caption) for captions in ids for caption in captions) + 1


def test_captions_that_are_too_long_are_left_out_and_said():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8, longest=6)
    short = {(i, n) for i, captions in enumerate(ids) for n, caption in enumerate(captions) if len(caption) < 6}
    seen = set()
    for epoch in range(12):
        rows = shown(made.arrays(*batch) for batch in made.epoch(0, epoch))
        assert {image for image, _ in rows} == {image for image, _ in short}
        assert len(made.epoch(0, epoch)) == made.steps_per_epoch
        seen.update(rows)
    assert seen == short
    total = sum(map(len, ids))
    assert made.num_too_long == total - len(short)
    assert f"Left out: {total - len(short)} of {total} captions" in made.notes()[1]


def test_padding_is_the_share_of_zeros():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8)
    zeros = [np.count_nonzero(labels == PADDING) for _, labels in made.dataset().as_numpy_iterator()]
    sizes = [labels.size for _, labels in made.dataset().as_numpy_iterator()]
    assert made.padding == pytest.approx(sum(zeros) / sum(sizes))
    assert f"{made.padding:.0%} padding" in made.notes()[0]


def test_images_are_finished_in_the_pipeline():
    images, ids = example()
    made = caption_batches.make(images.astype(np.uint8), ids, batch_size=8)
    (inputs, _), *_ = made.dataset(0, finish=lambda pixels: pixels / 2).as_numpy_iterator()
    assert inputs["image"].max() > 1
    np.testing.assert_array_equal(inputs["image"] * 2, np.round(inputs["image"] * 2))


def test_small_sets_make_one_batch():
    images, ids = example(3)
    made = caption_batches.make(images, ids, batch_size=64, every=True)
    assert made.size == 3
    assert len(shown(made.dataset(0).as_numpy_iterator())) == sum(map(len, ids))


@pytest.mark.whole
def test_captions_are_cut_into_subwords():
    texts = (("a red dog", "a dog"), ("two red cats",))
    captions = Captions(np.zeros((2, 4, 4, 3), np.uint8), texts, np.array(["a", "b"], object))
    subwords = learn(captions.all_captions() * 5, size=40)
    ids = caption_batches.encode(captions, subwords)
    assert [len(image) for image in ids] == [2, 1]
    assert [subwords.decode(image) for image in ids] == [list(image) for image in texts]


def test_impossible_arguments_are_refused():
    images, ids = example(4)
    with pytest.raises(ValueError, match="equally many. Received: 3 and 4"):
        caption_batches.make(images[:3], ids)
    with pytest.raises(ValueError, match="must be positive. Received: batch_size=0, buckets=3"):
        caption_batches.make(images, ids, batch_size=0)
    with pytest.raises(ValueError, match="longest=1. Allow more tokens"):
        caption_batches.make(images, ids, longest=1)
    with pytest.raises(ValueError, match="equally long. Received: 2, 1 and 2"):
        Captions(np.zeros((2, 4, 4, 3), np.uint8), (("a",),), np.array(["a", "b"], object))


@pytest.mark.whole
def test_half_of_the_images_are_mirrored_each_time_others():
    images, ids = example()
    made = caption_batches.make(images, ids, batch_size=8, mirrored=images + 1000)

    def mirrored(epoch, first_step=0):
        """Image to whether it was mirrored, for the images of an epoch from a step on."""
        found = {}
        epochs = {"first_epoch": epoch, "first_step": first_step, "epochs": epoch + 1}
        for inputs, labels in made.dataset(7, **epochs).as_numpy_iterator():
            for pixels, answer in zip(inputs["image"], labels, strict=True):
                if answer.any():
                    image = answer[0] - 4
                    assert (pixels == pixels[0, 0]).all() and pixels[0, 0] in (image, image + 1000)
                    found[image] = bool(pixels[0, 0] >= 1000)
        return found

    epochs = [mirrored(epoch) for epoch in range(12)]
    shares = np.mean([[one[image] for image in range(len(images))] for one in epochs], axis=0)
    assert 0.4 < shares.mean() < 0.6 and (shares > 0).all() and (shares < 1).all()
    assert epochs[1] == mirrored(1) and mirrored(1, 3).items() <= epochs[1].items()  # goes on as it was
    assert all((inputs["image"] < 1000).all() for inputs, _ in made.dataset().as_numpy_iterator())  # validation is not
