"""Serve trained models over HTTP: TensorFlow Serving's protocol, KServe's v2, and a page to try them.

    python -m apps.serve runs/classify/NAME                        http://127.0.0.1:8501
    python -m apps.serve digits=runs/classify/A prices=runs/regress/B
    python -m apps.serve digits=models/ --watch                    the latest of models/1, models/2 ..., and new ones
    python -m apps.serve digits=models/ --versions all --labels stable=1 canary=2
    python -m apps.serve RUN --host 0.0.0.0 --token TEXT           for other machines
    python -m apps.serve RUN --grpc 8500                           gRPC as well

    curl localhost:8501/v1/models/prices:predict -d '{"instances": [{"rooms": 3, "town": "Ulm"}]}'
    curl localhost:8501/v1/models/digits:predict -d '{"instances": [{"b64": "'$(base64 -w0 photo.png)'"}]}'
    curl localhost:8501/v1/models/digits
    curl localhost:8501/v1/models/digits/metadata
    curl localhost:8501/metrics

A run is served as its SavedModel: `python -m apps.export RUN` writes it where a run has none. Every version has a
process of its own; it is warmed up with the run's examples before it is called, and rows of different callers are
computed together. docs/serving.md has the protocols, and how to serve the same files by other servers.
"""

from dataclasses import dataclass
from typing import Annotated

import tyro

from cli.errors import UserError
from cli.run import run


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


def main(config: Config) -> None:
    """Serve until SIGINT or SIGTERM. Raises UserError where there is nothing to serve, or no place to listen on."""
    from web.address import Address
    from web.listening import listen
    from web.page.routes import routes
    from web.serving.application import application
    from web.serving.limits import Limits
    from web.serving.models import Models
    from web.serving.sources import sources

    address = Address(config.host, config.port, config.token, config.open, config.allow_origin)
    limits = Limits(batch=config.batch, threads=config.threads)
    models = Models(sources(config.runs), limits, config.which, config.numbers, config.watch)
    taken = []

    def tell_ready(url: str = "") -> None:
        """Called when it listens, and when all is loaded: the second time it is ready."""
        taken.extend([url] if url else [])
        if taken and models.are_loaded:
            also = f" and gRPC on {config.host}:{models.grpc_port}" if models.grpc_port else ""
            print(f"ready: {taken[0]} serves {', '.join(models.by_name)}{also}", flush=True)

    app = application(models, address, routes(models.served, config.flag), tell_ready, config.grpc)
    listen(app, address, tell_ready, lambda: models.failure is not None)
    if models.failure:
        raise models.failure


if __name__ == "__main__":
    run(main, "python -m apps.serve")
