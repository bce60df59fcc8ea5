"""What stands between a wish and flow: one row per gate, each shut alone, at its limit (facts/clinical.md 3.3)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from channel_bench import POLICY, Bench, infusing, verified

from interlocks.vocabulary import Demand, Finding, Priority, Sample, Signal, Stamp
from pumpd.core import events as ev
from pumpd.core.gates import baseline_shown, can_resume, resume_blockers, start_blockers
from pumpd.core.session import CuffReading, Phase, Session
from pumpd.core.state import ChannelState

Change = Callable[[ChannelState], ChannelState]


def delivery(**changed: object) -> Change:
    return lambda state: replace(state, delivery=replace(state.delivery, **changed))  # type: ignore[arg-type]


def feed(**changed: object) -> Change:
    return lambda state: replace(state, feed=replace(state.feed, **changed))  # type: ignore[arg-type]


def aged(signal: Signal, link_ms: int) -> Change:
    """This signal's sample arrived so long ago."""

    def change(state: ChannelState) -> ChannelState:
        now = state.now
        received = Stamp(now.ms, now.link_ms - link_ms)
        samples = tuple(
            replace(one, received=received) if one.signal is signal else one for one in state.picture.samples
        )
        return replace(state, picture=replace(state.picture, samples=samples))

    return change


def without(signal: Signal) -> Change:
    def change(state: ChannelState) -> ChannelState:
        samples = tuple(one for one in state.picture.samples if one.signal is not signal)
        return replace(state, picture=replace(state.picture, samples=samples))

    return change


#: For start and resume alike: what is wrong, and what is said about it.
SHUT: list[tuple[str, Change, str]] = [
    ("journal", lambda s: replace(s, journal_failure="disk full"), "journal cannot be written: disk full"),
    ("restore", lambda s: replace(s, restore_problem="version 9"), "acknowledge RESTORE first"),
    ("surprise", delivery(surprise="the pump was started"), "acknowledge PUMP-ACT first"),
    ("link", delivery(is_link_up=False, link_reason="unplugged"), "no pump: unplugged"),
    ("doubt", delivery(doubted_nl_h=1), "outcome is unknown"),
    ("halt", delivery(halt_since=Stamp(0, 0)), "has not confirmed that it stands still"),
    ("setup", delivery(is_configured=False), "not set up for this syringe: not confirmed yet"),
    ("refusal", delivery(is_configured=False, config_refusal="refused: DIA"), "syringe: refused: DIA"),
    ("watchdog", delivery(watchdog_ms=None), "watchdog is unknown, needed 2000 ms"),
    ("watchdog off", delivery(watchdog_ms=0), "watchdog is 0 ms, needed 2000 ms"),
    ("watchdog long", delivery(watchdog_ms=2_001), "watchdog is 2001 ms, needed 2000 ms"),
    ("broker", feed(is_up=False, reason="refused"), "no broker: refused"),
    ("monitor", feed(offline=("monitor-1",)), "monitor monitor-1 is offline"),
    ("no pulse", without(Signal.HR), "no heart rate yet"),
    ("no SpO2", without(Signal.SPO2), "no SpO2 yet"),
    ("no line", without(Signal.LINE_PRESSURE), "no line pressure yet"),
    ("old pulse", aged(Signal.HR, 10_001), "heart rate is 10 s old (limit 10 s)"),
    ("old SpO2", aged(Signal.SPO2, 10_001), "SpO2 is 10 s old (limit 10 s)"),
    ("old line", aged(Signal.LINE_PRESSURE, 2_001), "line pressure is 2 s old (limit 2 s)"),
]
OPEN: list[tuple[str, Change]] = [
    ("pulse at its limit", aged(Signal.HR, 10_000)),
    ("SpO2 at its limit", aged(Signal.SPO2, 10_000)),
    ("line at its limit", aged(Signal.LINE_PRESSURE, 2_000)),
]


def paused() -> Bench:
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause()
    return bench


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in SHUT], ids=[row[0] for row in SHUT])
def test_one_shut_gate_blocks_start_and_resume_and_says_why(change: Change, said: str) -> None:
    ready, waiting = verified().state, paused().state
    assert start_blockers(ready, POLICY) == ()
    assert resume_blockers(waiting, POLICY) == ()
    (start,) = start_blockers(change(ready), POLICY)
    (resume,) = resume_blockers(change(waiting), POLICY)
    assert said in start
    assert said in resume


@pytest.mark.parametrize("change", [row[1] for row in OPEN], ids=[row[0] for row in OPEN])
def test_at_its_limit_a_gate_is_open(change: Change) -> None:
    assert start_blockers(change(verified().state), POLICY) == ()
    assert resume_blockers(change(paused().state), POLICY) == ()


def test_all_reasons_are_given_together() -> None:
    state = verified().state
    for _, change, _ in SHUT[:2] + SHUT[-2:]:
        state = change(state)
    assert len(start_blockers(state, POLICY)) == 4


def test_without_a_transducer_nobody_waits_for_a_line_pressure() -> None:
    state = without(Signal.LINE_PRESSURE)(verified().state)
    assert start_blockers(state, replace(POLICY, has_line_pressure=False)) == ()


