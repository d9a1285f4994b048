"""What the tests of the page do over and over."""

from pathlib import Path

from PIL import Image


def show(page, standing, name: str) -> None:
    """The form of a model, whatever the page showed before."""
    page.goto(f"{standing.url}#{name}")
    page.reload()
    page.wait_for_selector("#form:not([hidden])")


def ask(page) -> None:
    """Press the button that asks."""
    page.get_by_role("button", name="Answer", exact=True).click()


def answered(page) -> str:
    """The answer, once it is there."""
    page.wait_for_selector("#result:not([hidden]) #answer:not([aria-busy]) .hint")
    return page.locator("#answer").inner_text().replace("\n", " ")


def png(folder: Path) -> str:
    """A picture whose name no shell likes."""
    path = folder / "it's a 50% photo.png"
    Image.new("RGB", (2000, 20), (255, 0, 0)).save(path)
    return str(path)
