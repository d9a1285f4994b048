"""The page in a real browser, on made runs whose names hold scripts: what it shows, sends, and keeps from running."""

import csv
import json

import pytest

from tests.web.browser import needs_browser, scrolls_sideways
from tests.web.page.asking import answered, ask, show
from tests.web.page.made_runs import DAY, PLANTED, PLANTED_FILE, PREPARING

pytestmark = [pytest.mark.browser, needs_browser]
TOLD = {
    "classify": [PLANTED, "75.0%", "25.0%"],
    "regress": [f"buys {PLANTED}: 50", "90% interval: 40 to 60", "The data has 0 to 200"],
    "autoencode": ["net income", "reconstructed", "0.04", "Code of 2 numbers"],
    "pictures": ["given", "reconstructed", "0.04"],
    "translate": [f"Zwei Hunde {PLANTED}", "lacks: 1"],
    "caption": [f"a cat {PLANTED}", "limit of its length"],
    "explain": [f"This is a finch because {PLANTED}.", "90.0%", "80.0%", "It would be one if it sang."],
    "segment": ["ground 87.5% of the picture, confidence 0.90", f"{PLANTED} 12.5% of the picture"],
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "classify" else pytest.mark.whole) for name in PREPARING]
)
def test_an_example_is_one_click_away_and_nothing_planted_runs(page, standing, name):
    show(page, standing, name)
    assert page.locator(".examples button").count() == 2
    page.locator(".examples button").first.click()
    told = " ".join(answered(page).split())
    for words in TOLD[name]:
        assert " ".join(words.split()) in told
    assert "Answered in" in told
    assert page.locator("h1").inner_text().endswith(PLANTED_FILE)
    assert not page.evaluate("window.planted ?? 0")
    assert page.locator("main script, main img[onerror]").count() == 0


def test_what_is_sent_is_the_record(page, standing):
    show(page, standing, "regress")
    page.locator(".examples button").first.click()
    answered(page)
    (body,) = standing.asked
    assert "NaN" in body
    (sent,) = json.loads(body, parse_constant=lambda word: word)["instances"]
    income = next(value for name, value in sent.items() if name.startswith("net_income"))
    others = {name: value for name, value in sent.items() if not name.startswith("net_income")}
    assert income == "NaN"
    assert others == {
        "age": 41,
        "opens": 545,
        "town": PLANTED,
        "since": DAY,
        "called": DAY + 0.375,
        "note": PLANTED,
    }
    assert page.get_by_label("opens").input_value() == "09:05"
    assert page.get_by_label("called").input_value() == "2024-05-31T09:00"


