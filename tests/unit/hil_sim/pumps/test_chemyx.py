"""The face by the fact sheet (facts/protocols.md 3)."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from hil_sim.pumps.chemyx import ChemyxPump

VECTORS = tomllib.loads((Path(__file__).parents[3] / "vectors" / "chemyx.toml").read_text())["exchange"]


def say(pump: ChemyxPump, *requests: str) -> str:
    """The last answer's lines without the echo and the prompt."""
    for request in requests:
        pump.receive(request.encode() + b"\r", 0.0)
    answer = pump.output().decode()
    assert answer.endswith(">")
    return answer.split(">")[-2].split("\r\n", 1)[1].strip()


def running() -> ChemyxPump:
    pump = ChemyxPump()
    say(pump, "set units 1", "set diameter 26.59", "set rate 36", "set volume 0.02", "start")
    return pump


def test_the_golden_session_byte_for_byte() -> None:
    pump = ChemyxPump()
    for row in VECTORS:
        pump.receive(row["request"].encode() + b"\r", 0.0)
        assert pump.output() == row["reply"].encode(), row["request"]


def test_a_run_ends_at_its_volume_whatever_the_step() -> None:
    pump = running()
    for step in range(30):
        pump.advance(0.1, step * 100.0)
    assert say(pump, "pump status") == "0"
    assert say(pump, "dispensed volume") == "dispensed volume = 0.0200"


def test_a_lost_host_changes_nothing_until_the_volume() -> None:
    """No dead-man was found: it goes on."""
    pump = running()
    pump.advance(1.0, 60_000.0)
    assert pump.is_moving


def test_start_after_pause_goes_on_and_after_stop_begins_anew() -> None:
    for word, counted in (("pause", "0.0150"), ("stop", "0.0050")):
        pump = running()
        pump.advance(1.0, 0.0)
        say(pump, word, "start")
        pump.advance(0.5, 0.0)
        assert say(pump, "dispensed volume") == f"dispensed volume = {counted}"


@pytest.mark.parametrize(
    "request_text",
    [
        "set volume 1",
        "set diameter 20",
        "set units 2",
        "set rate 99999999",
        "set rate x",
        "start",
        "restart",
        "set delay",
    ],
)
def test_what_a_running_pump_does_not_take(request_text: str) -> None:
    assert say(running(), request_text) == "Invalid Command!"


def test_a_rate_is_taken_while_it_runs_unless_this_pump_does_not() -> None:
    pump = running()
    say(pump, "set rate 18")
    pump.advance(1.0, 0.0)
    assert say(pump, "dispensed volume") == "dispensed volume = 0.0050"
    pump.takes_rate_running = False
    assert say(pump, "set rate 9") == "Invalid Command!"


def test_no_volume_is_no_run_and_a_negative_one_withdraws() -> None:
    pump = ChemyxPump()
    assert say(pump, "set units 1", "set rate 36", "start") == "Invalid Command!"
    say(pump, "set volume -0.01", "start")
    assert pump.advance(0.5, 0.0) < 0.0


def test_units_change_what_the_numbers_mean() -> None:
    pump = ChemyxPump()
    say(pump, "set units 0", "set diameter 26.59", "set rate 0.6", "set volume 0.5", "start")
    assert pump.motor.rate_nl_h == 36_000_000
    assert "unit = 0" in say(pump, "view parameter")


def test_a_stall_is_status_four_until_stop() -> None:
    pump = running()
    pump.felt_pressure_mmhg = 2_000.0
    pump.advance(0.1, 0.0)
    assert say(pump, "pump status") == "4"
    assert pump.alarm == "S"
    say(pump, "stop")
    assert (say(pump, "pump status"), pump.alarm) == ("0", None)


def test_a_power_cut_leaves_the_settings_and_takes_the_run() -> None:
    pump = running()
    pump.cut_power(0.0, 100.0)
    pump.receive(b"pump status\r", 50.0)
    assert pump.output() == b""
    pump.advance(0.1, 150.0)
    assert say(pump, "pump status") == "0"
    assert "rate = 36.000000" in say(pump, "view parameter")


def test_a_pump_that_wakes_running_and_hands_at_the_keypad() -> None:
    pump = running()
    pump.cut_power(0.0, 100.0, wakes_running=True)
    pump.advance(0.1, 150.0)
    assert pump.is_moving
    pump.press_stop()
    assert pump.letter() == "2"
    pump.press_run()
    pump.turn_rate(Decimal(18))
    assert pump.motor.rate_nl_h == 18_000_000
    pump.turn_diameter(Decimal("21.59"))
    pump.clear_counters()
    pump.hit_the_end()
    assert (pump.letter(), pump.motor.infused_nl, pump.memory.diameter_mm) == ("4", 0.0, Decimal("21.59"))
    pump.forget_settings()
    assert (pump.memory.unit, pump.letter()) == (0, "0")


def test_a_stop_may_be_refused_ignored_or_lied_about() -> None:
    """Faults rows 3, 4."""
    pump = running()
    pump.quirks.stop = "refused_na"
    assert say(pump, "stop") == "Invalid Command!"
    pump.quirks.stop = "ignored_honest"
    assert (say(pump, "stop"), say(pump, "pump status")) == ("Pump stop!", "1")
    pump.quirks.stop = "ignored_lying"
    assert (say(pump, "stop"), say(pump, "pump status")) == ("Pump stop!", "0")
    assert pump.is_moving
    pump.quirks.is_rate_ignored = True
    say(pump, "set rate 18")
    assert pump.motor.rate_nl_h == 36_000_000
