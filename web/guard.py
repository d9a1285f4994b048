"""What stands before every application of the suite that listens: who may ask, and how much."""

import asyncio
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response

from web.address import Address

# Nothing but this server's own files runs in its pages, and no other page shows them inside itself.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
PATIENCE = 30  # seconds in which a body arrives
CLOSED = {"Connection": "close"}
COOKIE = "lamina_token"  # so that the scripts and pictures of a page opened with ?token= are let in


class Guard:
    """ASGI middleware that refuses foreign hosts and origins, missing tokens and long bodies.

    Each refusal is `{"error": sentence}`: 403 for hosts and origins, 401 for the token, 413 for the body.

    Args:
        app: The application behind it.
        address: Where it listens, and who may ask.
        largest: Most bytes of a body, as it is sent.
    """

    def __init__(self, app, address: Address, largest: int):
        self.app = app
        self.address = address
        self.largest = largest

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        foreign = origin if origin in self.address.origins else ""

        async def sending(message):
            if message["type"] == "http.response.start":
                given = MutableHeaders(raw=message["headers"])
                for name, value in HEADERS.items():
                    given.setdefault(name, value)
                if foreign:
                    given["Access-Control-Allow-Origin"] = foreign
                    given.add_vary_header("Origin")
                if asked := self._token_of_address(scope):
                    given.append("Set-Cookie", f"{COOKIE}={asked}; HttpOnly; SameSite=Strict; Path=/")
            await send(message)

        refusal = self._refusal(scope, headers, origin)
        if refusal is None and foreign and scope["method"] == "OPTIONS":
            refusal = Response(status_code=204, headers=_PREFLIGHT)
        if refusal is not None:
            await refusal(scope, receive, sending)
            return
        try:
            messages = await asyncio.wait_for(self._whole(receive), PATIENCE)
        except TimeoutError:
            refusal = error(408, f"the body did not arrive within {PATIENCE} s", CLOSED)
        else:
            if messages is None:
                refusal = self._too_large()
        if refusal is not None:
            await refusal(scope, receive, sending)
            return

        async def receiving():
            return messages.pop(0) if messages else await receive()

        await self.app(scope, receiving, sending)

    async def _whole(self, receive) -> list | None:
        """The messages that carry the body; None where it is too long. No application sees a part of a body."""
        messages, length = [], 0
        while True:
            message = await receive()
            length += len(message.get("body", b""))
            if length > self.largest:
                return None
            messages.append(message)
            if not message.get("more_body"):
                return messages

    def _refusal(self, scope, headers: Mapping[str, str], origin: str) -> Response | None:
        host = headers.get("host", "")
        if not self.address.knows_host(host):
            return error(403, f"the request names the host {host[:100]!r}, which is not this server")
        if origin and not self.address.knows_origin(origin, host):
            return error(403, f"the request comes from a page of {origin[:100]!r}; --allow-origin lets it in")
        if not self.address.knows_token(self._token(scope, headers)):
            challenge = {"WWW-Authenticate": "Bearer"}
            return error(
                401, "send the token of this server: `Authorization: Bearer TOKEN`, or ?token=TOKEN", challenge
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.largest:
            return self._too_large()
        return None

    def _too_large(self) -> Response:
        return error(413, f"the body is longer than {self.largest:,} bytes", CLOSED)

    def _token(self, scope, headers: Mapping[str, str]) -> str:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return token.strip()
        return self._asked(scope) or _from_cookie(headers.get("cookie", ""))

    def _token_of_address(self, scope) -> str:
        asked = self._asked(scope)
        return asked if self.address.token and self.address.knows_token(asked) else ""

    def _asked(self, scope) -> str:
        return parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]


_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, Inference-Header-Content-Length",
    "Access-Control-Max-Age": "600",
}


def error(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with the one key `error`."""
    return JSONResponse({"error": sentence}, status, headers)


def _from_cookie(header: str) -> str:
    try:
        cookie = SimpleCookie(header)
    except CookieError:
        return ""
    return cookie[COOKIE].value if COOKIE in cookie else ""
