"""A picture comes to the page as a file, by a drag, or from the camera."""

import io

import pytest
from PIL import Image

from tests.web.browser import needs_browser
from tests.web.page.asking import answered, ask, png, show
from tests.web.page.made_runs import PLANTED_FILE

pytestmark = [pytest.mark.browser, pytest.mark.whole, needs_browser]


def test_a_picture_is_chosen_as_a_file(page, standing, tmp_path):
    show(page, standing, "classify")
    ask(page)
    assert not standing.asked  # there is no picture yet
    page.locator("input[type=file]").set_input_files(png(tmp_path))
    page.get_by_text("2000 x 20 pixels").wait_for()
    ask(page)
    answered(page)
    assert len(standing.asked) == 1


@pytest.mark.parametrize(
    "name, size, told",
    [
        ("classify", (4096, 64), "-2048.jpg: 2048 x 32 pixels, scaled down"),
        ("segment", (2000, 1000), "-1024.jpg: 1024 x 512 pixels, scaled down"),
        ("classify", (30, 20), "-30.png: 30 x 20 pixels, written anew"),
    ],
)
def test_a_picture_that_the_server_does_not_take_is_drawn_anew(page, standing, name, size, told):
    content = io.BytesIO()
    Image.new("RGB", size, (255, 0, 0)).save(content, "PNG")
    kind = "avif" if size == (30, 20) else "png"
    show(page, standing, name)
    file = {"name": f"photo.{kind}", "mimeType": f"image/{kind}", "buffer": content.getvalue()}
    page.locator("input[type=file]").set_input_files([file])
    page.get_by_text(f"photo{told}").wait_for()
    assert page.get_by_role("link", name="save").get_attribute("download") == f"photo{told.split(':')[0]}"


def test_a_picture_is_dragged_here(page, standing):
    show(page, standing, "classify")
    data = page.evaluate_handle("""async () => {
        const blob = await (await fetch('page/models/classify/examples/0/image')).blob();
        const data = new DataTransfer();
        data.items.add(new File([blob], 'dropped.png', {type: 'image/png'}));
        return data;
    }""")
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": data})
    page.get_by_text("dropped.png: 8 x 8 pixels").wait_for()


def test_a_picture_is_taken_with_the_camera(page, standing):
    show(page, standing, "classify")
    page.evaluate("""() => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [32, 24];
        setInterval(() => canvas.getContext('2d').fillRect(0, 0, 9, 9), 20);
        navigator.mediaDevices.getUserMedia = async () => (window.seen = canvas.captureStream());
    }""")
    page.get_by_role("button", name="use the camera").click()
    page.locator("video").wait_for()
    page.get_by_role("button", name="Take the picture").click()
    page.get_by_text("camera.png: 32 x 24 pixels").wait_for()
    assert page.evaluate("window.seen.getTracks().map((one) => one.readyState)") == ["ended"]
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => { throw new Error('denied') } }")
    page.get_by_role("button", name="use the camera").click()
    page.get_by_text("No camera: denied").wait_for()


def test_what_is_no_picture_is_told(page, standing, tmp_path):
    show(page, standing, "classify")
    (tmp_path / f"{PLANTED_FILE}").write_text("no picture")
    page.locator("input[type=file]").set_input_files(tmp_path / PLANTED_FILE)
    page.get_by_text("is no picture that this browser can read").wait_for()
    assert not page.evaluate("window.planted ?? 0")
