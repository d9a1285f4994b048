"""Served models without TensorFlow: functions of arrays in the place of worker processes."""

import asyncio
import itertools
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
import uvicorn
from starlette.testclient import TestClient

from web.address import Address
from web.listening import bound
from web.serving.application import application
from web.serving.errors import CallError, malformed
from web.serving.limits import Limits
from web.serving.models import Models
from web.serving.process import Lost
from web.serving.processes import Processes
from web.serving.signature import PREDICT
from web.serving.sources import FILE, Source, source

TYPES = {"float32": "DT_FLOAT", "int32": "DT_INT32", "string": "DT_STRING", "float64": "DT_DOUBLE", "bool": "DT_BOOL"}
HERE = "http://127.0.0.1:8501"


def definition(inputs: dict, outputs: dict, method: str = PREDICT) -> dict:
    """A `SignatureDef` as JSON has it, of names -> (type, shape)."""

    def side(tensors):
        return {
            name: {
                "name": f"{name}:0",
                "dtype": TYPES[dtype],
                "tensor_shape": {
                    "dim": [{"size": str(-1 if axis is None else axis), "name": ""} for axis in shape],
                    "unknown_rank": False,
                },
            }
            for name, (dtype, shape) in tensors.items()
        }

    return {"inputs": side(inputs), "outputs": side(outputs), "method_name": method}


ROW = {"serving_default": definition({"x": ("float32", (None, 2))}, {"y": ("float32", (None,))})}
PEOPLE = {
    "serving_default": definition(
        {"age": ("float32", (None,)), "town": ("string", (None,))},
        {"label": ("string", (None,)), "probability": ("float32", (None,)), "probabilities": ("float32", (None, 2))},
    ),
    "classes": definition({"index": ("int32", (None,))}, {"label": ("string", (None,))}),
    "raw": definition(
        {"content": ("string", (None,))}, {"copy_bytes": ("string", (None,)), "copy": ("string", (None,))}
    ),
    "whole": definition({"x": ("float32", ()), "rows": ("float32", (None,))}, {"sum": ("float32", ())}),
}
CLASSES = ["no", "yes"]


def sum_of_rows(signature: str, inputs: dict) -> dict:
    """y = x_0 + x_1; a row with a negative number is refused."""
    if (inputs["x"] < 0).any():
        raise malformed(f"row {int(np.argmax((inputs['x'] < 0).any(axis=1)))} is negative")
    return {"y": inputs["x"].sum(axis=1)}


def people(signature: str, inputs: dict) -> dict:
    """The model of `PEOPLE`: yes with the probability age / 100."""
    if signature == "classes":
        if ((inputs["index"] < 0) | (inputs["index"] > 1)).any():
            raise malformed("there are two classes")
        return {"label": np.array([CLASSES[i].encode() for i in inputs["index"]], object)}
    if signature == "raw":
        return {"copy_bytes": inputs["content"], "copy": inputs["content"]}
    if signature == "whole":
        return {"sum": np.float32(inputs["x"] + inputs["rows"].sum()).reshape(())}
    yes = np.clip(np.nan_to_num(inputs["age"]) / 100, 0, 1).astype(np.float32)
    probabilities = np.stack([1 - yes, yes], axis=1)
    label = np.array([CLASSES[int(one > 0.5)].encode() for one in yes], object)
    return {"label": label, "probability": probabilities.max(axis=1), "probabilities": probabilities}


class FakeProcess:
    """In the place of a `Process`.

    Attributes:
        calls: Signature and inputs of all calls.
    """

    numbers = itertools.count(1)

    def __init__(self, function, head: dict, seconds: float):
        self.function, self.head, self.seconds = function, head, seconds
        self.lost, self.calls, self.memory, self.has_ended = asyncio.Event(), [], 1000, False
        self.id = next(self.numbers)

    async def call(self, signature, inputs):
        self.calls.append((signature, inputs))
        await asyncio.sleep(self.seconds)
        if self.lost.is_set():
            raise Lost
        return self.function(signature, inputs)

    def kill(self):
        self.lost.set()

    async def end(self):
        self.has_ended = True
        return -9 if self.lost.is_set() else 0


class Machine:
    """Starts fake processes: what `Processes.start` does is a method of this.

    Attributes:
        processes: All that were started.
        broken: Folders that cannot be loaded -> why.
    """

    def __init__(self, function=sum_of_rows, definitions=ROW, classes=None, seconds: float = 0):
        self.function, self.seconds = function, seconds
        self.head = {"definitions": definitions, "classes": classes}
        self.processes, self.broken, self.starting = [], {}, 0.0

    async def start(self, path):
        await asyncio.sleep(self.starting)
        if path.name in self.broken:
            raise CallError(400, self.broken[path.name])
        self.processes.append(FakeProcess(self.function, self.head, self.seconds))
        return self.processes[-1]


def folder(path, *numbers: int):
    """Numbered folders that look like SavedModels, in `path`."""
    for number in numbers:
        (path / str(number)).mkdir(parents=True)
        (path / str(number) / FILE).write_bytes(b"")
    return path


@contextmanager
def serving(machine, served, limits: Limits | None = None, address: Address | None = None, **settings):
    """A client of a server, and its `Models`.

    Args:
        machine: What starts processes, such as a `Machine`.
        served: A `Source`, or a folder of numbered ones whose model is to be called `m`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Processes, "start", machine.start)
        patch.setattr(Processes, "keep_spare", lambda _: None)
        grpc = settings.pop("grpc", None)
        served = served if isinstance(served, Source) else source(f"m={served}")
        models = Models([served], limits or Limits(), **settings)
        app = application(models, address or Address(), grpc=grpc)
        with TestClient(app, base_url=HERE) as client:
            for _ in range(6000):
                if models.failure:
                    raise models.failure
                if models.are_ready:
                    break
                time.sleep(0.01)
            yield client, models


@contextmanager
def listening(machine, path, **settings):
    """The port of a server on a real socket, in a thread, for clients that bring their own HTTP."""
    taken = bound(Address(port=0))
    with pytest.MonkeyPatch.context() as patch, taken:
        patch.setattr(Processes, "start", machine.start)
        patch.setattr(Processes, "keep_spare", lambda _: None)
        models = Models([source(f"m={path}")], Limits(), **settings)
        config = uvicorn.Config(application(models, Address()), log_level="warning", access_log=False, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        while not (server.started and models.are_ready):
            time.sleep(0.01)
        try:
            yield taken.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
