"""apps.caption without exports: interruptions, backbones, scenes, settings that are refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.captions import scenes
from data.settings import CaptionData
from models.decoding_settings import DecodingSettings
from models.image_encoder import ImageEncoder
from models.show_attend_tell import ShowAttendTell
from models.show_tell import ShowTell
from models.transformer_captioner import TransformerCaptioner
from tasks import course
from tasks.caption import TASK
from tasks.caption.config import TINY, Config
from tasks.trained import read
from tests.tasks.photos import write_photos
from tests.tasks.runs import command, interrupted
from training.run_directory import RunDirectory
from training.trainer import Trainer


@pytest.fixture(scope="module")
def captions_csv(tmp_path_factory):
    return write_photos(tmp_path_factory.mktemp("photos"), 100, 0)


def small(captions_csv, model=None, **settings):
    """Settings of a run of seconds."""
    trainer = Trainer(epochs=3, learning_rate=0.005, batch_size=32, average=2, jit="off")
    model = model or ShowAttendTell(12, 12, dropout=0.1)
    given = {
        "search": DecodingSettings(beams=2),
        "trainer": trainer,
        "encoder": ImageEncoder("stem"),
        "buckets": 1,
        **settings,
    }
    return Config(model=model, data=CaptionData(str(captions_csv), image_size=16), **given)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", [None, ShowTell(12, 12), TransformerCaptioner(16, 1, 1, 2, 16)], ids=["attend", "tell", "transformer"]
)
def test_an_interrupted_training_goes_on_to_the_same_weights(model, captions_csv, tmp_path):
    config = small(captions_csv, model)
    prepared = TASK.prepare(config, TASK.load(config))

    def train(name):
        folder = RunDirectory(tmp_path / name)
        folder.path.mkdir(exist_ok=True)
        return TASK.train(prepared, folder).model.get_weights()

    whole = train("whole")
    with interrupted("end", 3):
        train("broken")
    assert all(np.array_equal(one, other) for one, other in zip(whole, train("broken"), strict=True))
    one, other = ((tmp_path / name / "metrics.csv").read_text() for name in ("whole", "broken"))
    assert one == other


# Its parts are tested in less time: tests/models/test_captioners.py, tests/data/images/test_feature_cache.py.
@pytest.mark.slow
def test_a_backbone_is_run_once_and_is_inside_the_saved_network(quick, captions_csv):
    config = small(captions_csv, encoder=ImageEncoder("mobilenet_v2", "none"), features="kept")
    config = replace(config, data=replace(config.data, image_size=32), trainer=replace(config.trainer, epochs=1))
    course.run(TASK, replace(config, run_dir="run"))
    assert len(list(Path("kept").glob("mobilenet_v2-*.npy"))) == 3
    run = read("run")
    assert run.model.input["image"].shape == (None, 32, 32, 3)
    image = str(captions_csv.parent / "images" / "1.jpg")
    assert len(run.captioner()(np.array([image], dtype=object))) == 1
    done = command("predict", str(Path("run").resolve()), str(image))  # in a process that has trained nothing
    assert done.returncode == 0, done.stderr
    written = {path: path.stat().st_mtime_ns for path in Path("kept").iterdir()}
    tuned = ImageEncoder("mobilenet_v2", "none", fine_tune_epochs=1, fine_tune_learning_rate=1e-3)
    course.run(TASK, replace(config, run_dir="again", encoder=tuned), until="trained")
    assert Path("again/fine-tuning/metrics.csv").is_file()
    assert {path: path.stat().st_mtime_ns for path in Path("kept").iterdir()} == written


@pytest.mark.slow
def test_scenes_are_scored_on_new_combinations_and_on_where_nouns_look(quick, monkeypatch, capsys):
    monkeypatch.setattr(scenes, "SIZES", {"train": 2000, "validation": 100, "test": 150, "combinations": 150})
    figures = course.run(TASK, replace(TINY, run_dir="scenes"))
    line = capsys.readouterr().out.splitlines()[-1]
    assert "combinations_exact_match=" in line and line.startswith("test_exact_match=")
    assert figures["bleu1"] > 5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"search": DecodingSettings(sample=True)}, "`--sample` is for apps.predict"),
        ({"label_smoothing": -0.1}, r"`--label-smoothing` must be in \[0, 1\). Received: -0.1"),
        ({"neighbours": -1}, "`--neighbours` must be 0 or more"),
        ({"mirror": True}, "`--mirror`: captions of scenes say what is left"),
        ({"vocab_size": 10}, "`--vocab-size` must be at least 50. Received: 10"),
        ({"word_dropout": 1.0}, r"`--word-dropout` must be in \[0, 1\). Received: 1.0"),
        ({"buckets": 0}, "`--buckets` must be between 1 and 32"),
        ({"longest_tokens": 1}, "`--longest-tokens` must be at least 2"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Config(**settings)
