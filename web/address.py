"""Where a server of the suite listens, and who may ask it."""

import hmac
import re
from dataclasses import dataclass

from cli.errors import UserError

ANY = ("0.0.0.0", "::", "")  # noqa: S104 - every address of the machine, which needs a token or --open
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Address:
    """Where a server listens: on this machine alone, unless its user opens it.

    Attributes:
        host: Name or number to listen on.
        port: 1 to 65535, or 0 for a free one.
        token: What every request must carry, as `Authorization: Bearer TOKEN` or as `?token=TOKEN`; "" for none.
        open: Whether others may ask without a token.
        origins: Of pages of other servers that may ask, such as "https://example.org".

    Raises UserError on another port, on an origin that is none, and on a host that others reach without `token` or
    `open`.
    """

    host: str = "127.0.0.1"
    port: int = 8501
    token: str = ""
    open: bool = False
    origins: tuple[str, ...] = ()

    def __post_init__(self):
        if not 0 <= self.port <= 65535:
            raise UserError(f"--port must be 0 (a free one) to 65535. Received: {self.port}")
        if not (self.is_local or self.token or self.open):
            raise UserError(
                f"--host {self.host} lets other machines ask. Add --token TEXT, which they must send, or --open to let "
                "everybody in; or leave --host out, for this machine alone."
            )
        if not re.fullmatch(r"[A-Za-z0-9._~-]*", self.token):
            raise UserError("--token must be of letters, digits and . _ ~ -, as it stands in addresses and headers")
        for origin in self.origins:
            if not origin.startswith(("http://", "https://")) or origin.count("/") != 2:
                raise UserError(
                    f"--allow-origin must be like https://example.org, without a path. Received: {origin!r}"
                )

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in LOOPBACK

    def url(self, port: int) -> str:
        """What is typed into a browser of this machine, given the port that was taken."""
        host = "127.0.0.1" if self.host in ANY else self.host
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{port}/" + (f"?token={self.token}" if self.token else "")

    def knows_host(self, header: str) -> bool:
        """Whether a request's `Host` is a name of this server: a page whose name was bound to this machine's number by
        another (DNS rebinding) has its own. An opened server cannot know all of its names."""
        if not self.is_local:
            return bool(header)
        found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([^:\[\]]+))(?::\d+)?", header)
        return bool(found) and (found[1] or found[2]).lower() in LOOPBACK

    def knows_origin(self, origin: str, host: str) -> bool:
        """Whether a request comes from a page of this server, named by the request's `Host`, or of one of `origins`."""
        return origin in (f"http://{host}", f"https://{host}") or origin in self.origins

    def knows_token(self, given: str) -> bool:
        """Whether `given` is the token, in a time that does not depend on how much of it is right."""
        return not self.token or hmac.compare_digest(given.encode(), self.token.encode())
