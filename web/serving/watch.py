"""Every request is counted, timed and told in a line with its id."""

import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders

from web.serving.metrics import Metrics
from web.serving.told import tell

TOLD = "lamina.told"  # what an endpoint adds to the line, in the scope of its request


class Watch:
    """ASGI middleware around all others. An id that the caller sends as X-Request-Id is kept; else one is made.

    Args:
        app: The application.
        metrics: Where requests are counted.
    """

    def __init__(self, app, metrics: Metrics):
        self.app, self.metrics = app, metrics

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        number = given if re.fullmatch(r"[\w.-]{1,64}", given, re.ASCII) else uuid.uuid4().hex
        told, began, status = {}, time.monotonic(), 500

        async def sending(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(raw=message["headers"])["X-Request-Id"] = number
            await send(message)

        try:
            await self.app({**scope, TOLD: told}, receive, sending)
        finally:
            seconds = time.monotonic() - began
            self.metrics.answered(told.get("model", ""), told.get("call", "other"), status, seconds)
            tell(
                "request",
                id=number,
                method=scope["method"],
                path=scope["path"][:200],
                status=status,
                milliseconds=round(1000 * seconds, 3),
                **told,
            )
