"""What befalls a bed beside pump, patient and monitor: its broker, its disk, its daemon, its clock, its screen.

Theory of operation. The tables look like those of `hil_sim.faults`, and what they hold is carried out on a virtual bench
instead of a world. A fault that lasts is kept in a list of what is in force, and every change brings the bench to what
that list says as a whole; so two that overlap end one by one, whatever their order, and neither ends the other. When they
begin and end is `hil_sim.bench.mishaps`' affair.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hil_sim.bench.virtual import VirtualBench
from hil_sim.faults import Injectable, Undo
from hil_sim.monitors.bedside import AIR_SENSOR, BUTTON, MONITOR, TRANSDUCER

Params = dict[str, Any]

#: What each device says, as faults of monitors name it.
STREAMS_OF: Mapping[str, tuple[str, ...]] = {
    MONITOR: ("nibp", "oximeter", "respiration"),
    TRANSDUCER: ("pressure",),
    AIR_SENSOR: ("air",),
    BUTTON: ("button",),
}
STRANGER = "monitor-9"


@dataclass(slots=True)
class Standing:
    """What is in force at one bench, oldest first: name and parameters."""

    bench: VirtualBench
    in_force: list[tuple[str, Params]] = field(default_factory=list)

    def of(self, name: str) -> list[Params]:
        """Those of this name."""
        return [params for each, params in self.in_force if each == name]

    def begin(self, name: str, params: Params) -> Undo:
        """In force from now on, until the answer is called."""
        entry = (name, params)
        self.in_force.append(entry)
        self._settle()

        def undo() -> None:
            self.in_force = [one for one in self.in_force if one is not entry]
            self._settle()

        return undo

    def _settle(self) -> None:
        """Make the bench what the list says."""
        self._settle_broker()
        bench, bus, disk = self.bench, self.bench.bus, self.bench.disk
        bus.delay_s = max((one["s"] for one in self.of("broker_slow")), default=0.0)
        bus.gone = frozenset(one["device"] for one in self.of("monitor_gone"))
        bus.copies = max((one["times"] for one in self.of("broker_repeats")), default=1)
        disk.stalls_s = max((one["s"] for one in self.of("disk_stalls")), default=0.0)
        disk.is_full = bool(self.of("disk_full"))
        bench.panel.is_listening = not self.of("listener_gone")
        is_away = bool(self.of("panel_gone"))
        if is_away and not bench.panel.is_away:
            bench.panel.leave()
        bench.panel.is_away = is_away
        if not is_away and not bench.panel.is_open and bench.life is not None and bench.life.is_ready:
            bench.panel.open(bench.life.seat)

    def _settle_broker(self) -> None:
        bus = self.bench.bus
        is_down, is_frozen = bool(self.of("broker_down")), bool(self.of("broker_frozen"))
        if is_down and not bus.is_down:
            bus.go_down()
        elif not is_down and not is_frozen and (bus.is_down or bus.is_frozen):
            bus.come_back()
        bus.is_down = is_down
        if is_frozen and not bus.is_frozen:
            bus.freeze()
        bus.is_frozen = is_frozen


def _lasting(name: str) -> Callable[..., Undo]:
    def begin(standing: Standing, **params: Any) -> Undo:
        return standing.begin(name, params)

    return begin


def _not_negative(name: str, key: str, begin: Callable[..., Undo | None]) -> Callable[..., Undo | None]:
    def checked(standing: Standing, **params: Any) -> Undo | None:
        if params[key] < 0:
            raise ValueError(f"{name}.{key} must not be negative: {params[key]}")
        return begin(standing, **params)

    return checked


def _restart_later(bench: VirtualBench, restart_s: float) -> None:
    def start() -> None:
        if bench.life is None:
            bench.start_daemon()

    bench.loop.call_later(restart_s, start)


def _daemon_killed(standing: Standing, restart_s: float) -> None:
    bench = standing.bench
    if bench.life is not None:
        bench.kill_daemon()
        _restart_later(bench, restart_s)


def _daemon_ended(standing: Standing, restart_s: float) -> None:
    bench = standing.bench
    life = bench.life
    if life is None or not life.is_ready:
        return
    bench.mark("term", b"")
    life.seat.stop()

    def bury(_task: object) -> None:
        if bench.life is life:
            bench.mark("exit", b"")
            bench.kill_daemon()
            _restart_later(bench, restart_s)

    life.task.add_done_callback(bury)


def _loop_blocked(standing: Standing, s: float) -> None:
    """All that the daemon does in that time it does afterwards; pump, line and patient do not wait."""
    standing.bench.loop.hold_up(s)


def _wall_clock_stepped(standing: Standing, s: float) -> None:
    standing.bench.wall_step_ns += round(s * 1e9)


def _monitor_gone(standing: Standing, device: str, will: bool) -> Undo:
    bench, there_are = standing.bench, standing.bench.setting.fitted.names()
    if device not in there_are:
        raise ValueError(f"monitor_gone.device is one of {', '.join(there_are)}; not {device!r}")
    back = standing.begin("monitor_gone", {"device": device})
    topic = f"pumpd/v1/status/{bench.bed}/{device}"
    if will:
        bench.bus.say(topic, b"offline", retain=True)

    def undo() -> None:
        back()
        bench.bus.say(topic, b"online", retain=True)

    return undo


def _storm(standing: Standing, per_s: int) -> Undo:
    """A stranger on the bed's topics, with samples that look right but for the name."""
    bench = standing.bench
    topic = f"pumpd/v1/vitals/{bench.bed}/{STRANGER}"
    sent = 0

    def blow(_bench: VirtualBench) -> None:
        nonlocal sent
        for _ in range(max(1, round(per_s / 10))):
            sent += 1
            bench.bus.say(topic, json.dumps({"device": STRANGER, "seq": sent}).encode())

    bench.watchers.append(blow)
    return lambda: bench.watchers.remove(blow)


