"""A finished run of apps.caption."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from data.text.subwords import Subwords
from models.decoding_settings import DecodingSettings
from tasks.caption import neighbours
from tasks.captioner import Caption, ImageCaptioner
from tasks.request import Evaluation, Prediction
from training.run_directory import RunDirectory
from training.run_lock import RunError


@dataclass(frozen=True)
class TrainedCaptioner:
    """A captioner with its dictionary and the search that it was scored with.

    Attributes:
        directory: Where it lies.
        prepare: `ImagePrepare`.
        subwords: `Subwords`.
        search: `DecodingSettings`.
        longest: Most tokens of a caption.
        neighbour_count: Similar training images whose captions decide among those that a search finds; 0 for none.
    """

    directory: RunDirectory
    prepare: object
    subwords: Subwords
    search: DecodingSettings
    longest: int
    neighbour_count: int = 0

    formats = ("saved_model",)

    @classmethod
    def of(cls, directory: RunDirectory, preparing: dict) -> "TrainedCaptioner":
        """The run of preparing.json's content. Raises KeyError or TypeError where that lacks or garbles something."""
        from data.images.images import ImagePrepare

        prepare, subwords = ImagePrepare.from_config(preparing["prepare"]), Subwords.from_config(preparing["words"])
        numbers = int(preparing["longest"]), int(preparing.get("neighbours", 0))
        return cls(directory, prepare, subwords, DecodingSettings(**preparing["search"]), *numbers)

    @cached_property
    def model(self):
        """The network, in float32 whatever it was trained in."""
        from models.loading import in_float32, load

        model = in_float32(load(self.directory / "model.keras"))
        taken = tuple(model.input["image"].shape) if isinstance(model.input, dict) else model.input_shape
        if taken != (None, *self.prepare.input_shape) or model.output_shape[-1] != len(self.subwords):
            raise RunError(
                f"{self.directory.path}: model.keras and preparing.json are not of the same run (the network takes "
                f"{taken} and gives {model.output_shape[-1]} scores; the images are {self.prepare.input_shape}, and "
                f"the dictionary has {len(self.subwords)} entries). Train again with `--fresh`."
            )
        return model

    @cached_property
    def neighbours(self):
        """`layers.Neighbours`, None where the run has none."""
        return neighbours.read(self.directory, self.neighbour_count) if self.neighbour_count else None

    def captioner(self, search: DecodingSettings | None = None, seed: int = 0) -> ImageCaptioner:
        """Images to captions, by the run's own search or another."""
        given = (self.prepare, self.subwords, search or self.search, self.longest, seed)
        return ImageCaptioner(self.model, *given, self.neighbours)

    def answers(self, request: Prediction) -> list[dict]:
        """A dict per image, see `tasks.caption.predictions`."""
        from tasks.caption.predictions import captioned

        return captioned(self, request)

    def part(self, request: Evaluation):
        """Name of the data, and the `Captions` to score: all of a file, the test split of anything else.

        Raises:
            DataError: The data is missing or holds no captions, or a flag is for another kind of run.
        """
        from data.settings import CaptionData
        from tasks.asked_captions import part

        refused = (
            "A captioner is scored on one file of captions, without `--source` and `--target`: "
            f"{request.run} is a run of apps.caption."
        )
        return part(self.directory, request, CaptionData, refused)

    def score(self, captions) -> tuple[dict[str, float], dict]:
        """Print the scores of `Captions`; return them, and the captions that were written."""
        from evaluation.caption_words import TOKENISER
        from evaluation.captioning import NAMES, scores

        found = [one.texts[0] for one in self.captioner()(captions.images, captions.origins)]
        figures = scores(found, captions.captions)
        for name, value in figures.items():
            print(f"{NAMES[name]:<14}{value:>10.6g}")
        print(f"words: {TOKENISER}")
        if len(found) == 1:
            print("CIDEr-D of a single image is 0 whatever its caption: it weighs words by the images that have them")
        return figures, {"captions": dict(zip(map(str, captions.origins), found, strict=True))}

    def export(self, kind: str, inputs: dict[str, np.ndarray], folder: str | Path) -> tuple[Path, dict[str, float]]:
        """Write and check an export, see `export.checked.settle`.

        Raises ExportError on a kind other than saved_model: LiteRT and ONNX have no operations for text.
        """
        from export.captioning import CaptionExport
        from export.checked import settle
        from export.errors import ExportError
        from export.formats import FORMATS

        if kind != "saved_model":
            raise ExportError(f"A captioner is exported as saved_model: {kind} has no operations for text.")
        search, images = self.search, inputs["image"]
        settings = (search.beams, search.length_penalty, self.longest, search.no_repeat, self.neighbours)
        made = CaptionExport(self.model, self.prepare, self.subwords, *settings)
        captioner = self.captioner()
        values = np.concatenate([values for _, values in captioner.prepared(images)])
        found = captioner.of_values(values)
        maps = captioner.attention(values, found)

        def alone(row):
            one = captioner.of_values(values[row : row + 1])
            return table(one), captioner.attention(values[row : row + 1], one)

        path = Path(folder) / FORMATS[kind].file
        return settle(path, made.write, lambda unchecked: made.check(unchecked, images, table(found), maps, alone))


def table(found: list[Caption]) -> dict[str, np.ndarray]:
    """Captions as arrays: caption (objects), score and complete, (N, beams) each."""
    return {
        "caption": np.array([one.texts for one in found], dtype=object),
        "score": np.array([one.scores for one in found], "float32"),
        "complete": np.array([one.complete for one in found], bool),
    }
