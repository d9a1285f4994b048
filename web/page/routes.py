"""The addresses of the page, for a server that has the models."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cli.errors import UserError
from training.run_directory import RunDirectory
from web.guard import error
from web.page import examples, flags, form
from web.serving.models import Served

STATIC = Path(__file__).parent / "static"
ANEW = {"Cache-Control": "no-cache"}  # asks whether it has changed: a newer suite has other files


def routes(models: Callable[[], Sequence[Served]], flagging: bool) -> list[Route]:
    """The addresses of the page.

    Args:
        models: Gives those that are served now; called in the event loop.
        flagging: Whether the page may append to the flagged.csv of runs.
    """

    def of_model(work: Callable[[Served, Request, object], Response], with_body: bool = False):
        """An endpoint that does `work` for a model, outside the event loop; a UserError is its answer."""

        async def endpoint(request: Request) -> Response:
            name = request.path_params["name"]
            model = next((one for one in models() if one.name == name), None)
            if model is None:
                return error(404, f"no model {name[:100]!r} is served here")
            try:
                body = await request.json() if with_body else None
            except ValueError:
                return error(400, "the body is no JSON")
            try:
                return await run_in_threadpool(work, model, request, body)
            except UserError as refusal:
                return error(400, str(refusal))

        return endpoint

    def described(model: Served, request: Request, body: object) -> Response:
        content = _of_run(model)
        flaggable = flagging and content is not None
        content = content or form.of_signatures(model.signatures, model.name)
        return JSONResponse({"name": model.name, **content, "flags": flaggable}, headers=ANEW)

    def flag(model: Served, request: Request, body: object) -> Response:
        content = _of_run(model)
        if content is None:
            return error(404, f"the answers of {model.name} cannot be flagged")
        flags.append(RunDirectory(model.run), content["fields"], body)
        return JSONResponse({"file": flags.FILE})

    async def listed(request: Request) -> Response:
        return JSONResponse({"models": [one.name for one in models()]}, headers=ANEW)

    found = [
        Route("/", _file("index.html")),
        Route("/page/models", listed),
        Route("/page/models/{name}", of_model(described)),
        Route("/page/models/{name}/examples/{row:int}/{field}", of_model(_picture)),
        *(Route(f"/page/{path.name}", _file(path.name)) for path in sorted(STATIC.iterdir())),
    ]
    if flagging:
        found.append(Route("/page/models/{name}/flags", of_model(flag, with_body=True), methods=["POST"]))
    return found


def _file(name: str):
    async def endpoint(request: Request) -> Response:
        return FileResponse(STATIC / name, headers=ANEW)

    return endpoint


def _picture(model: Served, request: Request, body: object) -> Response:
    given = request.path_params
    found = examples.picture(RunDirectory(model.run), given["row"], given["field"]) if model.run else None
    if found is None:
        return error(404, "there is no such picture")
    return Response(found[0], media_type=found[1], headers=ANEW)


def _of_run(model: Served) -> dict | None:
    """The form of a run; None where it is no run, or its task does not say what it takes."""
    if model.run is None:
        return None
    path = model.run / "preparing.json"  # a new run in the same folder has another form
    return _read(model.run, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=32)
def _read(run: Path, written: int) -> dict | None:
    return form.of_run(RunDirectory(run))
