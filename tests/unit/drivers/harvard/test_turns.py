"""Opening, set-up, halt, against the simulated pump (facts/protocols.md 2; faults rows 6, 13, 15, 21)."""

import pytest
from harvard_bench import HarvardBench, bound

from drivers.contract import Configure, Halt, LinkDown, LinkUp, Motion, Outcome, PumpAlarm
from drivers.harvard.binding import Addressing
from hil_sim.pumps.harvard import Nature


def test_the_opening_asks_who_is_there_before_it_sets_anything_but_poll_mode() -> None:
    bench = HarvardBench().open()
    assert bench.sent[:5] == ["poll on", "version", "ver", "echo off", "nvram off"]
    [up] = [e for e in bench.events if isinstance(e, LinkUp)]
    identity = up.identity
    assert (identity.model, identity.firmware, identity.serial) == ("11 ELITE I/W Single", "3.0.4", "D101754")
    assert (bench.pump.polled, bench.pump.keeps) == ("on", False)


@pytest.mark.parametrize("words", [{"model": "Legato"}, {"serial": "D999"}, {"firmware": "2."}])
def test_a_stranger_is_told_nothing_more(words: dict[str, object]) -> None:
    """Faults row 21."""
    bench = HarvardBench(binding=bound(**words)).open()
    assert [e.is_wrong_pump for e in bench.events if isinstance(e, LinkDown)] == [True]
    assert set(bench.sent) == {"poll on", "version", "ver"}


@pytest.mark.parametrize("addressing", [Addressing.DIGITS, Addressing.COLON])
def test_a_pump_at_an_address_opens_in_either_form(addressing: Addressing) -> None:
    bench = HarvardBench(binding=bound(address=12, addressing=addressing))
    bench.pump.memory.address = 12
    bench.open()
    assert any(isinstance(e, LinkUp) for e in bench.events)


def test_the_memory_is_switched_off_in_the_pumps_own_words_or_the_pump_is_refused() -> None:
    legato = HarvardBench(Nature(nvram_word="none")).open()
    assert legato.sent[4:6] == ["nvram off", "nvram none"]
    assert not legato.pump.keeps
    wearing = HarvardBench(Nature(nvram_word="never")).open()
    assert next(e.reason for e in wearing.events if isinstance(e, LinkDown)).startswith("neither nvram off")
    accepted = HarvardBench(Nature(nvram_word="never"), bound(accept_wear=True)).open()
    assert any(isinstance(e, LinkUp) for e in accepted.events)


def test_a_pump_whose_limits_are_not_this_models_is_not_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `irate lim` says is compared with the table."""
    bench = HarvardBench().open()
    monkeypatch.setattr("hil_sim.pumps.harvard_motor.FASTEST_MM_MIN", 100)
    assert bench.do(Configure(26_590)) is Outcome.REFUSED
    assert "irate lim says" in bench.events[-1].detail  # type: ignore[union-attr]


def test_set_up_writes_only_a_diameter_that_differs() -> None:
    bench = HarvardBench().open()
    for expected in (1, 0):
        bench.forget()
        assert bench.do(Configure(26_590)) is Outcome.CONFIRMED
        assert sum(line.startswith("diameter 2") for line in bench.sent) == expected


def test_a_halt_is_confirmed_by_the_prompt_of_the_counter() -> None:
    bench = HarvardBench().running()
    assert bench.halt() is Outcome.CONFIRMED
    assert not bench.pump.is_moving
    assert bench.sent == ["stp", "ivolume", "irate"]
    assert bench.reports[-1].report.motion is Motion.HALTED


def test_a_pump_that_does_not_obey_runs_out_though_it_is_polled_on() -> None:
    """Faults row 4: from the halt on no poll extends the lease."""
    bench = HarvardBench().running().poll(3000)
    bench.pump.quirks.stop = "ignored_honest"
    assert bench.halt() is Outcome.REFUSED
    assert bench.pump.is_moving
    bench.poll(2000)
    assert not bench.pump.is_moving


def test_a_restarted_pump_is_told_as_one_and_its_session_set_again() -> None:
    """Faults row 6."""
    bench = HarvardBench().running().poll(2500)
    bench.pump.cut_power(float(bench.now), 100.0)
    bench.poll(3000)
    assert [a for r in bench.reports for a in r.report.alarms] == [PumpAlarm.RESET]
    assert (bench.pump.polled, bench.pump.keeps, bench.pump.is_moving) == ("on", False, False)
    assert not any(isinstance(e, LinkDown) for e in bench.events)


def test_a_touched_screen_costs_one_answer() -> None:
    bench = HarvardBench().running().poll(2500)
    bench.pump.touch_screen()
    bench.poll(1000)
    assert bench.pump.is_moving
    assert bench.halt() is Outcome.CONFIRMED


def test_a_stall_that_only_the_screen_clears_bars_the_next_start() -> None:
    bench = HarvardBench(Nature(stall_needs_screen=True)).running()
    bench.pump.felt_pressure_mmhg = 2000.0
    bench.poll(500)
    assert [a for r in bench.reports for a in r.report.alarms] == [PumpAlarm.STALL]
    bench.pump.felt_pressure_mmhg = 0.0
    assert bench.do(Halt()) is Outcome.CONFIRMED
    assert bench.do(Configure(26_590)) is Outcome.REFUSED
