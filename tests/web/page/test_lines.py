"""The commands that the page shows do what it did."""

import json
import subprocess

import pytest

from tests.web.browser import needs_browser
from tests.web.page.asking import answered, ask, png, show
from tests.web.page.conftest import TOKEN

pytestmark = [pytest.mark.browser, pytest.mark.whole, needs_browser]


def test_the_lines_send_the_very_request(page, standing, tmp_path):
    show(page, standing, "regress")
    page.get_by_label("note", exact=True).fill("""it's "50%" of \\n $HOME `id` é""")
    ask(page)
    answered(page)
    run_lines(page, standing, tmp_path)


def test_the_lines_read_a_large_picture_from_its_file(page, standing, tmp_path):
    show(page, standing, "classify")
    path = png(tmp_path)
    with open(path, "ab") as file:
        file.write(b"\0" * 300_000)  # longer than an argument of a command may be
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("2000 x 20 pixels").wait_for()
    ask(page)
    answered(page)
    assert all(len(line) < 2000 for line in run_lines(page, standing, tmp_path))


def run_lines(page, standing, folder) -> list[str]:
    """Runs both lines of the page in a folder, and compares what they send and print."""
    page.get_by_text("This request as a command").click()
    shell, python = page.locator(".line pre").all_inner_texts()
    assert f"Bearer {TOKEN}" in shell and f"Bearer {TOKEN}" in python
    printed = [
        subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
        for command in (["bash", "-c", shell], ["python3", "-c", python])
    ]
    page_sent, *lines_sent = (repr(json.loads(body)) for body in standing.asked)
    assert lines_sent == [page_sent] * 2
    assert all("predictions" in one for one in printed)
    return [shell, python]
