"""TensorFlow Serving's gRPC protocol: PredictionService and GetModelStatus, by the stubs of tensorflow-serving-api.

These import TensorFlow, which the server does without where no gRPC is asked for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from importlib.util import find_spec

import numpy as np

from cli.errors import UserError
from web.address import Address
from web.serving import examples, json_tensor
from web.serving.errors import CallError, malformed
from web.serving.models import Models
from web.serving.rest import require_rows
from web.serving.signature import DEFAULT
from web.serving.told import tell
from web.serving.version import END, Version

GRACE = 10  # seconds for calls to end in


async def start(models: Models, address: Address, port: int):
    """A `grpc.aio.Server` that listens. Raises UserError where the package is missing, or the port is taken."""
    if find_spec("tensorflow_serving") is None:
        raise UserError("`--grpc` needs the package tensorflow-serving-api: `pip install tensorflow-serving-api`")
    await asyncio.to_thread(_imported)  # it takes seconds, in which HTTP answers
    import grpc
    from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

    class Served(
        Services, prediction_service_pb2_grpc.PredictionServiceServicer, model_service_pb2_grpc.ModelServiceServicer
    ):
        """The calls, and "unimplemented" for the others that the stubs know."""

    sizes = {"max_receive_message_length": models.limits.body, "max_send_message_length": -1}
    options = {**sizes, "so_reuseport": 0}  # else a second server may take the port as well
    server = grpc.aio.server(options=[(f"grpc.{name}", value) for name, value in options.items()])
    services = Served(models, address)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(services, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(services, server)
    host = f"[{address.host}]" if ":" in address.host else address.host
    try:
        taken = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError:
        raise UserError(f"`--grpc`: nothing can listen on {address.host}:{port}. Choose another port") from None
    await server.start()
    models.grpc_port = taken
    return server


def _imported() -> None:
    from tensorflow_serving.apis import prediction_service_pb2_grpc  # noqa: F401


class Services:
    """The calls, as the stubs name them."""

    def __init__(self, models: Models, address: Address):
        self.models, self.address = models, address

    async def Predict(self, request, context):
        """`PredictRequest` -> `PredictResponse`."""
        return await self._answered("predict", request, context, self._predict)

    async def Classify(self, request, context):
        """`ClassificationRequest` -> `ClassificationResponse`."""
        return await self._answered("classify", request, context, self._classify)

    async def Regress(self, request, context):
        """`RegressionRequest` -> `RegressionResponse`."""
        return await self._answered("regress", request, context, self._regress)

    async def GetModelMetadata(self, request, context):
        """`GetModelMetadataRequest` -> `GetModelMetadataResponse`."""
        return await self._answered("metadata", request, context, self._metadata)

    async def GetModelStatus(self, request, context):
        """`GetModelStatusRequest` -> `GetModelStatusResponse`."""
        return await self._answered("status", request, context, self._status)

    async def _answered(self, call: str, request, context, function: Callable[..., Awaitable]):
        """The answer of a function; refusals under their code. Counted and told as requests by HTTP are."""
        import grpc

        began, code = time.monotonic(), 500
        name = request.model_spec.name
        try:
            self._require_token(context)
            answer = await function(request)
            code = 200
            return answer
        except CallError as error:
            code = error.status
            status = _CODES.get(code, "INTERNAL")
            await context.abort(grpc.StatusCode[status], str(error))
        finally:
            seconds = time.monotonic() - began
            known = name if name in self.models.by_name else ""
            self.models.metrics.answered(known, f"grpc_{call}", code, seconds)
            milliseconds = round(1000 * seconds, 3)
            tell("request", method="gRPC", call=call, model=name[:100], status=code, milliseconds=milliseconds)

    def _require_token(self, context) -> None:
        given = dict(context.invocation_metadata() or ()).get("authorization", "")
        if not self.address.knows_token(str(given).removeprefix("Bearer ")):
            raise CallError(401, "send the token of this server as metadata: authorization: Bearer TOKEN")

    def _version(self, spec) -> Version:
        model = self.models.model(spec.name)
        kind = spec.WhichOneof("version_choice")
        number = spec.version.value if kind == "version" else None
        return model.version(number, spec.version_label if kind == "version_label" else None)

    async def _predict(self, request):
        import tensorflow as tf
        from tensorflow_serving.apis.predict_pb2 import PredictResponse

        version = self._version(request.model_spec)
        signature = version.signature(request.model_spec.signature_name or DEFAULT)
        json_tensor.require_names(request.inputs, signature, "`inputs`")
        if unknown := set(request.output_filter) - signature.outputs.keys():
            raise malformed(f"`output_filter`: the signature has no output {sorted(unknown)[0][:100]!r}")
        inputs = {name: _array(request.inputs[name], one, self.models.limits) for name, one in signature.inputs.items()}
        require_rows(max((len(value) for value in inputs.values() if value.ndim), default=0), self.models.limits.rows)
        outputs = await version.call(signature, inputs)
        answer = PredictResponse()
        self._fill(answer.model_spec, version, signature.name)
        for name in request.output_filter or outputs:
            answer.outputs[name].CopyFrom(tf.make_tensor_proto(outputs[name]))
        return answer

    def _fill(self, spec, version: Version, signature: str) -> None:
        spec.name, spec.signature_name, spec.version.value = version.source.name, signature, version.number

    async def _results(self, request, call: str):
        """The results of classify or regress, and the version and signature that gave them."""
        kind = request.input.WhichOneof("kind")
        found = getattr(request.input, kind) if kind else None
        if found is None or not found.examples:
            raise malformed("`input` must hold at least one example")
        require_rows(len(found.examples), self.models.limits.rows)
        context = _features(found.context) if kind == "example_list_with_context" else {}
        version = self._version(request.model_spec)
        signature = version.signature(request.model_spec.signature_name or DEFAULT)
        given = [context | _features(example) for example in found.examples]
        answer = await examples.answered(version, signature, given, call)
        return answer["results"], version, signature.name

    async def _classify(self, request):
        from tensorflow_serving.apis.classification_pb2 import ClassificationResponse

        results, *of = await self._results(request, "classify")
        answer = ClassificationResponse()
        self._fill(answer.model_spec, *of)
        for row in results:
            one = answer.result.classifications.add()
            for label, score in row:
                one.classes.add(label=label, score=score)
        return answer

    async def _regress(self, request):
        from tensorflow_serving.apis.regression_pb2 import RegressionResponse

        results, *of = await self._results(request, "regress")
        answer = RegressionResponse()
        self._fill(answer.model_spec, *of)
        for value in results:
            answer.result.regressions.add(value=value)
        return answer

    async def _metadata(self, request):
        from google.protobuf.json_format import ParseDict
        from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataResponse, SignatureDefMap

        if list(request.metadata_field) != ["signature_def"]:
            raise malformed(f"`metadata_field` must be signature_def. Received: {list(request.metadata_field)}")
        version = self._version(request.model_spec)
        version.signature(DEFAULT)
        found = SignatureDefMap()
        for name, definition in version.definitions.items():
            ParseDict(definition, found.signature_def[name])
        answer = GetModelMetadataResponse()
        self._fill(answer.model_spec, version, "")
        answer.metadata["signature_def"].Pack(found)
        return answer

    async def _status(self, request):
        from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusResponse, ModelVersionStatus

        model = self.models.model(request.model_spec.name)
        versions = [*model.versions.values(), *model.refused.values()]
        if request.model_spec.WhichOneof("version_choice"):
            versions = [self._version(request.model_spec)]
        answer = GetModelStatusResponse()
        for version in versions:
            one = answer.model_version_status.add(version=version.number)
            one.state = ModelVersionStatus.State.Value(version.state)
            one.status.error_code = 2 if version.state == END else 0  # UNKNOWN, OK
            one.status.error_message = version.error
        return answer


_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def _array(proto, tensor, limits) -> np.ndarray:
    """A `TensorProto` as an array. Raises CallError on another type or shape, and where it would be too large."""
    import tensorflow as tf

    try:
        dtype, shape = tf.as_dtype(proto.dtype), tuple(axis.size for axis in proto.tensor_shape.dim)
    except TypeError:
        raise malformed(f"`{tensor.name}`: unknown dtype {proto.dtype}") from None
    if dtype.name != tensor.dtype:
        raise malformed(f"`{tensor.name}`: dtype must be {tensor.dtype}. Received: {dtype.name}")
    json_tensor.require_shape(tensor, shape)
    # One value may stand for all of a tensor: its size is in no message of that length.
    if min(shape, default=0) < 0 or int(np.prod(shape, dtype=object)) * max(dtype.size or 8, 1) > limits.unpacked:
        raise malformed(f"`{tensor.name}`: the shape {list(shape)} is larger than {limits.unpacked:,} bytes")
    try:
        found = tf.make_ndarray(proto).reshape(shape)
        return found.astype(np.float32) if tensor.dtype == "bfloat16" else found
    except (ValueError, TypeError):
        raise malformed(f"`{tensor.name}`: the content is not of the shape {list(shape)}") from None


def _features(example) -> dict[str, list]:
    """The features of a `tf.train.Example` as `web.serving.examples` has them."""
    return {
        name: list(getattr(one, kind).value) if (kind := one.WhichOneof("kind")) else []
        for name, one in example.features.feature.items()
    }
