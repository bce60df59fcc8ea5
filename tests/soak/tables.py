"""What can be drawn: for every fault, event and press of the simulator its parameters, and for whom it is.

Theory of operation. What can go wrong is a table: which values its parameters take. Every row of the simulator's own
tables is either here or in `NOT_DRAWN` with its reason; a test compares them, so that a new row is drawn at once.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Params = dict[str, Any]
Draw = Callable[[Random], Params]


def none(_dice: Random) -> Params:
    """It has no parameters, or keeps its own."""
    return {}


def of(**choices: tuple[Any, ...]) -> Draw:
    """One of these values for each."""
    return lambda dice: {key: dice.choice(values) for key, values in choices.items()}


#: A request or its answer, by the word that the family says it with.
WORDS: Mapping[str, tuple[str, ...]] = {
    "new_era": ("*", "*", "STP", "RUN", "RAT", "DIS", "VER", "VOL"),
    "new_era-basic": ("*", "*", "STP", "RUN", "RAT", "DIS", "VER", "VOL"),
    "harvard": ("*", "*", "STP", "IRUN", "IRATE", "IVOLUME", "TVOLUME", "VERSION"),
    "chemyx": ("*", "*", "STOP", "START", "SET RATE", "DISPENSED", "PUMP STATUS"),
    "alaris": ("*", "*", "INF_STOP", "INF_START", "INF_RATE", "INF_VI", "REMOTE_CTRL"),
    "modbus-rtu": ("*", "*", "STOP", "RUN", "RATE", "READ_INPUT", "IDENTITY"),
    "modbus-tcp": ("*", "*", "STOP", "RUN", "RATE", "READ_INPUT", "IDENTITY"),
}
ON_WORDS = ("reply_lost", "request_lost", "reply_garbled", "reply_late", "reply_split")
_COUNT = (0, 0, 0, 1, 2, 5)
#: What a monitor says, by the stream: those that not every bed has only where they are fitted.
STREAMS = ("all", "all", "nibp", "oximeter", "pressure")
ON_STREAM = (
    *("silent", "frozen", "retained", "duplicate", "reorder", "no_unit", "wrong_unit", "nan", "infinity"),
    *("huge", "negative", "not_json", "deep", "oversized", "duplicate_keys", "boolean", "string_value"),
    *("wrong_patient", "second_monitor", "late", "future"),
)

#: Faults that last. Those on words get `command` from the family's own.
LASTING: Mapping[str, Draw] = {
    **dict.fromkeys(("reply_lost", "request_lost", "reply_garbled"), of(count=_COUNT)),
    "reply_late": of(count=(0, 0, 5), ms=(50.0, 120.0, 150.0, 250.0, 400.0, 900.0)),
    "reply_split": of(ms=(5.0, 50.0, 300.0)),
    "noise": of(rate=(0.0005, 0.002, 0.01, 0.05)),
    "line_down": none,
    "stop_refused": of(answer=("na", "com")),
    "stop_ignored": of(lying=(True, False)),
    "rate_ignored": none,
    "watchdog_dead": none,
    "overdelivery": of(factor=(1.05, 1.2, 2.0), counted=(True,)),
    "underdelivery": of(factor=(0.0, 0.5, 0.9), counted=(True,)),
    "frozen_status": none,
    "other_pump": of(version=("NE500V2.19",)),
    **dict.fromkeys(ON_STREAM, none),
    "late": of(s=(0.5, 3.0, 20.0, 60.0)),
    "future": of(s=(-3600.0, -5.0, 5.0, 3600.0)),
    **dict.fromkeys(("probe_off", "cuff_fail", "motion"), none),
    "cuff_artefact": of(factor=(0.6, 1.4)),
    "cuff_pulse_off": of(bpm=(-30.0, 45.0)),
    "boot_change": none,
    **dict.fromkeys(("broker_down", "broker_frozen", "panel_gone", "listener_gone", "disk_full"), none),
    "broker_slow": of(s=(0.3, 2.0, 8.0, 40.0)),
    "broker_repeats": of(times=(2, 10)),
    "storm": of(per_s=(20, 100)),
    "monitor_gone": of(device=("monitor-1", "transducer-1"), will=(True, False)),
    "disk_stalls": of(s=(0.1, 0.6, 2.0, 5.0)),
    "loop_blocked": of(s=(0.2, 0.7, 3.0)),
}
#: Faults that are over at once.
BLOWS: Mapping[str, Draw] = {
    "power_blip": of(dark_ms=(50.0, 300.0, 3000.0), wakes_running=(True, False)),
    **dict.fromkeys(("forget_settings", "counter_cleared", "keypad_stop", "keypad_run"), none),
    "keypad_rate": of(ml_h=(1.0, 30.0, 100.0)),
    "keypad_diameter": of(mm=(21.59, 14.43)),
    "daemon_killed": of(restart_s=(0.2, 1.0, 3.0, 20.0)),
    "daemon_ended": of(restart_s=(0.2, 3.0)),
    "wall_clock_stepped": of(s=(-3600.0, 3600.0, 90000.0)),
}
EVENTS: Mapping[str, Draw] = {
    "occlude": none,
    "cuff_on": of(same_arm=(True, False)),
    "cuff_same_arm": of(on=(True,), probe=(True, False)),
    "disconnect_line": none,
    "siphon": of(cm=(60.0, 160.0), loose_ml=(0.05, 0.35)),
    "raise_height": of(cm=(-40.0, 50.0)),
    "bp_shift": of(sys=(-40.0, 25.0, 50.0, 80.0), dia=(-15.0, 10.0, 35.0), over_s=(0.0, 30.0)),
    "hr_shift": of(hr=(-30.0, 40.0, 80.0), over_s=(0.0, 20.0)),
    "spo2_shift": of(spo2=(-3.0, -6.6, -12.0), over_s=(1.0, 5.0)),
    "deep_sedation": none,
    "desaturate": none,
    "tachycardia": none,
    **dict.fromkeys(("apnoea", "faint", "nausea", "vomit", "panic"), none),
}
#: What needs a device that not every bed has.
FITTED: Mapping[str, tuple[str, str]] = {
    "air_bubble": ("event", "air_sensor"),
    "button_press": ("event", "button"),
    "button_wire_break": ("fault", "button"),
}
#: Faults that only pumps of some families can have, with their parameters.
FAMILY_FAULTS: Mapping[str, tuple[tuple[str, ...], Draw]] = {
    "exception": (
        ("modbus-rtu", "modbus-tcp"),
        of(code=(1, 2, 3, 4, 6, 11), command=("*", "STOP", "RUN", "RATE", "READ_INPUT"), count=(0, 1, 3)),
    ),
    "other_unit": (("modbus-rtu", "modbus-tcp"), none),
    "torn_value": (("modbus-rtu", "modbus-tcp"), of(count=(0, 1))),
    "bad_crc": (("modbus-rtu",), none),
    "self_restart": (("modbus-rtu", "modbus-tcp"), none),
    "remote_disabled": (("alaris",), none),
    "reply_broken_off": (("alaris",), none),
    "screen_touched": (("harvard",), none),
    "poll_mode_lost": (("harvard",), none),
}
#: Those of them that are over at once.
FAMILY_BLOWS = frozenset({"screen_touched", "poll_mode_lost"})
NOT_DRAWN: Mapping[str, str] = {
    **dict.fromkeys(
        ("release", "cuff_off", "reconnect_line", "air_drawn_off"), "the end of another row's act"
    ),
    **dict.fromkeys(("button_release", "breathe"), "the end of another row's act"),
}

#: What no pump of these families can have, and why.
NOT_FOR: Mapping[str, tuple[tuple[str, ...], str]] = {
    "keypad_diameter": (("alaris",), "the clamp measures the barrel; no host can read what was confirmed"),
    "reply_garbled": (("modbus-tcp",), "TCP's own checksum refuses it"),
    "noise": (("modbus-tcp",), "TCP's own checksum refuses it"),
    "watchdog_dead": (("new_era-basic", "chemyx", "harvard"), "they have none"),
}
_BY = of(by=("nina", "olga"))
_SIGNED = ("resume", "start", "restore", "verify")
#: What people press: how often in proportion, and with which parameters.
PRESSES: Mapping[str, tuple[int, Draw]] = {
    "pause": (6, _BY),
    "resume": (5, _BY),
    "stop": (2, _BY),
    "restore": (3, none),
    "start": (1, none),
    "order": (1, of(dose_mg_per_kg=(5.0, 12.0))),  # a slip that must be refused: it is not what is prescribed
    "verify": (1, of(by=("nina", "dora"))),
    "acknowledge": (4, of(by=("nina", "olga"), note=("seen", "seen at the chair"))),
    "quiet": (3, none),
    "measure": (1, none),
    "present": (1, none),
    "score": (2, of(scale=("moaas",), value=(5, 4, 3, 2, 1, 0))),
    "double_press": (2, of(verb=("resume", "start", "restore", "pause", "stop"))),
    "replayed": (2, of(verb=("pause", "present", "stop"))),
    "old_epoch": (2, lambda dice: {"verb": dice.choice(_SIGNED), "behind": dice.choice((1, 2, 5))}),
    "wrong_pin": (3, of(verb=_SIGNED, by=("nina", "dora"))),
}

#: What shows only when a second thing happens: how soon after the first one, s; kind, name, parameters, how long, s.
Sequel = tuple[tuple[float, float], str, str, Draw, tuple[float, float] | None]
_PAUSED: tuple[Sequel, ...] = (((0.5, 4.0), "operator", "pause", _BY, None),)
_SEEN: tuple[Sequel, ...] = (
    ((3.0, 9.0), "operator", "acknowledge", of(note=("seen",)), None),
    ((3.0, 9.0), "operator", "quiet", none, None),
    ((8.0, 20.0), "operator", "resume", _BY, None),
)
_UNHEARD = of(only=("oximeter", "pressure", "all"))
_SILENT: tuple[Sequel, ...] = (
    ((3.0, 5.0), "fault", "silent", _UNHEARD, (11.0, 13.0)),
    ((20.0, 24.0), "fault", "silent", _UNHEARD, (11.0, 14.0)),
)
SEQUELS: Mapping[str, tuple[Sequel, ...]] = {
    # A stop is asked for while pump, line, disk or loop are in trouble.
    **dict.fromkeys(("stop_refused", "stop_ignored", "disk_stalls", "disk_full", "frozen_status"), _PAUSED),
    **dict.fromkeys(
        ("reply_lost", "request_lost", "reply_late", "reply_split", "noise", "exception"), _PAUSED
    ),
    # An alarm stands: it is seen, silenced, or somebody wants to go on at once.
    **dict.fromkeys(("keypad_stop", "line_down", "power_blip", "forget_settings"), _SEEN),
    # What is bad, or was, is no longer heard of.
    **dict.fromkeys(("spo2_shift", "desaturate", "tachycardia", "occlude"), _SILENT),
    # What the broker kept comes back to a daemon that has lost its memory.
    "retained": (((6.0, 12.0), "fault", "daemon_killed", of(restart_s=(0.2, 1.0)), None),),
    "silent": (
        ((0.2, 1.5), "fault", "wall_clock_stepped", of(s=(-3600.0, 3600.0)), None),
        ((0.2, 1.5), "fault", "daemon_killed", of(restart_s=(0.2, 1.0)), None),
    ),
    "pause": (
        ((1.0, 8.0), "operator", "old_epoch", PRESSES["old_epoch"][1], None),
        ((1.0, 8.0), "operator", "wrong_pin", PRESSES["wrong_pin"][1], None),
        ((1.0, 8.0), "operator", "double_press", of(verb=("resume",)), None),
        ((0.0, 0.3), "operator", "resume", _BY, None),
    ),
}
