"""Captioning by rewards: what is drawn, how it is weighed, that it helps, and that it goes on after an interruption."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from data.settings import CaptionData
from data.text.subwords import END, START
from evaluation.caption_words import words
from evaluation.captioning import cider
from models.decoding_settings import DecodingSettings
from models.image_encoder import ImageEncoder
from models.show_attend_tell import ShowAttendTell
from tasks.caption import TASK, validation
from tasks.caption.config import Config
from tasks.caption.rewards import END_WORD, CaptionWriter, reward
from tasks.rewards import TEXTS, RewardedBatches, advantages
from tests.tasks.photos import write_photos
from tests.tasks.runs import interrupted
from training.run_directory import RunDirectory
from training.trainer import Trainer

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Settings of seconds."""
    return Config(
        model=ShowAttendTell(16, 16, dropout=0.0),
        data=CaptionData(str(write_photos(tmp_path_factory.mktemp("photos"), 120, 0)), image_size=16),
        trainer=Trainer(epochs=4, learning_rate=0.01, batch_size=16, average=1, jit="off"),
        search=DecodingSettings(beams=2),
        encoder=ImageEncoder("stem"),
        buckets=1,
        longest_tokens=16,
        reward_epochs=8,
        reward_learning_rate=0.002,
    )


@pytest.fixture(scope="module")
def prepared(config):
    return TASK.prepare(config, TASK.load(config))


@pytest.fixture(scope="module")
def model(prepared, tmp_path_factory):
    """A network that has learned a little by cross-entropy."""
    return TASK.train(replace(prepared, reward_epochs=0), RunDirectory(tmp_path_factory.mktemp("run"))).network


@pytest.fixture(scope="module")
def rewarded(prepared, model):
    return rewarded_batches(prepared, model)


@pytest.fixture(scope="module")
def writer(rewarded):
    return rewarded.writer


def rewarded_batches(prepared, model):
    return RewardedBatches(model, CaptionWriter(model, prepared), prepared.trainer.seed, prepared.reward_epochs)


def test_a_caption_weighs_what_it_has_more_than_the_others_of_its_image(writer, prepared):
    images = np.arange(len(writer.captions))
    tokens, found = writer.drawn(images, writer.batches.shown(images), np.random.default_rng(0))
    # All captions are scored beside each other here, each drawn one in turn, by the scores of whole sets.
    references = [[f"{text} {END_WORD}" for text in some] for some in prepared.texts(writer.captions).captions]
    written = [
        f"{text} {END_WORD * (END in row)}"
        for text, row in zip(writer.subwords.decode(tokens), tokens.tolist(), strict=True)
    ]
    rewards = np.stack([cider(written[number::TEXTS], references) for number in range(TEXTS)], axis=1)
    np.testing.assert_allclose(found, rewards, rtol=1e-5, atol=1e-6)
    expected = [[one - np.mean(np.delete(row, number)) for number, one in enumerate(row)] for row in rewards]
    np.testing.assert_allclose(advantages(found).reshape(-1, TEXTS), expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(rewards, axis=1).max() > 0.05


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
        searches.append(given[3])
        return lambda: {"cider": next(times) * change, "bleu4": 0.0, "exact_match": 0.0}

    def of_each(*given):
        searches.append(given[3])
        return lambda: np.full(3, next(times) * change)

    searches = []
    monkeypatch.setattr(validation, "scores", scores)
    monkeypatch.setattr(validation, "scores_of_each", of_each)
    return searches


def test_captions_that_are_drawn_get_better(prepared, model, rewarded, writer, monkeypatch, tmp_path):
    images = np.arange(len(writer.captions))

    def mean_reward():
        rewarded.refresh()
        tokens = writer.drawn(images, writer.batches.shown(images), np.random.default_rng(9))[0]
        texts = prepared.subwords.decode(tokens)
        return writer.cider(list(map(words, texts)), np.repeat(images, TEXTS)).mean()

    before, weights = mean_reward(), model.get_weights()
    searches = validates(monkeypatch, 0.1)
    reward(prepared, model, RunDirectory(tmp_path))
    assert searches == [prepared.search] * 2  # not greedy captions, whatever is asked for
    after = mean_reward()
    model.set_weights(weights)
    assert after > 1.2 * before, (before, after)


@pytest.mark.slow  # tests/apps/test_further_stage.py: the same without a network
def test_what_does_not_validate_better_is_put_back(prepared, model, tmp_path, capsys, monkeypatch):
    before = model.get_weights()
    validates(monkeypatch, -0.1)
    reward(replace(prepared, reward_epochs=1), model, RunDirectory(tmp_path))
    assert "rewards: validation records score -0.200" in capsys.readouterr().out
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))


@pytest.mark.slow
def test_it_goes_on_after_an_interruption_of_each_stage(config, tmp_path):
    """With dropout, words that are hidden, mirrored images, and a mean of weights."""
    trainer = replace(config.trainer, epochs=3, average=2)
    config = replace(config, model=replace(config.model, dropout=0.1), trainer=trainer, reward_epochs=2, mirror=True)
    prepared = TASK.prepare(config, TASK.load(config))

    def train(name):
        folder = RunDirectory(tmp_path / name)
        folder.path.mkdir(exist_ok=True)
        return TASK.train(prepared, folder).model.get_weights()

    whole = train("whole")
    with interrupted("end", 2):  # of the first stage's three epochs
        train("broken")
    with interrupted("end", 4):  # two are left, and this is the last of the rewards
        train("broken")
    assert all(np.array_equal(one, other) for one, other in zip(whole, train("broken"), strict=True))
    for file in ("metrics.csv", "rewards/metrics.csv"):
        assert (tmp_path / "whole" / file).read_text() == (tmp_path / "broken" / file).read_text()


def test_some_images_are_seen_mirrored(config, prepared, model):
    either = TASK.prepare(replace(config, mirror=True), prepared.splits)
    plain, mirrored = (rewarded_batches(one, model) for one in (prepared, either))
    inputs, train = prepared.inputs, prepared.splits.train
    pixels, flipped = inputs.pixels(train), inputs.pixels(train, mirrored=True)
    assert np.array_equal(flipped, pixels[:, :, ::-1])
    images = np.arange(10)
    seen = either.batches.shown(images, images % 2 == 1)
    assert np.array_equal(seen[::2], pixels[:10:2]) and np.array_equal(seen[1::2], flipped[1:10:2])
    straight, some = (np.concatenate([x["image"] for x, _, _ in one.epoch(0)]) for one in (plain, mirrored))
    known = {image.tobytes() for image in pixels}
    assert all(image.tobytes() in known for image in straight)
    assert 0.3 < np.mean([image.tobytes() in known for image in some]) < 0.7


def test_settings_out_of_range_are_refused():
    for settings, message in [
        ({"reward_epochs": -1}, "`--reward-epochs` must be 0 or more. Received: -1"),
        ({"reward_learning_rate": 0.0}, "`--reward-learning-rate` must be a positive number"),
    ]:
        with pytest.raises(ValueError, match=message):
            Config(**settings)
