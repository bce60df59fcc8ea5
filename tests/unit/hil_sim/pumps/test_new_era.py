"""The NE-1000's face: alarms, safe mode, power, keypad, quirks (facts/protocols.md 1)."""

from decimal import Decimal

import pytest

from hil_sim.pumps.new_era import OLD, NewEraPump
from hil_sim.pumps.new_era_frames import safe_packet


def ask(pump: NewEraPump, text: str, now_ms: float = 0.0) -> str:
    """One basic-mode exchange; the text between STX and ETX, "" for silence."""
    pump.receive(text.encode() + b"\r", now_ms)
    return pump.output().strip(b"\x02\x03").decode()


def ask_safe(pump: NewEraPump, text: str, now_ms: float) -> str:
    """One safe-mode exchange."""
    pump.receive(safe_packet(text), now_ms)
    answer = pump.output()
    return answer[2:-3].decode() if answer else ""


def a_pump(*setup: str) -> NewEraPump:
    pump = NewEraPump()
    assert ask(pump, "") == "00A?R"
    for text in ("DIA26.59", "RAT36MH", *setup):
        assert not ask(pump, text).endswith("?")
    return pump


def a_safe_pump(seconds: int = 5) -> NewEraPump:
    pump = a_pump()
    pump.receive(b"SAF%d\r" % seconds, 0.0)
    assert pump.output() == safe_packet("00S")
    return pump


def test_a_power_up_alarm_answers_the_first_command_which_is_not_carried_out() -> None:
    """faults row 6."""
    pump = NewEraPump()

    assert ask(pump, "DIA26.59") == "00A?R"
    assert ask(pump, "DIA") == "00S14.43"


def test_another_address_hears_silence() -> None:
    """faults row 31."""
    pump = a_pump()

    assert ask(pump, "1STP") == ""
    assert ask(pump, "0VER") == "00SNE1000V3.928"
    assert ask(pump, "00") == "00S"


def test_the_timer_stops_the_pump_says_so_and_does_not_restart_by_itself() -> None:
    """faults row 8; safe mode rules of facts/protocols.md 1."""
    pump = a_safe_pump(5)
    assert ask_safe(pump, "RUN", 1000.0) == "00I"
    pump.advance(1.0, 5999.0)
    assert pump.is_moving
    pump.advance(1.0, 6000.0)

    assert not pump.is_moving
    assert pump.output() == safe_packet("00A?T")
    pump.advance(1.0, 60_000.0)
    assert pump.output() == b""
    assert ask_safe(pump, "RUN", 61_000.0) == "00A?T"
    assert not pump.is_moving
    assert ask_safe(pump, "RUN", 61_100.0) == "00I"


def test_only_valid_packets_feed_the_timer() -> None:
    pump = a_safe_pump(5)
    ask_safe(pump, "RUN", 0.0)
    spoilt = safe_packet("0")[:-2] + b"\x00\x03"
    pump.receive(spoilt, 4000.0)
    assert pump.output() == safe_packet("00I?COM")
    pump.advance(0.0, 5000.0)

    assert not pump.is_moving


def test_a_bad_packet_in_basic_mode_meets_silence() -> None:
    pump = a_pump()
    pump.receive(safe_packet("SAF5")[:-1] + b"\x00", 0.0)

    assert pump.output() == b""


def test_a_safe_framed_saf_is_accepted_in_basic_mode_and_nothing_else_is() -> None:
    pump = a_pump()
    assert ask_safe(pump, "RUN", 0.0) == ""
    assert ask_safe(pump, "SAF30", 0.0) == "00S"
    assert ask_safe(pump, "SAF", 0.0) == "00S30"
    pump.receive(safe_packet("SAF0"), 0.0)

    assert pump.output() == b"\x0200S\x03"


def test_a_saf_with_a_pending_alarm_is_answered_in_the_mode_it_chose() -> None:
    pump = NewEraPump()
    pump.receive(safe_packet("SAF30"), 0.0)

    assert pump.output() == safe_packet("00A?R")


