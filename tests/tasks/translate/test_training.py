"""apps.translate without exports: interruptions, other networks and dictionaries, settings that are refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.settings import TranslationData
from models.decoding_settings import DecodingSettings
from models.recurrent import Recurrent
from models.transformer import Transformer
from tasks import course
from tasks.request import Evaluation
from tasks.trained import read
from tasks.translate import TASK
from tasks.translate.config import Config
from tests.tasks.runs import interrupted
from tests.tasks.sentences import write_pairs
from training.trainer import Trainer

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def pairs_tsv(tmp_path_factory):
    return write_pairs(tmp_path_factory.mktemp("pairs") / "pairs.tsv", 500, 0)


def small(pairs_tsv, model=None, **settings):
    """Settings of a run of seconds."""
    trainer = Trainer(epochs=4, learning_rate=0.01, average=2, jit="off")
    model = model or Transformer(units=16, num_layers=1, num_heads=2, feed_forward_units=16, dropout=0.1)
    given = {
        "vocab_size": 120,
        "tokens": 512,
        "buckets": 1,
        "search": DecodingSettings(beams=2),
        "trainer": trainer,
        **settings,
    }
    return Config(model=model, data=TranslationData(data=(str(pairs_tsv),)), **given)


@pytest.mark.slow  # tests/training/test_exact_resume.py, tests/data/test_first_step.py: each part, in less time
def test_an_interrupted_run_goes_on_to_the_same_weights(quick, pairs_tsv):
    """With training sentences that are cut anew at random, dropout, and a mean of weights."""
    from models.loading import load

    config = small(pairs_tsv, vocab_size=200, subword_dropout=0.2)
    course.run(TASK, replace(config, run_dir="whole"), until="trained")
    with interrupted("end", 3):
        course.run(TASK, replace(config, run_dir="broken"), until="trained")
    course.run(TASK, replace(config, run_dir="broken"), until="trained")
    whole, broken = (load(f"{name}/model.keras").get_weights() for name in ("whole", "broken"))
    assert all(np.array_equal(one, other) for one, other in zip(whole, broken, strict=True))
    assert Path("whole/metrics.csv").read_text() == Path("broken/metrics.csv").read_text()


@pytest.mark.slow
def test_a_recurrent_network_separate_dictionaries_and_lower_case(quick, pairs_tsv):
    model = Recurrent(units=12, embedding_units=12, dropout=0.1)
    config = small(pairs_tsv, model, dictionary="separate", lower=True, run_dir="run")
    course.run(TASK, replace(config, trainer=replace(config.trainer, epochs=1)), until="trained")
    run = read("run")
    assert run.source is not run.target
    assert run.source.encode(["Red CAT"])[0].tolist() == run.source.encode(["red cat"])[0].tolist()
    translator = run.translator()
    found = translator(["RED cat"])
    assert len(found[0].texts) == 2
    ((_, _, weights),) = translator.attention(["RED cat"], found)
    assert weights.sum(axis=1) == pytest.approx(1, abs=1e-5)
    test = TASK.load(config).test
    assert not any(text != text.lower() for text in [*test.sources, *test.targets])
    assert run.part(Evaluation("run"))[1].targets.tolist() == test.targets.tolist()


def test_subword_dropout_cuts_training_sentences_alone(pairs_tsv):
    config = small(pairs_tsv, vocab_size=200, subword_dropout=0.2)
    prepared = TASK.prepare(config, TASK.load(config))
    words = prepared.source, prepared.target
    assert prepared.batching.of(prepared.splits.validation, *words).draw is None
    given = [inputs["source"].numpy() for inputs, _ in prepared.batches.dataset(seed=0, epochs=1)]
    assert sum(map(np.count_nonzero, given)) > 1.05 * sum(len(ids) + 1 for ids in prepared.batches.sources)


def test_only_pairs_longer_than_the_model_allows_are_refused(pairs_tsv):
    config = small(pairs_tsv, longest_tokens=2)
    with pytest.raises(ValueError, match="no pair is as short as the model allows"):
        TASK.prepare(config, TASK.load(config))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vocab_size": 20}, "--vocab-size` must be at least 100"),
        ({"tokens": 3}, "--tokens` must be at least 16"),
        ({"buckets": 0}, "--buckets` must be between 1 and 32"),
        ({"longest_tokens": 1}, "--longest-tokens` must be at least 2"),
        ({"search": DecodingSettings(sample=True)}, "--sample` is for apps.predict"),
        ({"trainer": Trainer(batch_size=8)}, "--batch-size` is counted in tokens"),
        ({"label_smoothing": 1.0}, r"--label-smoothing` must be in \[0, 1\)"),
        ({"subword_dropout": 1.0}, r"--subword-dropout` must be in \[0, 1\)"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Config(**settings)


@pytest.mark.parametrize(
    ("model", "settings", "message"),
    [
        (Transformer, {"units": 30, "num_heads": 4}, "`units` must be a multiple of `num_heads`"),
        (Transformer, {"units": 12, "num_heads": 4, "positions": "rotary"}, "an even units / num_heads"),
        (Transformer, {"num_layers": 0}, "`num_layers` must be positive"),
        (Transformer, {"attention_dropout": 1.0}, "`attention_dropout` must be in"),
        (Recurrent, {"units": 0}, "`units` must be positive"),
        (Recurrent, {"dropout": -0.1}, "`dropout` must be in"),
        (DecodingSettings, {"beams": 0}, "`beams` must be between 1 and 64"),
        (DecodingSettings, {"length_penalty": -1.0}, "`length_penalty` must be in"),
        (DecodingSettings, {"top_k": 3}, "add `--sample`"),
        (DecodingSettings, {"sample": True, "temperature": 0.0}, "`temperature` must be positive"),
    ],
)
def test_wrong_values_of_models_and_searches_are_refused(model, settings, message):
    with pytest.raises(ValueError, match=message):
        model(**settings)
