"""Images as small PNG data URIs for the page.

thumbnail(image) -> data URI    png(image) -> data URI, as large as it is
"""

import io

import numpy as np
from PIL import Image

from evaluation.figures import data_uri

LARGEST = 192  # pixels: sharp on a dense screen at the size the page shows, and about 50 kB for a photo


def thumbnail(image) -> str:
    """A uint8 image (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), made smaller where it is above 192 pixels."""
    image = np.asarray(image)
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3, 4))):
        raise ValueError(
            "`image` must be uint8 of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4). "
            f"Received: dtype={image.dtype}, shape={image.shape}"
        )
    picture = Image.fromarray(image[..., 0] if image.shape[2:] == (1,) else image)
    picture.thumbnail((LARGEST, LARGEST))
    return _uri(picture)


def png(image: np.ndarray) -> str:
    """A uint8 image (H, W, 1) or (H, W, 3) as it is."""
    return _uri(Image.fromarray(image[..., 0] if image.shape[2] == 1 else image))


def _uri(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return data_uri(buffer.getvalue(), "image/png")
