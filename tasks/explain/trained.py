"""A finished run of apps.explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from data.text.subwords import Subwords
from models.decoding_settings import DecodingSettings
from tasks.request import Evaluation, Prediction
from training.run_directory import RunDirectory
from training.run_lock import RunError

IMAGES_AT_ONCE = 64


@dataclass(frozen=True)
class TrainedExplainer:
    """A network that says why a picture is of its class, with its dictionary and the search that it was scored with.

    Attributes:
        directory: Where it lies.
        prepare: `ImagePrepare`.
        subwords: `Subwords`.
        classes: Their names.
        search: `DecodingSettings`.
        longest: Most tokens of a sentence.
    """

    directory: RunDirectory
    prepare: object
    subwords: Subwords
    classes: tuple[str, ...]
    search: DecodingSettings
    longest: int

    formats: ClassVar[tuple[str, ...]] = ("saved_model",)
    explains: ClassVar[bool] = True

    @classmethod
    def of(cls, directory: RunDirectory, preparing: dict) -> "TrainedExplainer":
        """The run of preparing.json's content. Raises KeyError or TypeError where that lacks or garbles something."""
        from data.images.images import ImagePrepare

        prepare, subwords = ImagePrepare.from_config(preparing["prepare"]), Subwords.from_config(preparing["words"])
        search = DecodingSettings(**preparing["search"])
        return cls(directory, prepare, subwords, tuple(preparing["classes"]), search, int(preparing["longest"]))

    @cached_property
    def model(self):
        """The network, in float32 whatever it was trained in."""
        from models.loading import in_float32, load

        model = in_float32(load(self.directory / "model.keras"))
        named = isinstance(model.output, dict) and set(model.output) == {"class", "next", "told"}
        if (
            not named
            or tuple(model.input["image"].shape) != (None, *self.prepare.input_shape)
            or model.output["next"].shape[-1] != len(self.subwords)
            or model.output["class"].shape[-1] != len(self.classes)
        ):
            raise RunError(
                f"{self.directory.path}: model.keras and preparing.json are not of the same run (images "
                f"{self.prepare.input_shape}, {len(self.classes)} classes, a dictionary of {len(self.subwords)} "
                "entries). Train again with `--fresh`."
            )
        return model

    @cached_property
    def parts(self):
        """`Explaining`."""
        from models.explaining import Explaining

        return Explaining.of(self.model)

    def explained(self, images, foils=None, origins=None, search: DecodingSettings | None = None) -> list[dict]:
        """What `Explaining.explain` gives for images, a dict of arrays for some at a time, in their order.

        Args:
            images: Paths (N,), bytes (N,) or pixels uint8 (N, any height, any width, 3).
            foils: int (N,), the class that each is not; None for the next most probable one.
            origins: Names of the images for messages.
            search: Another than the run's own.
        """
        explain = self._compiled(search or self.search)
        foils = np.full(len(images), -1, np.int32) if foils is None else np.asarray(foils, np.int32)
        found = []
        for start in range(0, len(images), IMAGES_AT_ONCE):
            part = slice(start, start + IMAGES_AT_ONCE)
            named = None if origins is None else origins[part]
            pixels = self.prepare.finish(self.prepare.fixed({"image": images[part]}, named))
            made = explain(np.asarray(pixels), foils[part])
            found.append({name: np.asarray(value) for name, value in made.items()})
        return found

    @cached_property
    def _graphs(self) -> dict:
        """Search -> what `_compiled` made for it."""
        return {}

    def _compiled(self, search: DecodingSettings):
        """The search as one graph."""
        if search not in self._graphs:
            self._graphs[search] = self._graph(search)
        return self._graphs[search]

    def _graph(self, search: DecodingSettings):
        from export.found_texts import TOKENS
        from training.devices import compiled

        settings = {"beams": search.beams, "length_penalty": search.length_penalty, "no_repeat": search.no_repeat}
        return compiled(
            lambda pixels, foils: self.parts.explain(pixels, foils, TOKENS, length=self.longest, **settings),
            ("float32", (None, *self.prepare.input_shape)),
            ("int32", (None,)),
            variables=self.model.variables,
        )

    def answers(self, request: Prediction) -> list[dict]:
        """A dict per image, see `tasks.explain.predictions`."""
        from tasks.explain.predictions import answered

        return answered(self, request)

    def part(self, request: Evaluation):
        """Name of the data, and the `Captions` to score: all of a file, the test split of anything else.

        Raises:
            DataError: The data is missing, pictures have no class or one that the run does not know, or a flag is for
                another kind of run.
        """
        from data.settings import ExplanationData
        from tasks.asked_captions import part
        from tasks.explain.evaluated import known

        refused = "A run of apps.explain is scored on one file of captions, without `--source` and `--target`."

        def check(captions):
            return known(captions, self.classes, request.data[0])

        return part(self.directory, request, ExplanationData, refused, check)

    def score(self, captions) -> tuple[dict[str, float], dict]:
        """Print the scores of `Captions`; return them, and the sentences that were written."""
        from tasks.explain.evaluated import scored

        return scored(self, captions)

    def export(self, kind: str, examples: Mapping[str, np.ndarray], folder: Path) -> tuple[Path, dict[str, float]]:
        """Write and check an export, see `export.checked.settle`.

        Raises ExportError on a kind other than saved_model: LiteRT and ONNX have no operations for text.
        """
        from export.checked import settle
        from export.errors import ExportError
        from export.explaining import ExplanationExport
        from export.formats import FORMATS
        from tasks.explain.predictions import texts_of

        if kind != "saved_model":
            raise ExportError(f"An explainer is exported as saved_model: {kind} has no operations for text.")
        search, images = self.search, examples["image"]
        settings = (search.beams, search.length_penalty, self.longest, search.no_repeat)
        made = ExplanationExport(self.parts, self.prepare, self.subwords, self.classes, *settings)

        def expected(rows, foils=None):
            return texts_of(self, self.explained(images[rows], foils))

        path = Path(folder) / FORMATS[kind].file
        return settle(path, made.write, lambda unchecked: made.check(unchecked, images, expected))
