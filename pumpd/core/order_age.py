"""How long a verified order waits for its start, and when two people must look at it again.

Theory of operation. What two people compared was this patient in this chair and this syringe. A verification therefore
holds for an hour: priming, checklist, a baseline that may be 15 minutes old and a nurse called away fit into it, the next
patient does not (facts/requirements.md 71). Nothing is cleared: the order stands, its age is shown, ten minutes before the
end people are told, and from then on a second person may verify it anew. A session under way has nothing of this.

Age is treatment time. After a restart nobody knows how long the order has waited (law 9; the wall clock decides nothing),
so a second person looks again then, too.
"""

from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Policy

MINUTE_MS = 60_000
#: So long before the end it is told, and an earlier second look is one.
NEAR_LAPSE_MS = 10 * MINUTE_MS


def left_ms(state: ChannelState, policy: Policy) -> int | None:
    """How long a start may still follow, treatment ms; 0: verify again. None: nothing is verified and waits."""
    session = state.session
    if session.phase is not Phase.VERIFIED:
        return None
    if session.verified is None:
        return 0
    return max(0, policy.verified_within_ms - (state.now.ms - session.verified.ms))


def can_verify(state: ChannelState, policy: Policy) -> bool:
    """An order waits for a second person, or will before long."""
    left = left_ms(state, policy)
    return state.session.phase is Phase.ORDERED or (left is not None and left <= NEAR_LAPSE_MS)


def blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """The verification is too old for a start; () it is not."""
    if left_ms(state, policy) != 0:
        return ()
    verified = state.session.verified
    if verified is None:
        return ("the daemon was restarted since the order was verified: verify it again",)
    ago_min = (state.now.ms - verified.ms) // MINUTE_MS
    limit_min = policy.verified_within_ms // MINUTE_MS
    return (f"the order was verified {ago_min} min ago (limit {limit_min} min): verify it again",)


def lapse_told(state: ChannelState, policy: Policy) -> str:
    """What people hear before it happens and when it has, without a number that creeps; "" nothing yet."""
    left = left_ms(state, policy)
    if left is None or left > NEAR_LAPSE_MS:
        return ""
    if left == 0:
        return "the order must be verified again before a start, or stopped: its verification is too old"
    return f"the order must be started within {NEAR_LAPSE_MS // MINUTE_MS} min, or be verified again"


def waiting(state: ChannelState, policy: Policy) -> dict[str, bool | int | None]:
    """For the summary: whether a second person may look, and for how long a start may follow, s."""
    left = left_ms(state, policy)
    return {
        "can_verify": can_verify(state, policy),
        "verified_left_s": None if left is None else left // 1000,
    }
