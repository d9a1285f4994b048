"""The pictures of a captioner's page.

attention_strip(image, words, maps) -> Picture     where in the image each word looked
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from evaluation.figures import Picture, as_png, letters

COLUMNS = 6  # looks beside each other
MOST_WORDS = 23
SIDE = 160  # pixels that an image is drawn with
DARK = 0.25  # how much of the image is left where nothing is looked at


def attention_strip(image: np.ndarray, words: Sequence[str], maps: np.ndarray) -> Picture:
    """An image, and once for each word, bright where that word looked.

    The grid is enlarged smoothly over the image; the brightest place of each look is as bright as the image.

    Args:
        image: uint8 (height, width, 3).
        words: W words of its caption; the first 23 are drawn.
        maps: (W, rows, columns), weights of 0 or more.

    Raises:
        ValueError: The words and maps are not equally many.
    """
    from matplotlib.figure import Figure

    if len(words) != len(maps) or not len(words):
        raise ValueError(
            f"`words` and `maps` must be equally many, at least one. Received: {len(words)} and {len(maps)}"
        )
    shown = fitted(image)
    cells = [("", shown)] + [
        (word, lit(shown, look)) for word, look in zip(words[:MOST_WORDS], maps[:MOST_WORDS], strict=True)
    ]
    columns = min(COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    figure = Figure(figsize=(1.6 * columns, 1.85 * rows), layout="constrained")
    for number, (word, picture) in enumerate(cells):
        axes = figure.add_subplot(rows, columns, number + 1)
        axes.imshow(picture, interpolation="nearest")
        axes.set_axis_off()
        drawable = all(ord(letter) in letters() for letter in word)
        axes.set_title(word if drawable else f"#{number}", fontsize=10, parse_math=False)
    return as_png(figure, f"An image, and where each word of its caption looked: {' '.join(words)}")


def lit(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """An image, uint8, dark but where weights (rows, columns) are large: uint8 of its shape."""
    weights = np.asarray(weights, np.float32)
    scaled = Image.fromarray(weights / max(float(weights.max()), 1e-30))
    light = np.asarray(scaled.resize(image.shape[1::-1], Image.Resampling.BICUBIC))
    light = DARK + (1 - DARK) * np.clip(light, 0, 1)[..., None]
    return np.round(image * light).astype(np.uint8)


def fitted(image: np.ndarray) -> np.ndarray:
    """A uint8 image (height, width, 3) at the size at which looks are drawn: its longer side has 160 pixels."""
    scale = SIDE / max(image.shape[:2])
    size = [max(1, round(side * scale)) for side in image.shape[1::-1]]
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))