def test_by_keyboard_alone(page, standing):
    show(page, standing, "regress")
    page.keyboard.press("Tab")  # the menu
    assert page.evaluate("document.activeElement.id") == "model"
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the second example
    answered(page)
    page.get_by_label("age", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    page.locator(".line pre", has_text='"age": 77').first.wait_for(state="attached")
    assert len(standing.asked) == 2


def test_a_value_outside_of_the_data_is_told(page, standing):
    show(page, standing, "regress")
    field = page.locator(".field", has=page.get_by_label("age", exact=True))
    page.get_by_label("age", exact=True).fill("17")
    assert "outside" in field.get_attribute("class")
    page.get_by_label("age", exact=True).fill("18")
    assert "outside" not in field.get_attribute("class")
    page.get_by_label("since").fill("2025-01-01")
    assert page.locator(".field.outside").count() == 1


def test_an_empty_field_that_training_never_saw_empty_is_asked_for(page, standing):
    show(page, standing, "regress")
    page.get_by_label("age", exact=True).fill("")
    ask(page)
    assert page.evaluate("document.activeElement.matches(':invalid')")
    assert not standing.asked


def test_a_refusal_is_shown_in_the_words_of_the_server(page, standing):
    show(page, standing, "translate")
    refusal = json.dumps({"error": PLANTED})  # a real one would be an error in the console
    page.evaluate("(text) => { window.fetch = async () => new Response(text, { status: 400 }) }", refusal)
    ask(page)
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == PLANTED and not page.evaluate("window.planted ?? 0")
    assert page.locator("#result").is_hidden()


def test_a_saved_model_without_a_run_has_a_form_of_its_signature(page, standing):
    show(page, standing, "plain")
    page.get_by_label("n", exact=True).fill("3")
    page.get_by_label("x", exact=True).fill("[1, 2")
    ask(page)
    assert not standing.asked  # no JSON
    page.get_by_label("x", exact=True).fill("[1, 2]")
    ask(page)
    assert "[1.5, NaN]" in answered(page)
    assert json.loads(standing.asked[0]) == {"instances": [{"n": 3, "x": [1, 2]}]}


def test_where_a_translation_looked(page, standing):
    show(page, standing, "translate")
    ask(page)  # the first example stands there
    answered(page)
    page.get_by_text("Where it looked").click()
    table = page.locator("table.attention")
    table.wait_for()
    assert table.locator("thead th").all_inner_texts() == ["two", "dogs", "end"]
    assert table.locator("tbody td").all_inner_texts() == ["0.90", "0.10", "0.00", "0.20", "0.80", "0.00"]
    assert json.loads(standing.asked[-1])["signature_name"] == "attention"


def test_where_a_caption_looked(page, standing):
    show(page, standing, "caption")
    page.locator(".examples button").first.click()
    answered(page)
    words = page.locator(".words button")
    words.first.wait_for()
    assert words.count() == 2
    words.first.focus()
    assert page.locator("#answer canvas").get_attribute("aria-label").endswith("top left")


def test_why_not_another_class(page, standing):
    show(page, standing, "explain")
    page.locator(".examples button").first.click()
    answered(page)
    page.get_by_label("Why not this one?").select_option("finch")
    page.get_by_text("It would be a finch if it were small.").wait_for()
    asked = json.loads(standing.asked[-1])
    assert asked["signature_name"] == "why_not" and asked["instances"][0]["class_name"] == "finch"


def pixel(page, x: int, y: int, picture: int = 0) -> list[int]:
    """Red, green, blue and opacity of a point of a picture of the answer."""
    canvas = f"document.querySelectorAll('#answer canvas')[{picture}]"
    return page.evaluate(f"[...{canvas}.getContext('2d').getImageData({x}, {y}, 1, 1).data]")


def test_a_mask_covers_its_pixels_and_no_other(page, standing):
    show(page, standing, "segment")
    page.locator(".examples button").first.click()
    answered(page)
    page.get_by_label("Colours over the picture").fill("1")
    assert pixel(page, 3, 3)[:3] == PREPARING["segment"]["palette"][1]
    ground = pixel(page, 4, 3)
    page.get_by_label("Colours over the picture").fill("0")
    assert pixel(page, 4, 3) == ground and pixel(page, 3, 3)[:3] != PREPARING["segment"]["palette"][1]


def test_a_reconstruction_has_its_grey(page, standing):
    show(page, standing, "pictures")
    page.locator(".examples button").first.click()
    answered(page)
    grey = pixel(page, 0, 0, picture=1)
    assert grey == [120, 120, 120, 255]


def test_an_answer_is_flagged(page, standing):
    show(page, standing, "regress")
    page.get_by_label("age", exact=True).fill("55")
    ask(page)
    answered(page)
    page.get_by_label("Note, such as").fill("=too high")
    page.get_by_role("button", name="Flag this answer").click()
    page.get_by_text("Appended to flagged.csv").wait_for()
    header, row = csv.reader((standing.folder / "regress/flagged.csv").read_text("utf-8").splitlines())
    found = dict(zip(header, row, strict=True))
    assert (found["age"], found["since"], found["answer"], found["note"]) == (
        "55",
        "2024-05-31",
        "50 (40 to 60)",
        "'=too high",
    )


def test_a_model_is_chosen_from_the_menu_and_stands_in_the_address(page, standing):
    show(page, standing, "translate")
    page.get_by_label("Model", exact=True).select_option("caption")
    page.locator("h1", has_text="caption: ").wait_for()
    assert page.url.endswith("#caption") and page.title().startswith("caption: ")
    page.evaluate("history.back()")
    page.locator("h1", has_text="translate: ").wait_for()


def test_every_control_has_a_name(page, standing):
    for name in (*PREPARING, "plain"):
        show(page, standing, name)
        nameless = page.evaluate("""[...document.querySelectorAll('input, select, textarea, button')]
            .filter((one) => !(one.labels?.length || one.textContent.trim() || one.ariaLabel))
            .map((one) => one.outerHTML)""")
        assert not nameless


def test_numbers_and_json(page, standing):
    """The modules by themselves."""
    found = page.evaluate("""async () => {
        const { short, percent, dateOfDays, daysOfDate } = await import('/page/numbers.mjs');
        const { parse, write } = await import('/page/json.mjs');
        const odd = '{"a": [NaN, -Infinity, Infinity, 1e3], "NaN \\\\\\\\" : "Infinity, \\\\"NaN"}';
        return [
            [0, 1, 1234567, 0.00001234, 93.599998, 1234.5678, 1e12, null].map((one) => short(one)),
            [0, 0.0004, 0.5, 0.9999, 1].map(percent),
            [dateOfDays(19874, false), dateOfDays(19874.375, true)],
            ['2024-05-31', '1969-12-31T12:00'].map(daysOfDate),
            JSON.stringify(parse(odd)), write({ a: [null, 'NaN "'], b: { c: true } }),
        ];
    }""")
    assert found == [
        ["0", "1", "1234567", "1.234e-5", "93.6", "1235", "1.000e+12", "–"],
        ["0.0%", "<0.1%", "50.0%", ">99.9%", "100.0%"],
        ["2024-05-31", "2024-05-31T09:00"],
        [19874, -0.5],
        '{"a":[null,null,null,1000],"NaN \\\\":"Infinity, \\"NaN"}',
        '{"a": [NaN, "NaN \\""], "b": {"c": true}}',
    ]


@pytest.mark.whole
@pytest.mark.parametrize(
    "scheme, ink, paper", [("light", (27, 31, 36), (246, 247, 249)), ("dark", (230, 233, 236), (20, 23, 26))]
)
def test_a_narrow_window_does_not_scroll_sideways(page, standing, scheme, ink, paper):
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 600})
    page.emulate_media(color_scheme=scheme)
    for name in (*PREPARING, "plain"):
        show(page, standing, name)
        if name == "plain":
            page.get_by_label("x", exact=True).fill("[1, 2]")
            page.get_by_label("n", exact=True).fill("1")
            ask(page)
        else:
            page.locator(".examples button").first.click()
        answered(page)
        for fold in page.locator("summary").all():
            fold.click()
        assert not scrolls_sideways(page), name
    body = "getComputedStyle(document.body)"
    assert page.evaluate(f"[{body}.color, {body}.backgroundColor]") == [f"rgb{ink}", f"rgb{paper}"]
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="light")
