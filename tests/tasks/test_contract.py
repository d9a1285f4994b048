"""What every task promises, for each folder of tasks/: one run of seconds, asked everything that a run can be asked."""

import csv
import json
import shutil
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from apps import evaluate, export, predict
from cli.errors import UserError
from export import examples
from tasks import course
from tasks.request import Evaluation, Prediction
from tasks.task import by_name, names
from tasks.trained import read
from tests.tasks.runs import FILES, guard_in_this_process, interrupted
from tests.web.serving import protocols
from training import manifest
from training.run_directory import RunDirectory
from tuning.dry_run import some

TASKS = names()
# What writes texts traces graphs for minutes; in `make test-whole` their own whole runs stand for them.
MARKS = {"classify": [], **dict.fromkeys(("caption", "translate", "explain"), [pytest.mark.slow])}
SIX_DIGITS = 5.1e-6  # half a unit of the sixth, to which predictions are rounded, of a number that begins with a 1
RUNS = [pytest.param(name, marks=MARKS.get(name, [pytest.mark.whole])) for name in TASKS]


def test_there_are_tasks():
    assert {"classify", "regress", "autoencode", "translate", "caption"} <= set(TASKS)


def on_fewer_records(task):
    """The task with at most 1,000 training and 100 validation records, read once, so that a run takes seconds."""
    loaded = {}

    def load(config):
        key = repr((config.data, config.trainer.seed))
        if key not in loaded:
            splits = task.load(config)
            fewer = {"train": some(splits.train, 1000), "validation": some(splits.validation, 100)}
            loaded[key] = replace(splits, **fewer)
        return loaded[key]

    return replace(task, load=load)


@pytest.fixture(scope="module", params=RUNS)
def finished(request, tmp_path_factory):
    """A task, and the folder of a whole run under the microscope, interrupted in its second epoch and typed again;
    metrics of one that was neither are beside it."""
    task, folder = on_fewer_records(by_name(request.param)), tmp_path_factory.mktemp(request.param)
    trainer = replace(task.tiny.trainer, epochs=max(2, min(task.tiny.trainer.epochs, 3)))
    config = replace(task.tiny, trainer=trainer)
    whole = replace(config, run_dir=str(folder / "whole"))
    halves = replace(config, run_dir=str(folder / "halves"), trainer=replace(trainer, microscope=True))
    course.run(task, whole, until="trained")
    with interrupted("begin", 2):
        course.run(task, halves, until="trained")
    with guard_in_this_process():
        figures = course.run(task, halves)
    return task, halves, folder, figures


def test_an_interrupted_run_goes_on_to_the_byte(finished):
    _, _, folder, _ = finished
    assert (folder / "halves/metrics.csv").read_bytes() == (folder / "whole/metrics.csv").read_bytes()
    from models.loading import load

    one, other = (load(folder / name / "model.keras").get_weights() for name in ("whole", "halves"))
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(one, other, strict=True))


def test_a_run_ends_with_all_its_files(finished):
    task, _, folder, _ = finished
    optional = {name.rstrip("/") for name in task.files}
    found = {path.name for path in (folder / "halves").iterdir()}
    assert found >= FILES and found <= FILES | optional | {"microscope.json"}
    assert list((folder / "halves").rglob("microscope.json"))
    assert not list((folder / "halves").rglob("checkpoint.npz"))
    page = (folder / "halves/report.html").read_text("utf-8")
    assert "<script src" not in page and "http://" not in page.replace("http://www.w3.org", "")
    for name in task.files:
        assert name in page


def test_typed_again_it_prints_the_same_last_line_and_changes_no_file(finished, capsys):
    task, config, folder, figures = finished

    def written():
        return {path: path.stat().st_mtime_ns for path in (folder / "halves").rglob("*")}

    before = written()
    assert course.run(task, config) == json.loads(json.dumps(figures))
    assert written() == before
    printed = capsys.readouterr().out
    assert "is finished; --fresh trains it anew" in printed
    line = dict(pair.split("=") for pair in printed.splitlines()[-1].split())
    assert float(line["saved_model_difference"]) <= 1e-5
    first, value = next(iter(figures.items()))
    assert float(line[f"test_{first}"]) == pytest.approx(value, rel=1e-4)


