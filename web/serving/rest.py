"""TensorFlow Serving's REST protocol: https://www.tensorflow.org/tfx/serving/api_rest.

POST /v1/models/NAME[/versions/N or /labels/L]:predict
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from web.serving import json_tensor
from web.serving.answers import answer, refusal
from web.serving.errors import CallError, malformed
from web.serving.models import Models
from web.serving.signature import DEFAULT
from web.serving.version import Version

ADDRESS = re.compile(
    r"/v1/models/(?P<model>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
    r"(?P<call>:predict|:classify|:regress|/metadata|)",
    re.IGNORECASE,
)


class Rest:
    """The protocol, for models."""

    def __init__(self, models: Models):
        self.models = models

    async def endpoint(self, request: Request) -> Response:
        """The answer to any request."""
        try:
            return await self._answer(request)
        except CallError as error:
            return refusal(error)

    async def _answer(self, request: Request) -> Response:
        found = ADDRESS.fullmatch(request.url.path)
        if found is None:
            raise CallError(404, f"nothing is at {request.url.path[:200]}")
        number = int(found["version"]) if found["version"] else None
        version = self.models.model(found["model"]).version(number, found["label"])
        return answer(await predict(version, await request.body(), self.models.limits.rows))


async def predict(version: Version, body: bytes, most: int) -> dict:
    """The answer to a call of predict. Raises CallError."""
    found = json_tensor.document(body)
    signature = version.signature(json_tensor.signature_name(found) or DEFAULT)
    inputs, rows = json_tensor.inputs(found, signature)
    count = max((len(value) for value in inputs.values() if value.ndim), default=0)
    if count > most:
        raise malformed(f"the call has {count:,} rows, and {most:,} are allowed; make several calls of them")
    return json_tensor.outputs(await version.call(signature, inputs), rows)
