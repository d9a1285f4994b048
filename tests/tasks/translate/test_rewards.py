"""Translation by rewards: what is written, how it is rewarded, that it helps, and that it goes on after an end."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from sacrebleu import sentence_bleu

from data.settings import TranslationData
from data.text.subwords import END, START
from models.decoding_settings import DecodingSettings
from models.transformer import Transformer
from tasks.rewards import TEXTS, RewardedBatches
from tasks.translate import TASK, validation
from tasks.translate.config import Config
from tasks.translate.rewards import TranslationWriter, reward
from tests.tasks.runs import interrupted
from tests.tasks.sentences import write_pairs
from training.run_directory import RunDirectory
from training.trainer import Trainer


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Settings of seconds."""
    pairs = write_pairs(tmp_path_factory.mktemp("pairs") / "pairs.tsv", 300, 0)
    return Config(
        model=Transformer(units=16, num_layers=1, num_heads=2, feed_forward_units=16, dropout=0.0),
        data=TranslationData(data=(str(pairs),)),
        trainer=Trainer(epochs=20, learning_rate=0.02, average=1, jit="off"),
        search=DecodingSettings(beams=2),
        vocab_size=120,
        tokens=512,
        buckets=1,
        reward_epochs=3,
        reward_learning_rate=0.005,
    )


@pytest.fixture(scope="module")
def prepared(config):
    return TASK.prepare(config, TASK.load(config))


@pytest.fixture(scope="module")
def model(prepared, tmp_path_factory):
    """A network that has learned a little by cross-entropy."""
    return TASK.train(replace(prepared, reward_epochs=0), RunDirectory(tmp_path_factory.mktemp("run"))).model


@pytest.fixture(scope="module")
def rewarded(prepared, model):
    writer = TranslationWriter(model, prepared)
    return RewardedBatches(model, writer, prepared.trainer.seed, prepared.reward_epochs)


def written(rewarded, epoch=0):
    """Of each group its rows, and what was written for them."""
    random = np.random.default_rng(0)
    return [(group, *rewarded.writer.write(group, random)) for group in rewarded.writer.groups(epoch)]


@pytest.mark.slow
def test_a_translation_is_rewarded_by_its_bleu_once_it_ends(rewarded, prepared):
    pairs, source, target = prepared.splits.train, prepared.source, prepared.target
    complete = 0
    for group, inputs, tokens, rewards in written(rewarded):
        assert len(inputs["source"]) == len(group.rows) and len(tokens) == len(group.rows) * TEXTS
        for place, row in enumerate(group.rows):
            assert source.decode(inputs["source"])[place] == pairs.sources[row]
            for number in range(TEXTS):
                ids = tokens[place * TEXTS + number]
                bleu = sentence_bleu(target.decode([ids])[0], [pairs.targets[row]]).score / 100
                assert rewards[place, number] == pytest.approx(bleu if END in ids else 0)
                complete += END in ids
    assert complete > 100


@pytest.mark.slow
def test_epochs_have_equally_many_updates_of_the_shapes_of_training(rewarded, prepared):
    shapes = {(shape.size, shape.source_length, shape.target_length) for shape in prepared.batches.buckets}
    for epoch in range(2):
        found = list(rewarded.epoch(epoch))
        assert len(found) == rewarded.steps_per_epoch
        for inputs, labels, weights in found:
            assert (*inputs["source"].shape, labels.shape[1]) in shapes and weights.shape == (len(labels),)
            assert (inputs["target"][:, 0] == START).all() and not (inputs["target"] == END).any()
            assert np.array_equal(inputs["target"][:, 1:], np.where(labels[:, :-1] == END, 0, labels[:, :-1]))
    rows = [np.sort(np.concatenate([group.rows for group in rewarded.writer.groups(epoch)])) for epoch in range(2)]
    assert len(rows[0]) == len(np.unique(rows[0])) == len(rows[1])


def validates(monkeypatch, change):
    """Each validation finds `change` more than the one before."""
    times = itertools.count(1)
    monkeypatch.setattr(validation, "bleu", lambda *_: lambda: {"bleu": next(times) * change})
    monkeypatch.setattr(validation, "bleu_of_each", lambda *_: lambda: np.full(3, next(times) * change))


@pytest.mark.slow
def test_translations_get_better(prepared, model, rewarded, monkeypatch, tmp_path):
    weights = model.get_weights()

    def mean_reward():
        rewarded.refresh()
        return np.mean(np.concatenate([rewards.reshape(-1) for *_, rewards in written(rewarded)]))

    before = mean_reward()
    validates(monkeypatch, 0.1)
    reward(prepared, model, RunDirectory(tmp_path))
    after = mean_reward()
    model.set_weights(weights)
    assert after > 1.05 * before


@pytest.mark.slow  # tests/apps/test_further_stage.py: the same without a network
def test_what_does_not_validate_better_is_put_back(prepared, model, tmp_path, capsys, monkeypatch):
    before = model.get_weights()
    validates(monkeypatch, -0.1)
    reward(replace(prepared, reward_epochs=1), model, RunDirectory(tmp_path))
    assert "which is put back" in capsys.readouterr().out
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))


@pytest.mark.slow
def test_it_goes_on_after_an_interruption_of_each_stage(config, tmp_path):
    config = replace(config, model=replace(config.model, dropout=0.1), trainer=replace(config.trainer, epochs=3))
    prepared = TASK.prepare(config, TASK.load(config))

    def train(name):
        folder = RunDirectory(tmp_path / name)
        folder.path.mkdir(exist_ok=True)
        return TASK.train(prepared, folder).model.get_weights()

    whole = train("whole")
    with interrupted("end", 2):  # of the first stage's three epochs
        train("broken")
    with interrupted("end", 2):  # one is left, and this is the first of the rewards
        train("broken")
    assert all(np.array_equal(one, other) for one, other in zip(whole, train("broken"), strict=True))
    for file in ("metrics.csv", "rewards/metrics.csv"):
        assert (tmp_path / "whole" / file).read_text() == (tmp_path / "broken" / file).read_text()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"reward_epochs": -1}, "`--reward-epochs` must be 0 or more. Received: -1"),
        ({"reward_learning_rate": 0.0}, "`--reward-learning-rate` must be a positive number"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Config(**settings)
