"""Which faults are injected, with which parameters, for how long, and what must happen beside so that they can bite.

Theory of operation. Every row of the simulator's tables is either here or in `NOT_INJECTED` with its reason; a test
compares. Some faults need an occasion: a pump that refuses to stop is asked to (`pause`), one that ignores its
rate is started anew
(`pause`, `resume`), another pump on the cable is met when the cable comes back. A family that the fault cannot touch
(`hil_sim.reach`) is left out by asking, not by a list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from hil_sim import faults
from hil_sim.bench.acts import BENCH_FAULTS
from hil_sim.bench.casting import pump_of
from hil_sim.bench.presses import OPERATOR
from hil_sim.bench.settings import FAMILIES, PumpSettings
from hil_sim.monitors.bedside import Fitted
from hil_sim.monitors.faults import MONITOR_FAULTS
from hil_sim.reach import why_idle
from hil_sim.world import World

Params = dict[str, Any]
Draw = Callable[[Random], Params]
FITTED = Fitted(air_sensor=True, button=True)
#: A serial line, a line behind a gateway: what the pump is does not matter to monitor, broker, disk, clock and people.
ANY_TWO = ("new_era", "modbus-tcp")
SHORT_S, LONG_S = (0.3, 12.0), (10.0, 60.0)


def _of(**choices: tuple[Any, ...]) -> Draw:
    return lambda dice: {key: dice.choice(values) for key, values in choices.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One fault as it is injected.

    Attributes:
        kind, name: in the simulator's tables.
        draw: its parameters from the seed.
        span_s: between how short and how long it lasts, s; None: it is over at once.
        beside: what else is done: (s after the fault's beginning, kind, name, parameters).
        families: pumps it is tried with.
    """

    kind: str
    name: str
    draw: Draw = lambda _dice: {}
    span_s: tuple[float, float] | None = SHORT_S
    beside: tuple[tuple[float, str, str, Params], ...] = ()
    families: tuple[str, ...] = ANY_TWO

    @property
    def label(self) -> str:
        return self.name if self.kind != "operator" else f"operator {self.name}"

    @property
    def entry(self) -> faults.Injectable:
        """Its line in the simulator's table."""
        tables = {"event": faults.EVENTS, "operator": OPERATOR, "fault": {**faults.FAULTS, **BENCH_FAULTS}}
        return tables[self.kind][self.name]


def applicable(name: str) -> tuple[str, ...]:
    """The families that a fault of pump or wire can touch."""
    return tuple(family for family in FAMILIES if _touches(family, name))


def _touches(family: str, name: str) -> bool:
    pump = pump_of(PumpSettings(family=family))
    if family == "new_era-basic" and name == "watchdog_dead":
        return False  # it has none
    if family == "alaris" and name == "keypad_diameter":
        return False  # its clamp measures the barrel, and no host can read what somebody confirmed there
    if why_idle(pump, FITTED, name, {}):
        return False
    try:
        World(pump=pump).inject(name)
    except (ValueError, AttributeError, TypeError):
        return False
    return True


def _press(at_s: float, verb: str) -> tuple[float, str, str, Params]:
    return (at_s, "operator", verb, {})


PAUSE, RESUME = _press(0.4, "pause"), _press(4.0, "resume")
CUFF = _press(0.2, "measure")
_STREAM = _of(only=("all", "all", "nibp", "oximeter", "pressure"))
_WIRE = _of(count=(0, 0, 1, 2, 5))


def _pump_rows() -> list[Row]:
    plain: dict[str, tuple[Draw, tuple[Any, ...]]] = {
        **dict.fromkeys(("reply_lost", "request_lost", "reply_garbled"), (_WIRE, ())),
        "reply_late": (_of(ms=(50.0, 150.0, 250.0, 400.0, 900.0)), ()),
        "reply_split": (_of(ms=(5.0, 50.0, 300.0)), ()),
        "noise": (_of(rate=(0.002, 0.01, 0.05)), ()),
        "line_down": (_of(), ()),
        "stop_refused": (_of(answer=("na", "com")), (PAUSE,)),
        "stop_ignored": (_of(lying=(True, False)), (PAUSE,)),
        "rate_ignored": (_of(), (PAUSE, RESUME)),
        "watchdog_dead": (_of(), ((0.4, "fault", "daemon_killed", {"restart_s": 6.0}),)),
        "overdelivery": (_of(factor=(1.05, 1.2, 2.0)), ()),
        "underdelivery": (_of(factor=(0.0, 0.5, 0.9)), ()),
        "frozen_status": (_of(), ()),
        "other_pump": (_of(), ((0.2, "fault", "line_down", {}),)),
        "remote_disabled": (_of(), (PAUSE, RESUME)),
        **dict.fromkeys(("reply_broken_off", "bad_crc", "other_unit", "torn_value"), (_of(), ())),
        "exception": (_of(code=(4, 6), count=(0, 1, 5)), ()),
        "self_restart": (_of(), ((0.4, "fault", "line_down", {}),)),
    }
    long = ("stop_refused", "stop_ignored", "rate_ignored", "watchdog_dead", "other_pump", "remote_disabled")
    rows = [
        Row(
            "fault",
            name,
            draw,
            (5.0, 15.0) if name in (*long, "self_restart") else SHORT_S,
            beside,
            applicable(name),
        )
        for name, (draw, beside) in plain.items()
    ]
    blows: dict[str, Draw] = {
        "power_blip": _of(dark_ms=(50.0, 300.0, 3000.0), wakes_running=(True, False)),
        **dict.fromkeys(("forget_settings", "counter_cleared", "keypad_stop"), _of()),
        "keypad_rate": _of(ml_h=(1.0, 30.0, 100.0)),
        "keypad_diameter": _of(mm=(21.59, 14.43)),
        **dict.fromkeys(("screen_touched", "poll_mode_lost"), _of()),
    }
    rows += [Row("fault", name, draw, None, (), applicable(name)) for name, draw in blows.items()]
    started = ((-3.0, "operator", "pause", {}),)
    return [*rows, Row("fault", "keypad_run", _of(), None, started, applicable("keypad_run"))]


