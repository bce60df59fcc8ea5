"""What stands between a person's wish and flow: every reason, in sentences, always the same ones.

Theory of operation. `start_blockers`, `resume_blockers` and `restore_blockers` are shown live to the nurse and used for
the refusal, so what the screen says and what the daemon does cannot differ. An empty tuple is the only permission.
"""

from drivers.contract import WatchdogKind
from interlocks.conditions import WORDS
from interlocks.vocabulary import FITTED, Baseline, Demand, Finding, Signal
from pumpd.core import journal_room, neighbours, order_age
from pumpd.core.absence import or_gone, with_ways_out
from pumpd.core.clinic import gates as clinic_gates
from pumpd.core.guard import capabilities_of
from pumpd.core.library_change import other_library
from pumpd.core.pump_view import is_dose_given, why_not_complete
from pumpd.core.restriction import Hold, from_findings
from pumpd.core.session import BASELINE_AGE_MS, Phase, baseline_of
from pumpd.core.start_check import low_score, unsafe_rows
from pumpd.core.state import ChannelState, Policy
from pumpd.core.units import format_rate

#: facts/clinical.md 3.3. Ages in treatment ms.
RESUME_CUFF_AGE_MS = 120_000
#: clinical.md 3.2: half the rate for five minutes after a resume.
HALF_PERCENT = 50
RESTORE_AFTER_MS = 300_000
#: In a reason: the monitor has been asked for what is missing.
CUFF_REQUESTED = "one has been requested"
#: clinical.md 3.2, ST2: a pulse or saturation older than this is no longer "fresh"; link ms.
PULSE_AGE_MS = 10_000
BASELINE_SYS_MAX_MMHG = 160
BASELINE_DIA_MAX_MMHG = 100
START_SPO2_MIN_PERCENT = 94
#: What has a source of its own is stale after 2 s, link ms (clinical.md 3.2, LP1, AI1 and BT1).
FITTED_AGE_MS = 2_000
#: A sum that not every air sensor sends (clinical.md 3.2, AI1).
NOT_ALWAYS_SENT = (Signal.AIR_15MIN,)
#: clinical.md 3.2, ST1: an older reading is missed, and counts as silence from the start on; treatment ms.
START_CUFF_AGE_MS = 390_000