def test_a_power_blip_keeps_settings_loses_counters_and_leaves_the_timer_disarmed() -> None:
    """faults rows 6 and 8; "Retention"."""
    pump = a_safe_pump(5)
    ask_safe(pump, "RUN", 0.0)
    pump.advance(10.0, 100.0)
    pump.cut_power(200.0, dark_ms=300.0)
    assert ask_safe(pump, "", 300.0) == ""
    pump.advance(1.0, 500.0)

    assert pump.output() == safe_packet("00A?R")
    pump.advance(1.0, 60_000.0)
    assert pump.output() == b""
    assert ask_safe(pump, "DIS", 60_001.0) == "00A?R"
    assert ask_safe(pump, "DIS", 60_002.0) == "00SI0.000W0.000ML"
    assert ask_safe(pump, "DIA", 60_003.0) == "00S26.59"


def test_a_pump_may_wake_running_at_its_last_rate() -> None:
    """faults row 6."""
    pump = a_pump()
    ask(pump, "RUN")
    ask(pump, "RAT72")
    pump.cut_power(0.0, dark_ms=100.0, wakes_running=True)
    pump.advance(0.0, 100.0)

    assert ask(pump, "", 101.0) == "00A?R"
    assert ask(pump, "RAT", 102.0) == "00I72.00MH"


def test_a_rate_changed_while_pumping_is_not_kept_over_a_power_cut() -> None:
    pump = a_pump()
    ask(pump, "RUN")
    assert ask(pump, "RAT72") == "00I"
    pump.cut_power(0.0, dark_ms=100.0)
    pump.advance(0.0, 100.0)
    ask(pump, "")

    assert ask(pump, "RAT") == "00S36.00MH"


def test_power_failure_resumption_is_off_unless_set() -> None:
    for switch, letter in (("PF0", "S"), ("PF1", "I")):
        pump = a_pump(switch)
        ask(pump, "RUN")
        pump.cut_power(0.0, dark_ms=100.0)
        pump.advance(0.0, 100.0)
        assert ask(pump, "") == "00A?R"
        assert ask(pump, "") == f"00{letter}"


def test_too_much_pressure_stalls_the_motor() -> None:
    """faults row 9."""
    pump = a_pump()
    ask(pump, "RUN")
    pump.felt_pressure_mmhg = 1499.0
    assert pump.advance(1.0, 1.0) > 0.0
    pump.felt_pressure_mmhg = 1500.0
    assert pump.advance(1.0, 2.0) == 0.0

    assert ask(pump, "") == "00A?S"
    assert ask(pump, "") == "00S"


def test_the_end_of_the_barrel_stalls_it_too() -> None:
    """faults row 10."""
    pump = a_pump()
    ask(pump, "RUN")
    pump.hit_the_end()

    assert ask(pump, "") == "00A?S"


@pytest.mark.parametrize(("quirk", "answer"), [("refused_na", "00I?NA"), ("refused_com", "00I?COM")])
def test_a_refused_stop_leaves_it_running(quirk: str, answer: str) -> None:
    """faults row 3."""
    pump = a_pump()
    ask(pump, "RUN")
    pump.quirks.stop = quirk  # type: ignore[assignment]

    assert ask(pump, "STP") == answer
    assert pump.advance(1.0, 0.0) > 0.0


def test_a_lying_pump_says_paused_while_its_counter_rises() -> None:
    """faults row 4."""
    pump = a_pump()
    ask(pump, "RUN")
    pump.quirks.stop = "ignored_lying"

    assert ask(pump, "STP") == "00P"
    assert ask(pump, "") == "00P"
    pump.advance(10.0, 0.0)
    assert ask(pump, "DIS") == "00PI0.100W0.000ML"
    assert ask(pump, "STP") == "00S"
    assert pump.is_moving


