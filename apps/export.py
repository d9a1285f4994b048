"""Export a trained run: raw records in, answers out, for programs that know nothing of this suite.

    python -m apps.export runs/classify/NAME                        a SavedModel: TensorFlow, TensorFlow Serving
    python -m apps.export runs/classify/NAME --format litert        model.tflite: phones and small devices
    python -m apps.export runs/classify/NAME --format onnx          model.onnx: other runtimes
    python -m apps.export runs/classify/NAME --format all --output exports/

The SavedModel takes image files as bytes (JPEG but not CMYK, PNG, GIF, WEBP without animation, BMP of 24 bits; turned
as EXIF says), the columns of a table, or sentences. LiteRT and ONNX have no operations for these: they take prepared
records (preparing.json has the means and vocabularies, docs/runs.md shows how) and give class probabilities; a
translator is exported as a SavedModel only.
Each export is loaded in a fresh process that cannot import this suite and compared with the network on real records;
one that differs is refused. The last line gives the largest relative differences.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from cli.run import run
from tasks.exporting import KINDS, export


@dataclass(frozen=True)
class Config:
    """Export a trained run."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folder of the run."""
    format: Literal[KINDS] = "saved_model"
    """What to write; all: each format that this kind of run can be written in."""
    output: str | None = None
    """Folder to write into. Default: the run's."""


def main(config: Config) -> dict[str, float]:
    """Write and check the exports; return the largest relative difference of each, as `saved_model_difference` ..."""
    return export(config.run, config.format, config.output)


if __name__ == "__main__":
    run(main, "python -m apps.export")
