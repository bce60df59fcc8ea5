"""Signals by rate and age, and every word that nobody takes."""

import json
import time
from typing import Any

import pytest

from interlocks.vocabulary import Signal
from pumpd.doctor.signals import (
    MOST_REFUSALS,
    Ear,
    Need,
    Seen,
    judge_ear,
    judge_refusals,
    judge_signal,
    judge_told,
    needs,
)
from pumpd.doctor.verdict import Level
from pumpd.shell.feeds.routing import BedBinding

PULSE = Need(Signal.HR, 10_000, 2.0)
CUFF = Need(Signal.SYS, 390_000, 300)


def _word(seq: int, ago_s: float = 0.0, **changed: Any) -> bytes:
    value = {
        "name": "MDC_PULS_OXIM_PULS_RATE",
        "code": 149530,
        "value": 72,
        "unit": "{beat}/min",
        "quality": "ok",
    }
    message = {
        "v": 1,
        "device": "monitor-1",
        "boot": "b1",
        "seq": seq,
        "patient": "tok-1",
        "measured_at_ms": round((time.time() - ago_s) * 1000),
        "values": [{**value, **changed}],
    }
    return json.dumps(message).encode()


def _ear() -> Ear:
    return Ear((BedBinding("bed-1", lambda _bed: None, frozenset({"monitor-1"})),))


def test_a_bed_needs_pulse_saturation_cuff_and_what_has_a_sensor_of_its_own() -> None:
    assert [one.signal for one in needs(frozenset())] == [Signal.HR, Signal.SPO2, Signal.SYS, Signal.DIA]
    own = needs(frozenset({Signal.LINE_PRESSURE, Signal.AIR_BUBBLE, Signal.AIR_15MIN}))[4:]
    assert {(one.signal, one.limit_ms) for one in own} == {
        (Signal.LINE_PRESSURE, 2000),
        (Signal.AIR_BUBBLE, 2000),
    }


@pytest.mark.parametrize(
    ("need", "seen", "level", "says"),
    [
        (
            PULSE,
            Seen(11, 0.0, 10.0, 300, "monitor-1"),
            Level.OK,
            "1.0/s from monitor-1, 0.3 s old (limit 10 s)",
        ),
        (PULSE, Seen(1, 9.0, 9.0, 0, "m"), Level.OK, "once from m"),
        (PULSE, Seen(3, 0.0, 2.0, 2500, "m"), Level.FAIL, "10.5 s old (limit 10 s)"),
        (PULSE, None, Level.FAIL, "not seen in 10 s (limit 10 s)"),
        (CUFF, None, Level.WARN, "a cuff speaks every 5 min"),
    ],
)
def test_a_signal_is_judged_by_how_often_and_how_old(
    need: Need, seen: Seen | None, level: Level, says: str
) -> None:
    found = judge_signal("bed-1", need, seen, 10.0, 10.0)
    assert found.level is level
    assert says in found.measured


def test_what_is_heard_is_what_the_daemon_would_admit() -> None:
    ear = _ear()
    for seq in (1, 2):
        ear.hear("pumpd/v1/vitals/bed-1/monitor-1", _word(seq, ago_s=1 - seq * 0.5), False, float(seq))
    seen = ear.seen[("bed-1", Signal.HR)]
    assert (seen.count, seen.first_s, seen.last_s, seen.source) == (2, 1.0, 2.0, "monitor-1")
    assert ear.refused == {}


@pytest.mark.parametrize(
    ("topic", "payload", "retained", "reason"),
    [
        ("vitals/bed-1/monitor-9", _word(1), False, "unbound_device"),
        ("vitals/bed-1/monitor-1", _word(1, name="X_NOBODY_KNOWS"), False, "unknown_signal"),
        ("vitals/bed-1/monitor-1", _word(1, unit="/h"), False, "wrong_unit"),
        ("vitals/bed-1/monitor-1", _word(1, ago_s=-3600), False, "future"),
        ("vitals/bed-1/monitor-1", _word(1), True, "retained"),
        ("vitals/bed-1/monitor-1", b"HR=72", False, "not_json"),
        ("status/bed-1/monitor-1", b"maybe", False, "bad_status"),
    ],
)
def test_a_word_that_nobody_takes_is_listed_with_its_reason(
    topic: str, payload: bytes, retained: bool, reason: str
) -> None:
    ear = _ear()
    ear.hear(f"pumpd/v1/{topic}", payload, retained, 1.0)
    told = [one for one in judge_ear({"bed-1": frozenset()}, ear, 10.0) if "refused" in one.measured]
    assert len(told) == 1
    assert told[0].level is Level.WARN
    assert f"1 refused: {reason}" in told[0].measured
    assert told[0].remedy


def test_names_that_a_gateway_s_table_does_not_map_are_listed() -> None:
    ear = _ear()
    ear.unknown["monitor-1"] = {"NOM_TEMP_BLD", "NOM_ECG_V_P_C_CNT"}  # type: ignore[index]
    (told,) = [one for one in judge_ear({"bed-1": frozenset()}, ear, 10.0) if one.check == "words"]
    assert "NOM_ECG_V_P_C_CNT, NOM_TEMP_BLD" in told.measured


def test_words_that_differ_only_in_their_instant_are_one_kind() -> None:
    ear = _ear()
    for seq in range(5):
        ear.hear("pumpd/v1/vitals/bed-1/monitor-1", _word(seq, ago_s=-3600 - seq), False, 1.0)
    assert list(ear.refused.values()) == [5]


def test_a_monitor_whose_will_stands_is_told_and_one_that_came_back_is_not() -> None:
    ear = _ear()
    ear.hear("pumpd/v1/status/bed-1/monitor-1", b"offline", True, 1.0)
    assert any("last will" in one.measured for one in judge_ear({"bed-1": frozenset()}, ear, 10.0))
    ear.hear("pumpd/v1/status/bed-1/monitor-1", b"online", False, 2.0)
    assert not any("last will" in one.measured for one in judge_ear({"bed-1": frozenset()}, ear, 10.0))


def test_of_many_kinds_the_commonest_are_told() -> None:
    found = judge_refusals(
        {("bed-1", "m", "unknown_signal", f"X{i}"): i + 1 for i in range(MOST_REFUSALS + 3)}
    )
    assert len(found) == MOST_REFUSALS + 1
    assert "11 refused" in found[0].measured
    assert found[-1].measured.startswith("3 more kinds")


def test_what_we_have_not_heard_a_running_daemon_may_have() -> None:
    state = {"vitals": {"sys": {"value": 124.0, "unit": "mmHg", "age_ms": 120_000}}}
    (found,) = judge_told("bed-1", state, (CUFF, PULSE))
    assert (found.level, "124 mmHg, 120.0 s old" in found.measured) == (Level.OK, True)
    old = {"vitals": {"sys": {"value": 124.0, "unit": "mmHg", "age_ms": 400_000}}}
    assert judge_told("bed-1", old, (CUFF,))[0].level is Level.FAIL
    shown = judge_ear({"bed-1": frozenset()}, _ear(), 10.0, {"bed-1": state})
    assert [one.level for one in shown] == [Level.FAIL, Level.FAIL, Level.OK, Level.WARN]
