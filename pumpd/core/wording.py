"""The state of a channel in one word, one sentence and one next step.

Theory of operation. The word comes from the pump's readback and the permit together: PAUSING until the pump has confirmed,
NOT CONFIRMED when it has not within a second, never PAUSED because we sent something. The sentence says why, the next
step what a person can do about it, and neither promises what the daemon would refuse.
"""

from drivers.contract import Motion
from interlocks.findings import EARLIER
from interlocks.vocabulary import Demand
from pumpd.core.gates import restore_in_ms
from pumpd.core.guard import STOP_CONFIRM_MS
from pumpd.core.restriction import Source
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState
from pumpd.core.units import format_rate


def word_of(state: ChannelState) -> str:
    """The state in one word, from readback and permit together."""
    session, delivery = state.session, state.delivery
    since = delivery.halt_since
    if since is not None and state.now.link_ms - since.link_ms > STOP_CONFIRM_MS:
        return "NOT CONFIRMED"
    if since is not None and session.phase is Phase.INFUSING:
        return "PAUSING"
    if session.phase is Phase.COMPLETED:
        return "COMPLETED"
    if session.phase is Phase.STOPPED:
        return "STOPPED"
    if not delivery.is_link_up:
        return "NO PUMP"
    if session.phase in (Phase.IDLE, Phase.ORDERED):
        return "NO ORDER" if session.phase is Phase.IDLE else "NOT VERIFIED"
    if session.phase is Phase.VERIFIED:
        return "READY"
    granted, programme = state.permit, session.programme
    if granted is None or programme is None or granted.rate_nl_h == 0:
        return "PAUSED"
    if delivery.report is None or delivery.report.motion is not Motion.INFUSING:
        return "STARTING"
    return "SLOWED" if granted.rate_nl_h < programme.rate_nl_h else "INFUSING"


def headline(state: ChannelState, word: str, percent: int, restore_blocked: tuple[str, ...]) -> str:
    """Why it is so. `percent`: permitted of prescribed; `restore_blocked`: what stands before a restore."""
    if word == "NOT CONFIRMED":
        return "The pump has NOT CONFIRMED that it stands still: use the pump's own stop key"
    binding = state.permit.binding if state.permit else ()
    reasons = _joined([one.reason for one in binding])
    if word in ("PAUSED", "PAUSING"):
        return f"{word.capitalize()}{reasons}"
    if word == "SLOWED":
        is_half = state.session.resumed is not None and all(one.source is Source.OPERATOR for one in binding)
        return _resumed(state, percent, restore_blocked) if is_half else f"Slowed to {percent} %{reasons}"
    if word == "INFUSING":
        rate = state.permit.rate_nl_h if state.permit else 0
        return f"Infusing at {format_rate(rate)}, the prescribed rate"
    if word == "NO PUMP":
        return f"No pump: {state.delivery.link_reason}"
    fatal = next((one for one in state.findings if one.demand is Demand.STOP), None)
    if word == "STOPPED" and fatal is not None:
        return f"Stopped by {fatal.rule_id}: {fatal.reason}"
    if word == "COMPLETED" and not state.delivery.is_halt_confirmed:
        return "The dose is complete; the pump has not confirmed yet that it stands still"
    return _PLAIN.get(word, word)


def _joined(reasons: list[str]) -> str:
    """ ": A; B" of what holds the rate, and said as past when all of it is."""
    if reasons and all(one.startswith(EARLIER) for one in reasons):
        return (
            f", its cause is over: {'; '.join(dict.fromkeys(one.removeprefix(EARLIER) for one in reasons))}"
        )
    return f": {'; '.join(dict.fromkeys(reasons))}"


def _resumed(state: ChannelState, percent: int, blocked: tuple[str, ...]) -> str:
    # No countdown here: a headline that changes every second is read by nobody. `next` has it.
    if restore_in_ms(state):
        return f"Resumed at {percent} %: a nurse may restore the prescribed rate after 5 min"
    if blocked:
        return f"Resumed at {percent} %: not restored to the prescribed rate yet"
    return f"Resumed at {percent} %: a nurse may restore the prescribed rate now"


_PLAIN = {
    "COMPLETED": "The dose is complete; the motor stands still",
    "STOPPED": "The session was stopped; the rest of the dose is void",
    "NO ORDER": "No order",
    "NOT VERIFIED": "Order entered: a second person must verify it",
    "READY": "Verified, not started",
    "STARTING": "Starting: waiting for the pump's readback",
}


def next_step(
    state: ChannelState,
    word: str,
    *,
    start: tuple[str, ...],
    resume: tuple[str, ...],
    restore: tuple[str, ...],
) -> str:
    """What can be done now, or what must come before it; by the blockers of each act."""
    if word == "NOT CONFIRMED":
        if not state.delivery.is_link_up:
            return "Nobody answers on the pump's line: look at the pump; it stops by itself when it hears nothing"
        return "Halts are repeated until the pump confirms"
    if word == "PAUSED":
        return "Before resume: " + "; ".join(resume) if resume else "A nurse may resume, at half the rate"
    if word == "SLOWED":
        return (
            "Before restore: " + "; ".join(restore) if restore else "A nurse may restore the prescribed rate"
        )
    if word == "READY":
        return "Before start: " + "; ".join(start) if start else "A nurse may start"
    return ""
