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

from cli.run import run
from web.serving.config import Config


def main(config: Config) -> None:
    """Serve until told to stop."""
    from web.serving.door import serve

    serve(config)


if __name__ == "__main__":
    run(main, "python -m apps.serve")
