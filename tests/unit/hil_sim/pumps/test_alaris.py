"""The Alaris face by its fact sheet (facts/protocols.md 5): remote control, its code, watchdog, keypad, power."""

from decimal import Decimal

import pytest

from hil_sim.parts import PumpFace
from hil_sim.pumps.alaris import KEEP_ALIVE_MS, AlarisPump, Nature
from hil_sim.pumps.alaris_frames import code_of, frame
from hil_sim.pumps.alaris_words import Style

CODE = code_of("8003-00417")


class Host:
    """Says words to a pump and reads its answers."""

    def __init__(self, pump: AlarisPump | None = None) -> None:
        self.pump = pump or AlarisPump()
        self.now = 0.0

    def say(self, text: str) -> str:
        self.pump.receive(frame(text), self.now)
        return self.pump.output().decode().removeprefix("!").partition("|")[0]

    def enable(self) -> None:
        assert self.say(f"REMOTE_CFG^ENABLED^{CODE}") == f"REMOTE_CFG^ENABLED^{CODE}"
        assert self.say(f"REMOTE_CTRL^ENABLED^{CODE}") == f"REMOTE_CTRL^ENABLED^{CODE}"

    def start(self) -> None:
        self.enable()
        self.say("INF_RATE^36.0^ml/h")
        self.say("INF_START")
        assert self.pump.is_moving

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now += 100.0
            self.pump.advance(0.1, self.now)


@pytest.fixture
def host() -> Host:
    return Host()


def test_it_is_a_face_for_the_world(host: Host) -> None:
    face: PumpFace = host.pump
    assert (face.letter(), face.alarm, face.watched_since_ms) == ("S", None, None)


def test_questions_are_answered_without_remote_control(host: Host) -> None:
    assert host.say("INST_SERIALNO") == "INST_SERIALNO^8003-00417"
    assert host.say("INF") == "INF^STOPPED"
    assert host.say("INF_VI") == "INF_VI^0.000^ml"
    assert host.say("INF_RATE") == "INF_RATE^0.0^ml/h"


@pytest.mark.parametrize("order", ["INF_RATE^10.0^ml/h", "INF_START", "INF_STOP"])
def test_orders_without_remote_control_are_refused(host: Host, order: str) -> None:
    assert host.say(order) == f"{order.partition('^')[0]}^REFUSED^REMOTE NOT ENABLED"


def test_the_code_is_the_check_of_the_serial_number_alone_and_changes_with_it(host: Host) -> None:
    assert host.say("REMOTE_CFG^ENABLED^0000") == "REMOTE_CFG^REFUSED^WRONG CODE"
    of_the_whole_answer = code_of("INST_SERIALNO^8003-00417")
    assert host.say(f"REMOTE_CFG^ENABLED^{of_the_whole_answer}") == "REMOTE_CFG^REFUSED^WRONG CODE"
    host.enable()
    other = Host(AlarisPump(Nature(serial="8003-00418")))
    assert other.say(f"REMOTE_CFG^ENABLED^{CODE}") == "REMOTE_CFG^REFUSED^WRONG CODE"
    assert other.say(f"REMOTE_CFG^ENABLED^{code_of('8003-00418')}").startswith("REMOTE_CFG^ENABLED")


def test_each_half_permits_its_own_orders(host: Host) -> None:
    host.say(f"REMOTE_CFG^ENABLED^{CODE}")
    assert host.say("INF_RATE^10.0^ml/h") == "INF_RATE^10.0^ml/h"
    assert "REMOTE NOT ENABLED" in host.say("INF_START")
    host.say(f"REMOTE_CTRL^ENABLED^{CODE}")
    assert host.say("INF_START") == "INF_START"
    assert host.say("INF") == "INF^INFUSING"


def test_a_keep_alive_that_is_lost_takes_control_and_leaves_the_motor_turning(host: Host) -> None:
    host.start()
    host.wait(KEEP_ALIVE_MS / 1000 + 0.1)
    assert "REMOTE NOT ENABLED" in host.say("INF_STOP")
    assert host.pump.is_moving
    host.enable()
    assert host.say("INF_STOP") == "INF_STOP"
    assert not host.pump.is_moving


