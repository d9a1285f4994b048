"""An application on its address until it is told to stop."""

import signal
import socket
from collections.abc import Callable

import uvicorn

from cli.errors import UserError
from web.address import Address

GRACE = 10  # seconds that requests have to end in, once a stop is asked for


def listen(app, address: Address, ready: Callable[[str], None], enough: Callable[[], bool] = lambda: False) -> None:
    """Serve `app` until SIGINT or SIGTERM; what was accepted is answered before this returns.

    Args:
        app: ASGI application; its lifespan says when it is ready, and ends what it began.
        address: Where to listen.
        ready: Is called with the address to type, once requests are taken.
        enough: Is asked ten times a second whether to stop by itself.

    Raises UserError where the address is taken, or is not one of this machine.
    """
    taken = bound(address)

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            if self.started:
                ready(address.url(taken.getsockname()[1]))

        async def on_tick(self, counter):
            return enough() or await super().on_tick(counter)

        def handle_exit(self, sig, frame):
            """The end that a signal asks for is one without an error; uvicorn would raise the signal again."""
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE, ws="none"
    )
    with taken:
        Server(config).run(sockets=[taken])


def bound(address: Address) -> socket.socket:
    """A socket on the address. Raises UserError where there is none to have."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # asyncio sends small packets at once only where a socket says that it is TCP; else the body of an answer waits
    # 40 ms for the caller to acknowledge its head (Nagle 1984, RFC 896, and delayed acknowledgements).
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((address.host, address.port))
    except (OSError, OverflowError) as cause:
        taken.close()
        raise UserError(
            f"nothing can listen on {address.host}:{address.port} ({getattr(cause, 'strerror', None) or cause}). "
            "Another program may have the port: choose one with --port, or 0 for a free one."
        ) from None
    return taken
