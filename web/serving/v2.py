"""KServe's protocol v2, also called open inference protocol, over HTTP:
https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md

    GET  /v2  /v2/health/live  /v2/health/ready  /v2/models/NAME[/versions/N][/ready]
    POST /v2/models/NAME[/versions/N]/infer

Tensors are JSON, or bytes after it (`web.serving.v2_binary`).
"""

import re
from collections.abc import Mapping

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from web.serving import json_tensor, v2_binary
from web.serving.answers import answer, refusal
from web.serving.body import body
from web.serving.errors import CallError, malformed
from web.serving.models import Models
from web.serving.rest import require_rows
from web.serving.signature import DEFAULT, TEXT, Signature, Tensor
from web.serving.v2_tensor import datatype
from web.serving.version import AVAILABLE, Version
from web.serving.watch import TOLD

ADDRESS = re.compile(
    r"/v2/models/(?P<model>[^/]+)(?:/versions/(?P<version>\d{1,18}))?(?P<call>/ready|/infer|)/?", re.ASCII
)
SERVER = {"name": "lamina", "version": "1", "extensions": ["binary_tensor_data"]}


class V2:
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
        path = request.url.path.rstrip("/")
        if path == "/v2":
            return answer(SERVER)
        if path == "/v2/health/live":
            return answer({"live": True})
        if path == "/v2/health/ready":
            return answer({"ready": self.models.are_ready}, 200 if self.models.are_ready else 503)
        found = ADDRESS.fullmatch(request.url.path)
        if found is None:
            raise CallError(404, f"nothing is at {path[:200]}")
        model = self.models.model(found["model"])
        infers = found["call"] == "/infer"
        if request.method not in (("POST",) if infers else ("GET", "HEAD")):
            raise CallError(405, f"send {'POST' if infers else 'GET'} to {path[:200]}")
        request.scope[TOLD].update(model=model.source.name, call="infer" if infers else "v2")
        content = await body(request, self.models.limits) if infers else b""
        version = model.version(int(found["version"]) if found["version"] else None)
        request.scope[TOLD]["version"] = version.number
        if found["call"] == "/ready":
            ready = version.state == AVAILABLE
            return answer({"name": model.source.name, "ready": ready}, 200 if ready else 503)
        if infers:
            return await self._infer(version, content, request.headers.get(v2_binary.HEADER))
        signature = version.signature(DEFAULT)
        sides = {
            side: [_metadata(tensor) for tensor in getattr(signature, side).values()] for side in ("inputs", "outputs")
        }
        versions = [str(number) for number in sorted(model.versions)]
        return answer({"name": model.source.name, "versions": versions, "platform": "tensorflow_savedmodel", **sides})

    async def _infer(self, version: Version, content: bytes, length: str | None) -> Response:
        content, rest = v2_binary.parted(content, length)
        found = json_tensor.document(content)
        parameters = _parameters(found)
        signature = version.signature(str(parameters.get("signature_name", DEFAULT)))
        inputs = _inputs(found, signature, rest)
        require_rows(max((len(value) for value in inputs.values() if value.ndim), default=0), self.models.limits.rows)
        wanted = _wanted(found, signature, parameters)
        outputs = await version.call(signature, inputs)
        head = {"model_name": version.source.name, "model_version": str(version.number)}
        if isinstance(found.get("id"), str):
            head["id"] = found["id"]
        listed, appended = [], []
        for name, binary in wanted.items():
            one = {"name": name, "shape": list(outputs[name].shape), "datatype": datatype(signature.outputs[name])}
            if binary:
                appended.append(v2_binary.packed(outputs[name]))
                one["parameters"] = {"binary_data_size": len(appended[-1])}
            else:
                one |= _data(outputs[name], name)
            listed.append(one)
        return v2_binary.appended(answer({**head, "outputs": listed}), appended)


def _metadata(tensor: Tensor) -> dict:
    shape = [-1 if axis is None else axis for axis in tensor.shape or ()]
    return {"name": tensor.name, "datatype": datatype(tensor), "shape": shape}


