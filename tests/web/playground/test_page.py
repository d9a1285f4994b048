"""The playground in a real browser: learning by a click, pixels read, and everything that a user does."""

import re
import time
import zipfile

import pytest

from tests.web.browser import needs_browser, opened, scrolls_sideways, served

pytestmark = [pytest.mark.browser, pytest.mark.whole, needs_browser]


@pytest.fixture(scope="module")
def address():
    with served("-m", "apps.playground", "--port", "0", seconds=240) as found:
        yield found


def until(page, condition, seconds: float = 60) -> None:
    """Wait; the page's own way takes `eval`, which its policy forbids."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s; loss {page.inner_text('#testLoss')}"
        page.wait_for_timeout(20)


def number(page, where: str) -> float:
    text = page.inner_text(where).replace(",", "")
    return float(text) if re.fullmatch(r"[\d.e+-]+", text) else float("nan")


def ready(page) -> None:
    page.wait_for_selector("#neuron-0-0", timeout=60_000)
    until(page, lambda: number(page, "#trainLoss") >= 0)


def learn(page, loss: float, epochs: int) -> None:
    """Play until the test loss is well below, within so many epochs: the pause comes an epoch or two later."""
    page.click("#play")
    until(page, lambda: number(page, "#testLoss") < 0.7 * loss or number(page, "#epoch") >= epochs, 240)
    page.click("#play")
    until(page, lambda: "Play" in page.inner_text("#play"))
    assert number(page, "#testLoss") < loss


def pixel(page, x: float, y: float) -> list[int]:
    """Red, green and blue of the output where the data has x and y."""
    return page.evaluate(
        """([x, y]) => {
            const canvas = document.getElementById("map"), scale = canvas.width / canvas.clientWidth;
            const side = canvas.clientWidth - 34 - 6;
            const at = [34 + (x / 6 + 1) / 2 * side, 6 + (1 - y / 6) / 2 * side].map((one) => Math.round(one * scale));
            return [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
        }""",
        [x, y],
    )


def is_blue(page, x: float, y: float) -> bool:
    """Whether the output is positive there; else it is orange."""
    red, _, blue = pixel(page, x, y)
    assert abs(red - blue) > 40, f"neither blue nor orange at {x}, {y}: {red} {blue}"
    return blue > red


def on_edge(page, number: int) -> list[float]:
    """A place in the window where an edge lies on top of the others."""
    return page.evaluate(
        """(number) => {
            const path = document.querySelectorAll("#edges path.hit")[number];
            for (let share = 0.1; share < 1; share += 0.02) {
                const at = path.getPointAtLength(share * path.getTotalLength()).matrixTransform(path.getScreenCTM());
                if (document.elementFromPoint(at.x, at.y) === path) return [at.x, at.y];
            }
        }""",
        number,
    )


@pytest.mark.parametrize(
    ("data", "blue", "orange"),
    [
        ("xor", [(4, 4.1), (-4.1, -4)], [(-4, 4.1), (4.1, -4)]),
        ("circle", [(0.1, 0.1)], [(-5.5, 5.5), (5.5, 5.4), (5.5, -5.4), (-5.5, -5.4)]),
        ("gauss", [(4.4, 4.3)], [(-4.4, -4.3)]),
    ],
)
def test_a_click_on_play_learns(address, data, blue, orange):
    with opened(f"{address}#dataset={data}&seed=1&discretize=true") as page:
        ready(page)
        learn(page, 0.05, 200)
        assert all(is_blue(page, *one) for one in blue) and not any(is_blue(page, *one) for one in orange)


def test_the_lesson_of_the_spiral_gets_below_two_hundredths(address):
    with opened(address) as page:
        ready(page)
        page.click("[data-lesson=spiral]")
        page.wait_for_selector("#lesson:not([hidden])")
        until(page, lambda: "tutorial=spiral" in page.url)
        learn(page, 0.02, 200)
        assert "apps.lectures S17" in page.inner_text("#lesson")


def test_rewind_repeats_the_curve(address):
    with opened(f"{address}#seed=5") as page:
        ready(page)
        told = []
        for _ in range(2):
            for _ in range(3):
                epoch = number(page, "#epoch")
                page.click("#step")
                until(page, lambda epoch=epoch: number(page, "#epoch") == epoch + 1)
            told.append((page.inner_text("#trainLoss"), page.inner_text("#testLoss"), pixel(page, 2, 3)))
            page.click("#rewind")
            until(page, lambda: number(page, "#epoch") == 0)
        assert told[0] == told[1]


def test_a_weight_set_by_hand_is_shown_and_kept(address):
    with opened(f"{address}#seed=5&networkShape=2") as page:
        ready(page)
        before = page.evaluate("document.getElementById('neuron-0-0').firstChild.toDataURL()")
        page.click("#neuron-0-0")
        fields = page.locator("#neuronWeights input")
        assert fields.count() == 3
        fields.nth(1).fill("-3.5")
        fields.nth(1).press("Tab")
        until(page, lambda: page.evaluate("document.getElementById('neuron-0-0').firstChild.toDataURL()") != before)
        page.keyboard.press("Escape")
        page.click("#neuron-0-0")
        assert fields.nth(1).input_value() == "-3.5"
        page.keyboard.press("Escape")
        page.mouse.move(*on_edge(page, 1))
        assert page.inner_text("#tip") == "Weight -3.50"


def test_a_table_of_ones_own_is_learned(address, tmp_path):
    path = tmp_path / "own.csv"
    lines = [f"{x},{y},{'in' if x * x + y * y < 900 else 'out'}" for x in range(-50, 51, 8) for y in range(-50, 51, 8)]
    path.write_text("\n".join(["breadth,depth,<b>place</b>", *lines]))
    with opened(
        f"{address}#seed=1&batchSize=4&optimizer=adam&learningRate=0.01&networkShape=8&percTrainData=80"
    ) as page:
        ready(page)
        page.click("#datasets label:has-text('Table')")
        page.set_input_files("#file", path)
        until(page, lambda: "dataset=table" in page.url)
        assert page.input_value("#columnX") == "breadth" and page.input_value("#target") == "<b>place</b>"
        until(page, lambda: number(page, "#trainLoss") >= 0)
        learn(page, 0.1, 1000)
        assert is_blue(page, -5.8, 5.8) and not is_blue(page, 0.2, 0.2)  # the corners are "out", the second class
        assert "Right: 9" in page.inner_text("#accuracies") or "Right: 100" in page.inner_text("#accuracies")


def test_points_are_drawn_by_mouse_and_keyboard(address):
    with opened(f"{address}#seed=1") as page:
        ready(page)
        page.click("#datasets label:has-text('Draw')")
        until(page, lambda: "dataset=points" in page.url)
        page.click("#map", position={"x": 60, "y": 60})
        until(page, lambda: page.url.count(";") == 2)
        page.select_option("#pen", "2")
        page.focus("#map")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        until(page, lambda: page.url.count(";") == 3)
        assert page.url.split("points=")[1].split("&")[0].endswith("1.2,0,2") and "cross_entropy" in page.url
        page.click("#undo")
        until(page, lambda: page.url.count(";") == 2)


def test_what_is_taken_home(address, tmp_path):
    with opened(f"{address}#seed=1&networkShape=3") as page:
        ready(page)
        page.click("#step")
        until(page, lambda: number(page, "#epoch") == 1)
        page.click("#exports summary")
        page.wait_for_selector("#command")
        assert page.inner_text("#command").startswith("python -m apps.classify --data train.csv")
        saved = {}
        for kind in ("archive", "html", "keras", "saved_model", "config"):
            with page.expect_download() as download:
                page.click(f"[data-kind={kind}]")
            saved[kind] = tmp_path / download.value.suggested_filename
            download.value.save_as(saved[kind])
        assert {"train.py", "train.csv", "test.csv"} <= set(zipfile.ZipFile(saved["archive"]).namelist())
        here = pixel(page, 3, 3)
    with opened(saved["html"].as_uri()) as page:
        assert "1 epochs" in page.inner_text("#about") and re.fullmatch(r"-?1 \(-?[\d.]+\)", page.inner_text("#answer"))
        there = page.evaluate("[...document.getElementById('map').getContext('2d').getImageData(150, 50, 1, 1).data]")
        assert sum(abs(one - other) for one, other in zip(here, there, strict=False)) < 60


def test_two_tabs_do_not_disturb_each_other(address):
    with opened(f"{address}#seed=9") as one:
        ready(one)
        other = one.context.browser.new_context().new_page()
        other.goto(f"{address}#seed=9&dataset=xor")
        ready(other)
        other.click("#play")
        until(other, lambda: number(other, "#epoch") > 5)
        assert number(one, "#epoch") == 0 and "dataset" not in one.url
        one.click("#step")
        until(one, lambda: number(one, "#epoch") == 1)
        assert "Pause" in other.inner_text("#play")


def test_divergence_is_told_and_mended(address):
    with opened(f"{address}#problem=regression&networkShape=8,8&activation=relu&learningRate=3&seed=1") as page:
        ready(page)
        page.click("#play")
        page.wait_for_selector("#useRate:not([hidden])", timeout=60_000)
        assert "Stopped in epoch 1" in page.inner_text("#message") and "overflowed" in page.inner_text("#message")
        page.click("#useRate")
        until(page, lambda: "learningRate=3" not in page.url and not page.is_visible("#message"))
        page.click("#step")
        until(page, lambda: number(page, "#epoch") == 1)
        assert not page.is_visible("#message") and number(page, "#testLoss") < 10


def test_everything_by_keyboard_alone(address):
    with opened(f"{address}#seed=1") as page:
        ready(page)
        seen = set()
        for _ in range(90):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert {"play", "step", "rewind", "newWeights", "learningRate", "activation", "feature-xSquared"} <= seen
        assert {"neuron-0-0", "more-0", "moreLayers", "batchSize", "map", "showTestData"} <= seen
        page.focus("#feature-xSquared")
        page.keyboard.press("Enter")
        until(page, lambda: "xSquared=true" in page.url)
        until(page, lambda: page.evaluate("document.activeElement.id") == "feature-xSquared")
        page.focus("#activation")
        page.keyboard.type("S")
        until(page, lambda: "activation=sigmoid" in page.url)
        page.focus("#noise")
        page.keyboard.press("ArrowRight")
        until(page, lambda: "noise=5" in page.url)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Space")
        until(page, lambda: number(page, "#epoch") > 1)
        page.keyboard.press("Space")
        until(page, lambda: "Play" in page.inner_text("#play"))


def test_every_control_has_a_name(address):
    with opened(f"{address}#collectStats=true&seed=1") as page:
        ready(page)
        unnamed = page.evaluate(
            """[...document.querySelectorAll("button:not([hidden]), input, select, canvas[tabindex]")]
                .filter((one) => !(one.getAttribute("aria-label") || one.labels?.length || one.textContent.trim()))
                .map((one) => one.outerHTML)"""
        )
        assert unnamed == []


@pytest.mark.parametrize("dark", [False, True])
def test_a_narrow_window_and_the_dark(address, dark):
    settings = "networkShape=8,8,8&collectStats=true&dataset=spiral&classes=4&loss=cross_entropy&seed=1"
    with opened(f"{address}#{settings}", width=320, dark=dark) as page:
        ready(page)
        for one in page.locator("details summary").all():
            one.click()
        page.wait_for_timeout(300)
        assert not scrolls_sideways(page)


def test_an_old_link_opens_and_hides_what_it_hid(address):
    old = (
        "#activation=relu&batchSize=10&dataset=gauss&regDataset=reg-plane&learningRate=0.1&regularizationRate=0"
        "&noise=0&networkShape=3&seed=0.45391&showTestData=true&discretize=false&percTrainData=70&x=true&y=true"
        "&xTimesY=false&xSquared=true&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false"
        "&problem=classification&initZero=false&hideText=true&regularization_hide=true"
    )
    with opened(f"{address}{old}") as page:
        ready(page)
        assert page.input_value("#activation") == "relu" and page.input_value("#learningRate") == "0.1"
        assert page.is_checked("#showTestData") and page.get_attribute("#feature-xSquared", "aria-pressed") == "true"
        assert not page.is_visible("#regularization") and not page.is_visible("#text")
        assert page.inner_text("#percTrainData >> xpath=preceding-sibling::output") == "70"
        page.evaluate("location.hash = 'dataset=xor&networkShape=5&seed=1'")
        until(page, lambda: page.locator("[id^=neuron-0-]").count() == 5)