def test_fifteen_seconds_without_a_message_stop_what_was_started_over_serial(host: Host) -> None:
    host.start()
    host.wait(14.9)
    assert host.pump.is_moving
    host.wait(0.2)
    assert host.say("INF") == "INF^STOPPED^COMMUNICATIONS FAILURE"


def test_any_good_message_holds_the_watchdog_off_and_a_bad_check_does_not(host: Host) -> None:
    host.start()
    host.wait(14.0)
    assert host.say("INF") == "INF^INFUSING"
    host.wait(14.0)
    assert host.pump.is_moving
    host.pump.receive(b"!INF|0000\r", host.now)
    assert host.pump.output() == b""
    host.wait(1.1)
    assert not host.pump.is_moving


def test_what_was_started_at_the_keypad_has_no_watchdog(host: Host) -> None:
    host.start()
    host.pump.press_stop()
    host.pump.press_run()
    assert host.pump.watched_since_ms is None
    host.wait(60.0)
    assert host.pump.is_moving


def test_an_alarm_latches_until_a_key_is_pressed(host: Host) -> None:
    host.start()
    host.wait(15.1)
    host.enable()
    assert host.say("INF_START") == "INF_START^REFUSED^COMMUNICATIONS FAILURE"
    host.say("INF_STOP")
    assert host.pump.alarm is not None
    host.pump.press_stop()
    assert host.say("INF_START") == "INF_START"


def test_a_dead_watchdog_never_stops_it(host: Host) -> None:
    """Faults row 8."""
    host.pump.quirks.is_watchdog_dead = True
    host.start()
    host.wait(60.0)
    assert host.pump.is_moving


def test_software_newer_than_2_3_6_gives_control_to_nobody(host: Host) -> None:
    host.enable()
    host.pump.quirks.is_remote_disabled = True
    assert host.say(f"REMOTE_CTRL^ENABLED^{CODE}") == "REMOTE_CTRL^REFUSED^REMOTE DISABLED"
    assert "REMOTE NOT ENABLED" in host.say("INF_START")


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("INF_RATE^10^ml/h", "NOT A RATE"),
        ("INF_RATE^10.05^ml/h", "NOT A RATE"),
        ("INF_RATE^10.0", "NOT A RATE"),
        ("INF_RATE^10.0^ml/min", "NOT A RATE"),
        ("INF_RATE^0.0^ml/h", "OUT OF RANGE"),
        ("INF_RATE^1200.1^ml/h", "OUT OF RANGE"),
        ("INF_START", "NO RATE"),
        ("INF_START^1", "NOT A COMMAND"),
        ("INF_STOP^1", "NOT A COMMAND"),
        ("INF_BOLUS", "UNKNOWN COMMAND"),
        ("REMOTE_CFG", "UNKNOWN COMMAND"),
        (f"REMOTE_CFG^MAYBE^{CODE}", "NOT A STATE"),
    ],
)
def test_what_it_cannot_do_it_refuses_with_the_reason(host: Host, order: str, why: str) -> None:
    host.enable()
    assert host.say(order) == f"{order.partition('^')[0]}^REFUSED^{why}"


def test_the_rate_changes_under_way_and_the_counter_follows(host: Host) -> None:
    host.start()
    host.wait(1.0)
    host.enable()
    assert host.say("INF_RATE^18.0^ml/h") == "INF_RATE^18.0^ml/h"
    host.wait(1.0)
    assert host.say("INF_VI") == "INF_VI^0.015^ml"


