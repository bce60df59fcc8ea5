"""A plan from a seed: each actor draws from a stream of its own, so leaving one out changes nothing for the others.

Theory of operation. What can go wrong is a table: how long, with which parameters. Acts fall where things meet: some
anywhere, half of what people do within a tenth of a second of another act's edge. Every row of the simulator's own tables
is either here or in `NOT_DRAWN` with its reason; a test compares them.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from soak.plan import Order, Plan, PlannedAct

from hil_sim.bench.nurse import Habits
from hil_sim.bench.story import PatientSettings

FIRST_S, LAST_S = 95.0, 330.0
#: Faults that meet show more than faults that do not: in most plans all of them fall around one instant.
MEETING_SHARE = 0.6
CENTRE_S = (116.0, 220.0)
AROUND_S = 8.0
EDGE_S = 0.1
MOST_FAULTS = 8
WHOLE_SHARE = 0.04
TAIL_S = 520.0  # liveness is judged after 480 s
WHOLE_S = 3000.0

Params = dict[str, Any]
Draw = Callable[[Random], Params]

#: The person at rest: mmHg, beats, percent, and how strongly the drug works.
ARCHETYPES: dict[str, tuple[float, float, float, float, float]] = {
    "calm": (120.0, 75.0, 70.0, 98.0, 1.0),
    "usual": (125.0, 78.0, 72.0, 97.0, 1.0),
    "borderline": (138.0, 86.0, 78.0, 97.0, 1.0),
    "sensitive": (125.0, 78.0, 72.0, 97.0, 1.7),
    "low": (106.0, 66.0, 60.0, 97.0, 0.7),
    "quick": (128.0, 80.0, 94.0, 98.0, 1.0),
}


def _none(_dice: Random) -> Params:
    return {}


def _of(**choices: tuple[Any, ...]) -> Draw:
    return lambda dice: {key: dice.choice(values) for key, values in choices.items()}


_COMMANDS = ("*", "STP", "RUN", "RAT", "DIS", "VER", "VOL")
_WIRE = _of(command=_COMMANDS, count=(0, 0, 1, 2, 5))
_STREAM = _of(only=("all", "all", "nibp", "oximeter", "pressure"))

#: Faults that last.
LASTING: dict[str, Draw] = {
    **dict.fromkeys(("reply_lost", "request_lost", "reply_garbled"), _WIRE),
    "reply_late": _of(command=_COMMANDS, ms=(50.0, 150.0, 250.0, 400.0, 900.0)),
    "reply_split": _of(command=("*",), ms=(5.0, 50.0, 300.0)),
    "noise": _of(rate=(0.0005, 0.002, 0.01, 0.05)),
    "line_down": _none,
    "stop_refused": _of(answer=("na", "com")),
    "stop_ignored": _of(lying=(True, False)),
    "rate_ignored": _none,
    "watchdog_dead": _none,
    "overdelivery": _of(factor=(1.05, 1.2, 2.0), counted=(True,)),
    "underdelivery": _of(factor=(0.0, 0.5, 0.9), counted=(True,)),
    "frozen_status": _none,
    "other_pump": _of(version=("NE500V2.19",)),
    **dict.fromkeys(
        ("silent", "frozen", "retained", "duplicate", "reorder", "no_unit", "wrong_unit"), _STREAM
    ),
    **dict.fromkeys(("nan", "infinity", "huge", "negative", "not_json", "deep", "oversized"), _STREAM),
    **dict.fromkeys(("duplicate_keys", "boolean", "string_value", "wrong_patient"), _STREAM),
    "late": lambda dice: {**_STREAM(dice), "s": dice.choice((0.5, 3.0, 20.0, 60.0))},
    "future": lambda dice: {**_STREAM(dice), "s": dice.choice((-3600.0, -5.0, 5.0, 3600.0))},
    **dict.fromkeys(("probe_off", "cuff_fail", "motion"), _none),
    "cuff_artefact": _of(factor=(0.6, 1.4)),
    "cuff_pulse_off": _of(bpm=(-30.0, 45.0)),
    "boot_change": _none,
    **dict.fromkeys(("broker_down", "broker_frozen", "panel_gone", "listener_gone", "disk_full"), _none),
    "broker_slow": _of(s=(0.3, 2.0, 8.0, 40.0)),
    "broker_repeats": _of(times=(2, 10)),
    "storm": _of(per_s=(20, 100)),
    "monitor_gone": _of(device=("monitor-1", "transducer-1"), will=(True, False)),
    "disk_stalls": _of(s=(0.1, 0.6, 2.0, 5.0)),
    "loop_blocked": _of(s=(0.2, 0.7, 3.0)),
}
#: Faults that are over at once.
BLOWS: dict[str, Draw] = {
    "power_blip": _of(dark_ms=(50.0, 300.0, 3000.0), wakes_running=(True, False)),
    **dict.fromkeys(("forget_settings", "counter_cleared", "keypad_stop", "keypad_run"), _none),
    "keypad_rate": _of(ml_h=(1.0, 30.0, 100.0)),
    "keypad_diameter": _of(mm=(21.59, 14.43)),
    "daemon_killed": _of(restart_s=(0.2, 1.0, 3.0, 20.0)),
    "daemon_ended": _of(restart_s=(0.2, 3.0)),
    "wall_clock_stepped": _of(s=(-3600.0, 3600.0, 90000.0)),
}
EVENTS: dict[str, Draw] = {
    "occlude": _none,
    "cuff_on": _of(same_arm=(True, False)),
    "cuff_same_arm": _of(on=(True,), probe=(True, False)),
    "disconnect_line": _none,
    "siphon": _of(cm=(60.0, 160.0), loose_ml=(0.05, 0.35)),
    "raise_height": _of(cm=(-40.0, 50.0)),
    "bp_shift": _of(sys=(-40.0, 25.0, 50.0, 80.0), dia=(-15.0, 10.0, 35.0), over_s=(0.0, 30.0)),
    "hr_shift": _of(hr=(-30.0, 40.0, 80.0), over_s=(0.0, 20.0)),
    "spo2_shift": _of(spo2=(-3.0, -12.0), over_s=(5.0,)),
    "deep_sedation": _none,
    "desaturate": _none,
    "tachycardia": _none,
    **dict.fromkeys(("apnoea", "faint", "nausea", "vomit", "panic"), _none),
}
FITTED_EVENTS = {"air_bubble": "air_sensor", "button_press": "button", "button_wire_break": "button"}
NOT_DRAWN: dict[str, str] = {
    **dict.fromkeys(
        ("release", "cuff_off", "reconnect_line", "air_drawn_off"), "the end of another row's act"
    ),
    **dict.fromkeys(("button_release", "breathe"), "the end of another row's act"),
    **dict.fromkeys(("exception", "other_unit", "torn_value", "bad_crc", "self_restart"), "a Modbus pump's"),
    **dict.fromkeys(("remote_disabled", "reply_broken_off"), "an Alaris pump's"),
    **dict.fromkeys(("screen_touched", "poll_mode_lost"), "a Harvard pump's"),
}
VERBS = (
    "pause",
    "stop",
    "resume",
    "restore",
    "acknowledge",
    "score",
    "double_press",
    "old_epoch",
    "wrong_pin",
)


def _order(dice: Random) -> Order:
    weight = dice.choice((48, 55, 64, 70, 82, 95, 110))
    return Order(
        weight_kg=str(weight),
        dose_mg_per_kg=dice.choice(("0.2", "0.35", "0.5", "0.5")),
        concentration_mg_per_ml=dice.choice(("1", "2", "2")) if weight < 80 else "2",  # one syringe holds it
        minutes=dice.choice(("40", "40", "45", "60")),
    )


def _patient(dice: Random, weight_kg: float) -> tuple[str, PatientSettings]:
    name = dice.choice(sorted(ARCHETYPES))
    sys, dia, hr, spo2, factor = ARCHETYPES[name]
    return name, PatientSettings(
        weight_kg=weight_kg, sys=sys, dia=dia, hr=hr, spo2=spo2, response_factor=factor
    )


def _habits(dice: Random) -> Habits:
    if dice.random() < 0.8:
        return Habits()
    return Habits(
        answers_after_s=dice.choice((None, 5.0, 30.0)),
        rounds_every_s=590.0 if dice.random() < 0.5 else None,
        resumes=dice.random() < 0.5,
        restores=dice.random() < 0.5,
    )


def _length_s(dice: Random) -> float:
    return round(0.2 * 300.0 ** dice.random(), 3)


def _window(dice: Random) -> tuple[float, float]:
    """When things go wrong."""
    if dice.random() >= MEETING_SHARE:
        return FIRST_S, LAST_S
    centre_s = dice.uniform(*CENTRE_S)
    return centre_s - AROUND_S, centre_s + AROUND_S


def _wrong(dice: Random, window: tuple[float, float], air_sensor: bool, button: bool) -> PlannedAct:
    at_s = round(dice.uniform(*window), 3)
    roll = dice.random()
    if roll < 0.55:
        name = dice.choice(sorted(LASTING))
        return PlannedAct(at_s, "fault", name, LASTING[name](dice), _length_s(dice))
    if roll < 0.78:
        name = dice.choice(sorted(BLOWS))
        return PlannedAct(at_s, "fault", name, BLOWS[name](dice))
    fitted = {"air_sensor": air_sensor, "button": button}
    names = sorted(EVENTS) + sorted(name for name, needs in FITTED_EVENTS.items() if fitted[needs])
    name = dice.choice(names)
    kind = "fault" if name == "button_wire_break" else "event"
    return PlannedAct(at_s, kind, name, EVENTS.get(name, _none)(dice), _length_s(dice))


def _press(dice: Random, window: tuple[float, float], edges: list[float]) -> PlannedAct:
    at_s = dice.uniform(*window)
    if edges and dice.random() < 0.5:
        at_s = dice.choice(edges) + dice.uniform(-EDGE_S, EDGE_S)
    name = dice.choice(VERBS)
    params: Params = {}
    if name in ("double_press", "old_epoch", "wrong_pin"):
        params = {"verb": dice.choice(("resume", "start", "restore"))}
    return PlannedAct(round(max(at_s, 1.0), 3), "operator", name, params)


def is_whole(seed: int) -> bool:
    """Whether this seed's session is followed to the end of the treatment, however quiet it has become."""
    return Random(f"{seed}/whole").random() < WHOLE_SHARE