BENCH_FAULTS: dict[str, Injectable] = {
    "broker_down": Injectable("the broker ends, and comes back", "41", _lasting("broker_down")),
    "broker_frozen": Injectable(
        "the broker takes everything and answers nothing", "42, 51", _lasting("broker_frozen")
    ),
    "broker_slow": Injectable(
        "what the devices say arrives so many seconds late",
        "47",
        _not_negative("broker_slow", "s", _lasting("broker_slow")),
        {"s": 5.0},
    ),
    "broker_repeats": Injectable(
        "every message of the devices is delivered so often",
        "48",
        _not_negative("broker_repeats", "times", _lasting("broker_repeats")),
        {"times": 2},
    ),
    "storm": Injectable(
        "a stranger floods the bed's topics with so many messages a second", "49, 52", _storm, {"per_s": 50}
    ),
    "monitor_gone": Injectable(
        "a device is gone, with its last will or without a word",
        "53",
        _monitor_gone,
        {"device": MONITOR, "will": True},
    ),
    "disk_stalls": Injectable(
        "each commit takes so many seconds",
        "86",
        _not_negative("disk_stalls", "s", _lasting("disk_stalls")),
        {"s": 5.0},
    ),
    "disk_full": Injectable("no commit succeeds", "82, 83, 84", _lasting("disk_full")),
    "daemon_killed": Injectable(
        "SIGKILL or a power cut of the box; started again so many seconds later",
        "91, 106",
        _daemon_killed,
        {"restart_s": 3.0},
    ),
    "daemon_ended": Injectable(
        "SIGTERM; started again so many seconds after its exit", "80", _daemon_ended, {"restart_s": 3.0}
    ),
    "loop_blocked": Injectable(
        "the daemon's box does nothing for so many seconds: a call that blocks, no processor time, a suspend",
        "89, 93, 96",
        _not_negative("loop_blocked", "s", _loop_blocked),
        {"s": 0.7},
    ),
    "wall_clock_stepped": Injectable(
        "the wall clock of the daemon's box leaps by so many seconds",
        "88",
        _wall_clock_stepped,
        {"s": 3600.0},
    ),
    "panel_gone": Injectable("the nurse's screen loses its connection", "79, 110", _lasting("panel_gone")),
    "listener_gone": Injectable(
        "the screen is there and nobody can see or hear it", "110", _lasting("listener_gone")
    ),
}