def test_every_figure_is_a_number_and_json_is_json(finished):
    _, _, folder, figures = finished
    for name in ("config.json", "results.json", "preparing.json", "environment.json"):
        json.loads((folder / "halves" / name).read_text("utf-8"), parse_constant=pytest.fail)
    assert all(isinstance(value, int | float) for value in figures.values())


def test_its_own_test_split_is_scored_alike(finished):
    _, _, folder, figures = finished
    scores = evaluate.main(Evaluation(str(folder / "halves")))
    shared = set(scores) & set(figures)
    assert shared
    assert {name: scores[name] for name in shared} == pytest.approx({n: figures[n] for n in shared}, rel=1e-4)


def test_raw_records_get_answers(finished, tmp_path):
    _, _, folder, _ = finished
    raw = examples.read(folder / "halves" / "examples.json")
    files, output = as_files(raw, tmp_path), tmp_path / "answers.csv"
    rows = predict.main(Prediction(str(folder / "halves"), files, output=str(output)))
    assert len(rows) == len(next(iter(raw.values()))) == len({row["origin"] for row in rows})
    assert [row["origin"] for row in csv.DictReader(output.read_text("utf-8").splitlines())] == [
        row["origin"] for row in rows
    ]


def test_it_is_served_by_every_protocol_as_it_predicts(finished, tmp_path):
    task, _, folder, _ = finished
    run = folder / "halves"
    count = 20 if task.name in ("caption", "translate") else 100
    raw = protocols.drawn(examples.read(run / "examples.json"), count, np.random.default_rng(0))
    served = protocols.answers(run, raw)
    rows = predict.main(Prediction(str(run), as_files(raw, tmp_path), output=str(tmp_path / "answers.csv")))
    for way, found in served.items():
        assert found.keys() == served["rows"].keys()
        for name, values in found.items():
            told(values, served["rows"][name], f"{task.name}, {name} by {way}")
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    answers = dict(served["rows"])
    if "code" in answers:
        answers |= {f"code_{place}": values for place, values in enumerate(answers["code"].T, start=1)}
    if "ids" in answers:  # of a picture's pixels, of which apps.predict tells the mean
        answers["confidence"] = answers["confidence"].sum(axis=(1, 2)) / answers["size"].prod(axis=1)
    shared = answers.keys() & columns.keys()
    assert shared
    for name in shared:
        told(np.array(columns[name]), answers[name], f"{task.name}, {name} by apps.predict", SIX_DIGITS)


def told(found: np.ndarray, expected: np.ndarray, what: str, tolerance: float = 1e-6) -> None:
    """Texts must be equal, numbers nearly so, relative to the largest."""
    assert found.shape == expected.shape, what
    if expected.dtype.kind in "fc":
        scale = max(1.0, float(np.abs(expected).max(initial=0)))
        np.testing.assert_allclose(found.astype(float), expected, rtol=0, atol=tolerance * scale, err_msg=what)
    else:
        assert found.tolist() == expected.tolist(), what


def as_files(raw: dict[str, np.ndarray], folder) -> tuple[str, ...]:
    """Raw records as a user would bring them: image files, lines of text, or a table."""
    if "image" in raw:
        for number, content in enumerate(raw["image"]):
            (folder / f"{number:03d}.png").write_bytes(content)
        return (str(folder),)
    if "text" in raw:
        (folder / "lines.txt").write_text("".join(f"{text}\n" for text in raw["text"]), "utf-8")
        return (str(folder / "lines.txt"),)
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(raw)
        writer.writerows(zip(*raw.values(), strict=True))
    return (str(folder / "rows.csv"),)


def test_it_exports_to_the_formats_that_it_names_and_to_no_other(finished, tmp_path):
    _, _, folder, _ = finished
    trained = read(str(folder / "halves"))
    assert trained.formats[0] == "saved_model"
    with guard_in_this_process():
        found = export.main(export.Config(str(folder / "halves"), "all", str(tmp_path / "exports")))
    assert set(found) == {f"{kind}_difference" for kind in trained.formats}
    for kind in {"litert", "onnx"} - set(trained.formats):
        with pytest.raises(UserError, match="saved_model"):
            export.main(export.Config(str(folder / "halves"), kind, str(tmp_path)))