def _parameters(given: Mapping) -> Mapping:
    found = given.get("parameters") or {}
    if not isinstance(found, dict):
        raise malformed("`parameters` must be an object")
    return found


def _inputs(found: Mapping, signature: Signature, rest: memoryview) -> dict[str, np.ndarray]:
    """The arrays of a call. Raises CallError."""
    given = found.get("inputs")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise malformed("`inputs` must be a list of objects with `name`, `shape`, `datatype` and `data`")
    arrays, place = {}, 0
    for one in given:
        name = one.get("name")
        if not isinstance(name, str) or name not in signature.inputs or name in arrays:
            raise malformed(
                f"`inputs`: {str(name)[:100]!r} is no input, or given twice. Allowed: {', '.join(signature.inputs)}"
            )
        tensor, shape = signature.inputs[name], _shape(one.get("shape"), name)
        if one.get("datatype") != datatype(tensor):
            raise malformed(f"`{name}`: datatype must be {datatype(tensor)}. Received: {str(one.get('datatype'))[:20]}")
        json_tensor.require_shape(tensor, shape)
        count, parameters = int(np.prod(shape, dtype=object)), _parameters(one)
        if "binary_data_size" in parameters:
            size = parameters["binary_data_size"]
            if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= len(rest) - place:
                raise malformed(f"`{name}`: binary_data_size must be the bytes of its data after the JSON")
            arrays[name] = v2_binary.unpacked(rest[place : place + size], tensor, count).reshape(shape)
            place += size
        else:
            arrays[name] = _from_json(one.get("data"), tensor, count, parameters).reshape(shape)
    if place != len(rest):
        raise malformed(f"{len(rest) - place} bytes follow the JSON that belong to no input")
    if missing := signature.inputs.keys() - arrays:
        raise malformed(f"`inputs`: lacks {', '.join(sorted(missing))}")
    return arrays


def _shape(given, name: str) -> tuple[int, ...]:
    if not isinstance(given, list) or not all(type(axis) is int and 0 <= axis < 2**31 for axis in given):
        raise malformed(f"`{name}`: shape must be a list of whole numbers")
    if len(given) > 32:
        raise malformed(f"`{name}`: shape has more than 32 axes")
    return tuple(given)


def _from_json(data, tensor: Tensor, count: int, parameters: Mapping) -> np.ndarray:
    if not isinstance(data, list):
        raise malformed(f"`{tensor.name}`: data must be a list")
    _, leaves = json_tensor.flat(data, f"`{tensor.name}`")
    if len(leaves) != count:
        raise malformed(f"`{tensor.name}`: Expecting tensor size {count} but got {len(leaves)} elements of data")
    if tensor.dtype == TEXT and parameters.get("content_type") == "base64":
        leaves = [{"b64": leaf} for leaf in leaves]
    return json_tensor.typed(leaves, tensor)


def _wanted(found: Mapping, signature: Signature, parameters: Mapping) -> dict[str, bool]:
    """The outputs that are asked for, and whether as bytes after the JSON."""
    usual = parameters.get("binary_data_output") is True
    given = found.get("outputs")
    if given is None or given == []:
        return dict.fromkeys(signature.outputs, usual)
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise malformed("`outputs` must be a list of objects with `name`")
    wanted = {}
    for one in given:
        name = one.get("name")
        if not isinstance(name, str) or name not in signature.outputs:
            raise malformed(f"`outputs`: {str(name)[:100]!r} is none. Allowed: {', '.join(signature.outputs)}")
        wanted[name] = _parameters(one).get("binary_data", usual) is True
    return wanted


def _data(array: np.ndarray, name: str) -> dict:
    """The elements of an output as JSON; bytes that are no text as base64, which its parameters then say."""
    found = json_tensor.values(array.ravel(), name)
    if any(isinstance(element, dict) for element in found):
        elements = [json_tensor.values(array.ravel(), f"{name}{json_tensor.BYTES}")]
        return {"parameters": {"content_type": "base64"}, "data": [element["b64"] for element in elements[0]]}
    return {"data": found}
