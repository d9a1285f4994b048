"""A run's SavedModel in Ray Serve: replicas on many machines, rows of several requests computed together.

    pip install "ray[serve]"
    python -m benchmarks.serving_ray runs/classify/NAME --replicas 2
    curl localhost:8000 -d '{"image": {"b64": "'$(base64 -w0 photo.png)'"}}'

A request is one row: an object of the inputs of serving_default. Its answer is the value of an only output, or an
object of several.
"""

import argparse
import time

import numpy as np

from web.serving import json_tensor
from web.serving.errors import CallError
from web.serving.signature import DEFAULT, from_definition
from web.serving.worker import Loaded

ROWS, SECONDS = 32, 0.002  # that are computed together, and that the first of them waits


def deployment(run: str, replicas: int = 1):
    """What `ray.serve.run` takes."""
    from ray import serve
    from starlette.requests import Request

    @serve.deployment(num_replicas=replicas, max_ongoing_requests=4 * ROWS)
    class Model:
        def __init__(self, path: str):
            self.loaded = Loaded(path)
            self.signature = from_definition(DEFAULT, self.loaded.definitions[DEFAULT])

        @serve.batch(max_batch_size=ROWS, batch_wait_timeout_s=SECONDS)
        async def rows(self, given: list[dict[str, np.ndarray]]) -> list[dict]:
            columns = {name: np.concatenate([row[name] for row in given]) for name in given[0]}
            return json_tensor.outputs(self.loaded.call(DEFAULT, columns), True)["predictions"]

        async def __call__(self, request: Request):
            try:
                found = {"instances": [json_tensor.document(await request.body())]}
                inputs, _ = json_tensor.inputs(found, self.signature)
            except CallError as error:
                return {"error": str(error)}
            return await self.rows(inputs)

    return Model.bind(f"{run}/saved_model")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="folder of a finished run")
    parser.add_argument("--replicas", type=int, default=1)
    given = parser.parse_args()
    from ray import serve

    serve.run(deployment(given.run, given.replicas))
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
