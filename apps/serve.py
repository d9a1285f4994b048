"""Serve trained models over HTTP: TensorFlow Serving's protocol.

python -m apps.serve runs/classify/NAME                 http://127.0.0.1:8501
python -m apps.serve digits=runs/classify/NAME prices=runs/regress/NAME

curl http://127.0.0.1:8501/v1/models/digits:predict -d '{"instances": [{"b64": "'$(base64 -w0 photo.png)'"}]}'
"""

from dataclasses import dataclass
from typing import Annotated

import tyro

from cli.run import run


@dataclass(frozen=True)
class Config:
    """Serve trained models."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Folders of runs, or folders of numbered SavedModels; NAME=FOLDER gives the model another name than its folder."""
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


def main(config: Config) -> None:
    """Serve until SIGINT or SIGTERM."""
    from web.address import Address
    from web.listening import listen
    from web.page.routes import routes
    from web.serving.application import application
    from web.serving.limits import Limits
    from web.serving.models import Models
    from web.serving.sources import sources

    address = Address(config.host, config.port, config.token, config.open, config.allow_origin)
    models = Models(sources(config.runs), Limits())
    listen(
        application(models, address, routes(models.served, config.flag)),
        address,
        lambda url: print(f"serving at {url}", flush=True),
    )


if __name__ == "__main__":
    run(main, "python -m apps.serve")
