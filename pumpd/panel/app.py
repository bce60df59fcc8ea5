"""The web application: which address does what, and who may.

Theory of operation. Reading a page changes nothing and is kept by no cache, so the Back button and a reload are
harmless; everything that asks for something is a POST of its own, and every POST passes the same door (`_door`): a
paired browser, our own origin, the page's token, a bearable pace. What is not allowed is answered before the daemon
hears of it. Errors tell a browser one sentence and nothing of the inside.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pumpd.console_client import ConsoleClient, ConsoleUnreachable
from pumpd.console_words import LOWERING_VERBS
from pumpd.panel import asked, entry_pages, gate
from pumpd.panel.bed_page import bed_page
from pumpd.panel.bed_view import view
from pumpd.panel.frame import Frame
from pumpd.panel.hub import Bed, Hub
from pumpd.panel.link import Acts, BedLink
from pumpd.panel.pace import Once, Pace
from pumpd.panel.pairing import Browser, Pairing
from pumpd.panel.reports import NoReport, Reports
from pumpd.panel.sessions_page import sessions_page
from pumpd.panel.trend_view import picture
from pumpd.panel.wall_page import wall_page
from pumpd.panel.words import Words, preferred

STATIC = Path(__file__).parent / "static"
_YEAR_S = 365 * 86_400
_LIBRARY_WITHIN_S = 2.0
_LONGEST_NUMBER = 9


class Panel:
    """The application and what it holds.

    Args:
        client: of the console.
        channels: their names; none: the only one the daemon has, called "bed" in addresses.
        pairing: which browsers may speak.
        hosts: names and ports the panel answers to.
        bursts: the alarm sounds as numbers, by priority.
        is_tls: cookies are then for TLS only.
        lang: of whoever has not chosen; "": the browser's own.
        reports: where they come from; None: nowhere.
    """

    def __init__(
        self,
        client: ConsoleClient,
        channels: Sequence[str],
        pairing: Pairing,
        hosts: Sequence[str],
        bursts: Mapping[str, Any],
        is_tls: bool = False,
        lang: str = "",
        reports: Reports | None = None,
    ) -> None:
        self._client = client
        self._channels: dict[str, str | None] = {one: one for one in channels} or {"bed": None}
        self._pairing = pairing
        self._bursts = bursts
        self._is_tls = is_tls
        self._lang = lang
        self.hub = Hub({key: Bed(key) for key in self._channels}, lambda state, _, words: view(state, words))
        self._acts = Acts(client)
        self._reports = reports or Reports(None)
        self._links: dict[str, BedLink] = {}
        self._pace, self._pace_lowering = Pace(20, 1.0), Pace(40, 5.0)
        self._once = Once()
        files = sorted(STATIC.iterdir())
        self._version = hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:12]
        self.app = Starlette(
            routes=self._routes(),
            middleware=[Middleware(gate.Gate, hosts=hosts, is_tls=is_tls)],
            exception_handlers={404: self._nowhere},
            lifespan=self._live,
        )

    def _routes(self) -> list[Any]:
        return [
            Route("/", self._wall),
            Route("/pair", self._pair_page, methods=["GET"]),
            Route("/pair", self._pair, methods=["POST"]),
            Route("/language", self._language, methods=["POST"]),
            Route("/stream", self._stream),
            Route("/seen", self._seen, methods=["POST"]),
            Route("/bed/{key}", self._bed),
            Route("/bed/{key}/order", self._order),
            Route("/bed/{key}/verify", self._verify),
            Route("/bed/{key}/checklist", self._checklist),
            Route("/bed/{key}/sessions", self._sessions),
            Route("/bed/{key}/report", self._report),
            Route("/bed/{key}/trend", self._trend),
            Route("/bed/{key}/act/{verb}", self._act, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    @asynccontextmanager
    async def _live(self, _app: Starlette) -> AsyncIterator[None]:
        for key, channel in self._channels.items():

            def heard(state: dict[str, Any], key: str = key) -> None:
                self.hub.heard(key, state)

            def lost(reason: str, key: str = key) -> None:
                self.hub.lost(key, reason)

            self._links[key] = BedLink(self._client, channel, "panel", heard, lost)
            self._links[key].start()
        saying = asyncio.create_task(self.hub.keep_saying_lost())
        try:
            yield
        finally:
            saying.cancel()
            with suppress(asyncio.CancelledError):
                await saying
            for link in self._links.values():
                link.stop()
            self.hub.close()
            self._acts.close()

    # -- who asks

    def _browser(self, request: Request) -> Browser | None:
        return self._pairing.browser(request.cookies.get(gate.COOKIE, ""))

    def _words(self, request: Request) -> Words:
        chosen = request.cookies.get("pumpd_lang") or self._lang
        return Words(chosen or preferred(request.headers.get("accept-language", "")))

    def _frame(self, request: Request, browser: Browser | None) -> Frame:
        token = self._pairing.token(browser) if browser else ""
        name = browser.name if browser else ""
        return Frame(self._words(request), token, name, self._bursts, self._version)

    def _door(self, request: Request, token: str, pace: Pace | None) -> Browser | Response:
        """Who asks for a change, or why nobody may."""
        words = self._words(request)
        browser = self._browser(request)
        if browser is None:
            return _refused(words("refuse.paired"), 401)
        if not gate.is_own_origin(request):
            return _refused(words("refuse.origin"), 403)
        if not self._pairing.is_token(browser, token):
            return _refused(words("refuse.token"), 403)
        if pace is not None and not pace.may(browser.id, time.monotonic()):
            return _refused(words("refuse.pace"), 429)
        return browser

    # -- pages

    async def _page(self, request: Request, make: Callable[[Frame, str], str]) -> Response:
        browser = self._browser(request)
        if browser is None:
            return RedirectResponse("/pair", 303)
        key = request.path_params.get("key", "")
        if key and key not in self._channels:
            return self._nowhere_said(request, "error.bed")
        return HTMLResponse(make(self._frame(request, browser), key))

    async def _wall(self, request: Request) -> Response:
        return await self._page(request, lambda frame, _: wall_page(frame, list(self._channels)))

    async def _bed(self, request: Request) -> Response:
        return await self._page(request, bed_page)

    async def _verify(self, request: Request) -> Response:
        return await self._page(
            request, lambda f, key: entry_pages.verify_page(f, key, self.hub.beds[key].state)
        )

    async def _checklist(self, request: Request) -> Response:
        return await self._page(
            request, lambda f, key: entry_pages.checklist_page(f, key, self.hub.beds[key].state)
        )

    async def _sessions(self, request: Request) -> Response:
        return await self._page(
            request, lambda f, key: sessions_page(f, key, self.hub.beds[key].state, self._reports.is_offered)
        )

    async def _report(self, request: Request) -> Response:
        """Made from the journal's file; the daemon is not asked. It comes with a content policy of its own."""
        key, words = request.path_params["key"], self._words(request)
        if self._browser(request) is None:
            return RedirectResponse("/pair", 303)
        if key not in self._channels:
            return self._nowhere_said(request, "error.bed")
        wanted = request.query_params.get("session", "")
        if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) <= _LONGEST_NUMBER):
            return self._nowhere_said(request, "error.session")
        try:
            made = await self._reports.page(self._channels[key], int(wanted) if wanted else None)
        except NoReport as none:
            frame = self._frame(request, self._browser(request))
            return HTMLResponse(entry_pages.nowhere_page(frame, words("error.report", why=none)), 404)
        return HTMLResponse(made, headers={"content-security-policy": gate.REPORT_POLICY})

    async def _order(self, request: Request) -> Response:
        key = request.path_params["key"]
        is_known = self._browser(request) is not None and key in self._channels
        library = await self._library(self._channels[key]) if is_known else None
        return await self._page(request, lambda f, k: entry_pages.order_page(f, k, library, f.words))

    async def _library(self, channel: str | None) -> Mapping[str, Any] | None:
        """The daemon's drug library; None where it tells none, or not in time."""
        with suppress(ConsoleUnreachable, TimeoutError):
            async with asyncio.timeout(_LIBRARY_WITHIN_S):
                for one in await self._acts.ask("library", channel, None, None, {}):
                    if isinstance(state := one.get("state"), dict) and isinstance(state.get("library"), dict):
                        found: Mapping[str, Any] = state["library"]
                        return found
        return None

    async def _nowhere(self, request: Request, _error: Exception) -> Response:
        return self._nowhere_said(request, "error.404")

    def _nowhere_said(self, request: Request, why: str) -> Response:
        frame = self._frame(request, self._browser(request))
        return HTMLResponse(entry_pages.nowhere_page(frame, frame.words(why)), 404)

    # -- pairing and language

    async def _pair_page(self, request: Request) -> Response:
        return HTMLResponse(entry_pages.pair_page(self._frame(request, None)))

    async def _pair(self, request: Request) -> Response:
        frame, now_s = self._frame(request, None), time.monotonic()
        if not gate.is_own_origin(request):
            return _refused(frame.words("refuse.origin"), 403)
        form = await _form(request)
        code, name = form.get("code", ""), form.get("name", "")
        cookie = self._pairing.admit(code, name, now_s)
        if cookie is None:
            wait_s = self._pairing.wait_s(now_s)
            words = frame.words
            wrong = words("pair.wait", seconds=int(wait_s) + 1) if wait_s else words("pair.wrong")
            return HTMLResponse(entry_pages.pair_page(frame, wrong, name[:40]), 429 if wait_s else 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            gate.COOKIE, cookie, max_age=_YEAR_S, httponly=True, samesite="strict", secure=self._is_tls
        )
        return response

    async def _language(self, request: Request) -> Response:
        form = await _form(request)
        browser = self._door(request, form.get("token", ""), self._pace)
        if isinstance(browser, Response):
            return browser
        here, lang = form.get("here", "/"), Words(form.get("lang", "")).lang
        own = here.startswith("/") and not here.startswith(("//", "/\\"))
        response = RedirectResponse(here if own else "/", 303)
        response.set_cookie(
            "pumpd_lang", lang, max_age=_YEAR_S, httponly=True, samesite="strict", secure=self._is_tls
        )
        return response

    # -- live

    async def _stream(self, request: Request) -> Response:
        browser = self._browser(request)
        if browser is None:
            return _refused(self._words(request)("refuse.paired"), 401)
        asked_for = request.query_params.get("beds", "").split()
        beds = frozenset(asked_for) & self._channels.keys() or frozenset(self._channels)
        reader = self.hub.join(browser.id, beds, self._words(request))

        async def lines() -> AsyncIterator[bytes]:
            try:
                yield b"retry: 500\n\n"
                while (message := await reader.take()) is not None:
                    yield b"data: " + message + b"\n\n"
                yield f"event: bye\ndata: {reader.goodbye}\n\n".encode()
            finally:
                self.hub.leave(reader)

        return StreamingResponse(lines(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def _seen(self, request: Request) -> Response:
        """A lit screen says which beds it shows."""
        browser = self._door(request, request.headers.get(gate.TOKEN_HEADER, ""), None)
        if isinstance(browser, Response):
            return browser
        for key in request.query_params.get("beds", "").split():
            if key in self._links:
                self._links[key].is_lit()
        return Response(status_code=204)

    async def _trend(self, request: Request) -> Response:
        key = request.path_params["key"]
        if self._browser(request) is None:
            return _refused(self._words(request)("refuse.paired"), 401)
        if key not in self.hub.beds:
            return self._nowhere_said(request, "error.bed")
        bed = self.hub.beds[key]
        return HTMLResponse(picture(bed.history, bed.state, self._words(request)))

    # -- acts

    async def _act(self, request: Request) -> Response:
        key, verb = request.path_params["key"], request.path_params["verb"]
        words = self._words(request)
        pace = self._pace_lowering if verb in LOWERING_VERBS else self._pace
        browser = self._door(request, request.headers.get(gate.TOKEN_HEADER, ""), pace)
        if isinstance(browser, Response):
            return browser
        if key not in self._channels:
            return _refused(words("error.bed"), 404)
        try:
            act = asked.read_act(verb, await asked.body_of(request), browser.name)
        except asked.Unreadable as unreadable:
            return _refused(words(str(unreadable)), unreadable.status)
        if act.once and not self._once.is_first(f"{browser.id} {act.once}"):
            return JSONResponse({"stage": "repeated", "reasons": [words("refuse.once")], "problems": []})
        try:
            replies = await self._acts.ask(verb, self._channels[key], act.by, act.pin, act.args)
        except ConsoleUnreachable as gone:
            stage = "unknown" if gone.was_sent else "not_sent"
            return JSONResponse({"stage": stage, **asked.all_said([str(gone)], words), "problems": []}, 503)
        return JSONResponse(asked.answer_of(replies, words))


def _refused(why: str, status: int) -> Response:
    return JSONResponse({"stage": "refused", "reasons": [why], "problems": []}, status)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a plain form; none of one that is too long or is something else."""
    try:
        return dict(parse_qsl((await asked.body_of(request)).decode(), max_num_fields=8))
    except (asked.Unreadable, ValueError):
        return {}
