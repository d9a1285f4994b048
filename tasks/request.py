"""What a user asks of a finished run: the settings of apps.predict and apps.evaluate."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from cli.errors import UserError


def require_tile(tile: int | None) -> None:
    """Raise UserError on a side of tiles that no network for pixels takes."""
    if tile is not None and (tile < 32 or tile % 32):
        raise UserError(f"`--tile` must be a multiple of 32 pixels. Received: {tile}")


def refuse_mask_flags(request: "Prediction | Evaluation") -> None:
    """Raise UserError on a flag that is for runs of apps.segment."""
    for name in ("masks", "coco", "tile", "flip_test"):
        if given := getattr(request, name, None):
            flag = f"--{name.replace('_', '-')}"
            raise UserError(
                f"`{flag}` is for runs of apps.segment, and {request.run} is none. Leave it out. Received: {given}"
            )


@dataclass(frozen=True)
class Prediction:
    """Predict with a trained run."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folder of the run."""
    files: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FILE")] = ()
    """Images, folders of images, tables, or files of texts, one a line; - is standard input."""
    output: str | None = None
    """File to write: .csv, .tsv, .jsonl, also with .gz; translations: also a plain text. Default: CSV on the screen."""
    top: int | None = None
    """How many answers to give for each record, the best first. Default: 3 labels, 1 translation or caption."""
    text: tuple[str, ...] = ()
    """Translator, run on one column of text: texts, instead of files."""
    beams: int | None = None
    """Translator, captioner: hypotheses of beam search, 1 for greedy. Default: as it was scored with."""
    length_penalty: float | None = None
    """Translator, captioner: compare by log probability / tokens ** this. Default: as it was scored with."""
    sample: bool = False
    """Translator, captioner: sample `--top` texts at random instead."""
    temperature: float = 1.0
    """With `--sample`: below 1 prefers probable words, above 1 improbable ones."""
    top_k: int | None = None
    """With `--sample`: draw among this many most probable subwords only."""
    top_p: float = 1.0
    """With `--sample`: draw among the fewest subwords whose probabilities add up to this."""
    seed: int = 0
    """With `--sample`: seed of the draws."""
    masks: str | None = None
    """Segmentation: a folder to write into, of each picture a mask with a palette (PNG) and an overlay (JPEG)."""
    coco: str | None = None
    """Segmentation: a file to write into, as COCO's JSON with run lengths."""
    tile: int | None = None
    """Segmentation: side in pixels of the pieces in which larger pictures are answered. Default: as it was scored."""
    flip_test: bool = False
    """Segmentation: answer with the mean of the picture and its mirror image."""
    foil: Annotated[str | None, tyro.conf.arg(name="class")] = None
    """Explanation: say what would make it this class. Default: the next most probable one."""

    def __post_init__(self):
        if not self.files and not self.text:
            raise UserError("Name at least one FILE to predict. Received: none")
        if self.files and self.text:
            raise UserError(f"Give files or `--text`, not both. Received: {self.files[0]} and --text {self.text[0]!r}")
        if self.top is not None and self.top < 1:
            raise UserError(f"`--top` must be at least 1. Received: {self.top}")
        require_tile(self.tile)

    def refuse_class_flag(self) -> None:
        """Raises UserError on the flag that is for runs of apps.explain."""
        if self.foil is not None:
            raise UserError(
                f"`--class` is for runs of apps.explain, and {self.run} is none. Leave it out. Received: {self.foil}"
            )


@dataclass(frozen=True)
class Evaluation:
    """Score a trained run on other data."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folder of the run."""
    data: tuple[str, ...] = ()
    """A table, a folder with one folder of images per class, a bundled name or tfds:NAME; for a translator two files or
    one with tabs. Default: the run's own test split."""
    source: str | None = None
    """Translator, with one file: the column to translate from. Default: the first."""
    images: str | None = None
    """Captioner, or segmentation with COCO's JSON: the folder of the images. Default: looked for beside the file."""
    image: str | None = None
    """Captioner, with a table: the column of image names. Default: found by looking."""
    caption: str | None = None
    """Captioner, with a table: the column of captions. Default: found by looking."""
    target: str | None = None
    """Table: the column with the truth. Default: the column of that name or number in training."""
    tile: int | None = None
    """Segmentation: side in pixels of the pieces in which larger pictures are answered. Default: as in training."""
    flip_test: bool = False
    """Segmentation: answer with the mean of the picture and its mirror image."""
    output: str | None = None
    """File to write the scores to, in .json. Default: evaluation-NAME.json in the run's folder."""
    download: bool = False
    """tfds: may the dataset be downloaded if it is not prepared yet."""

    def __post_init__(self):
        require_tile(self.tile)