def test_an_honest_one_lies_only_in_its_acknowledgement() -> None:
    """faults row 4."""
    pump = a_pump()
    ask(pump, "RUN")
    pump.quirks.stop = "ignored_honest"

    assert ask(pump, "STP") == "00P"
    assert ask(pump, "") == "00I"


def test_the_watchdog_still_stops_a_pump_that_ignores_stops() -> None:
    """faults row 4: let the pump's watchdog starve."""
    pump = a_safe_pump(5)
    ask_safe(pump, "RUN", 0.0)
    pump.quirks.stop = "ignored_lying"
    assert ask_safe(pump, "STP", 10.0) == "00P"
    pump.advance(1.0, 5010.0)

    assert not pump.is_moving


def test_a_dead_watchdog_never_stops_it() -> None:
    """faults row 8."""
    pump = a_safe_pump(5)
    ask_safe(pump, "RUN", 0.0)
    pump.quirks.is_watchdog_dead = True
    pump.advance(1.0, 60_000.0)

    assert pump.is_moving


def test_a_frozen_pump_repeats_its_first_answers_and_still_obeys() -> None:
    """faults row 16."""
    pump = a_pump()
    ask(pump, "RUN")
    pump.quirks.frozen = {}
    assert ask(pump, "DIS") == "00II0.000W0.000ML"
    assert ask(pump, "") == "00I"
    pump.advance(100.0, 0.0)

    assert ask(pump, "DIS") == "00II0.000W0.000ML"
    assert ask(pump, "STP") == "00P"
    assert ask(pump, "") == "00I"
    assert not pump.is_moving


def test_keypad_presses_move_the_pump_without_a_command() -> None:
    """faults row 15."""
    pump = a_pump()
    pump.press_run()
    assert ask(pump, "") == "00I"
    pump.turn_rate(Decimal(100))
    assert ask(pump, "RAT") == "00I100.0MH"
    pump.press_stop()
    assert ask(pump, "") == "00P"
    pump.press_run()
    assert ask(pump, "RAT") == "00I100.0MH"
    pump.press_stop()
    pump.turn_rate(Decimal(50))
    assert ask(pump, "RAT") == "00P50.00MH"


def test_a_keyed_rate_keeps_the_phases_unit() -> None:
    pump = a_pump("RAT600UM")
    ask(pump, "RUN")
    pump.turn_rate(Decimal(60))

    assert ask(pump, "RAT") == "00I1000.UM"
    assert pump.motor.rate_nl_h == pytest.approx(60e6)


def test_a_key_press_acknowledges_an_alarm() -> None:
    pump = NewEraPump()
    pump.press_stop()

    assert ask(pump, "") == "00S"


def test_a_keyed_diameter_changes_units_and_clears_the_counters() -> None:
    """faults row 13."""
    pump = a_pump()
    ask(pump, "RUN")
    pump.advance(10.0, 0.0)
    pump.turn_diameter(Decimal("11.99"))

    assert ask(pump, "DIS") == "00II0.000W0.000UL"


def test_forgotten_settings_are_the_factorys() -> None:
    """faults row 7."""
    pump = a_pump()
    pump.forget_settings()

    assert ask(pump, "DIA") == "00S14.43"
    assert ask(pump, "RAT") == "00S0.000MH"


def test_the_time_of_the_last_stop_is_kept_in_link_time() -> None:
    pump = a_pump()
    assert pump.last_stop_rx_link_ms is None
    ask(pump, "STP", 123.5)

    assert pump.last_stop_rx_link_ms == 123.5


def test_a_pump_of_before_safe_mode_knows_no_saf_and_answers_lines() -> None:
    pump = NewEraPump(OLD)
    pump.receive(b"0\r", 0.0)
    assert pump.output() == b"\x0200A?R\x03"
    pump.receive(b"0SAF2\r", 10.0)
    assert pump.output() == b"\x0200S?\x03"
    pump.receive(b"0VER\r", 20.0)
    assert pump.output() == b"\x0200SNE1000V2.19\x03"