def draw(seed: int) -> Plan:
    """The plan of this seed."""
    who, what, when = Random(f"{seed}/patient"), Random(f"{seed}/order"), Random(f"{seed}/habits")
    order = _order(what)
    archetype, patient = _patient(who, float(order.weight_kg))
    air_sensor, button = when.random() < 0.25, when.random() < 0.25
    window = _window(Random(f"{seed}/window"))
    acts = [
        _wrong(Random(f"{seed}/fault/{number}"), window, air_sensor, button)
        for number in range(Random(f"{seed}/faults").randint(0, MOST_FAULTS))
    ]
    edges = [edge for one in acts for edge in (one.at_s, one.at_s + (one.for_s or 0.0))]
    presses = Random(f"{seed}/presses").randint(0, 4)
    acts += [_press(Random(f"{seed}/press/{number}"), window, edges) for number in range(presses)]
    acts.sort(key=lambda one: (one.at_s, one.name))
    plan = Plan(
        seed=seed,
        title=f"seed {seed}: {archetype}",
        patient=patient,
        order=order,
        habits=_habits(when),
        air_sensor=air_sensor,
        button=button,
        acts=tuple(acts),
    )
    ends_s = WHOLE_S if is_whole(seed) else max(plan.last_s, 130.0) + TAIL_S
    return replace(plan, ends_after_s=round(ends_s, 3))
