"""Versions of a model: which are served, how one follows another, and what happens when a process is lost."""

import json
import shutil
import threading
import time

import numpy as np
import pytest

from cli.errors import UserError
from export import examples
from tests.web.serving.fakes import FakeProcess, Machine, folder, serving, sum_of_rows
from web.serving import model as model_module
from web.serving import models as models_module
from web.serving.errors import CallError
from web.serving.signature import PREDICT, Signature, Tensor
from web.serving.sources import FILE, source, sources
from web.serving.warming import differences, made

BODY = {"instances": [[1, 2]]}


def answered(client, path="/v1/models/m:predict"):
    return client.post(path, json=BODY)


def until(true, seconds=5.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


@pytest.fixture
def quick(monkeypatch):
    """Looks at the disk many times a second."""
    monkeypatch.setattr(models_module, "POLL", 0.02)


def states(client) -> dict[str, str]:
    return {one["version"]: one["state"] for one in client.get("/v1/models/m").json()["model_version_status"]}


@pytest.mark.parametrize("which, numbers", [("latest", {"10"}), ("all", {"2", "9", "10"}), ((2, 9), {"2", "9"})])
def test_which_versions_are_served(tmp_path, which, numbers):
    with serving(Machine(), folder(tmp_path, 2, 9, 10), which=which) as (client, models):
        assert states(client) == dict.fromkeys(numbers, "AVAILABLE")
        assert models.served()[0].version == max(map(int, numbers)) and models.served()[0].run is None


def test_every_number_of_rows_is_warmed_up_before_it_is_called(tmp_path):
    machine = Machine()
    with serving(machine, folder(tmp_path, 1)):
        assert [len(inputs["x"]) for _, inputs in machine.processes[0].calls] == [1, 2, 4, 8, 16, 32]
    assert machine.processes[0].has_ended


def test_a_new_version_takes_over_without_a_gap(tmp_path, quick, capsys):
    machine = Machine(seconds=0.005)
    path = folder(tmp_path / "models", 1)
    with serving(machine, path, watch=True) as (client, _):
        codes, ending = [], threading.Event()

        def ask():
            while not ending.is_set():
                codes.append(answered(client).status_code)

        asking = [threading.Thread(target=ask) for _ in range(3)]
        for one in asking:
            one.start()
        for number in range(2, 6):
            machine.starting = 0.05
            folder(path, number)
            until(lambda number=number: states(client) == {str(number): "AVAILABLE"})
        ending.set()
        for one in asking:
            one.join()
        assert set(codes) == {200} and len(codes) > 20
        until(lambda: [process.has_ended for process in machine.processes] == [True] * 4 + [False])
        assert answered(client, "/v1/models/m/versions/1:predict").status_code == 404


def test_a_broken_version_leaves_the_old_one_and_shows_why(tmp_path, quick):
    machine = Machine()
    machine.broken["2"] = "its graph is torn"
    path = folder(tmp_path, 1)
    with serving(machine, path, watch=True) as (client, _):
        folder(path, 2)
        until(lambda: "2" in states(client))
        assert states(client) == {"2": "END", "1": "AVAILABLE"} and answered(client).status_code == 200
        broken = client.get("/v1/models/m/versions/2").json()["model_version_status"][0]["status"]
        assert broken == {"error_code": "UNKNOWN", "error_message": "its graph is torn"}
        assert answered(client, "/v1/models/m/versions/2:predict").status_code == 404
        time.sleep(0.1)  # it is not tried again and again
        assert len(machine.processes) == 1
        del machine.broken["2"]
        (path / "2" / FILE).write_bytes(b"mended")
        until(lambda: states(client) == {"2": "AVAILABLE"})


def test_a_version_that_is_overwritten_by_a_broken_one_is_tried_once(tmp_path, quick, capsys):
    machine = Machine()
    path = folder(tmp_path, 1)
    with serving(machine, path, watch=True) as (client, models):
        machine.broken["1"] = "torn"
        (path / "1" / FILE).write_bytes(b"torn")
        until(lambda: models.by_name["m"].refused)
        time.sleep(0.1)
        assert answered(client).status_code == 200
        machine.broken.clear()
        (path / "1" / FILE).write_bytes(b"whole again")
        until(lambda: not models.by_name["m"].refused and machine.processes[0].has_ended)
        assert answered(client).status_code == 200 and len(machine.processes) == 2
    assert sum('"failed"' in line for line in capsys.readouterr().err.splitlines()) == 1


def test_a_version_that_does_not_fit_into_memory_leaves_the_old_one(tmp_path, quick, monkeypatch):
    class Memory:
        available = 999

    path = folder(tmp_path, 1)
    with serving(Machine(), path, watch=True) as (client, _):
        monkeypatch.setattr(model_module.psutil, "virtual_memory", Memory)
        folder(path, 2)
        until(lambda: "2" in states(client))
        assert answered(client).status_code == 200
        status = client.get("/v1/models/m/versions/2").json()["model_version_status"][0]["status"]
        assert "MB of memory" in status["error_message"]


def test_a_folder_that_vanishes_leaves_its_version(tmp_path, quick):
    path = folder(tmp_path, 1)
    with serving(Machine(), path, watch=True) as (client, _):
        shutil.rmtree(path / "1")
        time.sleep(0.1)
        assert answered(client).status_code == 200


def run_of(path, files=("config.json",)):
    """A folder that looks like a run, with examples."""
    (path / "saved_model" / "assets.extra").mkdir(parents=True)
    (path / "saved_model" / FILE).write_bytes(b"")
    for name in files:
        (path / name).write_text("{}")
    examples.write({"a field": np.float32([1, 2, 3])}, path / "examples.json")
    return path


def test_a_new_export_of_a_run_is_compared_with_the_old_one_on_its_examples(tmp_path, quick, capsys):
    from tests.web.serving.fakes import definition

    run = run_of(tmp_path / "m")
    fields = {"x": {"field": "a field", "type": "float32"}}
    (run / "saved_model/assets.extra/inputs.json").write_text(json.dumps(fields))
    head = {"serving_default": definition({"x": ("float32", (None,))}, {"y": ("float32", (None,))})}
    machine = Machine(lambda _, inputs: {"y": inputs["x"]}, head)
    with serving(machine, run, watch=True) as (client, models):
        assert models.served()[0].run == run
        assert machine.processes[0].calls[-1][1]["x"][:4].tolist() == [1, 2, 3, 1]
        machine.function = lambda _, inputs: {"y": np.where(inputs["x"] > 2, inputs["x"] + 3, inputs["x"])}
        (run / "saved_model" / FILE).write_bytes(b"trained again")
        until(lambda: len(machine.processes) == 2 and machine.processes[0].has_ended)
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "compared" in line]
    assert (told[0]["examples"], told[0]["differ"], told[0]["largest_difference"]) == (3, 1, 1.0)


