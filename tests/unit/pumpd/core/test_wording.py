"""The sentence and the next step: neither promises what the daemon would refuse."""

from dataclasses import replace

import pytest
from channel_bench import Bench, infusing, verified

from interlocks.vocabulary import Stamp
from pumpd.core.state import ChannelState
from pumpd.core.wording import headline, next_step, word_of


def half() -> Bench:
    """Resumed a moment ago, with a fresh reading."""
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause()
    bench.resume()
    return bench


def resumed_ago(ms: int) -> ChannelState:
    state = half().state
    return replace(state, session=replace(state.session, resumed=Stamp(state.now.ms - ms, 0)))


@pytest.mark.parametrize(
    ("ago_ms", "blocked", "said"),
    [
        (0, ("resumed 0 s ago",), "a nurse may restore the prescribed rate after 5 min"),
        (120_000, ("resumed 120 s ago",), "a nurse may restore the prescribed rate after 5 min"),
        (299_001, ("resumed 299 s ago",), "a nurse may restore the prescribed rate after 5 min"),
        (300_000, (), "a nurse may restore the prescribed rate now"),
        (300_000, ("no broker",), "not restored to the prescribed rate yet"),
    ],
)
def test_half_the_rate_says_when_it_may_be_restored(ago_ms: int, blocked: tuple[str, ...], said: str) -> None:
    state = resumed_ago(ago_ms)
    assert headline(state, word_of(state), 50, blocked) == f"Resumed at 50 %: {said}"


def test_a_row_that_slows_after_a_resume_is_named_instead() -> None:
    bench = half()
    bench.cuff(150, 104)
    assert bench.shown["headline"].startswith("Slowed to 50 %: diastolic 104 mmHg > 100 mmHg")


def test_a_rate_slowed_without_a_resume_says_who_has_not_raised_it() -> None:
    state = half().state
    state = replace(state, session=replace(state.session, resumed=None))
    assert headline(state, "SLOWED", 50, ()) == "Slowed to 50 %: nobody has restored the prescribed rate yet"


@pytest.mark.parametrize(
    ("word", "free", "blocked"),
    [
        ("PAUSED", "A nurse may resume, at half the rate", "Before resume: b"),
        ("SLOWED", "A nurse may restore the prescribed rate", "Before restore: c"),
        ("READY", "A nurse may start", "Before start: a"),
        ("INFUSING", "", ""),
        ("STOPPED", "", ""),
    ],
)
def test_the_next_step_is_the_act_of_this_state_or_what_must_come_before_it(
    word: str, free: str, blocked: str
) -> None:
    state = verified().state
    assert next_step(state, word, start=(), resume=(), restore=()) == free
    assert next_step(state, word, start=("a",), resume=("b",), restore=("c",)) == blocked


def test_before_anything_else_comes_a_halt_that_is_not_confirmed() -> None:
    state = infusing().state
    assert next_step(state, "NOT CONFIRMED", start=(), resume=(), restore=()).startswith("Halts are repeated")
    lost = replace(state, delivery=replace(state.delivery, is_link_up=False))
    assert "look at the pump" in next_step(lost, "NOT CONFIRMED", start=(), resume=(), restore=())


def test_a_stand_whose_cause_is_over_says_so_once() -> None:
    bench = infusing()
    bench.line(400)
    bench.advance(1)
    assert bench.shown["headline"] == "Paused: line pressure 400 mmHg > 300 mmHg"
    bench.line(25)
    bench.advance(20)
    assert bench.shown["headline"] == "Paused, its cause is over: line pressure 400 mmHg > 300 mmHg"
    bench.pause()
    bench.advance(1)
    assert bench.shown["headline"] == "Paused: earlier: line pressure 400 mmHg > 300 mmHg; paused by nina"
