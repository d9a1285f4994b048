"""Images of which everything is known, with captions that say it."""

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"red": (220, 40, 40), "green": (40, 180, 60), "blue": (40, 60, 230), "yellow": (240, 220, 40)}
SIDES = ("left", "right")


def picture(colour: str, side: str, seed: int) -> np.ndarray:
    """A dark image, 40 x 50, with one half coloured."""
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 40, (40, 50, 3))
    half = slice(0, 25) if side == "left" else slice(25, 50)
    pixels[:, half] = np.clip(COLOURS[colour] + random.integers(-20, 20, (40, 25, 3)), 0, 255)
    return pixels.astype(np.uint8)


def write_photos(folder: Path, count: int, seed: int) -> Path:
    """Images and a table of two captions each; what is said is known."""
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(seed)
    lines = ["image,caption"]
    for number in range(count):
        colour, side = random.choice(list(COLOURS)), random.choice(SIDES)
        name = f"{number}.{'jpg' if number % 3 else 'png'}"
        Image.fromarray(picture(colour, side, number + seed)).save(folder / "images" / name)
        lines += [f"{name},The {side} half is {colour}.", f"{name},It is {colour} on the {side} ."]
    (folder / "captions.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder / "captions.csv"