def test_a_process_that_is_lost_is_started_again(tmp_path, capsys):
    machine = Machine(seconds=0.01)
    with serving(machine, folder(tmp_path, 1)) as (client, _):
        machine.starting = 0.3
        machine.processes[0].kill()
        until(lambda: states(client) == {"1": "LOADING"})
        refused = answered(client)
        assert refused.status_code == 503 and refused.headers["retry-after"] == "2"
        assert client.get("/healthz").status_code == client.get("/v2/health/ready").status_code == 503
        assert client.get("/v2/models/m/ready").status_code == 503
        until(lambda: states(client) == {"1": "AVAILABLE"})
        assert answered(client).status_code == 200 and len(machine.processes) == 2
    assert "ended with -9" not in capsys.readouterr().out


def test_a_batch_that_never_ends_costs_its_process(tmp_path):
    from web.serving.limits import Limits

    machine = Machine()
    with serving(machine, folder(tmp_path, 1), Limits(seconds=0.2)) as (client, _):
        machine.processes[0].seconds = 60
        assert answered(client).status_code == 504
        until(lambda: len(machine.processes) == 2 and states(client) == {"1": "AVAILABLE"})
        assert answered(client).status_code == 200


def test_while_it_loads_callers_are_told_when_to_come_again(tmp_path):
    machine = Machine()
    machine.starting = 0.5
    from starlette.testclient import TestClient

    from web.address import Address
    from web.serving.application import application
    from web.serving.limits import Limits
    from web.serving.models import Models
    from web.serving.processes import Processes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Processes, "start", machine.start)
        patch.setattr(Processes, "keep_spare", lambda _: None)
        models = Models([source(f"m={folder(tmp_path, 1)}")], Limits())
        with TestClient(application(models, Address()), base_url="http://127.0.0.1") as client:
            early = answered(client)
            assert early.status_code == 503 and early.headers["retry-after"] == "2"
            assert client.get("/v2/health/live").status_code == 200
            until(lambda: models.are_ready)
            assert answered(client).status_code == 200


def test_what_cannot_be_loaded_at_the_start_ends_the_server(tmp_path):
    machine = Machine()
    machine.broken["1"] = "no graph with the tag `serve`"
    with pytest.raises(UserError, match="/1: no graph with the tag"):
        with serving(machine, folder(tmp_path, 1)):
            pass


