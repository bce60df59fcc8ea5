"""How a treatment has gone so far: its length, its standstills, and how often rows have stopped it.

Theory of operation. Between two decisions nothing changes, so the time from one to the next belongs to what the first of
them permitted: a permit of zero makes it a pause. The sums are treatment time, not instants, so they outlive the
clocks of one boot; what passes while no daemon runs is nobody's time and is left out. Stands that rows demanded are kept
for ten minutes, because a delivery that is stopped, resumed and stopped again wants to be ended, not resumed
(facts/clinical.md 3.3 and 5.3).
"""

from typing import Final

from interlocks.vocabulary import Alert, Course, Stamp
from pumpd.core.replacing import replace
from pumpd.core.restriction import Permit, Source
from pumpd.core.session import Phase, Session

#: facts/clinical.md 3.3: three within ten minutes. More than eight within them tell nothing more.
ALERTS_WITHIN_MS = 600_000
ALERTS_KEPT = 8

#: By a name of its own, for what is asked at every decision; see `interlocks.vocabulary.TRUE`.
_INFUSING: Final = Phase.INFUSING


def lapsed(session: Session, permit: Permit | None, since: Stamp, now: Stamp) -> Session:
    """The session with the time since the last decision on its account.

    Args:
        session: as that decision left it.
        permit: of that decision; None or a rate of zero: delivery stood still.
        since: that decision.
        now: this one, of the same boot.
    """
    ms = now.ms - since.ms
    if session.phase is not _INFUSING or ms <= 0:
        return session
    alerts = session.alerts
    if alerts and now.ms - alerts[0].ms > ALERTS_WITHIN_MS:
        alerts = tuple(one for one in alerts if now.ms - one.ms <= ALERTS_WITHIN_MS)
    stood_ms = 0 if permit is not None and permit.rate_nl_h > 0 else ms
    return replace(
        session,
        elapsed_ms=session.elapsed_ms + ms,
        paused_ms=session.paused_ms + stood_ms,
        alerts=alerts,
    )


def course_of(session: Session) -> Course:
    """The sums as rows see them."""
    planned_ms = 0 if session.programme is None else session.programme.duration_s * 1000
    return Course(elapsed_ms=session.elapsed_ms, planned_ms=planned_ms, paused_ms=session.paused_ms)


def alerted(session: Session, before: Permit | None, after: Permit, now: Stamp) -> Session:
    """One alert more when delivery was permitted and rows have just brought it to a stand. A person's stand is none."""
    if before is None or before.rate_nl_h == 0 or after.rate_nl_h > 0 or session.phase is not Phase.INFUSING:
        return session
    rows = tuple(one.rule for one in after.binding if one.source is Source.INTERLOCK)
    if not rows:
        return session
    return replace(session, alerts=(*session.alerts, Alert(now.ms, rows))[-ALERTS_KEPT:])
