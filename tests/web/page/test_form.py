"""What the page is told of a run, and of a SavedModel without one."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from cli.errors import UserError
from cli.packages import ROOT
from tasks.task import by_name
from tests.web.page.made_runs import DAY, PLANTED, PLANTED_FILE, PREPARING, write
from web.page import examples, form
from web.serving.signature import PREDICT, Signature, Tensor


@pytest.mark.parametrize("name", PREPARING)
def test_a_run_of_every_kind_has_a_form_that_json_holds(name, tmp_path):
    found = form.of_run(write(tmp_path, name))
    assert json.loads(json.dumps(found, allow_nan=False)) == json.loads(json.dumps(found))
    assert found["data"] == PLANTED_FILE and len(found["examples"]) == 2
    assert all(set(record) == {one["name"] for one in found["fields"]} for record in found["examples"])


def test_examples_are_values_that_json_has(tmp_path):
    run = write(tmp_path, "regress")
    first, *_ = form.of_run(run)["examples"]
    assert first["age"] == 41.0 and first["town"] == PLANTED and first["since"] == DAY
    assert None in first.values()  # what was missing
    assert examples._value("x", np.float32(93.6)) == 93.6


def test_a_picture_is_found_by_its_row_and_field(tmp_path):
    run = write(tmp_path, "classify")
    content, kind = examples.picture(run, 1, "image")
    assert kind == "image/png" and content.startswith(b"\x89PNG")
    for row, field in ((2, "image"), (0, "other"), (0, "../config.json")):
        assert examples.picture(run, row, field) is None
    assert examples.picture(write(tmp_path, "translate"), 0, "text") is None


def test_a_damaged_run_says_so(tmp_path):
    run = write(tmp_path, "classify")
    (run / "examples.json").write_text("{")
    with pytest.raises(UserError, match=r"examples\.json"):
        form.of_run(run)


def test_a_task_without_a_schema_has_no_form_of_its_own(tmp_path, monkeypatch):
    task = replace(by_name("classify"), schema=None)
    monkeypatch.setattr(form, "by_name", lambda name: task)
    assert form.of_run(write(tmp_path, "classify")) is None


@pytest.mark.parametrize(
    "name, dtype, shape, kind",
    [
        ("age", "float32", (None,), "number"),
        ("age", "bfloat16", (None,), "number"),
        ("age", "uint8", (None,), "number"),
        ("text", "string", (None,), "text"),
        ("image", "string", (None,), "picture"),
        ("scan_bytes", "string", (None,), "picture"),
        ("x", "float32", (None, 4), "values"),
        ("x", "float32", None, "values"),
        ("x", "float32", (), "values"),
        ("x", "bool", (None,), "values"),
    ],
)
def test_an_input_of_any_saved_model_becomes_a_field(name, dtype, shape, kind):
    signature = Signature("serving_default", PREDICT, {name: Tensor(name, dtype, shape)}, {})
    found = form.of_signatures({"serving_default": signature}, "model")
    assert [(one["name"], one["kind"]) for one in found["fields"]] == [(name, kind)]
    assert found["answer"] == {"kind": "values"}


def test_a_saved_model_without_a_usual_signature_says_so():
    with pytest.raises(UserError, match="only encode"):
        form.of_signatures({"encode": Signature("encode", PREDICT, {}, {})}, "model")


def test_the_data_is_told_without_its_folder():
    assert form.told("/home/me/people.csv") == "people.csv"
    assert form.told(["train.en", "data/train.de"]) == "train.en, train.de"
    assert form.told("tfds:mnist") == "tfds:mnist"


def test_no_framework_is_loaded_for_it():
    code = (
        "import sys, web.page.routes, tasks.task as t; [t.by_name(n) for n in t.names()]; "
        "assert not {'tensorflow', 'keras', 'pandas', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
