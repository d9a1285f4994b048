"""The harness of the browser tests sees what it is there to see."""

from pathlib import Path

import pytest

from tests.web.browser import needs_browser, opened, scrolls_sideways, served

PAGES = {
    "good": "<title>good</title><p>words</p>",
    "wide": "<div style='width:5000px'>wide</div>",
    "thrown": "<script>throw new Error('planted')</script>",
    "console": "<script>console.error('planted')</script>",
    "foreign": "<img src='http://other.invalid/a.png'>",
}
SERVER = """
import signal, sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_): pass

server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Handler(*a, directory=sys.argv[1]))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"open http://127.0.0.1:{server.server_address[1]}/ in a browser", flush=True)
server.serve_forever()
"""
pytestmark = [pytest.mark.browser, pytest.mark.whole, needs_browser]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("pages")
    for name, page in PAGES.items():
        (folder / f"{name}.html").write_text(f"<!doctype html><link rel=icon href='data:,'>{page}")
    with served("-c", SERVER, str(folder)) as found:
        yield found


def test_a_good_page_passes(address):
    with opened(f"{address}good.html", width=320) as page:
        assert page.title() == "good" and not scrolls_sideways(page)
    with opened(f"{address}wide.html", width=320) as page:
        assert scrolls_sideways(page)


@pytest.mark.parametrize("name", ["thrown", "console", "foreign"])
def test_a_fault_of_a_page_fails_its_test(address, name):
    with pytest.raises(AssertionError, match=name), opened(f"{address}{name}.html") as page:
        page.wait_for_timeout(50)
