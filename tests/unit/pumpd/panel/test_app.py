"""Every route without, with a wrong and with the right identity; and what the daemon hears of it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from asgi_call import HOST, Answer, call
from panel_console import PanelConsole
from starlette.routing import Mount, Route
from starlette.types import Message

from pumpd.console_client import ConsoleClient
from pumpd.panel.app import Panel
from pumpd.panel.asked import MAX_BODY
from pumpd.panel.gate import COOKIE
from pumpd.panel.pairing import Browser, Pairing
from pumpd.panel.reports import Reports

CODE = "BCDFGHJK"
ORIGIN = {"origin": f"http://{HOST}"}
GETS = [
    "/",
    "/bed/bed-1",
    "/bed/bed-1/order",
    "/bed/bed-1/verify",
    "/bed/bed-1/checklist",
    "/bed/bed-1/sessions",
]
#: Made from the journal; its answers are tried by themselves below.
REPORT = "/bed/bed-1/report?session=1"
PRIVATE = ["/stream", "/bed/bed-1/trend"]
POSTS = ["/seen?beds=bed-1", "/language", "/bed/bed-1/act/pause", "/bed/bed-1/act/resume"]


class Desk:
    """A panel on a console of states, and one paired browser."""

    def __init__(self, folder: Path, reports: Reports | None = None) -> None:
        self.console = PanelConsole(folder / "console.sock")
        self.pairing = Pairing(b"k" * 32, CODE)
        self.panel = Panel(
            ConsoleClient(self.console.path), ["bed-1"], self.pairing, [HOST], {}, reports=reports
        )
        self.browser = Browser("b1", "bed 1 tablet")
        self.cookie = {"cookie": f"{COOKIE}={self.pairing.seal(self.browser)}"}
        self.right = {**self.cookie, **ORIGIN, "x-pumpd-token": self.pairing.token(self.browser)}

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return await call(self.panel.app, "GET", path, self.cookie if headers is None else headers)

    async def post(self, path: str, headers: dict[str, str] | None = None, told: Any = None) -> Answer:
        body = b"" if told is None else json.dumps(told).encode()
        return await call(self.panel.app, "POST", path, self.right if headers is None else headers, body)

    async def form(self, path: str, headers: dict[str, str], **fields: str) -> Answer:
        return await call(self.panel.app, "POST", path, headers, urlencode(fields).encode())


@asynccontextmanager
async def desk(folder: Path, reports: Reports | None = None) -> AsyncIterator[Desk]:
    one = Desk(folder, reports)
    async with one.panel.app.router.lifespan_context(one.panel.app):
        yield one
    one.console.close()


def test_no_route_is_left_out_of_these_tests(tmp_path: Path) -> None:
    one = Desk(tmp_path)
    tried = {"/pair"} | {path.partition("?")[0] for path in [*GETS, REPORT, *PRIVATE, *POSTS]}
    routes = {each.path for each in one.panel.app.routes if isinstance(each, Route)}
    named = {
        path.replace("bed-1", "{key}").replace("act/pause", "act/{verb}").replace("act/resume", "act/{verb}")
        for path in tried
    }
    assert routes == named
    assert [each.path for each in one.panel.app.routes if isinstance(each, Mount)] == ["/static"]
    one.console.close()


@pytest.mark.parametrize("wrong", [{}, {"cookie": f"{COOKIE}=W10.0"}])
async def test_without_the_right_cookie_nothing_is_shown_and_nothing_asked(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    async with desk(tmp_path) as one:
        for path in [*GETS, REPORT]:
            answer = await one.get(path, wrong)
            assert (answer.status, answer.headers["location"]) == (303, "/pair")
        for path in PRIVATE:
            assert (await one.get(path, wrong)).status == 401
        token = {"x-pumpd-token": one.pairing.token(one.browser)}
        for path in POSTS:
            assert (await one.post(path, {**wrong, **ORIGIN, **token})).status == 401
        assert [each["verb"] for each in one.console.heard if each["verb"] != "watch"] == []


async def test_another_origin_or_another_token_changes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        other = one.pairing.token(Browser("b2", "x"))
        for spoiled in ({"origin": "http://evil.example"}, {"origin": ""}, {"x-pumpd-token": other}):
            for path in POSTS:
                assert (await one.post(path, {**one.right, **spoiled})).status == 403, (path, spoiled)
        assert [each["verb"] for each in one.console.heard if each["verb"] != "watch"] == []


async def test_with_the_right_one_every_page_is_there(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        for path in GETS:
            answer = await one.get(path)
            assert answer.status == 200
            assert "<!doctype html>" in answer.text
        assert (await one.get("/bed/bed-9")).status == 404
        assert (await one.get("/nowhere")).status == 404
        assert (await one.get("/bed/bed-9/trend")).status == 404
        assert (await one.get("/bed/bed-1/trend")).status == 200
        assert (await one.get("/static/panel.js")).status == 200
        assert (await one.post("/seen?beds=bed-1")).status == 204


async def test_a_pause_reaches_the_daemon_in_the_screens_name(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        answer = json.loads((await one.post("/bed/bed-1/act/pause")).body)
        assert answer["stage"] == "confirmed"
        (asked,) = (each for each in one.console.heard if each["verb"] != "watch")
        assert (asked["verb"], asked["by"], asked["channel"]) == ("pause", "bed 1 tablet", "bed-1")


async def test_a_double_press_asks_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        told = {"by": "nina", "args": {"text": "x"}, "once": "a1"}
        first, second = [
            json.loads((await one.post("/bed/bed-1/act/note", told=told)).body) for _ in range(2)
        ]
        assert (first["stage"], second["stage"]) == ("accepted", "repeated")
        assert [each["verb"] for each in one.console.heard].count("note") == 1


async def test_too_many_acts_wait_but_a_pause_does_not_wait_for_them(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        stages = [(await one.post("/bed/bed-1/act/measure")).status for _ in range(25)]
        assert stages.count(429) >= 3
        assert (await one.post("/bed/bed-1/act/pause")).status == 200


async def test_what_cannot_be_read_is_refused_before_the_daemon_hears_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        for path, told, status in (
            ("/bed/bed-1/act/drop", {}, 400),
            ("/bed/bed-1/act/resume", [], 400),
            ("/bed/bed-9/act/pause", {}, 404),
            ("/bed/bed-1/act/note", {"args": {"text": "x" * 20_000}}, 413),
        ):
            assert (await one.post(path, told=told)).status == status
        assert [each["verb"] for each in one.console.heard if each["verb"] != "watch"] == []


async def test_a_daemon_that_is_gone_is_said_to_be_and_the_pin_is_said_nowhere(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        one.console.close()
        answer = await one.post(
            "/bed/bed-1/act/resume", told={"by": "nina", "pin": "471100", "args": {"epoch": 5}}
        )
        assert answer.status == 503
        assert json.loads(answer.body)["stage"] == "not_sent"
        assert "471100" not in answer.text


async def test_a_screen_is_paired_by_the_code_and_the_cookie_is_out_of_every_scripts_reach(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        assert (await one.get("/pair", {})).status == 200
        assert (await one.form("/pair", {}, code=CODE, name="x")).status == 403  # no origin
        wrong = await one.form("/pair", ORIGIN, code="WRONG", name="hall")
        assert (wrong.status, "This code is not right." in wrong.text) == (403, True)
        right = await one.form("/pair", ORIGIN, code=CODE, name="hall")
        cookie = right.headers["set-cookie"]
        assert (right.status, right.headers["location"]) == (303, "/")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        for _ in range(5):
            wrong = await one.form("/pair", ORIGIN, code="WRONG", name="hall")
        assert wrong.status == 429


async def test_a_language_is_kept_and_leads_back_to_a_page_of_ours_only(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        token = one.pairing.token(one.browser)
        for here, there in (
            ("/bed/bed-1", "/bed/bed-1"),
            ("//evil.example", "/"),
            ("http://evil.example", "/"),
        ):
            answer = await one.form("/language", {**one.cookie, **ORIGIN}, token=token, here=here, lang="de")
            assert answer.headers["location"] == there
            assert "pumpd_lang=de" in answer.headers["set-cookie"]
        german = {"cookie": f"{one.cookie['cookie']}; pumpd_lang=de"}
        assert '<html lang="de">' in (await one.get("/", german)).text


async def test_a_report_comes_with_a_policy_of_its_own_and_a_number_that_is_none_is_no_session(
    tmp_path: Path,
) -> None:
    say = ("sh", "-c", 'shift; shift; echo "<p>$*</p>" > "$1"', "report")
    async with desk(tmp_path, Reports(tmp_path / "journal.sqlite", say)) as one:
        made = await one.get("/bed/bed-1/report?session=3")
        assert made.status == 200
        assert "--channel bed-1 --session 3" in made.text
        policy = made.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
        assert "script" not in policy
        for number in ("0x1", "-1", "1e3", "%2e%2e", "9" * 10):
            assert (await one.get(f"/bed/bed-1/report?session={number}")).status == 404
        assert "script-src 'self'" in (await one.get("/bed/bed-1")).headers["content-security-policy"]
        assert (await one.get("/bed/bed-9/report")).status == 404


async def test_a_panel_that_was_not_given_the_journal_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        answer = await one.get("/bed/bed-1/report")
        assert answer.status == 404
        assert "without --journal" in answer.text
        assert "pumpd panel --journal" in (await one.get("/bed/bed-1/sessions")).text


async def test_a_body_that_does_not_say_its_length_is_refused_once_it_is_too_long(tmp_path: Path) -> None:
    """Faults row 77: what counts is what was read, not what was claimed."""
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": read < 10_000}

    got: list[Message] = []

    async def send(message: Message) -> None:
        got.append(message)

    async with desk(tmp_path) as one:
        headers = {"host": HOST, "origin": f"http://{HOST}"}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/pair",
            "raw_path": b"/pair",
            "query_string": b"",
            "root_path": "",
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 8443),
        }
        await one.panel.app(scope, receive, send)
    assert read * 1_000 <= MAX_BODY + 1_000
    assert got[0]["status"] == 403
