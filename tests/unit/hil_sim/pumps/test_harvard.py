"""The face of the "ultra" command set against the tape (facts/protocols.md 2)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hil_sim.pumps.harvard import HarvardPump, Nature

GOLDEN: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "harvard.toml").read_text("utf-8")
)
REPLIES = {
    row["name"]: bytes.fromhex(row["bytes"]) if "bytes" in row else row["text"].encode()
    for row in GOLDEN["reply"]
}


def ask(pump: HarvardPump, text: str) -> bytes:
    pump.receive(text.encode() + b"\r", 0.0)
    return pump.output()


def test_it_says_the_tape_byte_for_byte() -> None:
    pump = HarvardPump(Nature(model="Legato 100", firmware="3.0.6"))
    for row in GOLDEN["tape"]:
        if row["reply"] == "addressed":  # on that tape poll mode was off
            ask(pump, "poll off")
            assert ask(pump, row["send"]).endswith(REPLIES["addressed"][:-1])
            ask(pump, "poll on")
        else:
            assert ask(pump, row["send"]) == REPLIES[row["reply"]], row["send"]


@pytest.mark.parametrize("text", ["12irat", "12:irate", "12@irate", "@12irate"])
def test_every_form_of_address_is_heard_and_answered_with_it(text: str) -> None:
    pump = HarvardPump()
    ask(pump, "address 12")
    assert ask(pump, text) == b"\n12:1 ml/min\r\n12:"
    assert ask(pump, "7irate") == b""


def test_a_target_reached_is_told_unasked_only_when_it_is_not_polled() -> None:
    for polled, said in (("off", b"\nT*"), ("on", b"")):
        pump = HarvardPump()
        for text in (f"poll {polled}", "tvolume 1 ul", "irun"):
            ask(pump, text)
        pump.advance(1.0, 1000.0)
        assert pump.output() == said
        assert pump.letter() == "T*"
        assert pump.motor.infused_nl == pytest.approx(1000.0)


def test_left_alone_it_goes_on_to_its_target_and_without_one_for_ever() -> None:
    """Design law 7: this family has no dead-man."""
    bound, unbound = HarvardPump(), HarvardPump()
    ask(bound, "tvolume 100 ul")
    for pump in (bound, unbound):
        ask(pump, "irun")
        pump.advance(600.0, 600_000.0)
    assert bound.motor.infused_nl == pytest.approx(100_000.0)
    assert unbound.is_moving


def test_a_touched_screen_swallows_everything_up_to_a_cr() -> None:
    pump = HarvardPump()
    pump.touch_screen()
    assert ask(pump, "irate") == b""
    assert ask(pump, "irate") == b"\n1 ml/min\r\n:"


def test_memory_that_is_switched_off_keeps_nothing_over_a_power_cut() -> None:
    for word, kept in (("on", b"2 ml/min"), ("off", b"1 ml/min")):
        pump = HarvardPump()
        for text in (f"nvram {word}", "irate 2 ml/min", "poll on"):
            ask(pump, text)
        pump.cut_power(0.0, 100.0)
        assert ask(pump, "irate") == b""
        pump.advance(0.2, 200.0)
        assert ask(pump, "irate") == b"\n" + kept + b"\r\n:"


def test_a_stall_shows_until_it_is_stopped_or_pressed_away() -> None:
    for needs_screen, after in ((False, b"\n:"), (True, b"\n*")):
        pump = HarvardPump(Nature(stall_needs_screen=needs_screen))
        ask(pump, "irun")
        pump.felt_pressure_mmhg = 2000.0
        pump.advance(0.1, 100.0)
        pump.output()
        assert (pump.letter(), pump.alarm) == ("*", "S")
        assert ask(pump, "stp") == after


def test_a_limit_switch_has_a_prompt_of_its_own() -> None:
    pump = HarvardPump(Nature(has_limit_switch=True))
    ask(pump, "irun")
    pump.hit_the_end()
    assert pump.output() == b"\n>*"


def test_keys_work_beside_the_wire() -> None:
    pump = HarvardPump()
    pump.press_run()
    assert pump.output() == b"\n>"
    pump.press_stop()
    assert pump.output() == b"\n:"
