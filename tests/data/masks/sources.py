"""Small folders of pictures and masks, in the layouts that are read."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (24, 32)  # height, width
VOC_COLOURS = [0, 0, 0, 128, 0, 0, 0, 128, 0]


def picture(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (*SIZE, 3), dtype=np.uint8)


def ids(number: int, classes: int = 3) -> np.ndarray:
    """A mask in which every class stands, the last column void."""
    found = np.random.default_rng(100 + number).integers(0, classes, SIZE).astype(np.uint8)
    found[0, :classes] = np.arange(classes)
    return found


def save(path: Path, values, mode: str | None = None, palette=None, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = values if isinstance(values, Image.Image) else Image.fromarray(np.asarray(values), mode)
    if palette is not None:
        image.putpalette(palette)
    image.save(path, **options)
    return path


def pairs(root: Path, count: int = 12, pictures: str = "images", masks: str = "masks", mode: str = "L", end: str = ""):
    """`count` pictures and masks in two folders."""
    for number in range(count):
        save(root / pictures / f"{number:02}.png", picture(number))
        save(root / masks / f"{number:02}{end}.png", ids(number), mode, VOC_COLOURS if mode == "P" else None)
    return root


def coco(root: Path, count: int = 6, **changes) -> str:
    """COCO's JSON with a square, a triangle and run lengths for each picture."""
    content = {
        "images": [
            {"id": n, "file_name": f"{n:02}.png", "height": SIZE[0], "width": SIZE[1]} for n in range(1, count + 1)
        ],
        "categories": [{"id": 7, "name": "box"}, {"id": 3, "name": "roof"}],
        "annotations": [],
    }
    for number in range(1, count + 1):
        save(root / "pictures" / f"{number:02}.png", picture(number))
        runs = [24 * 20, 6, 24 * 12 - 6]
        content["annotations"] += [
            {"image_id": number, "category_id": 7, "segmentation": [[2, 2, 12, 2, 12, 12, 2, 12]]},
            {"image_id": number, "category_id": 3, "segmentation": [[4, 4, 8, 4, 6, 8]]},
            {"image_id": number, "category_id": 3, "segmentation": {"size": list(SIZE), "counts": runs}, "iscrowd": 1},
        ]
    path = root / "regions.json"
    path.write_text(json.dumps(content | changes))
    return str(path)


def labelme(root: Path, count: int = 6, **changes) -> str:
    """LabelMe's JSON, one for each picture."""
    for number in range(count):
        save(root / f"{number:02}.png", picture(number))
        shapes = [
            {"label": "car", "points": [[2, 2], [12, 10]], "shape_type": "rectangle"},
            {"label": "wheel", "points": [[6, 10], [8, 10]], "shape_type": "circle"},
            {"label": "__ignore__", "points": [[20, 2], [30, 2], [30, 8]], "shape_type": "polygon"},
        ]
        content = {"shapes": shapes, "imagePath": f"{number:02}.png", "imageData": None} | changes
        (root / f"{number:02}.json").write_text(json.dumps(content))
    return str(root)
