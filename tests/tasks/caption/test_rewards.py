"""Captioning by rewards: what is drawn, how it is weighed, that it helps, and that it goes on after an interruption."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from tests.apps.photos import write_photos
from tests.apps.runs import interrupted

from apps import caption, caption_results, caption_rewards
from apps.caption_batches import texts
from apps.image_inputs import ImageInputs
from apps.rewards import TEXTS, RewardedBatches, advantages
from data.settings import CaptionData
from data.subwords import END, START
from evaluation.caption_words import words
from evaluation.captioning import cider
from models.image_encoder import ImageEncoder
from models.search import Search
from models.show_attend_tell import ShowAttendTell
from training.run_directory import RunDirectory
from training.trainer import Trainer


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Settings of seconds."""
    return caption.Config(
        model=ShowAttendTell(16, 16, dropout=0.0),
        data=CaptionData(str(write_photos(tmp_path_factory.mktemp("photos"), 120, 0)), image_size=16),
        trainer=Trainer(epochs=4, learning_rate=0.01, batch_size=16, average=1, jit="off"),
        search=Search(beams=2),
        encoder=ImageEncoder("stem"),
        buckets=1,
        longest_tokens=16,
        reward_epochs=8,
        reward_learning_rate=0.002,
    )


@pytest.fixture(scope="module")
def trained(config, tmp_path_factory):
    """A network that has learned a little by cross-entropy, and what it learned from."""
    splits = caption.load(config)
    inputs = ImageInputs.of(config.encoder, splits, "")
    subwords = caption.learn_subwords(config, splits)
    batches = caption.batch(config, splits.train, subwords, inputs)
    directory = RunDirectory(tmp_path_factory.mktemp("run"))
    model, _ = caption.train(replace(config, reward_epochs=0), splits, subwords, inputs, batches, directory)
    return model, splits, subwords, inputs, batches, directory


@pytest.fixture(scope="module")
def rewarded(config, trained):
    return rewarded_batches(config, trained, trained[4])


@pytest.fixture(scope="module")
def writer(rewarded):
    return rewarded.writer


def rewarded_batches(config, trained, batches):
    model, splits, subwords, inputs, _, _ = trained
    writer = caption_rewards.CaptionWriter(model, config, splits.train, subwords, inputs, batches)
    return RewardedBatches(model, writer, config.trainer.seed, config.reward_epochs)


def test_a_caption_weighs_what_it_has_more_than_the_others_of_its_image(writer, config):
    images = np.arange(len(writer.captions))
    tokens, found = writer.drawn(images, writer.batches.shown(images), np.random.default_rng(0))
    # All captions are scored beside each other here, each drawn one in turn, by the scores of whole sets.
    references = [[f"{text} {caption_rewards.END_WORD}" for text in some] for some in _clean(writer.captions, config)]
    written = [
        f"{text} {caption_rewards.END_WORD * (END in row)}"
        for text, row in zip(writer.subwords.decode(tokens), tokens.tolist(), strict=True)
    ]
    rewards = np.stack([cider(written[number::TEXTS], references) for number in range(TEXTS)], axis=1)
    np.testing.assert_allclose(found, rewards, rtol=1e-5, atol=1e-6)
    expected = [[one - np.mean(np.delete(row, number)) for number, one in enumerate(row)] for row in rewards]
    np.testing.assert_allclose(advantages(found).reshape(-1, TEXTS), expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(rewards, axis=1).max() > 0.05


def _clean(captions, config):
    return texts(config, captions).captions


def test_batches_are_static_shifted_and_a_function_of_the_seed_and_the_weights(rewarded, writer):
    first, again = list(rewarded.epoch(0)), list(rewarded.epoch(0))
    assert len(first) == rewarded.steps_per_epoch == 1 + (len(writer.captions) * TEXTS - 128) // 128
    for (inputs, labels, weights), other in zip(first, again, strict=True):
        assert labels.shape == inputs["target"].shape == (128, labels.shape[1]) and weights.shape == (128,)
        assert np.array_equal(labels, other[1]) and np.array_equal(weights, other[2])
        assert (inputs["target"][:, 0] == START).all() and not (inputs["target"] == END).any()
        follows = np.where(labels[:, :-1] == END, 0, labels[:, :-1])
        assert np.array_equal(inputs["target"][:, 1:], follows)
    assert not np.array_equal(next(rewarded.epoch(1))[1], first[0][1])


def validates(monkeypatch, change):
    """Each validation finds `change` more than the one before; returns the searches that it is asked for."""
    times = itertools.count(1)

    def scores(*given):
        searches.append(given[5])
        return lambda: {"cider": next(times) * change, "bleu4": 0.0, "exact_match": 0.0}

    def of_each(*given):
        searches.append(given[5])
        return lambda: np.full(3, next(times) * change)

    searches = []
    monkeypatch.setattr(caption_results, "validation_scores", scores)
    monkeypatch.setattr(caption_results, "validation_of_each", of_each)
    return searches


def test_captions_that_are_drawn_get_better(config, trained, rewarded, writer, monkeypatch):
    model, splits, subwords, inputs, batches, directory = trained
    images = np.arange(len(writer.captions))

    def mean_reward():
        rewarded.refresh()
        texts = subwords.decode(writer.drawn(images, writer.batches.shown(images), np.random.default_rng(9))[0])
        return writer.cider(list(map(words, texts)), np.repeat(images, TEXTS)).mean()

    before, weights = mean_reward(), model.get_weights()
    searches = validates(monkeypatch, 0.1)
    caption_rewards.reward(model, config, splits, subwords, inputs, batches, directory)
    assert searches == [config.search] * 2  # not greedy captions, whatever is asked for
    after = mean_reward()
    model.set_weights(weights)
    assert after > 1.2 * before, (before, after)


@pytest.mark.slow  # tests/apps/test_further_stage.py: the same without a network
def test_what_does_not_validate_better_is_put_back(config, trained, capsys, monkeypatch):
    model, splits, subwords, inputs, batches, directory = trained
    before = model.get_weights()
    given = replace(config, reward_epochs=1)
    folder = RunDirectory(directory / "other")
    folder.path.mkdir()
    validates(monkeypatch, -0.1)
    caption_rewards.reward(model, given, splits, subwords, inputs, batches, folder)
    assert "rewards: validation records score -0.200" in capsys.readouterr().out
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))


