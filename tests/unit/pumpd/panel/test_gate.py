"""What every request passes and every answer carries."""

from asgi_call import HOST, call
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from pumpd.panel.gate import HEADERS, POLICY, Gate, is_own_origin


async def test_another_name_is_not_answered_and_every_answer_carries_the_headers() -> None:
    gate = Gate(PlainTextResponse("in"), [HOST], is_tls=True)
    inside = await call(gate, "GET", "/")
    assert (inside.status, inside.text) == (200, "in")
    outside = await call(gate, "GET", "/", {"host": "evil.example"})
    assert outside.status == 421
    for answer in (inside, outside):
        assert {key: answer.headers[key] for key in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" in answer.headers


def test_the_content_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_only_our_own_origin_may_change_something() -> None:
    def asks(**headers: str) -> bool:
        told = [
            (b"host", HOST.encode()),
            *((key.replace("_", "-").encode(), one.encode()) for key, one in headers.items()),
        ]
        scope = {
            "type": "http",
            "scheme": "http",
            "path": "/",
            "headers": told,
            "server": ("127.0.0.1", 8443),
        }
        return is_own_origin(HTTPConnection({**scope, "query_string": b""}))

    assert asks(origin=f"http://{HOST}")
    assert not asks()
    assert not asks(origin="http://evil.example")
    assert not asks(origin=f"https://{HOST}")
    assert not asks(origin="null")
    assert not asks(origin=f"http://{HOST}", sec_fetch_site="cross-site")
