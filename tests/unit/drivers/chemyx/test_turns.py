"""The turns against the simulated pump, without a line: what is asked in which order, and what ends a turn."""

from typing import Any

import pytest

from drivers.chemyx import codec, turns
from drivers.chemyx.counter import Counter
from drivers.contract import Motion, Outcome, Run
from drivers.line.turns import Ending, Proof, Refused
from hil_sim.pumps.chemyx import ChemyxPump


def play(
    turn: Any, pump: ChemyxPump, flip: tuple[bytes, bytes, int] = (b"", b"", 0)
) -> tuple[Ending, list[str]]:
    """The turn's end, and the words it asked; `flip`: so many answers have these bytes for those. Raises Refused."""
    was, becomes, left = flip
    asked: list[str] = []
    try:
        ask = next(turn)
        while True:
            asked.append(ask.text.decode())
            pump.receive(ask.text + b"\r", 0.0)
            said = pump.output().removesuffix(b">")
            if left and was in said:
                said, left = said.replace(was, becomes), left - 1
            ask = turn.send(codec.parse_piece(said, (ask.text,)))
    except StopIteration as end:
        return end.value, asked


def ready() -> ChemyxPump:
    pump = ChemyxPump()
    play(turns.configure(26_590, Counter()), pump)
    return pump


def test_a_start_is_the_last_thing_written_and_everything_was_read_back_before() -> None:
    """I14, law 5."""
    pump = ready()
    ending, asked = play(turns.run(Run(26_250_000, 17_500_000), Counter()), pump)
    assert ending.outcome is Outcome.CONFIRMED
    start = asked.index("start")
    assert asked[start - 1] == "view parameter"
    assert not any(word.startswith("set") for word in asked[start:])
    assert ending.report is not None
    assert (ending.report.motion, ending.report.volume_limit_nl) == (Motion.INFUSING, 17_500_000)


def test_settings_are_written_only_where_they_differ() -> None:
    pump = ready()
    _, asked = play(turns.configure(26_590, Counter()), pump)
    assert not any(word.startswith("set") for word in asked)


def test_a_paused_pump_is_stopped_before_it_is_started_anew() -> None:
    pump = ready()
    play(turns.run(Run(26_250_000, 17_500_000), Counter()), pump)
    pump.press_stop()
    _, asked = play(turns.run(Run(26_250_000, 17_500_000), Counter()), pump)
    assert asked.index("stop") < asked.index("start")


def test_a_pump_that_takes_no_rate_while_it_runs_refuses_the_change() -> None:
    pump = ready()
    play(turns.run(Run(26_250_000, 17_500_000), Counter()), pump)
    pump.takes_rate_running = False
    with pytest.raises(Refused, match="was answered Invalid Command!"):
        play(turns.adjust(13_120_000, Counter()), pump)
    assert pump.motor.rate_nl_h == 26_250_000


def test_a_rate_that_was_not_taken_is_refused_upon_the_readback() -> None:
    """Faults row 5."""
    pump = ready()
    play(turns.run(Run(26_250_000, 17_500_000), Counter()), pump)
    pump.quirks.is_rate_ignored = True
    ending, _ = play(turns.adjust(13_120_000, Counter()), pump)
    assert ending.outcome is Outcome.REFUSED


def test_a_stop_that_is_not_obeyed_is_said_three_times_and_not_confirmed() -> None:
    """Faults row 4."""
    pump = ready()
    play(turns.run(Run(26_250_000, 17_500_000), Counter()), pump)
    pump.quirks.stop = "ignored_honest"
    ending, asked = play(turns.halt(Proof(), Counter()), pump)
    assert ending.outcome is Outcome.REFUSED
    assert asked.count("stop") == turns.HALT_ROUNDS


def test_a_delay_and_another_unit_are_set_right() -> None:
    """Faults row 14."""
    pump = ready()
    pump.memory.delay, pump.memory.unit = type(pump.memory.delay)(5), 2
    ending, asked = play(turns.configure(21_590, Counter()), pump)
    assert ending.outcome is Outcome.CONFIRMED
    assert {"set units 1", "set delay 0", "set diameter 21.590"} <= set(asked)
    assert (pump.memory.unit, float(pump.memory.diameter_mm)) == (1, 21.59)


def test_nothing_without_a_rate_or_a_volume_and_no_diameter_it_has_not() -> None:
    for turn in (
        turns.run(Run(0, 1), Counter()),
        turns.run(Run(1, 0), Counter()),
        turns.configure(40_001, Counter()),
    ):
        with pytest.raises(Refused):
            play(turn, ready())


def test_opening_writes_nothing() -> None:
    ending, asked = play(turns.open_line(Counter()), ChemyxPump())
    assert ending.identity == turns.IDENTITY
    assert asked[0] == "pump status"
    assert set(asked) <= {"pump status", "view parameter", "dispensed volume"}


def infusing(counter: Counter) -> ChemyxPump:
    pump = ready()
    play(turns.run(Run(26_250_000, 17_500_000), counter), pump)
    pump.motor.infused_nl = 12_500.0
    play(turns.read(counter), pump)
    return pump


def test_a_flipped_digit_in_a_volume_is_asked_again_and_nobody_hears_of_it() -> None:
    """Row 25: the wire has no check; 0.0125 mL read as 2.0125 would be shown as given."""
    counter = Counter()
    pump = infusing(counter)
    ending, asked = play(turns.read(counter), pump, (b"= 0.0125", b"= 2.0125", 1))
    assert ending.report is not None
    assert ending.report.infused_nl == 12_500
    assert asked.count("dispensed volume") == 2


def test_a_volume_that_leaps_twice_is_believed() -> None:
    """I14: what the pump says and says again is told, so that over-delivery is not argued away."""
    counter = Counter()
    pump = infusing(counter)
    pump.motor.infused_nl += 400_000.0
    ending, _ = play(turns.read(counter), pump)
    assert ending.report is not None
    assert ending.report.infused_nl == 412_500


def test_a_volume_that_goes_on_is_asked_once() -> None:
    counter = Counter()
    pump = infusing(counter)
    pump.motor.infused_nl += 7_000.0
    _, asked = play(turns.read(counter), pump)
    assert asked.count("dispensed volume") == 1
