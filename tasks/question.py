"""What a user asks of a finished run: the settings of apps.explain."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from cli.errors import UserError
from tasks.request import Prediction


@dataclass(frozen=True)
class Question:
    """Explain the answers of a trained run."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folder of the run."""
    files: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FILE")] = ()
    """Images, folders of images, tables, or files of texts, one a line; - is standard input."""
    asked: Annotated[str | None, tyro.conf.arg(name="class")] = None
    """Class that is explained: why it, or why not it. Default: the predicted class of each record."""
    text: tuple[str, ...] = ()
    """Run on one column of text: texts, instead of files."""
    html: str | None = None
    """Page to write, .html. Default: explanation.html in the run's folder."""
    output: str | None = None
    """File to write the explanations to, as numbers, .jsonl."""
    patch: int | None = None
    """Pictures: side in pixels of the patch that hides a place. Default: a sixth of the shorter side."""
    most: int = 20
    """Records that are explained; of more the first."""

    def __post_init__(self):
        self.prediction()
        for name in ("patch", "most"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UserError(f"`--{name}` must be at least 1. Received: {value}")
        for name, ending in (("html", ".html"), ("output", ".jsonl")):
            value = getattr(self, name)
            if value is not None and not value.lower().endswith(ending):
                raise UserError(f"`--{name}` must end in {ending}. Received: {value}")

    def prediction(self) -> Prediction:
        """The records, as apps.predict asks for them."""
        return Prediction(self.run, self.files, text=self.text)
