"""How much was given in a session: the interval, from the last snapshot and the pump's reports behind it.

Theory of operation. The daemon keeps the interval itself (`pumpd.core.account`) and writes it into every snapshot, so a
report does not reckon anew: it loads the last snapshot of the session and counts on, with the same pure function, over the
reports that came after it. That matters most at the end: a stop closes the daemon's account at once, while the motor's last
movement before the readback "halted" is drug too.
"""

from dataclasses import replace

from drivers.contract import Motion, Run
from interlocks.vocabulary import Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.account import count
from pumpd.core.guard import given_high_nl
from pumpd.core.state import ChannelState, Policy
from pumpd.report.session_record import Given
from pumpd.shell.record import load_decision


def given(
    state: ChannelState, tail: list[str], until: Stamp, policy: Policy, counted_nl: int, falls: int
) -> Given:
    """The interval at `until`.

    Args:
        state: the last snapshot of the session.
        tail: decisions behind it in which the pump reported or was told a rate.
        until: the last instant looked at, of the same boot as the end of the tail.
        policy: the channel's, for the pump's lease and the steps of its counter.
        counted_nl: sum of what the pump's counter moved since the start.
        falls: how often that counter fell back.

    Raises:
        ValueError: a record of another version.
    """
    account, delivery = state.account, state.delivery
    for body in tail:
        decision = load_decision(body)
        event = decision.event
        if isinstance(event, ev.PumpReported):
            account = count(account, event.report, event.at, delivery.commanded_nl_h, policy.lease_ms)
            delivery = replace(delivery, report=event.report)
            if event.report.motion is Motion.HALTED:
                delivery = replace(delivery, commanded_nl_h=0, doubted_nl_h=0, is_halt_confirmed=True)
        for action in decision.actions:
            if isinstance(action, do.CommandPump) and isinstance(action.command, Run):
                rate_nl_h = action.command.rate_nl_h
                delivery = replace(delivery, commanded_nl_h=rate_nl_h, is_halt_confirmed=False)
    counted_at = account.counted_at or until
    latest = until if until.link_ms >= counted_at.link_ms and until.ms >= counted_at.ms else counted_at
    closed = replace(state, account=account, delivery=delivery, now=latest)
    return Given(account.low_nl, account.best_nl, given_high_nl(closed, policy), counted_nl, falls)
