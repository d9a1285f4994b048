"""apps.caption: a whole run, its export, predict and evaluate, refusals."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from apps import caption, evaluate, export, predict
from cli.errors import Incomplete
from data.errors import DataError
from data.settings import CaptionData
from models.decoding_settings import DecodingSettings
from models.image_encoder import ImageEncoder
from tasks.caption import TASK, neighbours
from tasks.caption.config import Config
from tasks.request import Evaluation, Prediction
from tasks.trained import read
from tests.tasks.photos import picture, write_photos
from tests.tasks.runs import whole_run
from training.run_directory import RunDirectory
from training.run_lock import RunError

pytestmark = pytest.mark.whole

FLAGS = ["--image-size", "32", "--batch-size", "16", "--epochs", "14", "--learning-rate", "0.005", "--average", "2"]
FLAGS += ["--beams", "3", "--buckets", "1", "--jit", "off", "--label-smoothing", "0", "--encoder", "stem"]
SMALL = ["show-attend-tell", "--units", "32", "--embedding-units", "32", "--dropout", "0"]


@pytest.fixture(scope="module")
def captions_csv(tmp_path_factory):
    return write_photos(tmp_path_factory.mktemp("photos"), 200, 0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory, captions_csv):
    """A whole run: its folder, what it printed, the command."""
    folder = tmp_path_factory.mktemp("tiny") / "run"
    arguments = ["--data", str(captions_csv), "--run-dir", str(folder), *FLAGS, *SMALL]
    return folder, whole_run(caption.main, arguments), arguments


@pytest.fixture(scope="module")
def captioner(tiny):
    return read(str(tiny[0]))


@pytest.fixture(scope="module")
def writer(captioner):
    """The run's own search: to trace its graph takes seconds, so there is one for all tests."""
    return captioner.captioner()


def test_what_is_seen_is_said_and_the_last_line_is_for_machines(tiny):
    folder, done, _ = tiny
    line = {name: float(value) for name, value in (pair.split("=") for pair in done.stdout.splitlines()[-1].split())}
    results = json.loads((folder / "results.json").read_text())
    for name, value in results["test"].items():
        assert line[f"test_{name}"] == pytest.approx(value, rel=1e-4)
    assert line["test_exact_match"] >= 0.9 and line["test_bleu4"] > 85 and line["test_cider"] > 1
    assert line["saved_model_difference"] <= 1e-5
    assert results["baselines"]["the most typical training caption, for all"]["exact_match"] < 0.5
    assert results["diagnosis"]["label"] in ("healthy", "worse than a baseline")  # the most similar photo is as good
    assert f"diagnosis: {results['diagnosis']['label']}." in done.stdout


