"""What every request passes before anything looks at it, and what every answer carries.

Theory of operation. A page of another site that a nurse has open in the next tab can make her browser send requests
here with her cookie. Four things stand against that, and each would do alone: the cookie is SameSite=Strict; a
request that changes anything must come with an Origin that is this panel's; it must carry the token that only our
pages know; and the Host must be one this panel answers to, so that no name of somebody else's can be pointed at it.
The content policy allows our one script and our one style and nothing inline, nothing from elsewhere, no frame around
us.
"""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "pumpd_panel"
TOKEN_HEADER = "x-pumpd-token"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
#: A report is one file with its style and its picture inside, and no script at all.
REPORT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """The outermost layer.

    Args:
        app: behind it.
        hosts: names and ports this panel answers to, as a browser says them, e.g. "127.0.0.1:8443".
        is_tls: browsers are told to keep to TLS.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], is_tls: bool) -> None:
        self._app = app
        self._hosts = frozenset(one.lower() for one in hosts)
        self._is_tls = is_tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for key, value in HEADERS.items():
                    headers.setdefault(key, value)
                headers.setdefault("cache-control", "no-store")
                if self._is_tls:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        host = HTTPConnection(scope).headers.get("host", "").lower()
        if host not in self._hosts:
            refused = PlainTextResponse("this panel does not answer to that name; see --name", 421)
            await refused(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)


def is_own_origin(connection: HTTPConnection) -> bool:
    """Whether a request that changes something comes from a page of this panel. No Origin: no."""
    origin = connection.headers.get("origin", "")
    if connection.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return origin == f"{connection.url.scheme}://{connection.headers.get('host', '')}"
