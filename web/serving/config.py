"""The settings of a server of models."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from cli.errors import UserError


@dataclass(frozen=True)
class Config:
    """Serve trained models."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folders of runs, or of numbered SavedModels; NAME=FOLDER gives a model another name than that of its folder."""
    host: str = "127.0.0.1"
    """Where to listen; 0.0.0.0 for other machines, with `--token` or `--open`."""
    port: int = 8501
    """Port to listen on; 0 for a free one."""
    token: str = ""
    """What every request has to send: `Authorization: Bearer TOKEN`, or ?token=TOKEN."""
    open: bool = False
    """Let other machines ask without a token."""
    allow_origin: tuple[str, ...] = ()
    """Pages of other servers that may ask, such as https://example.org."""
    flag: bool = False
    """Let users of the page append records and answers to flagged.csv in the folder of the run."""
    grpc: int | None = None
    """Port for TensorFlow Serving's gRPC protocol, too."""
    watch: bool = False
    """Look every 2 s for a new version, and let it take over once it is loaded and warm."""
    versions: tuple[str, ...] = ("latest",)
    """Versions to serve: latest, all, or numbers."""
    labels: tuple[str, ...] = ()
    """Names for versions, such as stable=1 canary=2."""
    batch: int = 32
    """Most rows of different callers that are computed together; 1 for each call alone."""
    threads: int = 2
    """Threads that a model computes with."""

    def __post_init__(self):
        if not self.runs:
            raise UserError("Name at least one RUN to serve. Received: none")
        for name in ("batch", "threads"):
            if getattr(self, name) < 1:
                raise UserError(f"`--{name}` must be at least 1. Received: {getattr(self, name)}")
        _ = self.which, self.numbers

    @property
    def which(self) -> str | tuple[int, ...]:
        """`versions` as the server takes it. Raises UserError where it is none of the three."""
        if self.versions in (("latest",), ("all",)):
            return self.versions[0]
        if not self.versions or not all(one.isascii() and one.isdecimal() for one in self.versions):
            raise UserError(f"`--versions` must be latest, all, or numbers. Received: {' '.join(self.versions)}")
        return tuple(map(int, self.versions))

    @property
    def numbers(self) -> dict[str, int]:
        """Label to number of a version. Raises UserError where `labels` are not LABEL=NUMBER."""
        pairs = [label.partition("=") for label in self.labels]
        for label, _, number in pairs:
            if not (label and number.isascii() and number.isdecimal()):
                raise UserError(f"`--labels` must be like stable=1 canary=2. Received: {' '.join(self.labels)}")
        return {label: int(number) for label, _, number in pairs}
