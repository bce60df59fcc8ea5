"""Scores, symptoms and presence: samples with a name behind them; off the scale is refused, never clamped (law 10)."""

import pytest
from channel_bench import Bench, infusing, verified

from interlocks.vocabulary import ENTERED, Sample, Signal
from pumpd.core import actions as do
from pumpd.core.attendance import SCALES

ACCEPTED, REFUSED = do.Stage.ACCEPTED, do.Stage.REFUSED
ENDS = [(scale, value) for scale, limits in SCALES.items() for value in limits]


def newest(bench: Bench, signal: Signal) -> Sample:
    sample = bench.state.picture.newest(signal)
    assert sample is not None
    return sample


def ordered() -> Bench:
    bench = Bench()
    bench.advance(1)
    bench.order()
    return bench


def test_everything_that_people_enter_has_a_scale_except_being_there() -> None:
    assert set(SCALES) == set(ENTERED) - {Signal.PRESENCE}
    assert SCALES == {Signal.MOAAS: (0, 5), Signal.RASS: (-5, 4), Signal.SYMPTOMS: (0, 1)}


@pytest.mark.parametrize(("scale", "value"), ENDS)
def test_both_ends_of_a_scale_are_on_it(scale: Signal, value: int) -> None:
    bench = ordered()
    (answer,) = bench.score(scale, value)
    assert answer.stage is ACCEPTED
    assert newest(bench, scale).value == value


@pytest.mark.parametrize(
    ("scale", "value", "said"),
    [
        (Signal.MOAAS, -1, "sedation score MOAA/S -1 is not on its scale, 0 to 5"),
        (Signal.MOAAS, 6, "sedation score MOAA/S 6 is not on its scale, 0 to 5"),
        (Signal.RASS, -6, "sedation score RASS -6 is not on its scale, -5 to 4"),
        (Signal.RASS, 5, "sedation score RASS 5 is not on its scale, -5 to 4"),
        (Signal.SYMPTOMS, 2, "symptoms 2 is not on its scale, 0 to 1"),
        (Signal.SYS, 120, "systolic is measured, not entered (scales: moaas, rass, symptoms)"),
        (Signal.PRESENCE, 1, "presence is measured, not entered (scales: moaas, rass, symptoms)"),
    ],
)
def test_off_its_scale_a_score_is_refused_with_name_value_and_limits(
    scale: Signal, value: int, said: str
) -> None:
    bench = ordered()
    (answer,) = bench.score(scale, value)
    assert (answer.stage, answer.reasons) == (REFUSED, (said,))
    assert not {*ENTERED, Signal.SYS} & {one.signal for one in bench.state.picture.samples}


def test_without_an_order_there_is_nobody_to_score_and_all_reasons_come_at_once() -> None:
    bench = Bench()
    (answer,) = bench.score(Signal.MOAAS, 9)
    assert len(answer.reasons) == 2
    (answer,) = bench.present()
    assert answer.reasons == ("no order: there is no patient to watch yet",)
    assert bench.state.picture.newest(Signal.PRESENCE) is None


def test_a_score_is_a_sample_with_the_time_of_the_entry_and_the_name_of_the_person() -> None:
    bench = infusing()
    bench.advance(5)
    bench.score(Signal.RASS, -2, by="omar")
    score = newest(bench, Signal.RASS)
    assert score == Sample(Signal.RASS, -2.0, bench.now.ms, bench.now, "omar", 1)


def test_each_entry_is_newer_than_the_last_also_within_one_millisecond_and_from_two_hands() -> None:
    bench = ordered()
    bench.score(Signal.MOAAS, 5, by="nina")
    bench.score(Signal.MOAAS, 2, by="omar")
    score = newest(bench, Signal.MOAAS)
    assert (score.value, score.source, score.seq) == (2, "omar", 2)
    assert [one.signal for one in bench.state.picture.samples].count(Signal.MOAAS) == 1


def test_a_score_is_presence_and_a_refused_one_is_not() -> None:
    bench = ordered()
    bench.score(Signal.MOAAS, 6)
    assert bench.state.picture.newest(Signal.PRESENCE) is None
    bench.score(Signal.MOAAS, 5, by="omar")
    assert newest(bench, Signal.PRESENCE).source == "omar"


def test_presence_is_renewed_by_each_press() -> None:
    bench = verified()
    (answer,) = bench.present()
    assert answer.stage is ACCEPTED
    first = newest(bench, Signal.PRESENCE)
    bench.advance(60)
    bench.present(by="omar")
    second = newest(bench, Signal.PRESENCE)
    assert (second.value, second.source, second.measured_ms) == (1, "omar", first.measured_ms + 60_000)


def test_each_entry_is_in_the_record_with_who_and_what() -> None:
    bench = ordered()
    bench.forget()
    bench.score(Signal.MOAAS, 4, by="omar")
    bench.score(Signal.SYMPTOMS, 1)
    bench.present()
    assert bench.of(do.NoteAct) == [
        do.NoteAct(text="sedation score MOAA/S 4 entered", by="omar"),
        do.NoteAct(text="symptoms 1 entered", by="nina"),
        do.NoteAct(text="presence confirmed", by="nina"),
    ]


def test_a_score_alone_moves_nothing() -> None:
    bench = infusing()
    bench.forget()
    bench.score(Signal.MOAAS, 5)
    assert {type(one) for one in bench.actions} == {do.Answer, do.NoteAct}
