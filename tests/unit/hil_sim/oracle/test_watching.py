"""I4, I16, I17, I18, I22, I26 and row 94 fail when they should, and only then."""

from math import nan

import pytest
from oracle_traces import ORDER, PRESCRIBED, RATE_NL_H, broken, started, state, ticks

from hil_sim.oracle.families import scene_of
from hil_sim.oracle.scene import Broke, Closed, Heard, Lived, Moved, Pressed, Scene, Sent, Shown, Step

STANDS = [Moved(11.0, 0.0)]
PAUSED = {"rule": "SP2", "demand": "PAUSE"}


@pytest.mark.parametrize(
    ("device", "allowed_s"), [("transducer-1", 3.2), ("monitor-1", 91.0), ("button-1", 3.2)]
)
def test_flow_on_a_device_that_is_silent_is_I4(device: str, allowed_s: float) -> None:
    heard = Heard(11.0, device)
    assert broken(started(), heard, ticks(11.0, 11.0 + allowed_s)) == []
    assert broken(started(), heard, ticks(11.0, 11.0 + allowed_s + 0.5)) == ["I4"]


def test_of_two_devices_of_one_name_the_daemon_may_take_a_second_more_to_know() -> None:
    """Decision 0031; soak seed 299."""
    two: list[Step] = [Heard(11.0, "button-1"), Broke(11.1, "second_monitor")]
    assert broken(started(), two, ticks(11.2, 15.2)) == []
    assert broken(started(), two, ticks(11.2, 15.5)) == ["I4"]


@pytest.mark.parametrize(("family", "within_s"), [("new_era", 4.0), ("modbus-rtu", 6.5)])
def test_a_lost_broker_is_told_when_the_first_row_misses_something(family: str, within_s: float) -> None:
    """A pump that measures line pressure itself leaves ST3 to tell, after 5 s; soak seed 318."""
    lost: list[Step] = [Broke(11.0, "broker_down")]
    shown: list[Step] = [Shown(11.0 + n / 2, state()) for n in range(int(within_s * 2) + 1)]
    late = Shown(11.2 + within_s, state())
    assert broken(started(), lost, shown, scene=scene_of(family, ORDER, 0.0)) == []
    assert broken(started(), lost, shown, late, scene=scene_of(family, ORDER, 0.0)) == ["I18"]


def test_what_is_not_sound_does_not_count_as_heard() -> None:
    heard: list[Step] = [Heard(11.0 + n, "transducer-1", is_sound=n == 0) for n in range(4)]
    assert broken(started(), heard, ticks(14.0, 14.5)) == ["I4"]


def test_a_pump_started_at_its_own_keys_while_a_device_is_silent_has_time_to_be_halted() -> None:
    """Row 8; soak seed 838: the daemon had paused long before, and halted it within a quarter of a second."""
    silent: list[Step] = [Heard(11.0, "transducer-1"), Moved(13.5, 0.0), Broke(18.0, "keypad_run")]
    assert broken(started(), silent, Moved(18.0, RATE_NL_H), ticks(18.1, 20.9)) == []
    assert broken(started(), silent, Moved(18.0, RATE_NL_H), ticks(18.1, 21.3)) == ["I4"]


def test_a_stop_that_never_arrives_on_a_devices_silence_is_given_the_lease() -> None:
    """Rows 3, 23; soak seed 789: five stops were lost on the wire, and the pump's watchdog stopped it."""
    lost: list[Step] = [Heard(11.0, "transducer-1"), Broke(11.5, "request_lost")]
    assert broken(started(), lost, ticks(11.6, 17.2)) == []
    assert broken(started(), lost, ticks(11.6, 17.5)) == ["I4"]


@pytest.mark.parametrize("name", ["stop_ignored", "remote_disabled"])
def test_a_pump_that_does_not_obey_is_no_silence_of_ours_until_its_watchdog_has_had_its_time(
    name: str,
) -> None:
    lies: list[Step] = [Heard(11.0, "transducer-1"), Broke(11.5, name)]
    over = Broke(14.0, name, is_over=True)
    assert broken(started(), lies, ticks(13.9, 14.0), over, ticks(14.1, 16.9)) == []
    assert broken(started(), lies, ticks(13.9, 14.0), over, ticks(14.1, 17.2)) == ["I4"]


def test_flow_on_another_patients_values_is_I16() -> None:
    stranger = Heard(11.5, "monitor-1", is_sound=False, is_stranger=True)
    begun: list[Step] = [Broke(11.0, "wrong_patient"), stranger]
    assert broken(started(), begun, ticks(11.5, 13.9)) == []
    assert broken(started(), begun, ticks(11.5, 14.2)) == ["I16"]


def test_what_is_damaged_while_another_device_speaks_for_somebody_else_is_no_stranger() -> None:
    """Soak seed 256: the cuff's readings were another patient's, and a word of the transducer was not to be read."""
    begun: list[Step] = [Broke(11.0, "wrong_patient"), Heard(11.5, "transducer-1", is_sound=False)]
    assert broken(started(), begun, ticks(11.5, 13.2)) == []
    assert "I16" not in broken(started(), begun, ticks(11.5, 14.2))


