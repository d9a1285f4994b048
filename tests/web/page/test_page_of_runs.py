"""The page before real runs: `python -m apps.serve` in a process of its own, and a browser that asks it."""

import base64
import json
import subprocess
from dataclasses import replace

import pytest

from tasks import course
from tasks.request import Prediction
from tasks.task import by_name, names
from tasks.trained import read
from tests.tasks.runs import guard_in_this_process
from tests.tasks.test_contract import on_fewer_records
from tests.web.browser import needs_browser, opened, scrolls_sideways, served

pytestmark = [pytest.mark.browser, needs_browser]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


def trained(folder, name: str):
    """The folder of a tiny run of the task."""
    task, place = on_fewer_records(by_name(name)), folder / name
    if not place.exists():
        trainer = replace(task.tiny.trainer, epochs=min(task.tiny.trainer.epochs, 3))
        with guard_in_this_process():
            course.run(task, replace(task.tiny, trainer=trainer, run_dir=str(place)))
    return place


def answered(page) -> str:
    page.wait_for_selector(
        "#result:not([hidden]) #answer:not([aria-busy]) .hint, #trouble:not([hidden])", timeout=60_000
    )
    assert page.locator("#trouble").is_hidden(), page.locator("#trouble").inner_text()
    return page.locator("#answer").inner_text()


@pytest.mark.whole
def test_the_page_answers_as_predict_does(folder, tmp_path):
    """And so do its lines."""
    run = trained(folder, "classify")
    with served("-m", "apps.serve", str(run), "--port", "0", seconds=120) as address, opened(address) as page:
        page.locator(".examples button").nth(2).click()
        told = answered(page)
        page.get_by_text("This request as a command").click()
        lines = page.locator(".line pre").all_inner_texts()
        shell, python = (
            json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.replace("'", '"'))
            for command in (["bash", "-c", lines[0]], ["python3", "-c", lines[1]])
        )
    picture = tmp_path / "example.png"
    records = json.loads((run / "examples.json").read_text())
    picture.write_bytes(base64.b64decode(records["image"]["values"][2]))
    (row,) = read(str(run)).answers(Prediction(str(run), (str(picture),)))
    assert told.split()[0] == row["label"] and f"{100 * row['probability']:.1f}%" in told
    assert shell == python and shell["predictions"][0]["label"] == row["label"]


@pytest.mark.slow
def test_the_page_of_every_task_answers(folder):
    runs = [str(trained(folder, name)) for name in names()]
    with served("-m", "apps.serve", *runs, "--port", "0", seconds=300) as address:
        for width in (1280, 320):
            with opened(address, width=width) as page:
                for name in names():
                    page.goto(f"{address}#{name}")
                    page.reload()
                    for example in page.locator(".examples button").all()[:3]:
                        example.click()
                        answered(page)
                    for fold in page.locator("#answer summary").all():
                        fold.click()
                    page.wait_for_timeout(500)
                    assert page.locator("#answer .trouble").count() == 0
                    assert not scrolls_sideways(page), name