READ_BY_THE_PAGE = {
    "classes": {"label", "probability", "probabilities"},
    "number": {"prediction", "lower", "upper"},
    "reconstruction": {"code", "anomaly_score"},
    "sentence": {"translation", "complete", "unknown"},
    "caption": {"caption", "complete"},
    "explanation": {"explanation", "probability", "told", "complete", "not", "counter"},
    "mask": {"ids", "confidence", "size"},
}


def test_its_schema_names_what_its_saved_model_takes_and_gives(finished):
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    task, _, folder, _ = finished
    if task.schema is None:
        return
    schema = task.schema(RunDirectory(folder / "halves").read_json("preparing.json"))
    saved = SavedModel.FromString((folder / "halves/saved_model/saved_model.pb").read_bytes())
    signature = saved.meta_graphs[0].signature_def["serving_default"]
    assert {one.name for one in schema.fields} == set(signature.inputs)
    restored = {name for _, name in getattr(schema.answer, "columns", ())}
    assert READ_BY_THE_PAGE[schema.answer.kind] | restored <= set(signature.outputs)


DAMAGES = {
    "preparing": lambda run: (run / "preparing.json").write_text("{}"),
    "config": lambda run: (run / "config.json").write_text('{"app": "nothing"}'),
    "model": lambda run: (run / "model.keras").write_bytes((run / "model.keras").read_bytes()[:999]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_run_is_refused(finished, damage, tmp_path):
    _, _, folder, _ = finished
    run = shutil.copytree(folder / "halves", tmp_path / "run", ignore=shutil.ignore_patterns("saved_model"))
    damage(run)
    with pytest.raises(UserError, match=str(run)):
        _ = read(str(run)).model


READ = {"config.json", "preparing.json", "model.keras", "examples.json", "results.json", "neighbours.npz"}


def test_no_byte_of_a_finished_run_changes_unnoticed(finished, tmp_path):
    """Bytes drawn at random from all files: a reader refuses, or does not read the file; then the damage is listed."""
    _, _, folder, _ = finished
    run = RunDirectory(shutil.copytree(folder / "halves", tmp_path / "run"))
    names = [
        path.relative_to(run.path).as_posix() for path in run.path.rglob("*") if path.stat().st_size and path.is_file()
    ]
    names = [name for name in names if not name.startswith("evaluation-")]  # of other data, by a test beside this one
    random = np.random.default_rng(0)
    for number in range(100):
        path = run / names[number % len(names)]
        whole = path.read_bytes()
        place = int(random.integers(len(whole)))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ int(random.integers(1, 256))]) + whole[place + 1 :])
        assert noticed(run, path), (path, place)
        path.write_bytes(whole)
    for name in names:
        (run / name).rename(tmp_path / "kept")
        (run / name).mkdir()
        assert noticed(run, run / name), name
        (run / name).rmdir()
        (tmp_path / "kept").rename(run / name)
    assert not list(manifest.differences(run.path))


def noticed(run: RunDirectory, path) -> bool:
    """Whether those who read a run refuse it for the file at `path`, or at least list it."""
    try:
        read(str(run.path)).directory.verify("examples.json", "results.json")
    except UserError as refusal:
        return str(path) in str(refusal)
    if path.name == manifest.FILE:  # a blank for a blank
        return not list(manifest.differences(run.path))
    return path.name not in READ and path in [one for one, _ in manifest.differences(run.path)]


@pytest.mark.parametrize("name", TASKS)
def test_settings_are_data(name):
    """Frozen dataclasses all the way, a line of help for each, and values that JSON has."""
    task = by_name(name)
    assert task.name == name and isinstance(task.tiny, task.config)
    pending = [task.config(), task.tiny]
    while pending:
        value = pending.pop()
        assert type(value).__dataclass_params__.frozen
        for field in fields(value):
            inner = getattr(value, field.name)
            if is_dataclass(inner):
                pending.append(inner)
            else:
                json.dumps(inner)


def test_the_test_split_is_out_of_reach_while_it_trains(finished, tmp_path):
    """A search trains and measures on splits whose test part raises."""
    from data.folds import withheld

    task, config, _, _ = finished
    once = replace(config, trainer=replace(config.trainer, epochs=1))
    prepared = task.prepare(once, withheld(task.load(once)))
    learned = task.train(prepared, RunDirectory(tmp_path))
    assert set(task.measure(prepared, learned)) >= set(task.objectives)