@pytest.mark.slow
def test_it_goes_on_after_an_interruption_of_each_stage(config, trained, tmp_path):
    """With dropout, words that are hidden, mirrored images, and a mean of weights."""
    _, splits, subwords, inputs, _, _ = trained
    trainer = replace(config.trainer, epochs=3, average=2)
    config = replace(config, model=replace(config.model, dropout=0.1), trainer=trainer, reward_epochs=2, mirror=True)
    batches = caption.batch(config, splits.train, subwords, inputs, training=True)

    def train(name):
        folder = RunDirectory(tmp_path / name)
        folder.path.mkdir(exist_ok=True)
        return caption.train(config, splits, subwords, inputs, batches, folder)[0].get_weights()

    whole = train("whole")
    with interrupted("end", 2):  # of the first stage's three epochs
        train("broken")
    with interrupted("end", 4):  # two are left, and this is the last of the rewards
        train("broken")
    assert all(np.array_equal(one, other) for one, other in zip(whole, train("broken"), strict=True))
    for file in ("metrics.csv", "rewards/metrics.csv"):
        assert (tmp_path / "whole" / file).read_text() == (tmp_path / "broken" / file).read_text()


def test_some_images_are_seen_mirrored(config, trained):
    model, splits, subwords, inputs, batches, _ = trained
    either = caption.batch(replace(config, mirror=True), splits.train, subwords, inputs, training=True)
    plain, mirrored = (rewarded_batches(config, trained, shown) for shown in (batches, either))
    pixels, flipped = inputs.pixels(splits.train), inputs.pixels(splits.train, mirrored=True)
    assert np.array_equal(flipped, pixels[:, :, ::-1])
    images = np.arange(10)
    seen = either.shown(images, images % 2 == 1)
    assert np.array_equal(seen[::2], pixels[:10:2]) and np.array_equal(seen[1::2], flipped[1:10:2])
    straight, either = (np.concatenate([x["image"] for x, _, _ in one.epoch(0)]) for one in (plain, mirrored))
    known = {image.tobytes() for image in pixels}
    assert all(image.tobytes() in known for image in straight)
    assert 0.3 < np.mean([image.tobytes() in known for image in either]) < 0.7


def test_settings_out_of_range_are_refused():
    for settings, message in [
        ({"reward_epochs": -1}, "`--reward-epochs` must be 0 or more. Received: -1"),
        ({"reward_learning_rate": 0.0}, "`--reward-learning-rate` must be a positive number"),
    ]:
        with pytest.raises(ValueError, match=message):
            caption.Config(**settings)
