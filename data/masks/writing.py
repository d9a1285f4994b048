"""Answers as files: masks with a palette, pictures with the answer laid over them, and COCO's JSON."""

import json
import os
from pathlib import Path

import numpy as np

from cli.errors import UserError
from data.masks.run_lengths import encoded, packed

SHARE = 0.5  # of the colour of a class in an overlay
QUALITY = 90


class MaskFolder:
    """A folder that gets NAME.png, whose pixels are class indices and show the colours of a palette, and
    NAME-overlay.jpg, for each picture.

    Args:
        path: Made where it is not there.
        palette: Class index -> (red, green, blue).

    Raises:
        UserError: The folder cannot be made or written.
    """

    def __init__(self, path: str, palette):
        self.path = Path(path)
        self.colours = np.zeros((256, 3), np.uint8)
        self.colours[: len(palette)] = palette
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"`--masks` must name a folder. Received: {path} ({error.strerror})") from error
        if not os.access(self.path, os.W_OK):
            raise UserError(f"`--masks`: {path} cannot be written. Allow it, or name another folder.")

    def write(self, name: str, ids: np.ndarray, pixels: np.ndarray) -> dict[str, str]:
        """Write the files of a picture; `mask` and `overlay`, their paths."""
        from PIL import Image

        mask = Image.fromarray(ids, "P") if ids.dtype == np.uint8 else Image.fromarray(ids.astype(np.uint8), "P")
        mask.putpalette(self.colours.tobytes())
        colours = self.colours[ids]
        mixed = np.round((1 - SHARE) * pixels + SHARE * colours.astype(np.float32)).astype(np.uint8)
        overlay = np.where(colours.any(-1, keepdims=True), mixed, pixels)  # what is black is the ground, as a rule
        found = {"mask": self.path / f"{name}.png", "overlay": self.path / f"{name}-overlay.jpg"}
        mask.save(found["mask"])
        Image.fromarray(overlay).save(found["overlay"], quality=QUALITY)
        return {kind: str(path) for kind, path in found.items()}


class CocoWriter:
    """COCO's JSON: of each picture a region for each class that it has, as compressed run lengths.

    Args:
        path: Of the file, which `close` writes.
        classes: Names of the class indices; category ids are these plus 1.

    Raises:
        UserError: The file cannot be written.
    """

    def __init__(self, path: str, classes):
        folder = os.path.dirname(path) or "."
        if not path.lower().endswith(".json") or os.path.isdir(path) or not os.path.isdir(folder):
            raise UserError(
                f"`--coco` must name a file that ends in .json, in a folder that is there. Received: {path}"
            )
        self.path = path
        categories = [{"id": number, "name": name} for number, name in enumerate(classes, start=1)]
        self.content = {"images": [], "annotations": [], "categories": categories}

    def add(self, path: str, ids: np.ndarray) -> None:
        """Add the regions of a picture."""
        height, width = ids.shape
        number = len(self.content["images"]) + 1
        image = {"id": number, "file_name": os.path.basename(path), "height": height, "width": width}
        self.content["images"].append(image)
        for k in np.unique(ids):
            inside = ids == k
            rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
            box = [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
            self.content["annotations"].append({
                "id": len(self.content["annotations"]) + 1, "image_id": number, "category_id": int(k) + 1,
                "segmentation": {"size": [height, width], "counts": packed(encoded(inside))},
                "area": int(inside.sum()), "bbox": [int(one) for one in box], "iscrowd": 1,
            })  # fmt: skip

    def close(self) -> None:
        """Write the file."""
        partial = f"{self.path}.partial"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(self.content, file, ensure_ascii=False)
        os.replace(partial, self.path)