@pytest.mark.parametrize("value", [nan, float("inf"), 99999.0, True, "72"])
def test_a_value_on_the_screen_that_is_none_is_I17(value: object) -> None:
    assert broken(started(), Shown(11.0, state(vitals={"hr": {"value": value}}))) == ["I17"]


def test_a_trip_without_an_alarm_for_more_than_a_second_is_I18() -> None:
    tripped = [Shown(11.0 + n / 2, state(findings=[PAUSED])) for n in range(4)]
    assert broken(started(), tripped[:3]) == []
    assert broken(started(), tripped) == ["I18"]
    assert (
        broken(started(), tripped[:2], Shown(12.0, state(findings=[PAUSED], alarms=[{}])), tripped[3:]) == []
    )


def test_a_hold_of_a_person_needs_no_alarm_at_once_and_one_of_the_daemon_does() -> None:
    for source, expected in (("nurse", []), ("record", ["I18"])):
        holds = [{"source": source, "reason": "because"}]
        assert broken(started(), [Shown(11.0 + n, state(holds=holds)) for n in range(3)]) == expected


def test_a_fault_that_nobody_is_told_of_is_I18() -> None:
    down = Broke(11.0, "line_down")
    assert broken(started(), down, Shown(13.4, state())) == []
    assert broken(started(), down, Shown(13.6, state())) == ["I18"]
    assert broken(started(), down, Broke(13.0, "line_down", is_over=True), Shown(13.6, state())) == []


@pytest.mark.parametrize(
    ("verb", "at_s", "said"),
    [("pause", 11.05, []), ("stop", 11.4, []), ("quiet", 11.05, ["I18"]), ("pause", 11.9, ["I18"])],
)
def test_a_stop_at_the_pumps_keys_right_before_a_persons_own_needs_no_alarm(
    verb: str, at_s: float, said: list[str]
) -> None:
    """Soak seed 924: pressed 47 ms later, before the next readback, the pause is what the stand is told by."""
    keys: list[Step] = [Broke(11.0, "keypad_stop"), Moved(11.0, 0.0), Pressed(at_s, "p2", verb, "olga")]
    holds = [{"source": "nurse", "reason": "pause pressed"}]
    assert broken(started(), keys, Sent(at_s + 0.02, is_stop=True), Shown(13.6, state(holds=holds))) == said


def test_a_stop_that_was_refused_explains_no_stand() -> None:
    keys: list[Step] = [Broke(11.0, "keypad_stop"), Moved(11.0, 0.0)]
    wrong = Pressed(11.05, "p2", "pause", "olga", is_void=True)
    assert broken(started(), keys, wrong, Shown(13.6, state())) == ["I18"]


def test_standing_for_ever_with_nothing_wrong_is_I26() -> None:
    assert broken(started(), STANDS, ticks(11.0, 490.0, 0.0)) == []
    assert broken(started(), STANDS, ticks(11.0, 492.0, 0.0)) == ["I26"]


def test_a_reason_to_stand_is_no_lack_of_liveness() -> None:
    ill = ticks(11.0, 600.0, 0.0, is_calm=False)
    assert broken(started(), STANDS, ill) == []
    assert broken(started(), STANDS, Broke(11.0, "silent"), ticks(11.0, 600.0, 0.0)) == []
    assert broken(started(), STANDS, Shown(11.0, state(phase="stopped")), ticks(11.0, 600.0, 0.0)) == []
    unrecorded = [Shown(12.0, state(journal={"ok": False}, alarms=[{}]))]
    assert broken(started(), STANDS, unrecorded, ticks(12.0, 600.0, 0.0)) == []
    leapt: list[Step] = [Broke(11.0, "wall_clock_stepped"), *STANDS]
    again: list[Step] = [
        Lived(12.0, "crash"),
        Lived(13.0, "life"),
        Lived(13.1, "ready"),
        Shown(13.2, state()),
    ]
    assert broken(started(), leapt, again, ticks(14.0, 600.0, 0.0)) == []
    assert broken(started(), leapt, ticks(14.0, 600.0, 0.0)) == ["I26"]
    absent = Scene(PRESCRIBED, is_attended=False)
    assert broken(started(), STANDS, ticks(11.0, 600.0, 0.0), scene=absent) == []


def test_a_daemon_that_falls_is_row_94() -> None:
    assert broken(started(), Lived(11.0, "fell", "KeyError: 'x'")) == ["row 94"]


def test_a_journal_that_is_not_whole_is_I22() -> None:
    assert broken(started(), Closed(11.0)) == []
    assert broken(started(), Closed(11.0, "record 7 does not follow")) == ["I22"]


def test_a_screen_that_says_infusing_while_the_plunger_stands_breaks_law_5() -> None:
    shown = [Shown(11.5 + n, state()) for n in range(5)]
    assert broken(started(), STANDS, shown[:4]) == []
    assert broken(started(), STANDS, shown) == ["law 5"]
    assert broken(started(), STANDS, Broke(11.2, "noise"), shown) == []


def test_a_screen_that_says_paused_while_it_flows_breaks_law_5_unless_an_alarm_is_on() -> None:
    paused = [Shown(11.5 + n, state(word="PAUSED")) for n in range(5)]
    assert broken(started(), paused) == ["law 5"]
    assert broken(started(), [Shown(one.t_s, {**one.state, "alarms": [{}]}) for one in paused]) == []
