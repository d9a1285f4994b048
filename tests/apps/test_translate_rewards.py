"""Translation by rewards: what is written, how it is rewarded, that it helps, and that it goes on after an end."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from sacrebleu import sentence_bleu
from tests.apps.runs import interrupted
from tests.apps.sentences import write_pairs

from apps import translate, translate_results
from apps.rewards import TEXTS, RewardedBatches
from apps.translate_rewards import TranslationWriter, reward
from data.settings import TranslationData
from data.subwords import END, START
from models.search import Search
from models.transformer import Transformer
from training.run_directory import RunDirectory
from training.trainer import Trainer


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Settings of seconds."""
    pairs = write_pairs(tmp_path_factory.mktemp("pairs") / "pairs.tsv", 300, 0)
    return translate.Config(
        model=Transformer(units=16, num_layers=1, num_heads=2, feed_forward_units=16, dropout=0.0),
        data=TranslationData(data=(str(pairs),)),
        trainer=Trainer(epochs=20, learning_rate=0.02, average=1, jit="off"),
        search=Search(beams=2),
        vocab_size=120,
        tokens=512,
        buckets=1,
        reward_epochs=3,
        reward_learning_rate=0.005,
    )


@pytest.fixture(scope="module")
def trained(config, tmp_path_factory):
    """A network that has learned a little by cross-entropy, and what it learned from."""
    splits = translate.load(config)
    prepared = translate.prepare(config, splits)
    directory = RunDirectory(tmp_path_factory.mktemp("run"))
    model, _ = translate.train(replace(config, reward_epochs=0), splits, *prepared, directory)
    return model, splits, *prepared, directory


@pytest.fixture(scope="module")
def rewarded(config, trained):
    model, splits, _, target, batches, _ = trained
    writer = TranslationWriter(model, config, splits.train, target, batches)
    return RewardedBatches(model, writer, config.trainer.seed, config.reward_epochs)


def written(rewarded, epoch=0):
    """Of each group its rows, and what was written for them."""
    random = np.random.default_rng(0)
    return [(group, *rewarded.writer.write(group, random)) for group in rewarded.writer.groups(epoch)]


def test_a_translation_is_rewarded_by_its_bleu_once_it_ends(rewarded, trained):
    _, splits, source, target, _, _ = trained
    complete = 0
    for group, inputs, tokens, rewards in written(rewarded):
        assert len(inputs["source"]) == len(group.rows) and len(tokens) == len(group.rows) * TEXTS
        for place, row in enumerate(group.rows):
            assert source.decode(inputs["source"])[place] == splits.train.sources[row]
            for number in range(TEXTS):
                ids = tokens[place * TEXTS + number]
                bleu = sentence_bleu(target.decode([ids])[0], [splits.train.targets[row]]).score / 100
                assert rewards[place, number] == pytest.approx(bleu if END in ids else 0)
                complete += END in ids
    assert complete > 100


def test_epochs_have_equally_many_updates_of_the_shapes_of_training(rewarded, trained):
    shapes = {(shape.size, shape.source_length, shape.target_length) for shape in trained[4].buckets}
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
    monkeypatch.setattr(translate_results, "validation_bleu", lambda *given: lambda: {"bleu": next(times) * change})
    monkeypatch.setattr(translate_results, "validation_of_each", lambda *_: lambda: np.full(3, next(times) * change))


def test_translations_get_better(config, trained, rewarded, monkeypatch):
    model, *given, directory = trained
    weights = model.get_weights()

    def mean_reward():
        rewarded.refresh()
        return np.mean(np.concatenate([rewards.reshape(-1) for *_, rewards in written(rewarded)]))

    before = mean_reward()
    validates(monkeypatch, 0.1)
    reward(model, config, *given, directory)
    after = mean_reward()
    model.set_weights(weights)
    assert after > 1.05 * before


@pytest.mark.slow  # tests/apps/test_further_stage.py: the same without a network
def test_what_does_not_validate_better_is_put_back(config, trained, tmp_path, capsys, monkeypatch):
    model, *given, _ = trained
    before = model.get_weights()
    validates(monkeypatch, -0.1)
    reward(model, replace(config, reward_epochs=1), *given, RunDirectory(tmp_path))
    assert "which is put back" in capsys.readouterr().out
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))


@pytest.mark.slow
def test_it_goes_on_after_an_interruption_of_each_stage(config, trained, tmp_path):
    _, splits, source, target, batches, _ = trained
    config = replace(config, model=replace(config.model, dropout=0.1), trainer=replace(config.trainer, epochs=3))

    def train(name):
        folder = RunDirectory(tmp_path / name)
        folder.path.mkdir(exist_ok=True)
        return translate.train(config, splits, source, target, batches, folder)[0].get_weights()

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
        translate.Config(**settings)