# -- start only --------------------------------------------------------------------------------------------------


def with_cuffs(sys: float, dia: float) -> ChannelState:
    state = verified().state
    readings = tuple(CuffReading(ms, sys, dia, None) for ms in (state.now.ms - 60_000, state.now.ms))
    return replace(state, cuff=readings)


@pytest.mark.parametrize(
    ("sys", "dia", "is_open"), [(160, 100, True), (160.5, 100, False), (160, 100.5, False), (118, 76, True)]
)
def test_R113_a_baseline_above_160_100_blocks_the_start(sys: float, dia: float, is_open: bool) -> None:
    blockers = start_blockers(with_cuffs(sys, dia), POLICY)
    assert (blockers == ()) is is_open
    if not is_open:
        assert "above 160/100 mmHg" in blockers[0]


@pytest.mark.parametrize(("spo2", "is_open"), [(94, True), (93.9, False)])
def test_a_saturation_below_94_percent_blocks_the_start(spo2: float, is_open: bool) -> None:
    bench = verified()
    bench.advance(1)
    bench.sample((Signal.SPO2, spo2))
    bench.state = replace(
        bench.state,
        picture=replace(
            bench.state.picture,
            samples=tuple(
                replace(one, value=spo2) if one.signal is Signal.SPO2 else one
                for one in bench.state.picture.samples
            ),
        ),
    )
    assert (start_blockers(bench.state, POLICY) == ()) is is_open


def test_faults_63_without_a_baseline_there_is_no_start() -> None:
    (said,) = start_blockers(replace(verified().state, cuff=()), POLICY)
    assert said.startswith("no baseline:")
    assert isinstance(baseline_shown(replace(verified().state, cuff=())), str)


def test_the_baseline_shown_carries_the_pulse_if_there_is_one() -> None:
    state = verified().state
    seen = baseline_shown(state)
    unseen = baseline_shown(without(Signal.HR)(state))
    assert not isinstance(seen, str)
    assert not isinstance(unseen, str)
    assert (seen.hr, unseen.hr) == (72.0, None)


# -- resume only -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age_ms", "is_open"), [(120_000, True), (120_001, False)])
def test_a_cuff_reading_older_than_two_minutes_blocks_a_resume(age_ms: int, is_open: bool) -> None:
    state = paused().state
    now, samples = state.now, []
    for one in state.picture.samples:
        is_cuff = one.signal in (Signal.SYS, Signal.DIA, Signal.MAP)
        samples.append(replace(one, measured_ms=now.ms - age_ms) if is_cuff else one)
    state = replace(state, picture=replace(state.picture, samples=tuple(samples)))
    blockers = resume_blockers(state, POLICY)
    assert (blockers == ()) is is_open
    if not is_open:
        assert "one has been requested" in blockers[0]


def test_without_any_cuff_reading_there_is_no_resume() -> None:
    (said,) = resume_blockers(without(Signal.SYS)(paused().state), POLICY)
    assert "no cuff reading since the start of the daemon" in said


def finding(demand: Demand, *, is_releasable: bool, blocks: str = "") -> Finding:
    evidence: tuple[Sample, ...] = ()
    now = Stamp(0, 0)
    return Finding(
        "BP9",
        "pressure",
        demand,
        Priority.HIGH,
        "high",
        0,
        now,
        evidence,
        True,
        False,
        is_releasable,
        blocks,
    )


@pytest.mark.parametrize("demand", [Demand.ADVISE, Demand.SLOW, Demand.PAUSE, Demand.STOP])
@pytest.mark.parametrize("is_releasable", [True, False])
def test_row_70_a_rule_that_pauses_and_is_not_releasable_blocks_the_resume(
    demand: Demand, is_releasable: bool
) -> None:
    row = finding(demand, is_releasable=is_releasable, blocks="needs 2 readings")
    blockers = resume_blockers(replace(paused().state, findings=(row,)), POLICY)
    is_blocked = demand >= Demand.PAUSE and not is_releasable
    assert blockers == (("BP9: needs 2 readings",) if is_blocked else ())


def test_a_rule_without_words_of_its_own_blocks_with_its_reason() -> None:
    row = finding(Demand.PAUSE, is_releasable=False)
    assert resume_blockers(replace(paused().state, findings=(row,)), POLICY) == ("BP9: high",)


def test_there_is_something_to_resume_only_in_an_infusion_that_is_held_or_lowered() -> None:
    running = infusing().state
    assert not can_resume(running)
    assert can_resume(paused().state)
    lowered = replace(
        running, session=replace(running.session, ratchet_nl_h=running.session.ratchet_nl_h - 1)
    )
    assert can_resume(lowered)
    assert not can_resume(replace(lowered, session=replace(lowered.session, phase=Phase.STOPPED)))
    assert not can_resume(replace(lowered, session=Session(phase=Phase.INFUSING)))


def test_what_is_shown_is_what_refuses() -> None:
    bench = paused()
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="refused"))
    bench.post(ev.MonitorSpoke(at=bench.now, device="monitor-2", is_online=False))
    shown = tuple(bench.shown["resume_blocked_by"])
    assert len(shown) == 2
    assert bench.resume()[0].reasons == shown