def test_numbers_that_are_not_there_end_the_server(tmp_path):
    with pytest.raises(UserError, match="has none of the versions 2, 3"):
        with serving(Machine(), folder(tmp_path, 1), which=(2, 3)):
            pass


def test_of_all_versions_those_that_can_be_are_served(tmp_path):
    machine = Machine()
    machine.broken["2"] = "torn"
    with serving(machine, folder(tmp_path, 1, 2), which="all") as (client, _):
        assert states(client) == {"2": "END", "1": "AVAILABLE"} and answered(client).status_code == 200


def test_metrics_forget_what_is_served_no_more(tmp_path, quick):
    path = folder(tmp_path, 1)
    with serving(Machine(), path, watch=True) as (client, _):
        answered(client)
        assert 'lamina_batch_rows_count{model="m",version="1"}' in client.get("/metrics").text
        folder(path, 2)
        until(lambda: states(client) == {"2": "AVAILABLE"})
        answered(client)
        until(lambda: 'version="1"' not in client.get("/metrics").text)
        assert 'lamina_batch_rows_count{model="m",version="2"}' in client.get("/metrics").text


def test_a_defect_at_the_start_is_not_swallowed(tmp_path):
    machine = Machine(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        with serving(machine, folder(tmp_path, 1)):
            pass


@pytest.mark.parametrize(
    "argument, words",
    [
        ("{}/nothing", "no such folder"),
        ("{}/empty", "neither a run nor numbered folders"),
        ("a b={}/numbered", "no name of a model"),
        ("../x={}/numbered", "no name of a model"),
        ("{}/unexported", "python -m apps.export"),
        ("{}/numbered/1", "put it into a folder with a number"),
    ],
)
def test_what_cannot_be_served(tmp_path, argument, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "unexported").mkdir()
    (tmp_path / "unexported/config.json").write_text("{}")
    folder(tmp_path / "numbered", 1)
    with pytest.raises(UserError, match=words):
        source(argument.format(tmp_path))


def test_two_models_of_one_name(tmp_path):
    folder(tmp_path / "a/m", 1), folder(tmp_path / "b/m", 1)
    with pytest.raises(UserError, match="two models are called m"):
        sources((f"{tmp_path}/a/m", f"{tmp_path}/b/m"))
    assert [one.name for one in sources((f"{tmp_path}/a/m", f"n={tmp_path}/b/m"))] == ["m", "n"]


def test_folders_whose_names_are_no_versions_are_left_alone(tmp_path):
    folder(tmp_path, 1, 7)
    for name in ("٧", "-1", "1.5", "2x", "9" * 30, "tmp"):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILE).write_bytes(b"")
    (tmp_path / "8").mkdir()  # not whole yet
    assert sorted(source(str(tmp_path)).versions()) == [1, 7]


@pytest.mark.parametrize(
    "new, expected",
    [
        ({"y": np.float32([1, 2, np.nan]), "s": np.array([b"a", b"b", b"c"], object)}, (0, 0.0)),
        ({"y": np.float32([1, 4, np.nan]), "s": np.array([b"a", b"b", b"c"], object)}, (1, 1.0)),
        ({"y": np.float32([1, 2, np.nan]), "s": np.array([b"x", b"b", b"y"], object)}, (2, 0.0)),
        ({"y": np.float32([1, 2, np.nan])}, (3, float("inf"))),
    ],
)
def test_how_far_two_answers_are_apart(new, expected):
    old = {"y": np.float32([1, 2, np.nan]), "s": np.array([b"a", b"b", b"c"], object)}
    assert differences(old, new) == expected


@pytest.mark.parametrize("dtype, made_of", [("bfloat16", "float32"), ("string", "object"), ("int64", "int64")])
def test_a_record_of_nothing(dtype, made_of):
    one = Signature("s", PREDICT, {"x": Tensor("x", dtype, (None, 3)), "y": Tensor("y", "float32", None)}, {})
    found = made(one)
    assert found["x"].shape == (1, 3) and found["x"].dtype == made_of and found["y"].shape == ()
    assert made(Signature("s", PREDICT, {"x": Tensor("x", "DT_VARIANT", ())}, {})) is None


def test_the_fake_is_like_the_process():
    from web.serving.process import Process

    for name in ("call", "kill", "end"):
        assert callable(getattr(Process, name)) and callable(getattr(FakeProcess, name))
    with pytest.raises(CallError):
        sum_of_rows("", {"x": np.float32([[-1, 0]])})
