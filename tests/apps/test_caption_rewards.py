"""Captioning by rewards: what is drawn, how it is weighed, that it helps, and that it goes on after an interruption."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apps import caption, caption_results, caption_rewards
from data.caption_source import CaptionData
from data.subwords import END, START
from evaluation.captioning import cider
from models.image_encoder import ImageEncoder
from models.search import Search
from models.show_attend_tell import ShowAttendTell
from tests.apps.photos import write_photos
from training.trainer import Trainer


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Settings with which cross-entropy alone learns half of it."""
    return caption.Config(
        model=ShowAttendTell(16, 16, dropout=0.0),
        data=CaptionData(str(write_photos(tmp_path_factory.mktemp("photos"), 120, 0)), image_size=16),
        trainer=Trainer(epochs=14, learning_rate=0.01, batch_size=16, average=1, jit="off"),
        search=Search(beams=1),
        encoder=ImageEncoder("stem"),
        buckets=1,
        longest_tokens=16,
        reward_epochs=6,
        reward_learning_rate=0.01,
    )


@pytest.fixture(scope="module")
def drawn(config):
    from apps.image_inputs import ImageInputs

    splits = caption.load(config)
    inputs = ImageInputs.of(config.encoder, splits, "")
    subwords = caption.learn_subwords(config, splits)
    batches = caption.batch(config, splits.train, subwords, inputs)
    model = caption.build(config, subwords, inputs, caption.schedule(config, batches))
    return caption_rewards.RewardedBatches(model, config, splits.train, subwords, inputs, batches.lengths)


def test_a_caption_weighs_what_it_has_more_than_the_others_of_its_image(drawn, config):
    images = np.arange(len(drawn.captions))
    tokens, weights = drawn.drawn(images, np.random.default_rng(0))
    # All captions are scored beside each other here, each drawn one in turn, by the scores of whole sets.
    references = [[text + caption_rewards.END_WORD for text in some] for some in _clean(drawn.captions, config)]
    written = [
        text + caption_rewards.END_WORD * (END in row)
        for text, row in zip(drawn.subwords.decode(tokens), tokens.tolist(), strict=True)
    ]
    several = caption_rewards.DRAWN
    rewards = np.stack([cider(written[number::several], references) for number in range(several)], axis=1)
    expected = [[one - np.mean(np.delete(row, number)) for number, one in enumerate(row)] for row in rewards]
    np.testing.assert_allclose(weights.reshape(-1, several), expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(rewards, axis=1).max() > 0.05


def _clean(captions, config):
    return caption.texts(config, captions).captions


def test_batches_are_static_shifted_and_a_function_of_the_seed_and_the_weights(drawn):
    first, again = list(drawn.epoch(0)), list(drawn.epoch(0))
    assert len(first) == drawn.steps_per_epoch == 1 + (len(drawn.captions) * caption_rewards.DRAWN - 128) // 128
    for (inputs, labels, weights), other in zip(first, again, strict=True):
        assert labels.shape == inputs["target"].shape == (128, labels.shape[1]) and weights.shape == (128,)
        assert np.array_equal(labels, other[1]) and np.array_equal(weights, other[2])
        assert (inputs["target"][:, 0] == START).all() and not (inputs["target"] == END).any()
        follows = np.where(labels[:, :-1] == END, 0, labels[:, :-1])
        assert np.array_equal(inputs["target"][:, 1:], follows)
    assert not np.array_equal(next(drawn.epoch(1))[1], first[0][1])


def test_rewards_raise_the_score_and_go_on_after_an_interruption(config, monkeypatch, tmp_path):
    from models.loading import load
    from training.epoch_log import EpochLog

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(caption_results, "export_run", lambda *_: {"saved_model_difference": 0.0})
    caption.main(replace(config, run_dir="whole"))
    reached, rewarded = (_best(f"whole/{name}metrics.csv") for name in ("", "rewards/"))
    assert 0.3 < reached < rewarded - 0.2
    original, ends = EpochLog.on_epoch_end, []

    def stop(self, epoch, logs=None):
        ends.append(epoch)
        if len(ends) == config.trainer.epochs + 3:
            raise KeyboardInterrupt
        original(self, epoch, logs)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(EpochLog, "on_epoch_end", stop)
        caption.main(replace(config, run_dir="broken"))
    caption.main(replace(config, run_dir="broken"))
    assert Path("whole/rewards/metrics.csv").read_text() == Path("broken/rewards/metrics.csv").read_text()
    whole, broken = (load(f"{name}/model.keras").get_weights() for name in ("whole", "broken"))
    assert all(np.array_equal(one, other) for one, other in zip(whole, broken, strict=True))


def _best(path: str) -> float:
    lines = Path(path).read_text().splitlines()
    column = lines[0].split(",").index("val_cider")
    return max(float(line.split(",")[column]) for line in lines[1:])


def test_settings_out_of_range_are_refused():
    for settings, message in [
        ({"reward_epochs": -1}, "`--reward-epochs` must be 0 or more. Received: -1"),
        ({"reward_learning_rate": 0.0}, "`--reward-learning-rate` must be a positive number"),
    ]:
        with pytest.raises(ValueError, match=message):
            caption.Config(**settings)
