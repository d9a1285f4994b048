"""The playground as an ASGI application."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable
from importlib.resources import files

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from cli.errors import UserError
from web.address import Address
from web.guard import Guard, error
from web.playground import exports, made_points, own_table, presets
from web.playground.own_table import OwnTable
from web.playground.session import Session
from web.playground.sessions import Full, Sessions

STATIC = files("web.playground") / "static"
KINDS = {".html": "text/html", ".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}
LARGEST = own_table.MOST_BYTES + 1
SWEEP = 5.0  # seconds between two looks at idle sessions
ORDERS = ("play", "pause", "step", "rewind")


def application(address: Address, table: OwnTable | None = None) -> Guard:
    """The application behind its guard.

    Args:
        address: Where it listens, and who may ask.
        table: What `--data` named.
    """
    sessions = Sessions(table)

    @contextlib.asynccontextmanager
    async def lifespan(_):
        loop = asyncio.get_running_loop()
        sweeping = loop.create_task(sweep(sessions))
        with streams_ended(lambda: loop.call_soon_threadsafe(sessions.end_all)):
            yield
        sweeping.cancel()
        sessions.end_all()

    def on(path: str, answer: Callable, method: str = "POST") -> Route:
        async def answered(request: Request) -> Response:
            session = sessions.get(request.path_params["name"])
            if session is None:
                return error(404, "this session has ended; load the page again")
            try:
                return await answer(session, request)
            except UserError as refused:
                return error(400, str(refused))

        return Route(f"/sessions/{{name}}/{path}", answered, methods=[method])

    async def begin(request: Request) -> Response:
        try:
            name, session = sessions.begin(str((await body(request)).get("address", "")))
        except Full as full:
            return error(503, str(full), {"Retry-After": "60"})
        except UserError as refused:
            return error(400, str(refused))
        return JSONResponse({"session": name, **await asyncio.wrap_future(session.ready)})

    async def end(request: Request) -> Response:
        sessions.end(request.path_params["name"])
        return Response(status_code=204)

    routes = [
        Route("/", page),
        Route("/static/{file}", static),
        Route("/presets", lambda _: JSONResponse(presets.listed())),
        Route("/thumbnails", lambda _: JSONResponse(thumbnails())),
        Route("/sessions", begin, methods=["POST"]),
        Route("/sessions/{name}/end", end, methods=["POST"]),
        on("events", events, "GET"),
        on("settings", set_settings),
        on("weight", set_weight),
        on("table", bring_table),
        on("export/{kind}", export, "GET"),
        on("{order}", obey),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), address, LARGEST)


async def sweep(sessions: Sessions):
    while True:
        await asyncio.sleep(SWEEP)
        sessions.sweep()


@contextlib.contextmanager
def streams_ended(end: Callable):
    """Call `end` when the process is told to stop: streams of events never end by themselves, and the server waits for
    all answers first."""
    if threading.current_thread() is not threading.main_thread():  # of a test: signals are the main thread's
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def told(number, stack):
        end()
        if callable(before[number]):
            before[number](number, stack)

    for number in before:
        signal.signal(number, told)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def thumbnails() -> dict[str, list]:
    """A few points of every made data set: x, y and label."""
    found = {}
    for name in (*made_points.OF_CLASSES, *made_points.OF_NUMBERS):
        make = (made_points.OF_CLASSES | made_points.OF_NUMBERS)[name]
        points, labels = make(120, 0.0, np.random.default_rng(0))
        found[name] = np.column_stack([points, labels]).round(2).tolist()
    return found


async def page(_: Request) -> Response:
    return Response((STATIC / "index.html").read_bytes(), media_type="text/html; charset=utf-8")


async def static(request: Request) -> Response:
    name = request.path_params["file"]
    known = {one.name: one for one in STATIC.iterdir()}
    if name not in known:
        return error(404, f"there is no {name[:80]!r}")
    return Response(known[name].read_bytes(), media_type=KINDS["." + name.rpartition(".")[2]])


async def events(session: Session, request: Request) -> Response:
    """Pictures, as they come; a line every 15 seconds where there are none, so that nothing between closes it."""

    async def sent():
        watcher = session.watch()
        try:
            yield "retry: 1000\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(watcher.next(), 15)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if text is None:
                    return
                yield text
        finally:
            session.leave(watcher)

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(sent(), media_type="text/event-stream", headers=headers)


async def set_settings(session: Session, request: Request) -> Response:
    address = str((await body(request)).get("address", ""))
    return JSONResponse(await session.ask(lambda: session.set(address)))


async def set_weight(session: Session, request: Request) -> Response:
    given = await body(request)
    layer, place, value = given.get("layer"), given.get("place"), given.get("value")
    whole = [layer, *place] if isinstance(place, list) else [None]
    if not all(type(one) is int for one in whole) or type(value) not in (int, float):
        raise UserError('send {"layer": 0, "place": [input, unit] or [unit], "value": number}')
    await session.ask(lambda: session.training.edit(layer, tuple(place), float(value)))
    return JSONResponse({})


async def bring_table(session: Session, request: Request) -> Response:
    name, address = (request.query_params.get(one, "") for one in ("name", "address"))
    content = await request.body()
    table = await asyncio.to_thread(own_table.read_bytes, name or "table.csv", content)
    return JSONResponse(await session.ask(lambda: session.bring(table, address)))


async def export(session: Session, request: Request) -> Response:
    made = await session.ask(lambda: exports.make(request.path_params["kind"], session.training))
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return Response(made.content, media_type=made.kind, headers=headers)


async def obey(session: Session, request: Request) -> Response:
    name = request.path_params["order"]
    if name not in ORDERS:
        return error(404, f"there is no {name[:80]!r}; there are {', '.join(ORDERS)}")
    await session.ask(getattr(session, name))
    return JSONResponse({"playing": session.playing})


async def body(request: Request) -> dict:
    """The JSON object of a request. Raises UserError where there is none."""
    try:
        found = await request.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UserError("send a JSON object")
    return found
