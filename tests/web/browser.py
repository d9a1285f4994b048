"""A real browser for the tests marked `browser`: Playwright drives the Chromium of the system.

    from tests.web.browser import opened, served

`opened` fails a test when its page wrote an error to the console, threw, or asked any other server.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest

from cli.packages import child_environment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING = "needs Playwright and a Chromium: pip install playwright; apt-get install chromium"
needs_browser = pytest.mark.skipif(not (CHROMIUM and find_spec("playwright")), reason=MISSING)


@contextmanager
def served(*arguments: str, seconds: float = 60) -> Iterator[str]:
    """A server of the suite in a process of its own: the address that it prints. It must end with code 0 on SIGTERM.

    Args:
        arguments: Of Python, such as "-m", "apps.playground", "--port", "0".
        seconds: In which it is ready.
    """
    with tempfile.TemporaryFile("w+") as told:  # a pipe that nobody empties would stop the server
        process = subprocess.Popen(
            [sys.executable, *arguments], env=child_environment(), stdout=told, stderr=subprocess.STDOUT
        )
        try:
            yield _address(process, told, seconds)
            process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen, told, seconds: float) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        text = os.pread(told.fileno(), 100_000, 0).decode()  # the place where the process writes is left alone
        for line in text.splitlines(keepends=True):
            found = [word for word in line.split() if word.startswith("http://")]
            if found and line.endswith("\n"):
                return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no address within {seconds} s; it said:\n{os.pread(told.fileno(), 100_000, 0).decode()}")


@contextmanager
def opened(address: str, width: int = 1280, height: int = 900, dark: bool = False) -> Iterator:
    """A Playwright `Page` on the address, in a browser of its own. Afterwards: no error, no foreign request."""
    from playwright.sync_api import sync_playwright

    faults = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.on("console", lambda one: faults.append(f"console: {one.text}") if one.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(f"thrown: {error}"))
        page.on("request", lambda one: faults.append(f"foreign: {one.url}") if _foreign(one.url, address) else None)
        page.goto(address)
        yield page
        browser.close()
    assert not faults, faults


def _foreign(url: str, address: str) -> bool:
    asked = urlsplit(url)
    return asked.scheme not in ("data", "blob") and asked.netloc != urlsplit(address).netloc


def scrolls_sideways(page) -> bool:
    """Whether a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
