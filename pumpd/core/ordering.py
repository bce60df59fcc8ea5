"""An order at the door: reckoned for whoever asks, entered for whoever may.

Theory of operation. `reckoned` is the one way from fields to numbers or to reasons. The verb `derive` shows its result
and forgets it, `enter_order` puts it into the session, so what a person saw before and what is run cannot differ. An
order forgets what was measured before it, closes the gate, and waits for a second person.
"""

from collections.abc import Mapping

from drivers.contract import Approval
from interlocks.picture import Picture
from interlocks.trace import Trace
from pumpd.core import events as ev
from pumpd.core.account import Account
from pumpd.core.actions import ApproveMaximum, NoteAct
from pumpd.core.answers import Acted, accepted, refused
from pumpd.core.dose import Derivation, derive, rounded_steps
from pumpd.core.library import SYRINGES
from pumpd.core.order import Order, Refusal, parse_order
from pumpd.core.replacing import replace
from pumpd.core.session import Act, Session, moved
from pumpd.core.state import ChannelState, Policy

#: Told with an order for a pump that cannot be given the volume at which to rest.
HOST_LIMIT = "this pump keeps no volume limit of its own: pumpd halts it when the volume is given"


def reckoned(fields: Mapping[str, object], policy: Policy) -> tuple[Order | None, Derivation]:
    """What this channel makes of an order; the order is None where its fields could not be read."""
    order = parse_order(fields, is_clinic=policy.clinic is not None)
    if not isinstance(order, Order):
        return None, Derivation(None, order, ())
    derived = derive(order, policy.capabilities.get(order.syringe), policy.library)
    if order.syringe in SYRINGES and order.syringe not in policy.capabilities:
        # The configuration's list is named, and not the pump blamed.
        allowed = ", ".join(policy.capabilities)
        text = f"syringe {order.syringe} is not allowed on {policy.channel} (allowed: {allowed})"
        kept = tuple(one for one in derived.refusals if one.code != "syringe_not_for_pump")
        not_allowed = Refusal("syringe_not_allowed", "syringe", text)
        return order, Derivation(None, (not_allowed, *kept), derived.steps)
    return order, derived


def enter_order(state: ChannelState, event: ev.OrderEntered, policy: Policy) -> Acted:
    """An order becomes a programme, or a list of refusals that name value, limit and unit."""
    if not {"prescriber", "nurse"} & set(event.roles):
        return refused(
            state, event.request_id, (f"{event.by} may not enter orders: role prescriber or nurse needed",)
        )
    session = moved(state.session, Act.ENTER)
    if session is None:
        reason = f"{Act.ENTER.value} is not possible while the session is {state.session.phase.value}"
        return refused(state, event.request_id, (reason,))
    order, derived = reckoned({**dict(event.fields), "accept_soft": event.accept_soft}, policy)
    if order is None or derived.programme is None:
        reasons = tuple(_refusal(one) for one in derived.refusals)
        return refused(state, event.request_id, reasons, derived.refusals)
    session = Session(
        phase=session.phase,
        serial=session.serial + 1,
        order=order,
        programme=derived.programme,
        entered_by=event.by,
        library=policy.library.hash,
    )
    delivery = replace(state.delivery, is_configured=False)
    # What was measured before this order was somebody else's, or this patient's with drug on board: no baseline of it.
    state = replace(
        state,
        session=session,
        account=Account(),
        findings=(),
        rules=(),
        delivery=delivery,
        picture=Picture(),
        cuff=(),
        trace=Trace(),
        feed=replace(state.feed, wrong_patient=(), two_monitors=(), frozen=(), rejects=()),
    )
    close = ApproveMaximum(approval=Approval(0, 0))
    risks = [policy.accepted_risk] if policy.accepted_risk else []
    if not policy.capabilities[order.syringe].limits_volume:
        risks.append(HOST_LIMIT)
    note = NoteAct(text=_noted(order, derived), by=event.by)
    return state, (close, accepted(event.request_id, *derived.steps, *risks), note)


def _noted(order: Order, derived: Derivation) -> str:
    assert derived.programme is not None
    text = f"order entered for {order.patient}: {'; '.join(rounded_steps(derived.programme)[-2:])}"
    if derived.refusals:
        codes = ", ".join(one.code for one in derived.refusals)
        text += f"; accepted beyond a soft limit: {codes}"
        text += f", because: {order.override_reason}" if order.override_reason else ""
    return text


def _refusal(one: Refusal) -> str:
    return f"{one.text} (may be accepted with --accept-soft {one.code})" if one.is_soft else one.text
