"""The application of `apps.serve`."""

from collections.abc import Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from web.address import Address
from web.guard import Guard
from web.serving.models import Models
from web.serving.rest import Rest


def application(models: Models, address: Address, pages: Sequence[BaseRoute] = ()):
    """The ASGI application that serves models; its lifespan loads them and ends their processes.

    Args:
        models: What to serve.
        address: Where it listens, and who may ask.
        pages: Routes that come before the protocols'.
    """

    @asynccontextmanager
    async def lifespan(app):
        try:
            await models.start()
            yield
        finally:
            await models.end()

    routes = [*pages, Route("/{path:path}", Rest(models).endpoint, methods=["GET", "POST"])]
    return Guard(Starlette(routes=routes, lifespan=lifespan), address, models.limits.body)
