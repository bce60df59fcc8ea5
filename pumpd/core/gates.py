"""What stands between a person's wish and flow: every reason, in sentences, always the same ones.

Theory of operation. `start_blockers` and `resume_blockers` are shown live to the nurse and used for the refusal, so what
the screen says and what the daemon does cannot differ. An empty tuple is the only permission.
"""

from interlocks.vocabulary import Baseline, Demand, Finding, Signal
from pumpd.core.session import Phase, baseline_of
from pumpd.core.state import ChannelState, Policy

#: facts/clinical.md 3.3. Ages in treatment ms.
RESUME_CUFF_AGE_MS = 120_000
#: clinical.md 3.2, ST2: a pulse or saturation older than this is no longer "fresh"; link ms.
PULSE_AGE_MS = 10_000
BASELINE_SYS_MAX_MMHG = 160
BASELINE_DIA_MAX_MMHG = 100
START_SPO2_MIN_PERCENT = 94
#: A line pressure is a 10 Hz signal; clinical.md 3.2, LP1: stale after 2 s, link ms.
LINE_AGE_MS = 2_000


def start_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """Everything that stands between a verified order and flow; facts/clinical.md 3.3, START."""
    found = list(_pump_blockers(state, policy))
    baseline = baseline_shown(state)
    if isinstance(baseline, str):
        found.append(f"no baseline: {baseline}")
    elif baseline.sys > BASELINE_SYS_MAX_MMHG or baseline.dia > BASELINE_DIA_MAX_MMHG:
        limit = f"{BASELINE_SYS_MAX_MMHG}/{BASELINE_DIA_MAX_MMHG} mmHg"
        found.append(f"baseline {baseline.sys:g}/{baseline.dia:g} mmHg is above {limit}")
    found.extend(_vitals_blockers(state, policy))
    spo2 = state.picture.newest(Signal.SPO2)
    if spo2 is not None and spo2.value < START_SPO2_MIN_PERCENT:
        found.append(f"SpO2 {spo2.value:g} % is below {START_SPO2_MIN_PERCENT} %")
    return tuple(found)


def baseline_shown(state: ChannelState) -> Baseline | str:
    hr = state.picture.newest(Signal.HR)
    return baseline_of(state.cuff, None if hr is None else hr.value, state.now.ms)


def _pump_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    delivery, found = state.delivery, []
    if state.journal_failure:
        found.append(f"the journal cannot be written: {state.journal_failure}")
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
    if delivery.watchdog_ms != policy.lease_ms:
        shown = "unknown" if delivery.watchdog_ms is None else f"{delivery.watchdog_ms} ms"
        found.append(f"the pump's communication watchdog is {shown}, needed {policy.lease_ms} ms")
    return tuple(found)


def _vitals_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    found = []
    if not state.feed.is_up:
        found.append(f"no broker: {state.feed.reason}")
    if state.feed.wrong_patient:
        found.append(f"{state.feed.wrong_patient} speaks for another patient ({state.feed.last_rejection})")
    found.extend(f"monitor {one} is offline" for one in state.feed.offline)
    wanted = [(Signal.HR, "heart rate", PULSE_AGE_MS), (Signal.SPO2, "SpO2", PULSE_AGE_MS)]
    if policy.has_line_pressure:
        wanted.append((Signal.LINE_PRESSURE, "line pressure", LINE_AGE_MS))
    for signal, name, limit_ms in wanted:
        age_ms = state.picture.age_link_ms(signal, state.now)
        if age_ms is None:
            found.append(f"no {name} yet")
        elif age_ms > limit_ms:
            found.append(f"{name} is {age_ms / 1000:.0f} s old (limit {limit_ms // 1000} s)")
    return tuple(found)


def resume_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """Every cause that persists, and every check that is not fresh; facts/clinical.md 3.3, RESUME."""
    found = [f"{one.rule_id}: {one.blocks_because or one.reason}" for one in _standing(state)]
    found.extend(_pump_blockers(state, policy))
    found.extend(_vitals_blockers(state, policy))
    age_ms = state.picture.age_ms(Signal.SYS, state.now)
    if age_ms is None:
        found.append("no cuff reading since the start of the daemon; one has been requested")
    elif age_ms > RESUME_CUFF_AGE_MS:
        limit_s = RESUME_CUFF_AGE_MS // 1000
        found.append(
            f"newest cuff reading is {age_ms // 1000} s old (limit {limit_s} s); one has been requested"
        )
    return tuple(found)


def _standing(state: ChannelState) -> list[Finding]:
    """Rows that a resume could not lift: all that hold; and of those that slow, all when nothing else would change."""
    restricting = [one for one in state.findings if one.demand >= Demand.SLOW]
    stuck = [one for one in restricting if not one.is_releasable]
    holding = [one for one in stuck if one.demand >= Demand.PAUSE]
    if holding or state.session.holds or len(stuck) < len(restricting):
        return holding
    return stuck


def can_resume(state: ChannelState) -> bool:
    """There is something for a person to lift: a hold, a rule that may be released, or the ratchet."""
    session = state.session
    if session.phase is not Phase.INFUSING or session.programme is None:
        return False
    return bool(session.holds) or session.ratchet_nl_h < session.programme.rate_nl_h
