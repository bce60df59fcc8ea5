"""What befalls a bed: each fault does its thing to the bench, two that overlap end one by one, nobody is misspelt.

The daemon here is a dummy that keeps what it is told; the real one is met in `tests/soak`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hil_sim import faults
from hil_sim.bench.acts import BENCH_FAULTS, STRANGER, Standing
from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.nurse import USERS, Habits, Nurse
from hil_sim.bench.presses import OPERATOR
from hil_sim.bench.virtual import Setting, VirtualBench
from hil_sim.faults import describe
from hil_sim.world import World

SITE = {"bed": "bed-1", "pump": {"family": "none"}, "monitors": ["monitor-1"], "users": USERS}
STATE = {"phase": "infusing", "epoch": 7, "alarms": [], "can_resume": False, "can_restore": False}


class Console(asyncio.BufferedProtocol):
    """Shows one state and keeps what was asked."""

    def __init__(self, asked: list[dict[str, Any]]) -> None:
        self._asked = asked
        self._room = bytearray(4096)
        self.transport: asyncio.WriteTransport | None = None
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        assert self.transport is not None
        for line in bytes(self._room[:nbytes]).splitlines():
            request = json.loads(line)
            self._asked.append(request)
            stage = "state" if request["verb"] == "watch" else "accepted"
            reply = {"id": request["id"], "stage": stage, "reasons": [], "state": STATE}
            self.transport.write(json.dumps(reply).encode() + b"\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True


@dataclass
class Dummy:
    """A daemon that listens, and ends when asked."""

    wires: Any
    heard_at: list[tuple[float, str]] = field(default_factory=list)
    links: list[bool] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    consoles: list[Console] = field(default_factory=list)
    has_died: bool = False
    ends: asyncio.Event = field(default_factory=asyncio.Event)
    topics = ("pumpd/v1/vitals/bed-1/+", "pumpd/v1/status/bed-1/+")

    async def run(self, ready: Callable[[], None]) -> None:
        ready()
        await self.ends.wait()

    def stop(self) -> None:
        self.ends.set()

    def die(self) -> None:
        self.has_died = True

    def link(self, is_up: bool, reason: str) -> None:
        self.links.append(is_up)

    def heard(self, topic: str, payload: bytes, is_retained: bool) -> None:
        self.heard_at.append((asyncio.get_running_loop().time(), topic.rsplit("/", 1)[1]))

    def admit(self) -> Console:
        self.consoles.append(Console(self.asked))
        return self.consoles[-1]

    def between(self, from_s: float, to_s: float, device: str = "monitor-1") -> int:
        """How many messages of a device came in then."""
        return sum(from_s <= at_s < to_s and name == device for at_s, name in self.heard_at)


@dataclass(frozen=True)
class Planned:
    """One act."""

    at_s: float
    name: str
    params: dict[str, Any] = field(default_factory=dict)
    for_s: float | None = None
    kind: str = "fault"


@dataclass
class Bed:
    """A bench with dummies, and what was told of the acts."""

    bench: VirtualBench
    lives: list[Dummy]
    told: list[tuple[float, str, str]]

    async def until(self, at_s: float) -> None:
        await asyncio.sleep(at_s - self.bench.now_s)


def at_a_bed(tmp_path: Path, acts: list[Planned], course: Callable[[Bed], Awaitable[None]]) -> Bed:
    """Play the acts at a bench while `course` looks."""
    lives: list[Dummy] = []

    def make(
        site: Mapping[str, Any],
        folder: Path,
        wires: Any,
        monotonic_ns: Callable[[], int],
        wall_ns: Callable[[], int],
    ) -> Any:
        lives.append(Dummy(wires))
        return lives[-1]

    async def play() -> Bed:
        bench = VirtualBench(Setting(World(), SITE, tmp_path, make))
        bed = Bed(bench, lives, [])
        nurse = Nurse(bench.panel, {}, lambda: 5, lambda *_: None, Habits())
        standing = Standing(bench)

        def begin(act: Planned) -> None:
            bed.told.append((round(bench.now_s, 3), "begin", act.name))
            if act.kind == "operator":
                faults.apply(OPERATOR, nurse, act.name, act.params)
                return
            undo = faults.apply(BENCH_FAULTS, standing, act.name, act.params)
            if undo is not None and act.for_s is not None:
                bench.loop.call_later(act.for_s, end, act, undo)

        def end(act: Planned, undo: Callable[[], None]) -> None:
            undo()
            bed.told.append((round(bench.now_s, 3), "end", act.name))

        for act in acts:
            bench.loop.call_at(act.at_s, begin, act)
        bench.begin()
        bench.start_daemon()
        await course(bed)
        await bench.end()
        return bed

    loop = JumpingLoop()
    try:
        return loop.run_until_complete(play())
    finally:
        loop.close()


async def _twenty(bed: Bed) -> None:
    await bed.until(20.0)


def test_a_broker_that_is_down_loses_what_is_said_and_comes_back(tmp_path: Path) -> None:
    bed = at_a_bed(tmp_path, [Planned(5.0, "broker_down", for_s=5.0)], _twenty)
    (dummy,) = bed.lives
    assert dummy.links == [True, False, True]
    assert dummy.between(1.0, 5.0) > 0
    assert dummy.between(5.1, 10.0) == 0
    assert dummy.between(11.0, 20.0) > 0
    assert bed.told == [(5.0, "begin", "broker_down"), (10.0, "end", "broker_down")]


def test_a_frozen_broker_is_noticed_after_twice_the_keepalive(tmp_path: Path) -> None:
    (dummy,) = at_a_bed(tmp_path, [Planned(5.0, "broker_frozen", for_s=10.0)], _twenty).lives
    assert dummy.links == [True, False, True]
    assert dummy.between(5.1, 15.0) == 0
    assert dummy.between(16.0, 20.0) > 0


def test_two_that_overlap_end_one_by_one(tmp_path: Path) -> None:
    acts = [Planned(5.0, "broker_down", for_s=6.0), Planned(7.0, "broker_frozen", for_s=6.0)]
    acts += [Planned(5.0, "disk_stalls", {"s": 1.0}, 6.0), Planned(7.0, "disk_stalls", {"s": 3.0}, 2.0)]
    seen: list[tuple[float, bool, bool]] = []

    async def course(bed: Bed) -> None:
        for at_s in (6.0, 8.0, 10.0, 12.0, 14.0):
            await bed.until(at_s)
            seen.append((bed.bench.disk.stalls_s, bed.bench.bus.is_down, bed.bench.bus.is_frozen))

    (dummy,) = at_a_bed(tmp_path, acts, course).lives
    assert seen == [(1, True, False), (3, True, True), (1, True, True), (0, False, True), (0, False, False)]
    assert dummy.between(5.1, 13.0) == 0


def test_messages_are_late_and_repeated(tmp_path: Path) -> None:
    late = at_a_bed(tmp_path, [Planned(5.0, "broker_slow", {"s": 4.0}, 5.0)], _twenty).lives[0]
    assert late.between(5.2, 9.0, "transducer-1") == 0
    assert late.between(9.0, 11.0, "transducer-1") > 0
    twice = at_a_bed(tmp_path / "b", [Planned(5.0, "broker_repeats", {"times": 3}, 5.0)], _twenty).lives[0]
    assert twice.between(5.2, 9.8) == pytest.approx(3 * twice.between(11.2, 15.8), abs=6)


def test_a_stranger_floods_the_bed(tmp_path: Path) -> None:
    (dummy,) = at_a_bed(tmp_path, [Planned(5.0, "storm", {"per_s": 50}, 4.0)], _twenty).lives
    assert dummy.between(0.0, 20.0, STRANGER) == pytest.approx(200, abs=10)


@pytest.mark.parametrize(("will", "words"), [(True, [b"offline", b"online"]), (False, [b"online"])])
def test_a_device_is_gone_with_its_will_or_without_a_word(
    tmp_path: Path, will: bool, words: list[bytes]
) -> None:
    said: list[bytes] = []

    async def course(bed: Bed) -> None:
        await bed.until(4.0)
        say = bed.bench.bus.say

        def listen(topic: str, payload: bytes, *, retain: bool = False) -> None:
            if topic.endswith("status/bed-1/transducer-1"):
                said.append(payload)
            say(topic, payload, retain=retain)

        bed.bench.bus.say = listen  # type: ignore[method-assign]
        await _twenty(bed)

    gone = Planned(5.0, "monitor_gone", {"device": "transducer-1", "will": will}, 5.0)
    (dummy,) = at_a_bed(tmp_path, [gone], course).lives
    assert said == words
    assert dummy.between(5.5, 10.0, "transducer-1") == 0
    assert dummy.between(5.5, 10.0) > 0
    assert dummy.between(10.5, 20.0, "transducer-1") > 0


def test_a_full_disk_takes_nothing_and_a_stalled_one_takes_long(tmp_path: Path) -> None:
    async def course(bed: Bed) -> None:
        wires = bed.lives[0].wires
        assert wires.disk_s() < 0.1
        await bed.until(5.5)
        assert 2.0 < wires.disk_s() < 2.1
        await bed.until(8.5)
        with pytest.raises(OSError, match="No space left"):
            wires.disk_s()
        await bed.until(10.0)
        assert wires.disk_s() < 0.1

    at_a_bed(
        tmp_path, [Planned(5.0, "disk_stalls", {"s": 2.0}, 1.0), Planned(8.0, "disk_full", for_s=1.0)], course
    )


def test_a_daemon_is_killed_or_ended_and_started_again(tmp_path: Path) -> None:
    for name, marks in (("daemon_killed", ["crash"]), ("daemon_ended", ["term", "exit", "crash"])):
        seen: list[str] = []

        async def course(bed: Bed, seen: list[str] = seen) -> None:
            words = ("life", "term", "exit", "crash")
            bed.bench.mark_watchers.append(
                lambda kind, _payload: seen.append(kind) if kind in words else None
            )
            await bed.until(6.0)
            assert bed.bench.life is None
            await bed.until(9.0)
            assert bed.bench.life is not None
            assert bed.bench.panel.is_open

        bed = at_a_bed(tmp_path / name, [Planned(5.0, name, {"restart_s": 3.0})], course)
        assert len(bed.lives) == 2
        assert bed.lives[0].ends.is_set() == (name == "daemon_ended")
        assert seen == [*marks, "life", "crash"]


def test_the_wall_clock_leaps_and_the_other_does_not(tmp_path: Path) -> None:
    async def course(bed: Bed) -> None:
        before_ns = bed.bench.wall_ns()
        await bed.until(6.0)
        assert bed.bench.wall_ns() - before_ns == (6 - 3600) * 10**9
        assert bed.bench.loop.monotonic_ns() == 6 * 10**9

    at_a_bed(tmp_path, [Planned(5.0, "wall_clock_stepped", {"s": -3600.0})], course)


def test_a_screen_goes_and_comes_back_and_its_socket_says_so(tmp_path: Path) -> None:
    async def course(bed: Bed) -> None:
        await bed.until(6.0)
        assert [one.is_lost for one in bed.lives[0].consoles] == [True]
        assert bed.bench.panel.state is None
        await bed.until(11.0)
        assert len(bed.lives[0].consoles) == 2
        assert bed.bench.panel.state == STATE

    at_a_bed(tmp_path, [Planned(5.0, "panel_gone", for_s=5.0)], course)


def test_a_screen_that_is_away_is_not_opened_on_a_new_life(tmp_path: Path) -> None:
    acts = [Planned(5.0, "panel_gone", for_s=10.0), Planned(6.0, "daemon_killed", {"restart_s": 1.0})]
    bed = at_a_bed(tmp_path, acts, _twenty)
    assert [len(one.consoles) for one in bed.lives] == [1, 1]


def test_nobody_listens_for_a_while(tmp_path: Path) -> None:
    asked = at_a_bed(tmp_path, [Planned(1.0, "listener_gone", for_s=12.0)], _twenty).lives[0].asked
    assert 1 <= sum(one["verb"] == "listening" for one in asked) <= 3


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("pause", {}, [("pause", {}, None)]),
        ("resume", {}, [("resume", {"epoch": 7}, "24680")]),
        ("acknowledge", {"note": "so"}, [("acknowledge", {"note": "so"}, None)]),
        ("score", {"value": 3}, [("score", {"scale": "moaas", "value": 3}, None)]),
        ("double_press", {}, [("resume", {"epoch": 7}, "24680")] * 2),
        ("old_epoch", {"behind": 2}, [("resume", {"epoch": 5}, "24680")]),
        ("wrong_pin", {"verb": "start"}, [("start", {"epoch": 7}, "08642")]),
    ],
)
def test_people_press_what_the_timeline_says(
    tmp_path: Path, name: str, params: dict[str, Any], expected: list[Any]
) -> None:
    bed = at_a_bed(tmp_path, [Planned(5.0, name, params, kind="operator")], _twenty)
    asked = [one for one in bed.lives[0].asked if one["verb"] not in ("watch", "listening")]
    assert [(one["verb"], one.get("args", {}), one.get("pin")) for one in asked] == expected
    assert {one["by"] for one in asked} == {"nina"}


def test_what_the_panel_hears_of_a_press_is_told_with_its_stage(tmp_path: Path) -> None:
    said: list[tuple[str, str, str]] = []

    async def course(bed: Bed) -> None:
        bed.bench.panel.watchers.append(lambda key, verb, stage, _words: said.append((key, verb, stage)))
        await _twenty(bed)

    at_a_bed(tmp_path, [Planned(5.0, "pause", kind="operator")], course)
    (first, second) = said
    assert first[1:] == ("pause", "asked")
    assert second == (first[0], "pause", "accepted")


@pytest.mark.parametrize(
    ("name", "params"),
    [("broker_slow", {"s": -1.0}), ("disk_stalls", {"s": -1.0}), ("monitor_gone", {"device": "monitor-7"})],
)
def test_a_parameter_that_cannot_be_is_refused(tmp_path: Path, name: str, params: dict[str, Any]) -> None:
    said: list[str] = []

    async def course(bed: Bed) -> None:
        bed.bench.loop.set_exception_handler(lambda _loop, context: said.append(str(context["exception"])))
        await _twenty(bed)

    at_a_bed(tmp_path, [Planned(5.0, name, params)], course)
    assert name in said[0]


def test_every_fault_names_its_row_and_all_are_listed() -> None:
    assert all(row.rows for row in BENCH_FAULTS.values())
    lines = describe(("bench fault", BENCH_FAULTS), ("operator", OPERATOR))
    assert sum(line.startswith("bench fault ") for line in lines) == len(BENCH_FAULTS)
    assert "operator double_press: [67] one verb pressed twice at once (by=nina verb=resume)" in lines
