"""The application of `apps.serve`."""

from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cli.errors import UserError
from web.address import Address
from web.guard import Guard
from web.serving import grpc_server
from web.serving.answers import answer
from web.serving.models import Models
from web.serving.rest import Rest
from web.serving.v2 import V2
from web.serving.watch import Watch

SMALLEST = 1000  # bytes of an answer that is worth packing
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def application(
    models: Models,
    address: Address,
    pages: Sequence[BaseRoute] = (),
    loaded: Callable[[], None] = lambda: None,
    grpc: int | None = None,
):
    """The ASGI application that serves models; its lifespan loads them and ends their processes.

    Args:
        models: What to serve.
        address: Where it listens, and who may ask.
        pages: Routes that come before the protocols'.
        loaded: Is called once all models are.
        grpc: Port for gRPC; None for none.
    """

    @asynccontextmanager
    async def lifespan(app):
        models.begin(loaded)
        server = None
        try:
            if grpc is not None:
                server = await grpc_server.start(models, address, grpc)
        except UserError as error:
            models.failure = error
        try:
            yield
        finally:
            if server:
                await server.stop(grpc_server.GRACE)
            await models.end()

    async def healthz(request: Request) -> Response:
        return answer({"ready": models.are_ready}, 200 if models.are_ready else 503)

    async def metrics(request: Request) -> Response:
        return Response(models.metrics.page(), media_type=CONTENT_TYPE_LATEST)

    routes = [
        *pages,
        Route("/healthz", healthz),
        Route("/metrics", metrics),
        Route("/monitoring/prometheus/metrics", metrics),
        Route("/v2{path:path}", V2(models).endpoint, methods=METHODS),
        Route("/{path:path}", Rest(models).endpoint, methods=METHODS),
    ]
    inner = Starlette(
        routes=routes,
        middleware=[Middleware(GZipMiddleware, minimum_size=SMALLEST, compresslevel=3)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        lifespan=lifespan,
    )
    return Watch(Guard(inner, address, models.limits.body), models.metrics)


async def _refused(request: Request, error: HTTPException) -> Response:
    return answer({"error": error.detail}, error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    return answer({"error": "the server has a defect, which its log tells"}, 500)