def test_metrics_have_the_cider_of_every_epoch(tiny):
    rows = list(csv.DictReader((tiny[0] / "metrics.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 14 and float(rows[-1]["val_cider"]) > 1 > float(rows[0]["val_cider"])


def test_the_report_shows_images_captions_and_where_words_looked(tiny):
    page = (tiny[0] / "report.html").read_text(encoding="utf-8")
    for text in ("PTB words", "CIDEr-D", "beam search with 3 hypotheses", "Where each word looked", "half is"):
        assert text in page, text
    assert page.count("data:image/png") > 20


def test_the_export_takes_files_of_any_size(tiny, captioner, writer, captions_csv):
    import tensorflow as tf

    paths = sorted(map(str, (captions_csv.parent / "images").iterdir()))[:5]
    found = writer(np.array(paths, dtype=object))
    loaded = tf.saved_model.load(str(tiny[0] / "saved_model"))
    images = tf.constant([Path(path).read_bytes() for path in paths])
    served = loaded.signatures["serving_default"](image=images)
    assert [text.decode() for text in served["caption"].numpy()] == [one.texts[0] for one in found]
    assert served["score"].numpy() == pytest.approx([one.scores[0] for one in found], abs=1e-5)
    many = loaded.signatures["n_best"](image=images[:2], beams=tf.constant(2), length_penalty=tf.constant(0.3))
    expected = captioner.captioner(DecodingSettings(beams=2, length_penalty=0.3))(np.array(paths[:2], dtype=object))
    assert [[text.decode() for text in row] for row in many["caption"].numpy()] == [list(one.texts) for one in expected]
    looked = loaded.signatures["attention"](image=images)
    assert looked["attention"].shape[0] == 5 and looked["attention"].shape[2:] == (4, 4)
    with pytest.raises(tf.errors.InvalidArgumentError):
        loaded.signatures["serving_default"](image=tf.constant([b"no image"]))
    both = {"beams": tf.constant(2), "length_penalty": tf.constant(1.0)}
    for name, further in (("serving_default", {}), ("attention", {}), ("n_best", both)):
        assert all(len(value) == 0 for value in loaded.signatures[name](image=images[:0], **further).values())
    for name, value in (("beams", tf.constant(0)), ("length_penalty", tf.constant(float("nan")))):
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"`{name}` must be"):
            loaded.signatures["n_best"](image=images, **both | {name: value})


def test_the_guard_refuses_another_caption_score_or_map(tiny, captioner, writer, captions_csv, loader_here):
    """The faults that it is there for, planted in what it compares with."""
    from export.captioning import CaptionExport
    from export.errors import ExportError
    from tasks.caption.trained import table

    paths = sorted(map(str, (captions_csv.parent / "images").iterdir()))[:3]
    images = np.array([Path(path).read_bytes() for path in paths], dtype=object)
    values = np.concatenate([values for _, values in writer.prepared(images)])
    found = writer.of_values(values)
    maps, right = writer.attention(values, found), table(found)
    made = CaptionExport(captioner.model, captioner.prepare, captioner.subwords, 3, 1.0, captioner.longest)
    wrong = {name: array.copy() for name, array in right.items()}
    wrong["caption"][2, 0] += "!"
    with pytest.raises(ExportError, match="refused, output `caption` differs"):
        made.check(tiny[0] / "saved_model", images, wrong, maps)
    moved = [(pieces, weights + 0.001) for pieces, weights in maps]
    with pytest.raises(ExportError, match="attention of record 0 differs"):
        made.check(tiny[0] / "saved_model", images, right, moved)


def test_broken_images_of_a_folder_are_named_and_skipped(tiny, tmp_path, capsys):
    folder = tmp_path / "photos"
    for number in range(5):
        (folder / "more").mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture("blue", "left", number)).save(folder / "more" / f"{number}.jpg")
    whole = (folder / "more" / "1.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("not an image")
    (folder / "notes.txt").write_text("not asked for")
    output = tmp_path / "captions.csv"
    with pytest.raises(Incomplete, match="skipped 3 of 8") as caught:
        predict.main(Prediction(str(tiny[0]), (str(folder),), output=str(output), top=2))
    rows = caught.value.rows
    assert [Path(row["origin"]).name for row in rows] == [f"{number}.jpg" for number in range(5)]
    assert all("blue" in row["caption"] and "left" in row["caption"] for row in rows)
    said = capsys.readouterr().err
    for name in ("cut.jpg", "empty.png", "text.jpg"):
        assert f"{name}: skipped, " in said
    table = list(csv.DictReader(output.read_text("utf-8").splitlines()))
    assert len(table) == 5 and table[0]["caption_2"] == rows[0]["top"][1]["caption"]


def test_evaluate_names_columns_and_says_what_a_single_image_tells(tiny, captions_csv, tmp_path, capsys):
    table, images = tmp_path / "one.csv", captions_csv.parent / "images"
    table.write_text("photo,said,note\n1.jpg,a blue half is on the left,some words of another kind\n", "utf-8")
    columns = {"images": str(images), "image": "photo", "caption": "said"}
    evaluate.main(Evaluation(str(tiny[0]), (str(table),), **columns))
    said = capsys.readouterr().out
    assert "images are in column 'photo', captions in 'said'" in said and "CIDEr-D of a single image is 0" in said
    assert max(len(line) for line in said.splitlines() if line.startswith("BLEU")) < 30


def test_predict_draws_the_same_with_the_same_seed_only(tiny, captioner, captions_csv):
    image = str(captions_csv.parent / "images" / "1.jpg")
    config = Prediction(str(tiny[0]), (image,), sample=True, temperature=5.0, top=3, seed=1)
    drawn = [one["caption"] for one in predict.main(config)[0]["top"]]
    again, images = (
        captioner.captioner(DecodingSettings(beams=3, sample=True, temperature=5.0), seed=1),
        np.array([image], object),
    )
    assert drawn == list(again(images)[0].texts) == list(again(images)[0].texts)
    again.seed = 2
    assert drawn != list(again(images)[0].texts)


def test_evaluate_scores_a_file(tiny, tmp_path):
    run = str(tiny[0])
    other = write_photos(tmp_path / "other", 20, 900)
    scores = evaluate.main(Evaluation(run, (str(other),), images=str(other.parent / "images")))
    written = json.loads((tiny[0] / "evaluation-captions.json").read_text())
    assert written["rows"] == 20 and len(written["captions"]) == 20 and scores["exact_match"] >= 0.8


def test_what_cannot_be_captioned_or_scored_is_refused(tiny, digits_run, captions_csv, tmp_path):
    run, digits = str(tiny[0]), str(digits_run[0])
    (tmp_path / "broken.jpg").write_bytes(b"broken")
    (tmp_path / "none").mkdir()
    image = str(captions_csv.parent / "images" / "1.jpg")
    for settings, message in [
        ({"files": (str(tmp_path / "broken.jpg"),)}, "broken.jpg: not an image.*No image is left"),
        ({"files": (str(tmp_path / "none"),)}, "holds no images"),
        ({"files": (str(tmp_path / "absent.jpg"),)}, "absent.jpg: no such file"),
        ({"text": ("a dog",)}, "`--text` is for translators"),
        ({"files": (image,), "output": "captions.txt"}, "must end in .csv, .tsv, .jsonl"),
        ({"files": (image,), "top": 5, "beams": 2}, "--top` cannot be more than `--beams"),
        ({"files": (image,), "temperature": 2.0}, "add `--sample`"),
        ({"files": (image,), "beams": 0}, "`beams` must be between 1 and 64. Received: beams=0"),
    ]:
        with pytest.raises(ValueError, match=message):
            predict.main(Prediction(run, **settings))
    with pytest.raises(DataError, match="scored on one file of captions"):
        evaluate.main(Evaluation(run, ("a.csv", "b.csv")))
    with pytest.raises(DataError, match="`--images` is for captioners"):
        evaluate.main(Evaluation(digits, images=str(tmp_path)))


def sealed_again(folder: Path) -> None:
    """A finished run that was changed by hand, with the sums of what it has now."""
    RunDirectory(folder).finish(json.loads((folder / "results.json").read_text()))


def test_images_of_another_size_than_the_networks_are_refused(tiny, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(tiny[0], folder)
    preparing = json.loads((folder / "preparing.json").read_text())
    (folder / "preparing.json").write_text(
        json.dumps({**preparing, "prepare": {**preparing["prepare"], "size": [8, 8]}})
    )
    sealed_again(folder)
    with pytest.raises(RunError, match="not of the same run"):
        read(str(folder)).captioner()


@pytest.mark.slow
def test_captions_of_similar_training_images_choose(tiny, captioner, captions_csv, tmp_path, loader_here, capsys):
    """A run that keeps its training images: predict, evaluate and the checked export give the same captions."""
    folder = tmp_path / "run"
    shutil.copytree(tiny[0], folder)
    shutil.rmtree(folder / "saved_model")
    config = Config(data=CaptionData(str(captions_csv), image_size=32), encoder=ImageEncoder("stem"), neighbours=7)
    preparing = json.loads((folder / "preparing.json").read_text())
    (folder / "preparing.json").write_text(json.dumps({**preparing, "neighbours": 7}))
    sealed_again(folder)
    prepared = TASK.prepare(config, TASK.load(config))
    neighbours.write(prepared, captioner.model, prepared.inputs, read(str(folder)).directory)
    sealed_again(folder)
    export.main(export.Config(str(folder)))
    assert "takes the bytes of JPEG (not CMYK), PNG, GIF, WEBP" in capsys.readouterr().out
    assert (folder / "saved_model").is_dir()
    image = np.array([str(captions_csv.parent / "images" / "1.jpg")], dtype=object)
    found = read(str(folder)).captioner(DecodingSettings(beams=3))(image)[0]
    plain = captioner.captioner(DecodingSettings(beams=3))(image)[0]
    assert sorted(found.texts) == sorted(plain.texts) and found.scores != plain.scores
    assert found.scores[0] > 0.1 > plain.scores[0]  # likeness to captions, not a log probability
    (folder / neighbours.FILE).write_bytes(b"broken")
    with pytest.raises(RunError, match="neighbours.npz: missing or broken"):
        read(str(folder)).captioner()


def test_more_neighbours_than_images_are_refused(captions_csv):
    config = Config(data=CaptionData(str(captions_csv)), neighbours=500)
    with pytest.raises(ValueError, match="`--neighbours` must be at most 160 for these 160 training images.*500"):
        TASK.prepare(config, TASK.load(config))
