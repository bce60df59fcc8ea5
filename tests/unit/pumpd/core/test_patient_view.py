"""Every value with its age; what is measured and what people saw stand apart."""

from dataclasses import replace

from channel_bench import POLICY, Bench, infusing, verified

from interlocks.vocabulary import ENTERED, Signal
from pumpd.core import events as ev
from pumpd.core import patient_view


def test_a_measured_value_has_age_and_unit_and_the_line_has_a_place_of_its_own() -> None:
    bench = infusing()
    bench.cuff(125, 78)
    bench.advance(3)
    shown = patient_view.vitals(bench.state)
    assert shown["sys"] == {"value": 125, "age_ms": 3_000, "unit": "mmHg"}
    assert not {"line_pressure", *(one.value for one in ENTERED)} & set(shown)
    assert patient_view.value(bench.state, Signal.LINE_PRESSURE) == 25.0
    shown = patient_view.line(bench.state)
    assert (shown["line_pressure_mmhg"], shown["line_pressure_age_ms"] is None) == (25.0, False)


def test_only_what_was_ever_entered_is_an_observation() -> None:
    bench = verified()
    assert patient_view.observations(bench.state) == {}
    bench.score(Signal.SYMPTOMS, 0, by="omar")
    bench.advance(2)
    assert patient_view.observations(bench.state) == {
        "symptoms": {"value": 0, "age_ms": 2_000, "by": "omar"},
        "presence": {"value": 1, "age_ms": 2_000, "by": "omar"},
    }


def test_a_signal_never_seen_has_no_value() -> None:
    assert patient_view.value(Bench().state, Signal.SYS) is None
    assert patient_view.vitals(Bench().state) == {}


def test_requirement_43_what_nobody_watches_is_named() -> None:
    """No sensor is configured for pressure or air; breathing counts from its first value on."""
    bench = infusing()
    blind = replace(POLICY, fitted=frozenset())
    assert patient_view.unwatched(bench.state, blind) == ["line_pressure", "air", "breathing"]
    seeing = replace(POLICY, fitted=frozenset({Signal.LINE_PRESSURE, Signal.AIR_BUBBLE}))
    assert patient_view.unwatched(bench.state, seeing) == ["breathing"]
    bench.sample((Signal.BREATH_GAP, 3))
    assert patient_view.unwatched(bench.state, seeing) == []


def test_the_road_of_the_values_is_shown_with_what_was_refused_on_it() -> None:
    bench = infusing()
    bench.refuse(Signal.HR, reason="late")
    bench.post(ev.MonitorSpoke(at=bench.now, device="monitor-1", is_online=False))
    shown = patient_view.feed(bench.state)
    assert (shown["link"], shown["offline"], shown["rejected"]) == ("up", ["monitor-1"], {"late": 1})
    assert shown["last_rejection"] == "monitor-1: late: bench"


def test_a_baseline_is_offered_and_then_accepted() -> None:
    assert patient_view.baseline(Bench().state) is None
    assert patient_view.baseline(verified().state) == {"sys": 125, "dia": 78, "accepted": False}
    assert patient_view.baseline(infusing().state) == {"sys": 125, "dia": 78, "accepted": True}
