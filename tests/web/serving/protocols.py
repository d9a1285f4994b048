"""The same records asked of a served run by every protocol."""

import asyncio
import base64
from pathlib import Path

import numpy as np

from tests.web.serving.fakes import FakeProcess, serving
from web.serving import v2_binary, worker
from web.serving.errors import CallError
from web.serving.sources import source
from web.serving.warming import INPUTS


class Here:
    """Loads in this process, as a worker process does in one of its own: starting one takes seconds."""

    def __init__(self):
        self.processes = []

    async def start(self, path):
        loaded = await asyncio.to_thread(worker.Loaded, str(path))
        head = {"definitions": loaded.definitions, "classes": loaded.classes()}
        self.processes.append(Process(loaded, head))
        return self.processes[-1]


class Process(FakeProcess):
    """One that computes with what it has loaded, in a thread."""

    def __init__(self, loaded, head):
        super().__init__(None, head, 0)
        self.loaded = loaded

    async def call(self, signature, inputs):
        try:
            return await asyncio.to_thread(self.loaded.call, signature, inputs)
        except Exception as error:  # as the worker has it
            raise CallError(worker.status(error), worker.told(error)) from None


def drawn(raw: dict[str, np.ndarray], count: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Records like the given ones: numbers between and around theirs, their texts and words mixed, pixels changed."""
    return {name: _column(values, count, random) for name, values in raw.items()}


def _column(values: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    chosen = values[random.integers(len(values), size=count)]
    if values.dtype != object:
        spread = np.nan_to_num(np.nanstd(values))
        known = values[np.isfinite(values)]
        chosen = np.where(np.isfinite(chosen), chosen, known[0] if len(known) else 0)
        return (chosen + random.normal(size=count) * spread).astype(values.dtype)
    if isinstance(values[0], bytes):
        found = np.empty(count, object)
        found[:] = [_noisy(content, random) for content in chosen]
        return found
    if any(" " in value for value in values):
        words = [word for value in values for word in value.split()]
        shortest = min(len(value.split()) for value in values)
        chosen = np.empty(count, object)
        chosen[:] = [" ".join(random.choice(words, max(1, shortest))) for _ in range(count)]
    return chosen


def _noisy(content: bytes, random: np.random.Generator) -> bytes:
    import tensorflow as tf

    pixels = tf.io.decode_image(content, expand_animations=False).numpy().astype(int)
    noisy = np.clip(pixels + random.integers(-20, 21, pixels.shape), 0, 255).astype(np.uint8)
    return tf.io.encode_png(noisy).numpy()


def answers(run: Path, raw: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Protocol -> outputs of serving_default by name, (N, ...); text as str.

    Args:
        run: A finished run with a SavedModel.
        raw: Records by field, (N,).
    """
    import json

    names = run / "saved_model" / INPUTS
    fields = json.loads(names.read_text("utf-8")) if names.exists() else {name: {"field": name} for name in raw}
    columns = {name: raw[of["field"]] for name, of in fields.items()}
    as_json = {name: [_json(value) for value in values.tolist()] for name, values in columns.items()}
    rows = [dict(zip(as_json, values, strict=True)) for values in zip(*as_json.values(), strict=True)]
    with serving(Here(), source(f"m={run}"), grpc=0) as (client, models):
        outputs = next(iter(models.served())).signatures["serving_default"].outputs
        found = {"rows": _by_name(_asked(client, {"instances": rows})["predictions"], outputs)}
        found["columns"] = _asked(client, {"inputs": as_json})["outputs"]
        if len(outputs) == 1:
            found["columns"] = {next(iter(outputs)): found["columns"]}
        found["v2"], found["v2, bytes"] = _v2(client, columns, False), _v2(client, columns, True)
        found["gRPC"] = _grpc(models.grpc_port, columns)
    return {way: {name: _array(value) for name, value in one.items()} for way, one in found.items()}


def _json(value):
    return {"b64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _asked(client, body: dict) -> dict:
    answer = client.post("/v1/models/m:predict", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _by_name(rows: list, outputs) -> dict[str, list]:
    if len(outputs) == 1:
        return {next(iter(outputs)): rows}
    return {name: [row[name] for row in rows] for name in outputs}


def _v2(client, columns: dict[str, np.ndarray], binary: bool) -> dict[str, np.ndarray]:
    import json

    kinds = {one["name"]: one["datatype"] for one in client.get("/v2/models/m").json()["inputs"]}
    inputs, parts = [], []
    for name, values in columns.items():
        one = {"name": name, "shape": [len(values)], "datatype": kinds[name]}
        encoded = values
        if values.dtype == object:
            encoded = np.empty(len(values), object)
            encoded[:] = [value if isinstance(value, bytes) else value.encode() for value in values]
        if binary:
            parts.append(v2_binary.packed(encoded))
            one["parameters"] = {"binary_data_size": len(parts[-1])}
        elif values.dtype == object:
            one["parameters"] = {"content_type": "base64"}
            one["data"] = [base64.b64encode(value).decode() for value in encoded]
        else:
            one["data"] = values.tolist()
        inputs.append(one)
    head = json.dumps({"inputs": inputs, "parameters": {"binary_data_output": binary}}).encode()
    headers = {v2_binary.HEADER: str(len(head))} if binary else {}
    answer = client.post("/v2/models/m/infer", content=head + b"".join(parts), headers=headers)
    assert answer.status_code == 200, answer.text
    length = int(answer.headers.get(v2_binary.HEADER, len(answer.content)))
    found, place = {}, length
    for one in json.loads(answer.content[:length])["outputs"]:
        if binary:
            size = one["parameters"]["binary_data_size"]
            content, place = answer.content[place : place + size], place + size
            values = _unpacked(content, one["datatype"])
        else:
            values = one["data"]
        found[one["name"]] = np.array(values, dtype=object).reshape(one["shape"]).tolist()
    return found


def _unpacked(content: bytes, datatype: str) -> list:
    if datatype != "BYTES":
        kinds = {"FP32": "<f4", "FP64": "<f8", "BOOL": "?"}
        return np.frombuffer(content, kinds.get(datatype, datatype.lower())).tolist()
    found = []
    while content:
        size = int.from_bytes(content[:4], "little")
        found.append(content[4 : 4 + size])
        content = content[4 + size :]
    return found


def _grpc(port: int, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    import grpc
    import tensorflow as tf
    from tensorflow_serving.apis.predict_pb2 import PredictRequest
    from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

    request = PredictRequest()
    request.model_spec.name = "m"
    for name, values in columns.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values.tolist() if values.dtype == object else values))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = PredictionServiceStub(channel).Predict(request)
    return {name: tf.make_ndarray(value).tolist() for name, value in answer.outputs.items()}


def _array(value) -> np.ndarray:
    found = np.array(value)
    if found.dtype.kind == "S":
        return np.char.decode(found, "utf-8")
    return found
