"""TensorFlow Serving's gRPC protocol, asked by TensorFlow Serving's own client stubs."""

import json

import numpy as np
import pytest

from tests.web.serving.fakes import CLASSES, PEOPLE, Machine, folder, people, serving
from web.address import Address
from web.serving.limits import Limits

grpc = pytest.importorskip("grpc")
pytest.importorskip("tensorflow_serving")


@pytest.fixture(scope="module", params=["", "sesame"], ids=["open", "token"])
def stubs(request, tmp_path_factory):
    """Stubs of the two services, and the metadata of a call."""
    from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

    path = folder(tmp_path_factory.mktemp("models"), 3, 7)
    machine, limits = Machine(people, PEOPLE, CLASSES), Limits(rows=50, body=100_000, unpacked=1_000_000)
    settings = {"which": "all", "labels": {"stable": 3}, "grpc": 0, "address": Address(token=request.param)}
    with serving(machine, path, limits, **settings) as (_, models):
        with grpc.insecure_channel(f"127.0.0.1:{models.grpc_port}") as channel:
            metadata = [("authorization", f"Bearer {request.param}")] if request.param else None
            yield (
                prediction_service_pb2_grpc.PredictionServiceStub(channel),
                model_service_pb2_grpc.ModelServiceStub(channel),
                metadata,
            )


def predict_request(signature="", **inputs):
    import tensorflow as tf
    from tensorflow_serving.apis.predict_pb2 import PredictRequest

    request = PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = "m", signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


AGES = {"age": np.float32([25, 75]), "town": ["Ulm", "Köln"]}


def test_predict(stubs):
    import tensorflow as tf

    predicting, _, metadata = stubs
    answer = predicting.Predict(predict_request(**AGES), metadata=metadata)
    assert answer.model_spec.name == "m" and answer.model_spec.version.value == 7
    found = {name: tf.make_ndarray(value) for name, value in answer.outputs.items()}
    assert found["label"].tolist() == [b"no", b"yes"]
    np.testing.assert_array_equal(found["probabilities"], np.float32([[0.75, 0.25], [0.25, 0.75]]))
    request = predict_request(**AGES)
    request.output_filter.append("label")
    request.model_spec.version_label = "stable"
    answer = predicting.Predict(request, metadata=metadata)
    assert list(answer.outputs) == ["label"] and answer.model_spec.version.value == 3


def bad(change):
    request = predict_request(**AGES)
    change(request)
    return request


def huge(request):
    request.inputs["age"].tensor_shape.dim[0].size = 10**12
    request.inputs["age"].ClearField("tensor_content")
    request.inputs["age"].float_val.append(1)


def torn(request):
    request.inputs["age"].tensor_content = b"abc"


@pytest.mark.parametrize(
    "request_, code, words",
    [
        (lambda: predict_request(age=[1.0]), "INVALID_ARGUMENT", "lacks `town`"),
        (lambda: predict_request(age=np.float64([1]), town=["a"]), "INVALID_ARGUMENT", "dtype must be float32"),
        (lambda: predict_request(age=np.float32([[1]]), town=["a"]), "INVALID_ARGUMENT", "Expecting shape"),
        (lambda: predict_request("x", **AGES), "INVALID_ARGUMENT", "no signature `x`"),
        (lambda: predict_request("classes", index=[5]), "INVALID_ARGUMENT", "two classes"),
        (lambda: predict_request("classes", index=[0] * 51), "INVALID_ARGUMENT", "51 rows"),
        (lambda: predict_request("raw", content=[b"x" * 100_000]), "RESOURCE_EXHAUSTED", "larger than max"),
        (lambda: bad(huge), "INVALID_ARGUMENT", "larger than 1,000,000 bytes"),
        (lambda: bad(torn), "INVALID_ARGUMENT", "content is not of the shape"),
        (lambda: bad(lambda one: setattr(one.model_spec, "name", "n")), "NOT_FOUND", "no model `n`"),
        (lambda: bad(lambda one: setattr(one.model_spec.version, "value", 5)), "NOT_FOUND", "version 5"),
        (lambda: bad(lambda one: setattr(one.model_spec, "version_label", "x")), "NOT_FOUND", "label `x`"),
        (lambda: bad(lambda one: one.output_filter.append("x")), "INVALID_ARGUMENT", "no output 'x'"),
        (lambda: bad(lambda one: setattr(one.inputs["age"], "dtype", 999)), "INVALID_ARGUMENT", "unknown dtype 999"),
    ],
)
def test_refusals(stubs, request_, code, words):
    predicting, _, metadata = stubs
    with pytest.raises(grpc.RpcError) as refused:
        predicting.Predict(request_(), metadata=metadata)
    assert refused.value.code().name == code and words in refused.value.details()


def test_the_token_is_asked_for_where_there_is_one(stubs):
    predicting, _, metadata = stubs
    if metadata is None:
        assert predicting.Predict(predict_request(**AGES))
        return
    with pytest.raises(grpc.RpcError) as refused:
        predicting.Predict(predict_request(**AGES), metadata=[("authorization", "Bearer other")])
    assert refused.value.code().name == "UNAUTHENTICATED"


def test_classify(stubs):
    from tensorflow_serving.apis.classification_pb2 import ClassificationRequest

    predicting, _, metadata = stubs
    request = ClassificationRequest()
    request.model_spec.name = "m"
    listed = request.input.example_list_with_context
    listed.context.features.feature["town"].bytes_list.value.append(b"Ulm")
    for age in (25.0, 75.0):
        listed.examples.add().features.feature["age"].float_list.value.append(age)
    answer = predicting.Classify(request, metadata=metadata)
    found = [[(one.label, one.score) for one in row.classes] for row in answer.result.classifications]
    assert found == [[("no", 0.75), ("yes", 0.25)], [("no", 0.25), ("yes", 0.75)]]


def test_metadata_and_status(stubs):
    from google.protobuf.json_format import MessageToDict
    from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
    from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest

    predicting, states, metadata = stubs
    request = GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "m"
    packed, found = predicting.GetModelMetadata(request, metadata=metadata).metadata["signature_def"], SignatureDefMap()
    packed.Unpack(found)
    definition = MessageToDict(found.signature_def["serving_default"], preserving_proto_field_name=True)
    assert definition["inputs"]["age"]["dtype"] == PEOPLE["serving_default"]["inputs"]["age"]["dtype"]
    request = GetModelStatusRequest()
    request.model_spec.name = "m"
    answer = states.GetModelStatus(request, metadata=metadata)
    assert {one.version: one.state for one in answer.model_version_status} == {3: 30, 7: 30}
    assert json.dumps(definition)