@pytest.mark.parametrize(
    ("quirk", "answer", "state"),
    [
        ("refused_na", "INF_STOP^REFUSED^NOT NOW", "INF^INFUSING"),
        ("ignored_honest", "INF_STOP", "INF^INFUSING"),
        ("ignored_lying", "INF_STOP", "INF^STOPPED"),
    ],
)
def test_a_stop_not_obeyed(host: Host, quirk: str, answer: str, state: str) -> None:
    """Faults rows 3, 4."""
    host.start()
    host.pump.quirks.stop = quirk  # type: ignore[assignment]
    assert (host.say("INF_STOP"), host.say("INF")) == (answer, state)
    assert host.pump.is_moving
    assert host.pump.last_stop_rx_link_ms == host.now


def test_a_rate_ignored_and_a_frozen_status(host: Host) -> None:
    """Faults rows 5, 16."""
    host.start()
    host.pump.quirks.is_rate_ignored = True
    assert host.say("INF_RATE^10.0^ml/h") == "INF_RATE^10.0^ml/h"
    assert host.say("INF_RATE") == "INF_RATE^36.0^ml/h"
    host.pump.quirks.frozen = {}
    first = host.say("INF_VI")
    host.wait(1.0)
    assert host.say("INF_VI") == first


def test_a_power_cut_loses_rate_counter_and_control(host: Host) -> None:
    """Faults row 6."""
    host.start()
    host.wait(1.0)
    host.pump.cut_power(host.now, 300.0)
    assert host.say("INF") == ""
    host.wait(0.5)
    assert (host.say("INF"), host.say("INF_RATE"), host.say("INF_VI")) == (
        "INF^STOPPED",
        "INF_RATE^0.0^ml/h",
        "INF_VI^0.000^ml",
    )
    assert "REMOTE NOT ENABLED" in host.say("INF_START")


def test_a_pump_that_wakes_running_is_watched_by_nobody(host: Host) -> None:
    host.start()
    host.pump.cut_power(host.now, 100.0, wakes_running=True)
    host.wait(20.0)
    assert host.pump.is_moving
    assert host.pump.watched_since_ms is None


def test_pressure_and_the_end_of_the_barrel_stop_it_with_an_alarm(host: Host) -> None:
    """Faults row 9."""
    host.start()
    host.pump.felt_pressure_mmhg = 1500.0
    host.wait(0.1)
    assert host.say("INF") == "INF^STOPPED^OCCLUSION"
    host.pump.felt_pressure_mmhg = 0.0
    host.pump.press_stop()
    host.start()
    host.pump.hit_the_end()
    assert host.say("INF") == "INF^STOPPED^SYRINGE EMPTY"


def test_the_keypad_and_forgotten_settings(host: Host) -> None:
    host.pump.press_run()
    assert not host.pump.is_moving  # no rate
    host.pump.turn_rate(Decimal("20.5"))
    host.pump.press_run()
    assert host.say("INF_RATE") == "INF_RATE^20.5^ml/h"
    assert host.pump.letter() == "I"
    host.pump.turn_diameter(Decimal("21.59"))
    assert host.pump.memory.diameter_mm == Decimal("21.59")
    host.enable()
    host.pump.forget_settings()
    assert not host.pump.is_moving
    assert host.pump.memory.diameter_mm == Decimal("26.59")
    assert "REMOTE NOT ENABLED" in host.say("INF_RATE^10.0^ml/h")


def test_an_answer_broken_off_is_followed_by_the_whole_one(host: Host) -> None:
    host.pump.quirks.is_reply_broken_off = True
    host.pump.receive(frame("INF"), 0.0)
    whole = frame("INF^STOPPED")
    assert host.pump.output() == whole[: len(whole) // 2] + b"\x1b" + whole


def test_answers_carry_the_words_of_their_requests_for_the_wires_faults(host: Host) -> None:
    host.pump.receive(frame("INF") + frame("INF_RATE^10.0^ml/h"), 0.0)
    assert [command for command, _ in host.pump.take_replies()] == ["INF|", "INF_RATE^10.0^ml/h"]


def test_another_phrasing_is_another_style() -> None:
    host = Host(AlarisPump(Nature(style=Style(stopped="ON HOLD", is_unit_first=True))))
    assert (host.say("INF"), host.say("INF_RATE")) == ("INF^ON HOLD", "INF_RATE^ml/h^0.0")
