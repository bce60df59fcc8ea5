"""One request to an ASGI application, without a server and without a client library."""

from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

HOST = "127.0.0.1:8443"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def call(
    app: ASGIApp, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> Answer:
    """Ask, and read the whole answer. `path` may hold a query."""
    where, _, query = path.partition("?")
    told = {"host": HOST, "content-length": str(len(body)), **(headers or {})}
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "query_string": query.encode(),
        "headers": [(key.lower().encode(), value.encode()) for key, value in told.items()],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8443),
        "root_path": "",
    }
    said = [{"type": "http.request", "body": body, "more_body": False}]
    got: list[Message] = []

    async def receive() -> Message:
        return said.pop() if said else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        got.append(message)

    await app(scope, receive, send)
    start = next(one for one in got if one["type"] == "http.response.start")
    parts = [one.get("body", b"") for one in got if one["type"] == "http.response.body"]
    return Answer(start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, b"".join(parts))
