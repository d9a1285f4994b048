"""The addresses of the page, for a server that has the models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

STATIC = Path(__file__).parent / "static"
ANEW = {"Cache-Control": "no-cache"}  # asks whether it has changed: a newer suite has other files


@dataclass(frozen=True)
class Shown:
    """A model as the page sees it.

    Attributes:
        name: In the addresses of the server.
        run: Folder of the run that it is of; None for another SavedModel.
        signature: Its `serving_default`, see `form.of_signature`; None while it is loading.
    """

    name: str
    run: Path | None
    signature: Mapping | None


def routes(models: Callable[[], Sequence[Shown]], flagging: bool) -> list[Route]:
    """The addresses of the page.

    Args:
        models: Gives those that are served now.
        flagging: Whether the page may append to the flagged.csv of runs.
    """

    def found(request: Request) -> Shown:
        name = request.path_params["name"]
        for one in models():
            if one.name == name:
                return one
        raise UserError(f"no model {name!r} is served here")

    def listed(request: Request) -> Response:
        return JSONResponse({"models": [one.name for one in models()]}, headers=ANEW)

    @refusing
    def described(request: Request) -> Response:
        model = found(request)
        description = _of_run(model) if model.run else None
        can_flag = flagging and description is not None
        if description is None:
            if model.signature is None:
                return error(503, f"{model.name} is loading; try again", {"Retry-After": "2"})
            description = form.of_signature(model.signature)
        return JSONResponse({"name": model.name, **description, "flags": can_flag}, headers=ANEW)

    @refusing
    def picture(request: Request) -> Response:
        model, row = found(request), request.path_params["row"]
        try:
            content, kind = examples.picture(RunDirectory(model.run), row, request.path_params["field"])
        except (KeyError, IndexError, TypeError):
            return error(404, "there is no such picture")
        return Response(content, media_type=kind or "application/octet-stream", headers=ANEW)

    async def flag(request: Request) -> Response:
        try:
            content = await request.json()
        except ValueError:
            return error(400, "the body is no JSON")

        @refusing
        def append(request: Request) -> Response:
            model = found(request)
            description = _of_run(model) if model.run else None
            if description is None:
                return error(404, f"the answers of {model.name} cannot be flagged")
            flags.append(RunDirectory(model.run), description["fields"], content)
            return JSONResponse({"file": flags.FILE})

        return await run_in_threadpool(append, request)

    addresses = [
        Route("/", lambda _: FileResponse(STATIC / "index.html", headers=ANEW)),
        Route("/page/models", listed),
        Route("/page/models/{name}", described),
        Route("/page/models/{name}/examples/{row:int}/{field}", picture),
        *(
            Route(f"/page/{path.name}", lambda _, path=path: FileResponse(path, headers=ANEW))
            for path in sorted(STATIC.iterdir())
        ),
    ]
    return addresses + [Route("/page/models/{name}/flags", flag, methods=["POST"])] * flagging


def refusing(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint whose UserError is its answer."""

    def guarded(request: Request) -> Response:
        try:
            return endpoint(request)
        except UserError as refusal:
            return error(400, str(refusal))

    return guarded


def _of_run(model: Shown) -> dict | None:
    path = model.run / "preparing.json"  # a new run in the same folder has another form
    return _read(model.run, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=32)
def _read(run: Path, written: int) -> dict | None:
    return form.of_run(RunDirectory(run))
