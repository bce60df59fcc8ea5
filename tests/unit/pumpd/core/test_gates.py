"""What stands between a wish and flow: one row per gate, each shut alone, at its limit (facts/clinical.md 3.3)."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from channel_bench import CAPABILITIES, POLICY, Bench, infusing, verified

from drivers.contract import WatchdogKind
from interlocks.conditions import WORDS, Over
from interlocks.limits import OfBaseline
from interlocks.vocabulary import Demand, Finding, Priority, Sample, Signal, Stamp
from pumpd.core import events as ev
from pumpd.core.gates import (
    CUFF_REQUESTED,
    baseline_shown,
    can_restore,
    can_resume,
    half_rate_nl_h,
    restore_blockers,
    restore_in_ms,
    resume_blockers,
    start_blockers,
)
from pumpd.core.library import BUILT_IN, Library
from pumpd.core.session import CuffReading, Phase, Session
from pumpd.core.state import ChannelState, Policy

Change = Callable[[ChannelState], ChannelState]
RATE = 26_200_000


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


def cuff_aged(age_ms: int) -> Change:
    """The newest cuff reading was measured so long ago."""

    def change(state: ChannelState) -> ChannelState:
        newest = replace(state.cuff[-1], ms=state.now.ms - age_ms)
        older = tuple(replace(one, ms=newest.ms - 60_000) for one in state.cuff[:1])
        return replace(state, cuff=(*older, newest))

    return change


#: For start and resume alike: what is wrong, and what is said about it.
SHUT: list[tuple[str, Change, str]] = [
    (
        "journal",
        lambda s: replace(s, journal_failure="disk full"),
        "journal cannot be written: disk full; have the disk looked at, then restart pumpd",
    ),
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
    (
        "wrong patient",
        feed(wrong_patient=("monitor-2",), last_rejection="token p-9"),
        "monitor-2 speaks for another patient (token p-9): put it right, or acknowledge monitor-2 with a note",
    ),
    (
        "wrong patients",
        feed(wrong_patient=("monitor-2", "monitor-3"), last_rejection="token p-9"),
        "monitor-2, monitor-3 speak for another patient (token p-9)",
    ),
    (
        "two monitors",
        feed(two_monitors=("monitor-1",)),
        "two monitors speak as monitor-1: take one away and wait a minute, or acknowledge monitor-1 with a note",
    ),
    ("hung", feed(frozen=(Signal.SPO2,)), "SpO2 repeats itself with new stamps: look at the monitor"),
    ("monitor", feed(offline=("monitor-1",)), "monitor monitor-1 is offline"),
    ("no pulse", without(Signal.HR), "no heart rate yet"),
    ("no SpO2", without(Signal.SPO2), "no SpO2 yet"),
    ("no line", without(Signal.LINE_PRESSURE), "no line pressure yet"),
    ("old pulse", aged(Signal.HR, 10_001), "heart rate is 10 s old (limit 10 s)"),
    ("pulse of long ago", aged(Signal.HR, 600_000), "heart rate is 600 s old (limit 10 s)"),
    ("old SpO2", aged(Signal.SPO2, 10_001), "SpO2 is 10 s old (limit 10 s)"),
    ("old line", aged(Signal.LINE_PRESSURE, 2_001), "line pressure is 2 s old (limit 2 s)"),
]
#: What keeps a lease that is a volume, or none, cannot be read back from the pump.
UNREAD = (WatchdogKind.VOLUME_TARGET, WatchdogKind.NONE)
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


# A state is frozen, and a session takes a while to get to one: each is made once.


@cache
def ready() -> ChannelState:
    return verified().state


@cache
def running() -> ChannelState:
    return infusing().state


@cache
def standing() -> ChannelState:
    return paused().state


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in SHUT], ids=[row[0] for row in SHUT])
def test_one_shut_gate_blocks_start_and_resume_and_says_why(change: Change, said: str) -> None:
    assert start_blockers(ready(), POLICY) == ()
    assert resume_blockers(standing(), POLICY) == ()
    (start,) = start_blockers(change(ready()), POLICY)
    (resume,) = resume_blockers(change(standing()), POLICY)
    assert said in start
    assert said in resume


@pytest.mark.parametrize("watchdog", UNREAD)
def test_a_lease_that_is_no_watchdog_is_not_asked_for_as_one(watchdog: WatchdogKind) -> None:
    policy = replace(POLICY, watchdog=watchdog)
    assert start_blockers(delivery(watchdog_ms=None)(ready()), policy) == ()


@pytest.mark.parametrize("change", [row[1] for row in OPEN], ids=[row[0] for row in OPEN])
def test_at_its_limit_a_gate_is_open(change: Change) -> None:
    assert start_blockers(change(ready()), POLICY) == ()
    assert resume_blockers(change(standing()), POLICY) == ()


def test_all_reasons_are_given_together() -> None:
    state = ready()
    for _, change, _ in SHUT[:2] + SHUT[-2:]:
        state = change(state)
    assert len(start_blockers(state, POLICY)) == 4


def test_without_a_transducer_nobody_waits_for_a_line_pressure() -> None:
    state = without(Signal.LINE_PRESSURE)(ready())
    assert start_blockers(state, replace(POLICY, fitted=frozenset())) == ()


# -- start only --------------------------------------------------------------------------------------------------


def with_cuffs(sys: float, dia: float) -> ChannelState:
    state = ready()
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
    (said,) = start_blockers(replace(ready(), cuff=()), POLICY)
    assert said.startswith("no baseline:")
    assert isinstance(baseline_shown(replace(ready(), cuff=())), str)


def test_the_baseline_shown_carries_the_pulse_if_there_is_one() -> None:
    state = ready()
    seen = baseline_shown(state)
    unseen = baseline_shown(without(Signal.HR)(state))
    assert not isinstance(seen, str)
    assert not isinstance(unseen, str)
    assert (seen.hr, unseen.hr) == (72.0, None)


@pytest.mark.parametrize(("age_ms", "is_open"), [(390_000, True), (390_001, False)])
def test_a_cuff_reading_that_ST1_would_call_old_blocks_the_start(age_ms: int, is_open: bool) -> None:
    blockers = start_blockers(cuff_aged(age_ms)(ready()), POLICY)
    assert blockers == (
        () if is_open else ("newest cuff reading is 390 s old (limit 390 s): take another reading",)
    )


@pytest.mark.parametrize(("score", "is_open"), [(5, True), (4, False), (0, False)])
def test_a_sedation_score_below_5_blocks_the_start_and_none_does_not(score: int, is_open: bool) -> None:
    bench = verified()
    assert start_blockers(bench.state, POLICY) == ()
    bench.score(Signal.MOAAS, score)
    assert (f"MOAA/S {score}: needs 5" in start_blockers(bench.state, POLICY)) is not is_open


@pytest.mark.parametrize(
    ("age_ms", "said"),
    [
        (899_999, "newest cuff reading is 899 s old (limit 390 s): take another reading"),
        (900_000, "newest cuff reading is 900 s old (limit 390 s): take another reading"),
        (900_001, "no baseline: newest cuff reading is 15 min old (limit 15 min)"),
    ],
)
def test_an_old_reading_is_named_once_by_whoever_finds_it_too_old(age_ms: int, said: str) -> None:
    named = [
        one for one in start_blockers(cuff_aged(age_ms)(ready()), POLICY) if "newest cuff reading" in one
    ]
    assert named == [said]


def test_a_row_that_would_act_at_once_blocks_the_start() -> None:
    """facts/clinical.md 3.3, START: no start into a stand."""
    bench = verified()
    bench.advance(1)
    bench.sample((Signal.HR, 121.0))
    assert start_blockers(bench.state, POLICY) == ("HR1: heart rate 121 bpm > 120 bpm",)


def test_a_row_relative_to_the_baseline_is_judged_by_the_one_the_start_would_accept() -> None:
    state = ready()
    readings = (CuffReading(state.now.ms - 60_000, 116, 78, None), CuffReading(state.now.ms, 124, 78, None))
    newest = Sample(Signal.SYS, 124.0, state.now.ms, state.now, "monitor-1", 99)
    others = tuple(one for one in state.picture.samples if one.signal is not Signal.SYS)
    samples = tuple(
        replace(one, measured_ms=state.now.ms) if one.signal is Signal.DIA else one for one in others
    )
    state = replace(state, cuff=readings, picture=replace(state.picture, samples=(*samples, newest)))
    near = tuple(
        replace(row, when=Over(Signal.SYS, OfBaseline(102))) if row.id == "BP1" else row
        for row in POLICY.rules
    )
    (said,) = start_blockers(state, replace(POLICY, rules=near))
    assert said == "BP1: systolic 124 mmHg > 122.4 mmHg (102 % of baseline)"
    assert start_blockers(state, POLICY) == ()


def test_a_silence_that_no_gate_names_is_named_by_its_row() -> None:
    """A breathing rate is not asked for, but one that was sent and is sent no more is missed (ST2)."""
    bench = verified()
    bench.advance(1)
    bench.sample((Signal.RR, 14.0))
    silent = aged(Signal.RR, 31_000)(bench.state)
    (said,) = start_blockers(silent, POLICY)
    assert said.startswith("ST2: no new respiration rate for 31 s")
    (told,) = start_blockers(feed(is_up=False, reason="refused")(silent), POLICY)
    assert told == "no broker: refused"


def test_a_low_score_blocks_however_old_it_is() -> None:
    bench = verified()
    bench.score(Signal.MOAAS, 4)
    bench.advance(1300)
    assert "MOAA/S 4: needs 5" in start_blockers(bench.state, POLICY)


# -- resume only -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age_ms", "is_open"), [(120_000, True), (120_001, False)])
def test_a_cuff_reading_older_than_two_minutes_blocks_a_resume(age_ms: int, is_open: bool) -> None:
    blockers = resume_blockers(cuff_aged(age_ms)(standing()), POLICY)
    assert (blockers == ()) is is_open
    if not is_open:
        assert "one has been requested" in blockers[0]


def test_how_old_a_reading_is_is_said_in_whole_seconds() -> None:
    (said,) = resume_blockers(cuff_aged(999_000)(standing()), POLICY)
    assert said == f"newest cuff reading is 999 s old (limit 120 s); {CUFF_REQUESTED}"


def test_a_suspect_reading_or_half_of_one_opens_neither_resume_nor_restore() -> None:
    """facts/clinical.md 4: never use a doubtful reading to clear; its age is not the age of a good one."""
    bench = paused()
    bench.advance(121)
    for pairs, is_suspect in (
        (((Signal.SYS, 82.0), (Signal.DIA, 78.0)), True),
        (((Signal.SYS, 125.0),), False),
    ):
        bench.tick()
        samples = tuple(Sample(s, v, bench.now.ms, bench.now, "hand-1", 1, is_suspect) for s, v in pairs)
        bench.post(ev.SamplesArrived(at=bench.now, samples=samples))
        (said,) = (one for one in resume_blockers(bench.state, POLICY) if "cuff" in one)
        assert said.startswith("newest cuff reading is 121 s old (limit 120 s)")
        assert said in restore_blockers(bench.state, POLICY)


FITTED = (Signal.LINE_PRESSURE, Signal.AIR_BUBBLE, Signal.AIR_15MIN, Signal.BUTTON)


@pytest.mark.parametrize("signal", FITTED)
def test_every_source_that_is_fitted_must_speak_before_start_and_resume(signal: Signal) -> None:
    """A sensor that is silent from the beginning would hold the infusion at once."""
    policy = replace(POLICY, fitted=frozenset({signal}))
    name = WORDS[signal]
    for state, blockers in ((ready(), start_blockers), (standing(), resume_blockers)):
        silent = without(signal)(state)
        expected = () if signal is Signal.AIR_15MIN else (f"no {name} yet",)
        assert blockers(silent, policy) == expected
        spoken = Sample(signal, 0.0, state.now.ms, state.now, "sensor-1", 1)
        known = replace(silent, picture=replace(silent.picture, samples=(*silent.picture.samples, spoken)))
        assert blockers(known, policy) == ()
        (said,) = blockers(aged(signal, 2_001)(known), policy)
        assert said == f"{name} is 2 s old (limit 2 s)"


def test_without_any_cuff_reading_there_is_no_resume() -> None:
    (said,) = resume_blockers(replace(standing(), cuff=()), POLICY)
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
    blockers = resume_blockers(replace(standing(), findings=(row,)), POLICY)
    is_blocked = demand >= Demand.PAUSE and not is_releasable
    assert blockers == (("BP9: needs 2 readings",) if is_blocked else ())


def test_a_rule_without_words_of_its_own_blocks_with_its_reason() -> None:
    row = finding(Demand.PAUSE, is_releasable=False)
    assert resume_blockers(replace(standing(), findings=(row,)), POLICY) == ("BP9: high",)


def permitted(state: ChannelState, rate_nl_h: int) -> ChannelState:
    """As the decision before left it."""
    assert state.permit is not None
    return replace(state, permit=replace(state.permit, rate_nl_h=rate_nl_h))


@pytest.mark.parametrize(
    ("rate", "resumes", "restores"),
    [(0, True, False), (1, False, True), (RATE - 1, False, True), (RATE, False, False)],
)
def test_a_stand_is_resumed_a_slowed_rate_restored_and_the_prescribed_one_neither(
    rate: int, resumes: bool, restores: bool
) -> None:
    state = permitted(running(), rate)
    assert (can_resume(state), can_restore(state)) == (resumes, restores)


def test_what_nothing_has_permitted_yet_stands() -> None:
    """Law 9: the first moment after a restart of the daemon in an infusion."""
    state = replace(running(), permit=None)
    assert can_resume(state)
    assert not can_restore(state)


@pytest.mark.parametrize("rate", [0, RATE // 2])
def test_outside_an_infusion_nothing_is_resumed_or_restored(rate: int) -> None:
    state = permitted(running(), rate)
    for phase in set(Phase) - {Phase.INFUSING}:
        other = replace(state, session=replace(state.session, phase=phase))
        assert not can_resume(other)
        assert not can_restore(other)
    empty = replace(state, session=Session(phase=Phase.INFUSING))
    assert not can_resume(empty)
    assert not can_restore(empty)


def test_three_rows_that_slow_stand_together_and_block_a_resume_that_would_move_nothing() -> None:
    """facts/clinical.md 3.2: a third independent SLOW is a PAUSE."""
    rows = tuple(
        replace(finding(Demand.SLOW, is_releasable=False), rule_id=one, cause=one) for one in ("A", "B", "C")
    )
    state = standing()
    assert resume_blockers(replace(state, findings=rows), POLICY) == ("A: high", "B: high", "C: high")
    assert resume_blockers(replace(state, findings=rows[:2]), POLICY) == ()


def with_slowest(rate_nl_h: int) -> Policy:
    capabilities = replace(CAPABILITIES, rate_min_nl_h=rate_nl_h)
    return replace(POLICY, capabilities={"bd-60": capabilities})


def test_a_resume_goes_to_half_the_rate_as_the_pump_can_do_it_or_is_refused() -> None:
    state = standing()
    assert half_rate_nl_h(state, with_slowest(13_100_000)) == 13_100_000
    assert resume_blockers(state, with_slowest(13_100_000)) == ()
    assert half_rate_nl_h(state, with_slowest(13_100_001)) == 0
    (said,) = resume_blockers(state, with_slowest(13_200_000))
    assert said == "half the rate of 26.2 mL/h is below what the pump can do, 13.2 mL/h"
    assert half_rate_nl_h(Bench().state, POLICY) == 0
    unverified = replace(state, session=replace(state.session, programme=None))
    (said,) = resume_blockers(unverified, with_slowest(13_200_000))
    assert said == "half the rate is below what the pump can do, 13.2 mL/h"
    held = replace(unverified, findings=(finding(Demand.SLOW, is_releasable=False),))
    assert resume_blockers(held, with_slowest(13_200_000))[0] == "BP9: high"


# -- restore -----------------------------------------------------------------------------------------------------


@cache
def slowed() -> ChannelState:
    """At half the rate with nothing against the rest."""
    bench = infusing()
    bench.cuff(125, 78)
    return permitted(bench.state, RATE // 2)


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in SHUT], ids=[row[0] for row in SHUT])
def test_one_shut_gate_blocks_a_restore_and_says_why(change: Change, said: str) -> None:
    assert restore_blockers(slowed(), POLICY) == ()
    (blocker,) = restore_blockers(change(slowed()), POLICY)
    assert said in blocker


@pytest.mark.parametrize("demand", [Demand.ADVISE, Demand.SLOW, Demand.PAUSE])
@pytest.mark.parametrize("is_releasable", [True, False])
def test_a_row_that_restricts_and_is_not_releasable_blocks_the_restore(
    demand: Demand, is_releasable: bool
) -> None:
    row = finding(demand, is_releasable=is_releasable, blocks="needs 2 readings")
    blockers = restore_blockers(replace(slowed(), findings=(row,)), POLICY)
    is_blocked = demand >= Demand.SLOW and not is_releasable
    assert blockers == (("BP9: needs 2 readings",) if is_blocked else ())


def test_an_old_cuff_reading_blocks_a_restore_too() -> None:
    (said,) = restore_blockers(replace(slowed(), cuff=()), POLICY)
    assert CUFF_REQUESTED in said


@pytest.mark.parametrize(
    ("ago_ms", "said"),
    [
        (0, ("resumed 0 s ago: half the rate for 300 s first",)),
        (120_000, ("resumed 120 s ago: half the rate for 300 s first",)),
        (299_999, ("resumed 299 s ago: half the rate for 300 s first",)),
        (300_000, ()),
        (300_001, ()),
    ],
)
def test_half_the_rate_for_five_minutes_of_treatment_time(ago_ms: int, said: tuple[str, ...]) -> None:
    """facts/clinical.md 3.2; a link clock that runs slower changes nothing."""
    state = slowed()
    resumed = Stamp(state.now.ms - ago_ms, state.now.link_ms)
    state = replace(state, session=replace(state.session, resumed=resumed))
    assert restore_blockers(state, POLICY) == said
    assert restore_in_ms(state) == max(0, 300_000 - ago_ms)


def test_a_rate_that_was_never_resumed_waits_for_no_five_minutes() -> None:
    assert restore_in_ms(slowed()) == 0


def test_what_is_shown_is_what_refuses() -> None:
    bench = paused()
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="refused"))
    bench.post(ev.MonitorSpoke(at=bench.now, device="monitor-2", is_online=False))
    shown = tuple(bench.shown["resume_blocked_by"])
    assert len(shown) == 2
    assert bench.resume()[0].reasons == shown


def test_what_is_shown_is_what_refuses_a_restore() -> None:
    bench = paused()
    bench.resume()
    bench.post(ev.MonitorSpoke(at=bench.now, device="monitor-2", is_online=False))
    shown = tuple(bench.shown["restore_blocked_by"])
    assert len(shown) == 2
    assert bench.restore()[0].reasons == shown


def test_a_signal_that_never_came_because_it_was_refused_says_why() -> None:
    """Faults row 89: a box with a wrong clock finds every sample late; "no heart rate yet" sends nobody to the clock."""
    state = without(Signal.HR)(ready())
    refused = replace(
        state.feed, rejects=((Signal.HR, 3),), last_rejection="monitor-1: late: 90000001 ms old"
    )
    told = start_blockers(replace(state, feed=refused), POLICY)
    assert "no heart rate yet (monitor-1: late: 90000001 ms old)" in told
    other = replace(
        state.feed, rejects=((Signal.SPO2, 3),), last_rejection="monitor-1: late: 90000001 ms old"
    )
    assert "no heart rate yet" in start_blockers(replace(state, feed=other), POLICY)


def test_an_order_that_was_never_held_against_the_library_in_force_does_not_start() -> None:
    """Requirements 3.1 (62)."""
    state = verified().state
    other = replace(POLICY, library=Library(BUILT_IN.drugs, "ab" * 32))
    told = "this order was made under the drug library built-in, now abababababab is in force: enter the order again"
    assert start_blockers(state, other) == (*start_blockers(state, POLICY), told)
