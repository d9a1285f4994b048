"""TensorFlow Serving's REST protocol: https://www.tensorflow.org/tfx/serving/api_rest.

POST /v1/models/NAME[/versions/N or /labels/L]:predict      also :classify and :regress
GET  /v1/models/NAME[/versions/N or /labels/L][/metadata]
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from web.serving import examples, json_tensor
from web.serving.answers import answer, refusal
from web.serving.body import body
from web.serving.errors import CallError, malformed
from web.serving.model import Model
from web.serving.models import Models
from web.serving.signature import DEFAULT
from web.serving.version import END, Version
from web.serving.watch import TOLD

ADDRESS = re.compile(
    r"/v1/models/(?P<model>[^/:]+)(?:/versions/(?P<version>\d{1,18})|/labels/(?P<label>[^/:]+))?"
    r"(?P<call>:predict|:classify|:regress|/metadata|)",
    re.IGNORECASE | re.ASCII,
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
        call = found["call"].lower().lstrip(":/") or "status"
        reads = call in ("status", "metadata")
        if request.method not in (("GET", "HEAD") if reads else ("POST",)):
            raise CallError(405, f"{call} is asked for with {'GET' if reads else 'POST'}")
        model = self.models.model(found["model"])
        request.scope[TOLD].update(model=model.source.name, call=call)
        number = int(found["version"]) if found["version"] else None
        if call == "status":
            return answer(status(model, number, found["label"]))
        content = await body(request, self.models.limits)
        version = model.version(number, found["label"])
        request.scope[TOLD]["version"] = version.number
        if call == "metadata":
            return answer(metadata(version))
        return answer(await computed(version, call, content, self.models.limits.rows))


async def computed(version: Version, call: str, content: bytes, most: int) -> dict:
    """The answer to "predict", "classify" or "regress".

    Args:
        version: That is called.
        content: The body.
        most: Rows that are allowed.

    Raises CallError.
    """
    found = json_tensor.document(content)
    signature = version.signature(json_tensor.signature_name(found) or DEFAULT)
    if call != "predict":
        given = examples.examples(found)
        require_rows(len(given), most)
        return await examples.answered(version, signature, given, call)
    inputs, rows = json_tensor.inputs(found, signature)
    require_rows(max((len(value) for value in inputs.values() if value.ndim), default=0), most)
    return json_tensor.outputs(await version.call(signature, inputs), rows)


def require_rows(count: int, most: int) -> None:
    """Raise CallError on more rows than are allowed."""
    if count > most:
        raise malformed(f"the call has {count:,} rows, and {most:,} are allowed: make several calls of them")


def status(model: Model, number: int | None, label: str | None) -> dict:
    """The state of one version, or of all. Raises CallError where there is no such version."""
    if number is None and label is None:
        versions = [*model.versions.values(), *model.refused.values()]
    else:
        versions = [model.version(number, label)]
    return {
        "model_version_status": [
            {
                "version": str(version.number),
                "state": version.state,
                "status": {
                    "error_code": "UNKNOWN" if version.state == END else "OK",
                    "error_message": version.error,
                },
            }
            for version in sorted(versions, key=lambda version: -version.number)
        ]
    }


def metadata(version: Version) -> dict:
    """The signatures of a version. Raises CallError where it is not loaded."""
    version.signature(DEFAULT)
    return {
        "model_spec": {"name": version.source.name, "signature_name": "", "version": str(version.number)},
        "metadata": {"signature_def": {"signature_def": version.definitions}},
    }