def _monitor_rows() -> list[Row]:
    draws: dict[str, Draw] = {
        "late": lambda dice: {**_STREAM(dice), "s": dice.choice((0.5, 3.0, 20.0, 60.0))},
        "future": lambda dice: {**_STREAM(dice), "s": dice.choice((-3600.0, -5.0, 5.0, 3600.0))},
        "cuff_artefact": _of(factor=(0.6, 1.4)),
        "cuff_pulse_off": _of(bpm=(-30.0, 45.0)),
        **dict.fromkeys(("cuff_fail", "motion", "probe_off", "boot_change"), _of()),
    }
    cuffed = ("cuff_fail", "cuff_artefact", "cuff_pulse_off")
    return [
        Row("fault", name, draws.get(name, _STREAM), (30.0, 45.0) if name in cuffed else LONG_S, (CUFF,))
        if name in cuffed
        else Row("fault", name, draws.get(name, _STREAM), (1.5, 40.0))
        for name in MONITOR_FAULTS
    ]


def _bench_rows() -> list[Row]:
    lasting: dict[str, Draw] = {
        **dict.fromkeys(("broker_down", "broker_frozen", "panel_gone", "listener_gone", "disk_full"), _of()),
        "broker_slow": _of(s=(0.3, 2.0, 8.0, 40.0)),
        "broker_repeats": _of(times=(2, 10)),
        "storm": _of(per_s=(20, 100)),
        "monitor_gone": _of(device=("monitor-1", "transducer-1"), will=(True, False)),
        "disk_stalls": _of(s=(0.1, 0.6, 2.0, 5.0)),
    }
    asks = {"disk_stalls": (PAUSE, RESUME), "disk_full": (PAUSE, RESUME)}
    rows = [Row("fault", name, draw, (1.5, 25.0), asks.get(name, ())) for name, draw in lasting.items()]
    blows: dict[str, Draw] = {
        "daemon_killed": _of(restart_s=(0.2, 1.0, 3.0, 20.0)),
        "daemon_ended": _of(restart_s=(0.2, 3.0)),
        "wall_clock_stepped": _of(s=(-3600.0, 3600.0, 90000.0)),
    }
    rows += [Row("fault", name, draw, None, (), FAMILIES) for name, draw in blows.items()]
    return [*rows, Row("fault", "loop_blocked", _of(s=(0.2, 0.7, 3.0)), (3.0, 4.0), (), FAMILIES)]


def _event_rows() -> list[Row]:
    draws: dict[str, Draw] = {
        **dict.fromkeys(("occlude", "disconnect_line", "deep_sedation", "desaturate", "tachycardia"), _of()),
        **dict.fromkeys(("apnoea", "faint", "nausea", "vomit", "panic", "air_bubble", "button_press"), _of()),
        "siphon": _of(cm=(60.0, 160.0), loose_ml=(0.05, 0.35)),
        "raise_height": _of(cm=(-40.0, 50.0)),
        "cuff_on": _of(same_arm=(True, False)),
        "cuff_same_arm": _of(on=(True,), probe=(True, False)),
        "bp_shift": _of(sys=(-40.0, 50.0, 80.0), dia=(-15.0, 35.0)),
        "hr_shift": _of(hr=(-30.0, 40.0, 80.0)),
        "spo2_shift": _of(spo2=(-3.0, -12.0), over_s=(5.0,)),
    }
    asked = ("cuff_same_arm", "bp_shift", "faint")
    rows = [
        Row("event", name, draw, LONG_S, (CUFF,) if name in asked else ()) for name, draw in draws.items()
    ]
    return [*rows, Row("fault", "button_wire_break", _of(), (1.5, 20.0))]


def _people_rows() -> list[Row]:
    paused = ((-4.0, "operator", "pause", {}),)
    verbs = ("pause", "resume")
    draws: dict[str, tuple[Draw, tuple[Any, ...]]] = {
        **dict.fromkeys(("pause", "stop", "present", "quiet", "measure", "start"), (_of(), ())),
        **dict.fromkeys(("resume", "restore", "acknowledge"), (_of(), paused)),
        "score": (_of(scale=("moaas",), value=(5, 4, 3, 1)), ()),
        "double_press": (_of(verb=verbs), paused),
        "old_epoch": (_of(behind=(1, 3)), paused),
        "wrong_pin": (_of(verb=("resume",)), paused),
        "replayed": (_of(verb=("pause",)), ()),
    }
    return [Row("operator", name, draw, None, beside) for name, (draw, beside) in draws.items()]


NOT_INJECTED: dict[str, str] = {
    **dict.fromkeys(
        ("release", "cuff_off", "reconnect_line", "air_drawn_off"), "the end of another row's act"
    ),
    **dict.fromkeys(("button_release", "breathe"), "the end of another row's act"),
}


def all_rows() -> tuple[Row, ...]:
    """Every fault, in the order of the table."""
    return (*_pump_rows(), *_monitor_rows(), *_bench_rows(), *_event_rows(), *_people_rows())