def start_blockers(state: ChannelState, policy: Policy, accept_soft: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Everything between a verified order and flow, but for soft limits accepted; facts/clinical.md 3.3, START."""
    found = list(_pump_blockers(state, policy))
    if state.configuration_edited:
        found.append(f"{state.configuration_edited}: put the file back, or have pumpd restarted")
    if changed := other_library(state.session, policy.library):
        found.append(f"{changed}: enter the order again")
    found.extend(order_age.blockers(state, policy))
    found.extend(neighbours.blockers(state))
    found.extend(journal_room.blockers(state))
    baseline = baseline_shown(state)
    if isinstance(baseline, str):
        found.append(f"no baseline: {baseline}")
    elif baseline.sys > BASELINE_SYS_MAX_MMHG or baseline.dia > BASELINE_DIA_MAX_MMHG:
        limit = f"{BASELINE_SYS_MAX_MMHG}/{BASELINE_DIA_MAX_MMHG} mmHg"
        found.append(f"baseline {baseline.sys:g}/{baseline.dia:g} mmHg is above {limit}")
    age_ms = _cuff_age_ms(state)
    if age_ms is not None and START_CUFF_AGE_MS < age_ms <= BASELINE_AGE_MS:
        limit_s = START_CUFF_AGE_MS // 1000
        found.append(
            f"newest cuff reading is {age_ms // 1000} s old (limit {limit_s} s): take another reading"
        )
    vitals = _vitals_blockers(state, policy)
    found.extend(vitals)
    spo2 = state.picture.newest(Signal.SPO2)
    if spo2 is not None and spo2.value < START_SPO2_MIN_PERCENT:
        found.append(f"SpO2 {spo2.value:g} % is below {START_SPO2_MIN_PERCENT} %")
    found.extend(low_score(state))
    found.extend(clinic_gates.start_blockers(state, policy, baseline, accept_soft))
    accepted = None if isinstance(baseline, str) else baseline
    found.extend(unsafe_rows(state, policy, accepted, are_silences_told=len(found) > 0))
    return with_ways_out(state, found)


def baseline_shown(state: ChannelState) -> Baseline | str:
    hr = state.picture.newest(Signal.HR)
    return baseline_of(state.cuff, None if hr is None else hr.value, state.now.ms)


def _pump_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    delivery, found = state.delivery, []
    if state.journal_failure:
        # A disk that works again is not believed (facts/faults.md row 83): only a new start opens the journal anew.
        mend = "have the disk looked at, then restart pumpd"
        found.append(f"the journal cannot be written: {state.journal_failure}; {mend}")
    if state.restore_problem:
        found.append("an earlier session of this channel could not be restored: acknowledge RESTORE first")
    if delivery.surprise:
        found.append(f"{delivery.surprise}: acknowledge PUMP-ACT first")
    if not delivery.is_link_up:
        return (*found, f"no pump: {delivery.link_reason}")
    if delivery.doubted_nl_h:
        found.append("the last command's outcome is unknown: the pump has not confirmed that it stands still")
    elif delivery.halt_since is not None:
        found.append("the pump has not confirmed that it stands still")
    if not delivery.is_configured:
        reason = delivery.config_refusal or "not confirmed yet"
        found.append(f"the pump is not set up for this syringe: {reason}")
    # A lease that is a volume is kept by the driver, and one that is not there cannot be read.
    if policy.watchdog is WatchdogKind.COMMUNICATION and delivery.watchdog_ms != policy.lease_ms:
        shown = "unknown" if delivery.watchdog_ms is None else f"{delivery.watchdog_ms} ms"
        found.append(f"the pump's communication watchdog is {shown}, needed {policy.lease_ms} ms")
    return tuple(found)


def _vitals_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    found = []
    if not state.feed.is_up:
        found.append(f"no broker: {state.feed.reason}")
    if state.feed.wrong_patient:
        devices = ", ".join(state.feed.wrong_patient)
        speaks = "speaks" if len(state.feed.wrong_patient) == 1 else "speak"
        said = f"{devices} {speaks} for another patient ({state.feed.last_rejection})"
        found.append(f"{said}: put it right, or {' and '.join(map(or_gone, state.feed.wrong_patient))}")
    found.extend(
        f"two monitors speak as {one}: take one away and wait a minute, or {or_gone(one)}"
        for one in state.feed.two_monitors
    )
    found.extend(
        f"{WORDS[one]} repeats itself with new stamps: look at the monitor" for one in state.feed.frozen
    )
    found.extend(f"monitor {one} is offline: bring it back, or {or_gone(one)}" for one in state.feed.offline)
    wanted = [(Signal.HR, PULSE_AGE_MS), (Signal.SPO2, PULSE_AGE_MS)]
    wanted.extend((signal, FITTED_AGE_MS) for signal in FITTED if signal in policy.fitted)
    for signal, limit_ms in wanted:
        age_ms = state.picture.age_link_ms(signal, state.now)
        if age_ms is None and signal not in NOT_ALWAYS_SENT:
            is_refused = any(one is signal for one, _ in state.feed.rejects)
            found.append(
                f"no {WORDS[signal]} yet" + (f" ({state.feed.last_rejection})" if is_refused else "")
            )
        elif age_ms is not None and age_ms > limit_ms:
            found.append(f"{WORDS[signal]} is {age_ms / 1000:.0f} s old (limit {limit_ms // 1000} s)")
    return tuple(found)


def resume_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """Every cause that persists, and every check that is not fresh; facts/clinical.md 3.3, RESUME."""
    found = [_because(one) for one in _standing(state, policy)]
    if half_rate_nl_h(state, policy) == 0:
        programme = state.session.programme
        prescribed = "" if programme is None else f" of {format_rate(programme.rate_nl_h)}"
        slowest = format_rate(capabilities_of(state, policy).rate_min_nl_h)
        found.append(f"half the rate{prescribed} is below what the pump can do, {slowest}")
    if is_dose_given(state) and (reason := why_not_complete(state)):
        found.append(reason)
    found.extend(_pump_blockers(state, policy))
    found.extend(_vitals_blockers(state, policy))
    found.extend(_cuff_blockers(state))
    return with_ways_out(state, found)


def restore_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """What stands between half the rate, or a slowed one, and the prescribed one; facts/clinical.md 3.2."""
    found = []
    left_ms = restore_in_ms(state)
    if left_ms > 0:
        ago_s = (RESTORE_AFTER_MS - left_ms) // 1000
        found.append(f"resumed {ago_s} s ago: half the rate for {RESTORE_AFTER_MS // 1000} s first")
    found.extend(_because(one) for one in _stuck(state))
    if is_dose_given(state) and (reason := why_not_complete(state)):
        found.append(reason)
    found.extend(_pump_blockers(state, policy))
    found.extend(_vitals_blockers(state, policy))
    found.extend(_cuff_blockers(state))
    return with_ways_out(state, found)


def restore_in_ms(state: ChannelState) -> int:
    """How long after the last resume the rate still stays at half, treatment ms; 0: no longer."""
    resumed = state.session.resumed
    return 0 if resumed is None else max(0, RESTORE_AFTER_MS - (state.now.ms - resumed.ms))


def half_rate_nl_h(state: ChannelState, policy: Policy) -> int:
    """Where a resume leads: half the prescribed rate as this pump can do it; 0: it cannot."""
    programme = state.session.programme
    if programme is None:
        return 0
    return capabilities_of(state, policy).floor_rate(programme.rate_nl_h * HALF_PERCENT // 100)


def _cuff_blockers(state: ChannelState) -> tuple[str, ...]:
    age_ms = _cuff_age_ms(state)
    if age_ms is None:
        return (f"no cuff reading since the start of the daemon; {CUFF_REQUESTED}",)
    if age_ms <= RESUME_CUFF_AGE_MS:
        return ()
    limit_s = RESUME_CUFF_AGE_MS // 1000
    return (f"newest cuff reading is {age_ms // 1000} s old (limit {limit_s} s); {CUFF_REQUESTED}",)


def _cuff_age_ms(state: ChannelState) -> int | None:
    """Since when the newest whole reading that is not suspect was measured, treatment ms; None: there is none."""
    return state.now.ms - state.cuff[-1].ms if state.cuff else None


def _because(finding: Finding) -> str:
    return f"{finding.rule_id}: {finding.blocks_because or finding.reason}"


def _stuck(state: ChannelState) -> list[Finding]:
    """Rows that restrict and that no person may release yet."""
    return [one for one in state.findings if one.demand >= Demand.SLOW and not one.is_releasable]


def _standing(state: ChannelState, policy: Policy) -> list[Finding]:
    """Rows that would hold delivery after a resume: they pause, or they slow and together leave no rate."""
    programme, stuck = state.session.programme, _stuck(state)
    if programme is None or not stuck:
        return stuck
    left = from_findings(stuck, programme.rate_nl_h, capabilities_of(state, policy).floor_rate)
    holding = {one.rule for one in left if one.hold is not Hold.NONE}
    return [one for one in stuck if one.rule_id in holding]


def can_resume(state: ChannelState) -> bool:
    """An infusion stands still: there is something for a person to lift."""
    return _is_under_way(state) and _permitted_nl_h(state) == 0


def can_restore(state: ChannelState) -> bool:
    """An infusion goes on below its prescribed rate."""
    programme = state.session.programme
    if programme is None or not _is_under_way(state):
        return False
    return 0 < _permitted_nl_h(state) < programme.rate_nl_h


def _is_under_way(state: ChannelState) -> bool:
    return state.session.phase is Phase.INFUSING and state.session.programme is not None


def _permitted_nl_h(state: ChannelState) -> int:
    return 0 if state.permit is None else state.permit.rate_nl_h
