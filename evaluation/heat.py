"""Maps laid over pictures: orange where they speak for an answer, blue where they speak against it."""

import numpy as np
from PIL import Image

FOR, AGAINST = np.array((255, 140, 0), np.float32), np.array((0, 110, 220), np.float32)
SIDE = 160  # pixels that small pictures are enlarged to
GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601
STRONGEST = 0.75  # share of the colour where the map is strongest


def overlaid(pixels: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """The picture in grey with a map over it: uint8 (height', width', 3), at least 160 pixels wide or high.

    Args:
        pixels: uint8 (height, width, 1 or 3).
        heat: (height, width), positive for, negative against; only its proportions count.
    """
    grey = pixels[..., 0].astype(np.float32) if pixels.shape[2] == 1 else pixels @ np.array(GREY, np.float32)
    strength = heat / max(float(np.abs(heat).max()), 1e-30)
    height, width = (side * factor(pixels.shape) for side in pixels.shape[:2])
    grey, strength = (_resized(one, height, width) for one in (grey, strength))
    grey = 40 + grey * (175 / 255)  # room for colour in what is black or white
    mixed = STRONGEST * np.abs(strength)[..., None]
    colour = np.where(strength[..., None] > 0, FOR, AGAINST)
    return np.clip(np.round(grey[..., None] * (1 - mixed) + colour * mixed), 0, 255).astype(np.uint8)


def enlarged(pixels: np.ndarray) -> np.ndarray:
    """A picture as large as its maps: uint8 (height', width', 3)."""
    whole = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    times = factor(pixels.shape)
    return whole.repeat(times, axis=0).repeat(times, axis=1)


def factor(shape: tuple[int, ...]) -> int:
    """How many times a picture is enlarged: a whole number."""
    return max(1, -(-SIDE // max(shape[:2])))


def _resized(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Values (height, width) with each pixel repeated."""
    image = Image.fromarray(np.asarray(values, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.NEAREST))
