"""A finished run of apps.segment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from export.formats import FORMATS
from tasks.request import Evaluation, Prediction
from tasks.segment.segmenter import Segmenter
from training.run_directory import RunDirectory
from training.run_lock import RunError


@dataclass(frozen=True)
class TrainedSegmenter:
    """A network that finds the class of each pixel.

    Attributes:
        directory: Where the run lies.
        prepare: `PicturePrepare`.
        classes, palette: Names and colours of the class indices.
        crop: Side in pixels of the crops that it was trained on.
        tile, flip_test: How pictures are answered: as in its own scores, or as `asked`.
    """

    directory: RunDirectory
    prepare: object
    classes: tuple[str, ...]
    palette: tuple[tuple[int, int, int], ...]
    crop: int
    tile: int | None
    flip_test: bool

    formats: ClassVar[tuple[str, ...]] = tuple(FORMATS)
    writes_masks: ClassVar[bool] = True

    @classmethod
    def of(cls, directory: RunDirectory, preparing: dict) -> "TrainedSegmenter":
        """The run of preparing.json's content. Raises KeyError or TypeError where that lacks or garbles something."""
        from data.masks.picture import PicturePrepare

        classes, palette = tuple(preparing["classes"]), tuple(map(tuple, preparing["palette"]))
        if len(classes) != len(palette):
            raise ValueError("`palette`, a colour for each class")
        given = preparing["crop"], preparing["tile"], preparing["flip_test"]
        return cls(directory, PicturePrepare.from_config(preparing["prepare"]), classes, palette, *given)

    @cached_property
    def model(self):
        """The network, in float32 whatever it was trained in, so that predictions are those of the exports."""
        from models.loading import in_float32, load

        model = in_float32(load(self.directory / "model.keras"))
        if model.input_shape != (None, None, None, 3) or model.output_shape[-1] != len(self.classes):
            raise RunError(
                f"{self.directory.path}: model.keras and preparing.json are not of the same run (the network takes "
                f"{model.input_shape[1:]} and gives {model.output_shape[1:]}, for {len(self.classes)} classes). Train "
                "the run again with `--fresh`."
            )
        return model

    def asked(self, request: Prediction | Evaluation) -> "TrainedSegmenter":
        """The same run, with pictures answered as a request says, where it says how."""
        return replace(self, tile=request.tile or self.tile, flip_test=request.flip_test or self.flip_test)

    def segmenter(self) -> Segmenter:
        """Pictures to classes."""
        return Segmenter(self.model, self.prepare, self.tile, self.flip_test)

    def answers(self, request: Prediction) -> list[dict]:
        """A dict per picture, see `tasks.segment.predictions`."""
        from tasks.segment.predictions import segmented

        return segmented(self, request)

    def part(self, request: Evaluation):
        """Name of the data, and the `MaskedImages` to score, with classes as the run has them.

        Raises:
            DataError: The data is missing or has no masks, a class is unknown, or a flag is for another kind of run.
        """
        from tasks.segment.evaluated import part

        return part(self, request)

    def score(self, split) -> tuple[dict[str, float], dict]:
        """Print the scores of `MaskedImages`; return them, and those by class."""
        from evaluation.segmentation import omitted, per_class
        from tasks.segment.results import scored

        found = scored(self.segmenter(), split, len(self.classes))
        scores, rows = found.metrics(), per_class(found.counts, self.classes)
        width = max(5, *(len(one.name) for one in rows))
        print(f"{'class':<{width}}    IoU recall precision      pixels    answered")
        for one in rows:
            figures = f"{one.iou:>7.4f} {one.recall:>6.4f} {one.precision:>9.4f}".replace("nan", "  -")
            print(f"{one.name:<{width}} {figures} {one.pixels:>11,} {one.answered:>11,}")
        print("\n".join(omitted(found.counts, self.classes)), end="\n" * bool(omitted(found.counts, self.classes)))
        ious = {one.name: None if one.iou != one.iou else one.iou for one in rows}
        return scores, {"iou": ious, "confusion": found.counts.tolist()}

    def export(self, kind: str, examples: Mapping[str, np.ndarray], folder: Path) -> tuple[Path, dict[str, float]]:
        """Write and check an export: pictures of any size for the SavedModel, of the size of a crop for the others."""
        from export.checked import settle, write_checked
        from export.segmentation import CropPrepare, PixelDecoding, SegmentationExport, of_size
        from layers import MaxUnpool2D

        if kind != "saved_model":
            model, prepare = (
                of_size(self.model, self.tile or self.crop),
                CropPrepare(self.prepare, self.tile or self.crop),
            )
            unpools = any(isinstance(layer, MaxUnpool2D) for layer in self.model.layers)
            return write_checked(kind, model, prepare, PixelDecoding(unpools), examples, folder)
        segmenter = self.segmenter()
        made = SegmentationExport(self.model, self.prepare, self.classes, self.tile, self.flip_test)
        images = examples["image"]
        path = Path(folder) / FORMATS[kind].file
        return settle(path, made.write, lambda unchecked: made.check(unchecked, images, segmenter))
