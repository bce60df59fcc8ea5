"""One port's stop, on a real terminal with a toy pump behind it, and with a daemon that still lives."""

import json
import os
import socket
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toy_family import CarefulDialect, ToyPump

from drivers.line.halting import PortSettings
from pumpd.shell.port_claim import PortClaims
from pumpd.stop_all.attend import Attendant
from pumpd.stop_all.plan import PortPlan


class Notes:
    def __init__(self) -> None:
        self.stood: dict[str, str] = {}
        self.stops = 0
        self.news = threading.Event()

    def stopped(self) -> None:
        self.stops += 1

    def settled(self, channel: str, text: str) -> None:
        self.stood[channel] = text
        self.news.set()


def attend(port: str, notes: Notes, console: str = "") -> Attendant:
    plan = PortPlan(port, PortSettings(9600), ["bed-1"], [(CarefulDialect(),)])
    one = Attendant(plan, console, notes.stopped, notes.settled)
    one.begin()
    return one


@contextmanager
def toy() -> Iterator[tuple[ToyPump, str]]:
    """A running toy on a terminal of its own."""
    master, slave = os.openpty()
    tty.setraw(slave)
    pump, over = ToyPump(), threading.Event()
    pump.sign = ">"

    def serve() -> None:
        held = b""
        while not over.is_set():
            try:
                held += os.read(master, 100)
            except OSError:
                return
            *words, held = held.split(b"\r")
            for word in words:
                if word:
                    os.write(master, pump.answer(word.decode()))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield pump, os.ttyname(slave)
    finally:
        over.set()
        os.write(slave, b"\r")
        thread.join(5.0)
        os.close(master)
        os.close(slave)


def soon(within_s: float = 5.0) -> float:
    return time.monotonic() + within_s


def test_a_pump_on_a_terminal_is_stopped_and_told_of_once() -> None:
    notes = Notes()
    with toy() as (pump, name):
        one = attend(name, notes)
        one.wait(soon())
        assert pump.sign == ":"
    assert list(notes.stood) == ["bed-1"]
    assert "read back twice" in notes.stood["bed-1"]
    assert (one.unconfirmed(), one.was_told) == ({}, True)
    assert notes.stops >= 2


def test_a_port_that_is_not_there_is_tried_until_time_is_up_and_said(tmp_path: Path) -> None:
    notes = Notes()
    one = attend(str(tmp_path / "none"), notes)
    one.wait(soon(0.3))
    assert "No such file" in one.unconfirmed()["bed-1"]
    assert (one.was_told, notes.stood) == (False, {})


def test_a_silent_pump_is_said_to_have_been_told_how_often(tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    notes = Notes()
    one = attend(os.ttyname(slave), notes)
    one.wait(soon(0.6))
    words = one.unconfirmed()["bed-1"]
    assert "stop was sent" in words
    assert "no answer" in words
    os.close(master)
    os.close(slave)


@contextmanager
def daemon(folder: Path, *stages: str) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A console that answers a request so; what it was asked."""
    path, asked = folder / "console.sock", list[dict[str, object]]()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            line, _ = listening.accept()
            with line, line.makefile("rw") as lines:
                request = json.loads(lines.readline())
                asked.append(request)
                for stage in stages:
                    answer = {"id": request["id"], "stage": stage, "reasons": []}
                    lines.write(json.dumps(answer) + "\n")
                    lines.flush()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield str(path), asked
        thread.join(5.0)


def test_a_daemon_that_lives_is_asked_to_pause_and_its_readback_counts(tmp_path: Path) -> None:
    """Row 22: it holds the port, and may be the only one who can reach the pump."""
    port = str(tmp_path / "held")
    claims, notes = PortClaims(), Notes()
    claims.take(port)
    try:
        with daemon(tmp_path, "accepted", "confirmed") as (console, asked):
            one = attend(port, notes, console)
            assert notes.news.wait(5.0)
            one.wait(soon())
    finally:
        claims.release()
    assert (asked[0]["verb"], asked[0]["channel"], asked[0]["by"]) == ("pause", "bed-1", "stop-all")
    assert "the pumpd that runs" in notes.stood["bed-1"]
    assert one.unconfirmed() == {}


def test_a_daemon_that_accepts_and_does_not_confirm_is_no_evidence(tmp_path: Path) -> None:
    """Law 4."""
    port = str(tmp_path / "held")
    claims, notes = PortClaims(), Notes()
    claims.take(port)
    try:
        with daemon(tmp_path, "accepted") as (console, _):
            one = attend(port, notes, console)
            one.wait(soon(0.5))
    finally:
        claims.release()
    assert "bed-1" in one.unconfirmed()


def test_a_pump_counts_as_standing_only_once_it_has_been_told_of(tmp_path: Path) -> None:
    """Row 22: the program ends when all stand, and took the line about a pump that the daemon had halted with it."""
    was_missing: list[bool] = []
    claims, port = PortClaims(), str(tmp_path / "held")
    claims.take(port)
    try:
        with daemon(tmp_path, "confirmed") as (console, _):
            plan = PortPlan(port, PortSettings(9600), ["bed-1"], [(CarefulDialect(),)])
            one = Attendant(
                plan,
                console,
                lambda: None,
                lambda channel, _: was_missing.append(channel in one.unconfirmed()),
            )
            one.begin()
            one.wait(soon())
    finally:
        claims.release()
    assert (was_missing, one.unconfirmed(), one.is_done) == ([True], {}, True)


def test_what_is_said_after_time_is_up_is_not_told_any_more(tmp_path: Path) -> None:
    """Whoever counts what is missing then must not find a pump that stands and was never told of."""
    port, notes = str(tmp_path / "held"), Notes()
    claims = PortClaims()
    claims.take(port)
    try:
        with daemon(tmp_path) as (console, asked):
            one = attend(port, notes, console)
            one.wait(soon(0.0))
            assert "bed-1" in one.unconfirmed()
    finally:
        claims.release()
    assert len(asked) <= 1
    one._stands("bed-1", "late")
    assert (notes.stood, "bed-1" in one.unconfirmed()) == ({}, True)


def test_the_claim_on_the_port_is_free_again_afterwards() -> None:
    """I13: nobody else opens it meanwhile, and the next daemon finds it free."""
    notes = Notes()
    with toy() as (_, name):
        one = attend(name, notes)
        one.wait(soon())
        claims = PortClaims()
        claims.take(name)
        claims.release()
