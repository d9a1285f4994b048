"""The page on made runs, with a server in this process that answers as it is told."""

import json
import threading
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.web.browser import opened
from tests.web.page.made_runs import ANSWERS, LOOKED, PREPARING, write
from web.address import Address
from web.guard import Guard
from web.listening import bound
from web.page.routes import routes
from web.serving.models import Served
from web.serving.signature import PREDICT, Signature, Tensor

TOKEN = "sesame"  # noqa: S105
INPUTS = {"x": Tensor("x", "float32", (None, 2)), "n": Tensor("n", "int32", (None,))}
PLAIN = {"serving_default": Signature("serving_default", PREDICT, INPUTS, {})}


@dataclass
class Standing:
    """A server that stands in for models.

    Attributes:
        url: With its token.
        folder: Where the runs lie, by name.
        asked: Bodies that it was sent, as text.
    """

    url: str
    folder: object
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A `Standing` with a run of every kind, and a SavedModel without one."""
    folder = tmp_path_factory.mktemp("made")
    models = [Served(name, 1, write(folder, name).path, {}, None) for name in PREPARING]
    models.append(Served("plain", 1, None, PLAIN, None))
    address = Address(port=0, token=TOKEN)
    taken = bound(address)
    standing = Standing(address.url(taken.getsockname()[1]), folder)

    async def predict(request: Request):
        text = (await request.body()).decode()
        standing.asked.append(text)
        name, looked = request.path_params["name"], "signature_name" in json.loads(text)
        found = LOOKED[name] if looked else ANSWERS.get(name, [1.5, float("nan")])
        return JSONResponse({"predictions": [found]}) if name != "plain" else _bare(found)

    app = Starlette(
        routes=[
            *routes(lambda: models, flagging=True),
            Route("/v1/models/{name}:predict", predict, methods=["POST"]),
        ]
    )
    running = uvicorn.Server(uvicorn.Config(Guard(app, address, 10_000_000), log_level="error"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [taken]})
    thread.start()
    yield standing
    running.should_exit = True
    thread.join()


@pytest.fixture
def standing(server):
    """The same, with nothing asked yet."""
    server.asked.clear()
    return server


@pytest.fixture(scope="module")
def page(server):
    """A browser's page for the tests of a file; in the end it had no error and asked no other server."""
    with opened(server.url) as found:
        yield found


def _bare(found) -> JSONResponse:
    """JSON with the word NaN, which the server sends and Starlette refuses."""
    answer = JSONResponse({})
    answer.body = json.dumps({"predictions": [found]}).encode()
    answer.headers["content-length"] = str(len(answer.body))
    return answer
